import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy } from './store-error.ts'

/**
 * Does it again while another process holds a lock, for so many milliseconds, giving the event loop its turns,
 * so that Ctrl-C and the heartbeats of leases are heard. The action must leave nothing behind where it fails.
 */
export async function patiently<T>(patience: number, action: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    try {
      return await action()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() >= end) throw cause
    }
    await sleep(1 + Math.random() * 5)
  }
}
