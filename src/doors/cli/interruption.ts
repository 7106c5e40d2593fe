import { EXIT } from '../errors.ts'
import type { Io } from './parts.ts'

/** A wait that a person or the clock may end. */
export interface Interruption {
  readonly signal: AbortSignal
  why(): 'no' | 'person' | 'time'
  /** Does what writes nothing: an interruption during it calls `cut` at once, with the signal's number, instead of asking to stop. */
  loose<T>(work: () => Promise<T>, cut: (signal: number) => void): Promise<T>
  forget(): void
}

/**
 * Listens for Ctrl-C and for the request to end: the first asks to stop and keeps the state, the second ends the process at once. What only looks has nothing to
 * keep.
 */
export function interruption(io: Io, timeout: number | undefined): Interruption {
  const controller = new AbortController()
  let why: 'no' | 'person' | 'time' = 'no'
  let cutting: ((signal: number) => void) | null = null
  const stop = (because: 'person' | 'time'): void => {
    why = because
    controller.abort(new Error(because === 'person' ? 'interrupted' : 'timed out'))
  }
  const forgetKeys = io.onInterrupt(signal => {
    if (cutting !== null) return cutting(signal)
    if (why !== 'no') return io.exit(EXIT.unfinished)
    io.err('Stopping; what is done is kept. Press Ctrl-C again to end at once.\n')
    stop('person')
  })
  const timer = timeout === undefined ? null : setTimeout(() => { if (why === 'no') stop('time') }, timeout)
  return {
    signal: controller.signal,
    why: () => why,
    async loose(work, cut) {
      const around = cutting
      cutting = cut
      try {
        return await work()
      } finally {
        cutting = around
      }
    },
    forget: () => {
      forgetKeys()
      if (timer !== null) clearTimeout(timer)
    },
  }
}
