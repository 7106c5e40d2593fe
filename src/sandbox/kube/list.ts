import type { Json, JsonObject } from '../../model/json.ts'
import { omit, textAt } from '../../model/json.ts'
import { ApiError, badRequest } from './api-error.ts'
import type { Kind } from './kind.ts'
import { inVersion } from './objects.ts'
import { fieldSelector, labelSelector } from './select.ts'
import type { Selector } from './select.ts'
import { keyOf } from './store.ts'
import type { Change, Store } from './store.ts'

/** A list or watch: which objects of which kind, and the query that asked for them. Without a namespace: of all. */
export interface Scope { readonly kind: Kind, readonly namespace: string | undefined, readonly matches: Selector, readonly query: URLSearchParams }

/** The scope of a request; its selectors come from the query. Throws 400 for one that cannot be read. */
export function scopeOf({ kind, namespace, name }: { readonly kind: Kind, readonly namespace: string | undefined, readonly name: string }, query: URLSearchParams): Scope {
  const known = ['metadata.name', 'metadata.namespace', ...kind.selectable ?? []]
  const labels = labelSelector(query.get('labelSelector') ?? '')
  const fields = fieldSelector(query.get('fieldSelector') ?? '', path => known.includes(path))
  return { kind, namespace, query, matches: object => (name === '' || textAt(object, 'metadata', 'name') === name) && labels(object) && fields(object) }
}

/** One page of a list. `continue` goes on after the last name of the page before, over what was stored at the time of the first. */
export function listPage(store: Store, scope: Scope): JsonObject {
  const { kind, query } = scope
  const { start, revision } = startOf(query.get('continue') ?? '') ?? { start: '', revision: query.get('resourceVersionMatch') === 'Exact' ? Number(query.get('resourceVersion')) : -1 }
  const at = revision < 0 ? store.revision : revision
  const all = foundAt(store, scope, { start, at })
  const limit = Number(query.get('limit') ?? '0')
  const page = limit > 0 ? all.slice(0, limit) : all
  const last = page.at(-1)
  const more = last !== undefined && page.length < all.length
  const selective = query.has('labelSelector') || query.has('fieldSelector')
  return {
    kind: `${kind.kind}List`, apiVersion: kind.groupVersion,
    metadata: {
      resourceVersion: String(at),
      ...(more ? { continue: tokenOf(at, keyOf(last)), ...(selective ? {} : { remainingItemCount: all.length - page.length }) } : {}),
    },
    items: page.map(object => listed(object, kind)),
  }
}

/** The objects of a scope. */
export function found(store: Store, scope: Scope, revision?: number): readonly JsonObject[] {
  return store.list(scope.kind.resource, scope.namespace, revision).filter(scope.matches)
}

/** What is left of a list; where its time is forgotten, 410 with a token that goes on over what is stored now. */
function foundAt(store: Store, scope: Scope, { start, at }: { readonly start: string, readonly at: number }): readonly JsonObject[] {
  try {
    return found(store, scope, at).filter(object => keyOf(object) > start)
  } catch (error) {
    if (start === '' || !(error instanceof ApiError)) throw error
    throw new ApiError(410, TOO_OLD, { metadata: { continue: tokenOf(-1, start) } })
  }
}

const TOO_OLD = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** Items of typed lists carry no kind and version of their own. */
function listed(object: JsonObject, kind: Kind): Json {
  return kind.custom ? inVersion(object, kind) : omit(object, ['kind', 'apiVersion'])
}

function tokenOf(revision: number, start: string): string {
  return Buffer.from(`${revision} ${start}`).toString('base64url')
}

function startOf(token: string): { readonly start: string, readonly revision: number } | undefined {
  if (token === '') return undefined
  const [, revision, start] = /^(-?\d+) (.+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (revision === undefined || start === undefined) throw badRequest('invalid continue token: continue key is not valid: it cannot be read')
  return { start, revision: Number(revision) }
}

/** What a watch does with its events; `type` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
export type WatchSink = (type: string, object: JsonObject) => void

/**
 * Starts a watch: from `resourceVersion` what happened since, without one (or `0`) what is there as ADDED, then every change
 * as it happens. Throws 410 where the revision is too old. Returns what ends it.
 */
export function watch(store: Store, scope: Scope, sink: WatchSink): () => void {
  const { kind, query } = scope
  const inScope = (object: JsonObject | undefined): boolean =>
    object !== undefined && (scope.namespace === undefined || textAt(object, 'metadata', 'namespace') === scope.namespace) && scope.matches(object)
  const tell = ({ resource, type, object, before }: Change): void => {
    if (resource !== kind.resource) return
    const [then, now] = [inScope(before), type !== 'DELETED' && inScope(object)]
    if (then || now) sink(!now ? 'DELETED' : then ? 'MODIFIED' : 'ADDED', inVersion(object, kind))
  }
  const from = query.get('resourceVersion') ?? ''
  if (from === '' || from === '0') for (const object of found(store, scope)) sink('ADDED', inVersion(object, kind))
  else store.since(Number(from)).forEach(tell)
  if (query.get('sendInitialEvents') === 'true') sink('BOOKMARK', bookmark(store, kind, { 'k8s.io/initial-events-end': 'true' }))
  return store.listen(tell)
}

/** An event that says how far a watch has come. */
export function bookmark(store: Store, kind: Kind, annotations?: JsonObject): JsonObject {
  return { kind: kind.kind, apiVersion: kind.groupVersion, metadata: { resourceVersion: String(store.revision), creationTimestamp: null, ...(annotations ? { annotations } : {}) } }
}
