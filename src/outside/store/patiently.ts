import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy } from './store-error.ts'

/** A person notices a wait that is longer, in milliseconds; `waits` is called once then. */
const NOTICED = 1000

/**
 * Does it again while another process holds a lock, for so many milliseconds, giving the event loop its turns,
 * so that Ctrl-C and the heartbeats of leases are heard. The action must leave nothing behind where it fails.
 */
export async function patiently<T>({ patience, waits }: { readonly patience: number, readonly waits: () => void }, action: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const end = start + patience
  let said = false
  for (;;) {
    try {
      return await action()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() >= end) throw cause
    }
    if (!said && performance.now() >= start + NOTICED) {
      said = true
      waits()
    }
    await sleep(1 + Math.random() * 5)
  }
}
