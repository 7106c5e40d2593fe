import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, textAt } from '../../model/json.ts'
import { answerError } from './api-error.ts'
import type { Connection } from './connection.ts'

/**
 * Watches one object from the version that a list gave, and starts over from a new list when the server ends the watch (410 included).
 * Throws where the first list fails; later failures are tried again every second until stopped. Nothing is left open after stopping.
 */
export async function watchObject(connection: Connection, of: { readonly path: string, readonly name: string }, changed: () => void): Promise<() => void> {
  const stop = new AbortController()
  const selector = { fieldSelector: `metadata.name=${of.name}` }
  let version = await currentVersion(connection, of.path, selector)

  /** What changed while nobody watched shows in the version. */
  async function catchUp(): Promise<void> {
    const next = await currentVersion(connection, of.path, selector)
    if (next !== version) changed()
    version = next
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      const began = Date.now()
      // However it ended (closed, restarted, a version that is too old): only a new list says from where to go on.
      await stream(connection, { path: of.path, query: { ...selector, resourceVersion: version, timeoutSeconds: 300 }, stop: stop.signal }, changed).catch(() => undefined)
      if (stop.signal.aborted) return
      // A server that ends every watch at once is not asked in a tight loop.
      if (Date.now() - began < 1000) await rest(stop.signal)
      await catchUp().catch(() => rest(stop.signal))
    }
  }
  void follow()
  return () => { stop.abort() }
}

/** A second, or less where the watch is stopped. */
function rest(stop: AbortSignal): Promise<void> {
  return sleep(1000, undefined, { signal: stop, ref: false }).catch(() => undefined)
}

async function currentVersion(connection: Connection, path: string, selector: Readonly<Record<string, string>>): Promise<string> {
  const what = `list for a watch ${path}`
  const answer = await connection.send({ what, path: `${path}?${new URLSearchParams(selector).toString()}` })
  if (answer.status !== 200) throw answerError(connection.cluster, what, answer)
  return isObject(answer.body) ? textAt(answer.body, 'metadata', 'resourceVersion') ?? '' : ''
}

interface Stream { readonly path: string, readonly query: Record<string, string | number>, readonly stop: AbortSignal }

/** Resolves when the watch has ended for whatever reason. */
async function stream(connection: Connection, of: Stream, changed: () => void): Promise<void> {
  const { Watch } = await import('./client-node.ts')
  const watch = new Watch(await connection.client())
  if (of.stop.aborted) return
  await new Promise<void>((resolve, reject) => {
    const ended = (error: unknown): void => {
      if (of.stop.aborted || error === null || error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error('the watch ended'))
    }
    watch.watch(of.path, of.query, (type: unknown) => { if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') changed() }, ended)
      .then(open => {
        if (of.stop.aborted) open.abort()
        else of.stop.addEventListener('abort', () => { open.abort() }, { once: true })
      }, ended)
  })
}
