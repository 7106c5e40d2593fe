import type { KubernetesObject } from '../model/resource.ts'
import { metaText } from './api.ts'

/** A controller that runs until it is stopped. */
export interface Running {
  /** What went wrong inside the stand-in itself; a test may demand that it is empty. */
  readonly problems: readonly string[]
  stop(): Promise<void>
}

export interface LoopOptions {
  /** Milliseconds between two looks. */
  readonly interval: number
  list(): Promise<readonly KubernetesObject[]>
  /** Works on one object; never called twice at a time for the same one. */
  reconcile(object: KubernetesObject): Promise<void>
}

/** Looks at all objects again and again, and works on each of them on its own. */
export function startLoop(options: LoopOptions): Running {
  const problems: string[] = []
  const busy = new Map<string, Promise<void>>()
  const state = { stopped: false }
  let wake = (): void => undefined
  const note = (error: unknown): void => { if (!state.stopped && problems.length < 100) problems.push(error instanceof Error ? error.message : String(error)) }
  const look = async (): Promise<void> => {
    for (const object of await options.list()) {
      const key = `${object.kind} ${metaText(object, 'namespace')}/${metaText(object, 'name')}`
      if (busy.has(key) || state.stopped) continue
      busy.set(key, options.reconcile(object).catch(note).finally(() => busy.delete(key)))
    }
  }
  const run = async (): Promise<void> => {
    while (!state.stopped) {
      await look().catch(note)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, options.interval)
        wake = () => { clearTimeout(timer); resolve() }
      })
    }
  }
  const running = run()
  return {
    problems,
    stop: async () => {
      state.stopped = true
      wake()
      await running
      await Promise.allSettled(busy.values())
    },
  }
}
