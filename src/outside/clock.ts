import { randomBytes, randomInt } from 'node:crypto'
import type { AbortSignalLike, Clock } from '../flow/ports.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** The clock and the chance of this machine. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep,
    newId: () => [...randomBytes(8)].map(byte => LETTERS[byte % 32]).join(''),
    random: () => randomInt(0, 2 ** 32) / 2 ** 32,
    within,
  }
}

function sleep(ms: number, signal?: AbortSignalLike): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(asError(signal.reason))
      return
    }
    const abort = (): void => {
      clearTimeout(timer)
      reject(asError(signal?.reason))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => { timer = setTimeout(() => { resolve('late') }, ms) })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('interrupted')
}
