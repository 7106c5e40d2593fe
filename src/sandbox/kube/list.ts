import type { Json, JsonObject } from '../../model/json.ts'
import { textAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import { groupVersionOf, resourceKey } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { inVersion } from './objects.ts'
import { fieldSelector, labelSelector } from './select.ts'
import type { Selector } from './select.ts'
import type { Change, Store } from './store.ts'

/** A list or watch: which objects of which kind, and the query that asked for them. Without a namespace: of all. */
export interface Scope { readonly kind: Kind, readonly namespace: string | undefined, readonly matches: Selector, readonly query: URLSearchParams }

const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/pods': ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  '/events': ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'reason', 'type', 'source'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
}

/** The scope of a request; its selectors come from the query. Throws 400 for one that cannot be read. */
export function scopeOf({ kind, namespace, name }: { readonly kind: Kind, readonly namespace: string | undefined, readonly name: string }, query: URLSearchParams): Scope {
  const known = ['metadata.name', 'metadata.namespace', ...SELECTABLE[resourceKey(kind)] ?? []]
  const labels = labelSelector(query.get('labelSelector') ?? '')
  const fields = fieldSelector(query.get('fieldSelector') ?? '', path => known.includes(path))
  return { kind, namespace, query, matches: object => (name === '' || textAt(object, 'metadata', 'name') === name) && labels(object) && fields(object) }
}

/** One page of a list; `continue` goes on after the last name of the page before, over what is stored by then. */
export function listPage(store: Store, scope: Scope): JsonObject {
  const { kind, query } = scope
  const after = startOf(query.get('continue') ?? '')
  const all = found(store, scope).filter(object => placeOf(object) > after)
  const limit = Number(query.get('limit') ?? '0')
  const page = limit > 0 ? all.slice(0, limit) : all
  const last = page.at(-1)
  const more = last !== undefined && page.length < all.length
  const selective = query.has('labelSelector') || query.has('fieldSelector')
  return {
    kind: `${kind.kind}List`, apiVersion: groupVersionOf(kind),
    metadata: {
      resourceVersion: String(store.revision),
      ...(more ? { continue: tokenOf(store.revision, placeOf(last)), ...(selective ? {} : { remainingItemCount: all.length - page.length }) } : {}),
    },
    items: page.map(object => listed(object, kind)),
  }
}

/** The objects of a scope. */
export function found(store: Store, scope: Scope): readonly JsonObject[] {
  return store.list(resourceKey(scope.kind), scope.namespace).filter(scope.matches)
}

/** Items of typed lists carry no kind and version of their own. */
function listed(object: JsonObject, kind: Kind): Json {
  if (kind.custom) return inVersion(object, kind)
  const { kind: _kind, apiVersion: _version, ...rest } = object
  return rest
}

function placeOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`
}

function tokenOf(revision: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${start}\0` })).toString('base64url')
}

function startOf(token: string): string {
  if (token === '') return ''
  try {
    const start = textAt(JSON.parse(Buffer.from(token, 'base64url').toString()), 'start')
    if (start !== undefined) return start.slice(0, -1)
  } catch { /* answered below */ }
  throw badRequest('continue key is not valid: it cannot be read')
}

/** What a watch does with its events; `type` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
export type WatchSink = (type: string, object: JsonObject) => void

/**
 * Starts a watch: from `resourceVersion` what happened since, without one (or `0`) what is there as ADDED, then every change
 * as it happens. Throws 410 where the revision is too old. Returns what ends it.
 */
export function watch(store: Store, scope: Scope, sink: WatchSink): () => void {
  const { kind, query } = scope
  const resource = resourceKey(kind)
  const inScope = (object: JsonObject): boolean =>
    (scope.namespace === undefined || textAt(object, 'metadata', 'namespace') === scope.namespace) && scope.matches(object)
  const tell = (change: Change): void => {
    if (change.resource !== resource) return
    const now = change.type !== 'DELETED' && inScope(change.object)
    const before = change.before !== undefined && inScope(change.before)
    if (now) sink(before ? 'MODIFIED' : 'ADDED', inVersion(change.object, kind))
    else if (before) sink('DELETED', inVersion(change.object, kind))
  }
  const from = query.get('resourceVersion') ?? ''
  if (from === '' || from === '0') for (const object of found(store, scope)) sink('ADDED', inVersion(object, kind))
  else store.since(Number(from)).forEach(tell)
  if (query.get('sendInitialEvents') === 'true') sink('BOOKMARK', bookmark(store, kind, { 'k8s.io/initial-events-end': 'true' }))
  return store.listen(tell)
}

/** An event that says how far a watch has come. */
export function bookmark(store: Store, kind: Kind, annotations?: JsonObject): JsonObject {
  return { kind: kind.kind, apiVersion: groupVersionOf(kind), metadata: { resourceVersion: String(store.revision), creationTimestamp: null, ...(annotations ? { annotations } : {}) } }
}
