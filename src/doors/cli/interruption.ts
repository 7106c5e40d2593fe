import { EXIT } from '../errors.ts'
import type { Io } from './parts.ts'

/** A wait that a person or the clock may end. */
export interface Interruption {
  readonly signal: AbortSignal
  why(): 'no' | 'person' | 'time'
  forget(): void
}

/** Listens for Ctrl-C: the first asks to stop and keeps the state, the second ends the process at once. */
export function interruption(io: Io, timeout: number | undefined): Interruption {
  const controller = new AbortController()
  let why: 'no' | 'person' | 'time' = 'no'
  const stop = (because: 'person' | 'time'): void => {
    why = because
    controller.abort(new Error(because === 'person' ? 'interrupted' : 'timed out'))
  }
  const forgetKeys = io.onInterrupt(() => {
    if (why !== 'no') return io.exit(EXIT.unfinished)
    io.err('Stopping; what is done is kept. Press Ctrl-C again to end at once.\n')
    stop('person')
  })
  const timer = timeout === undefined ? null : setTimeout(() => { if (why === 'no') stop('time') }, timeout)
  return {
    signal: controller.signal,
    why: () => why,
    forget: () => {
      forgetKeys()
      if (timer !== null) clearTimeout(timer)
    },
  }
}
