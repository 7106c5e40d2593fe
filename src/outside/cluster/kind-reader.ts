import { setTimeout as sleep } from 'node:timers/promises'
import type { KindFeed, KindOf, KindReader } from '../../flow/ports.ts'
import { isObject, plainJson, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { apiVersionOf, isKubernetesObject } from '../../model/resource.ts'
import type { Connection } from './connection.ts'
import { listPages, pathOf } from './kubernetes-cluster.ts'

/** Milliseconds before a watch that broke, or a list that failed, is tried again. */
const PAUSE = 1000

/** A server that does not know this form sends the objects whole. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/** Reads and follows whole kinds over the connections of the clusters. Nothing is kept here but the version that a watch goes on from. */
export function kindReader(connectionOf: (cluster: string) => Connection): KindReader {
  return {
    pages: async (of, page) => { await listPages(connectionOf(of.cluster), of, { begin: () => undefined, page }) },
    metadata: async (of, page) => { await listPages(connectionOf(of.cluster), { ...of, accept: METADATA }, { begin: () => undefined, page }) },
    async follow(of, feed) {
      const stop = new AbortController()
      const following: Following = { connection: connectionOf(of.cluster), of, feed, stop: stop.signal, version: '' }
      await relist(following)
      void keepUp(following)
      return () => { stop.abort() }
    },
  }
}

interface Following { readonly connection: Connection, readonly of: KindOf, readonly feed: KindFeed, readonly stop: AbortSignal, version: string }

async function relist(following: Following): Promise<void> {
  const { connection, of, feed } = following
  following.version = await listPages(connection, of, { begin: () => { feed.begin() }, page: objects => { feed.put(objects) } })
  feed.complete()
}

/** Watches from the version that was seen last; lists again where the server no longer knows that version (410). */
async function keepUp(following: Following): Promise<void> {
  const { feed, stop } = following
  let broken = false
  while (!stop.aborted) {
    const began = Date.now()
    const end = await watchOnce(following, () => {
      if (broken) feed.complete()
      broken = false
    })
    if (stop.aborted) return
    if (end.kind === 'expired') {
      feed.lost('the server no longer knows where the watch stopped')
      broken = true
      await relistUntilDone(following)
      broken = false
      continue
    }
    if (end.kind === 'broken') {
      if (!broken) feed.lost(end.why)
      broken = true
    }
    // A server that ends every watch at once is not asked in a tight loop.
    if (end.kind === 'broken' || Date.now() - began < PAUSE) await rest(stop)
  }
}

/** Tries again each second until the list is made. */
async function relistUntilDone(following: Following): Promise<void> {
  while (!following.stop.aborted) {
    try {
      await relist(following)
      return
    } catch {
      await rest(following.stop)
    }
  }
}

type End = { readonly kind: 'ended' | 'expired' } | { readonly kind: 'broken', readonly why: string }

/** One watch, until it ends for whatever reason; `alive` is called when it has begun. */
async function watchOnce(following: Following, alive: () => void): Promise<End> {
  const { connection, of, stop } = following
  try {
    const { Watch } = await import('./client-node.ts')
    const watch = new Watch(await connection.client())
    if (stop.aborted) return { kind: 'ended' }
    return await new Promise<End>(resolve => {
      let over = false
      let letGo = (): void => undefined
      const finish = (end: End): void => {
        over = true
        letGo()
        resolve(end)
      }
      const query = { resourceVersion: following.version, allowWatchBookmarks: true, timeoutSeconds: 300 }
      watch.watch(pathOf(of.kind, of.namespace), query, (type: unknown, object: unknown) => {
        const end = over ? null : event(following, type, plainJson(object))
        if (end !== null) finish(end)
      }, (error: unknown) => {
        if (error === null || error === undefined || stop.aborted) finish({ kind: 'ended' })
        else finish(isGone(error) ? { kind: 'expired' } : { kind: 'broken', why: 'the watch broke' })
      }).then(open => {
        letGo = () => { open.abort() }
        if (over || stop.aborted) finish({ kind: 'ended' })
        else {
          alive()
          stop.addEventListener('abort', () => { finish({ kind: 'ended' }) }, { once: true })
        }
      }, () => { finish({ kind: 'broken', why: 'the watch did not begin' }) })
    })
  } catch {
    return { kind: 'broken', why: 'the watch did not begin' }
  }
}

/** Hands one event on; an error that is the end of the watch is given back. */
function event(following: Following, type: unknown, object: Json): End | null {
  const { feed, of } = following
  if (type === 'ERROR') return valueAt(object, 'code') === 410 ? { kind: 'expired' } : { kind: 'broken', why: textAt(object, 'message') ?? 'the watch broke' }
  if (!isObject(object)) return null
  following.version = textAt(object, 'metadata', 'resourceVersion') ?? following.version
  const named = { ...object, apiVersion: apiVersionOf(of.kind), kind: of.kind.kind }
  if (type === 'DELETED') feed.gone(textAt(object, 'metadata', 'namespace') ?? null, textAt(object, 'metadata', 'name') ?? '')
  else if ((type === 'ADDED' || type === 'MODIFIED') && isKubernetesObject(named)) feed.put([named])
  return null
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 410
}

/** A second, or less where it is stopped. */
function rest(stop: AbortSignal): Promise<void> {
  return sleep(PAUSE, undefined, { signal: stop, ref: false }).catch(() => undefined)
}
