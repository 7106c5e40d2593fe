import type { JsonObject } from '../../model/json.ts'
import { objectAt, textAt } from '../../model/json.ts'
import { ApiError, badRequest, invalid, methodNotAllowed, noResource, required } from './api-error.ts'
import { aggregated, groupDocument, groupList, resourceList } from './discovery.ts'
import type { Kind } from './kind.ts'
import { bookmark, found, listPage, scopeOf, watch } from './list.ts'
import type { Scope, WatchSink } from './list.ts'
import type { Objects, Target } from './objects.ts'
import { openApiDocuments, openApiIndex } from './openapi.ts'
import { bodyOf, deleteOptions, isWatch, patchType, writeOptions } from './request.ts'
import type { ApiRequest, Call } from './request.ts'
import { demand, reviewed } from './rights.ts'
import type { Account } from './rights.ts'
import { viewOf } from './tables.ts'

/** What answers: the objects, who there is, and the milliseconds between the bookmarks of a watch. */
export interface Api { readonly objects: Objects, readonly accounts: readonly Account[], readonly bookmarkEvery: number }

/** An answer: a JSON body, plain text, or a watch to be started with somewhere to put its events. */
export type ApiAnswer =
  | { readonly status: number, readonly body: JsonObject, readonly warnings?: readonly string[] }
  | { readonly status: number, readonly text: string }
  | { readonly query: URLSearchParams, readonly start: (sink: WatchSink) => () => void, readonly bookmark: () => JsonObject }

const VERSION: JsonObject = {
  major: '1', minor: '36', gitVersion: 'v1.36.3-sandbox', gitCommit: '', gitTreeState: '', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: 'linux/amd64',
}

/** Answers one request; every refusal is a Kubernetes Status. The same for requests over the wire and in the process. */
export function answer(api: Api, request: ApiRequest): ApiAnswer {
  try {
    return route(api, request)
  } catch (error) {
    if (!(error instanceof ApiError)) return { status: 500, body: new ApiError(500, `Internal error occurred: ${error instanceof Error ? error.message : 'unknown'}`, { reason: 'InternalError' }).status() }
    return error.more.plain ? { status: error.code, text: error.message } : { status: error.code, body: error.status() }
  }
}

function route(api: Api, request: ApiRequest): ApiAnswer {
  const url = new URL(request.path, 'https://kubernetes')
  const call = { ...request, query: url.searchParams }
  if (/%(?![\da-f]{2})/i.test(url.pathname)) throw badRequest(`the path has a part that cannot be read: ${url.pathname}`)
  const parts = url.pathname.split('/').filter(part => part !== '').map(decodeURIComponent)
  if (!/^$|[/*](?:json|\*)/.test(request.accept)) throw new ApiError(406, '406: Not Acceptable\n\nAvailable representations: application/json', { reason: 'NotAcceptable', details: {} })
  const [groupVersion, rest] = parts[0] === 'api' ? [parts[1] ?? '', parts.slice(2)] : parts[0] === 'apis' ? [parts.slice(1, 3).join('/'), parts.slice(3)] : ['', []]
  if (rest.length > 0) return onResource(api, call, placeOf(groupVersion, rest))
  demand(call.account, { verb: request.method.toLowerCase(), path: url.pathname })
  if (request.method !== 'GET') throw methodNotAllowed()
  if (parts.length === 1 && ['healthz', 'livez', 'readyz'].includes(parts[0] ?? '')) return { status: 200, text: 'ok' }
  return { status: 200, body: document(api.objects.registry.all(), parts, { host: url.host, accept: request.accept }) }
}

/** What the server says of itself: its version, its kinds, and what they look like. */
function document(kinds: readonly Kind[], parts: readonly string[], { host, accept }: { readonly host: string, readonly accept: string }): JsonObject {
  const [root, group, ...rest] = parts
  if (root === 'version' && group === undefined) return VERSION
  if (root === 'openapi' && group === 'v3') return rest.length === 0 ? openApiIndex(kinds) : openApiDocuments(kinds).get(rest.join('/')) ?? unknownGroup()
  if (root !== 'api' && root !== 'apis') return unknownGroup()
  const core = root === 'api'
  if (group !== undefined) return (core ? resourceList(kinds, group) : rest.length === 0 ? groupDocument(kinds, group) : resourceList(kinds, `${group}/${rest[0]}`)) ?? unknownGroup()
  if (accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2')) return aggregated(kinds, core)
  if (core) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }] }
  return groupList(kinds)
}

function unknownGroup(): never {
  throw new ApiError(404, '404 page not found\n', { plain: true })
}

/** What a path below a group and version names. */
interface Place { readonly groupVersion: string, readonly namespace: string | undefined, readonly plural: string, readonly name: string, readonly subresource: string, readonly more: boolean }

function placeOf(groupVersion: string, rest: readonly string[]): Place {
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest.slice(2).join('/'))
  const [plural = '', name = '', subresource = '', ...more] = inNamespace ? rest.slice(2) : rest
  return { groupVersion, namespace: inNamespace ? rest[1] ?? '' : undefined, plural, name, subresource, more: more.length > 0 }
}

function onResource(api: Api, call: Call, place: Place): ApiAnswer {
  const { groupVersion, namespace, plural, name, subresource } = place
  permit(call, place)
  const kinds = api.objects.registry.all().filter(known => known.groupVersion === groupVersion)
  if (kinds.length === 0) unknownGroup()
  const kind = kinds.find(known => known.plural === plural)
  if (!kind || place.more || (namespace !== undefined && !kind.namespaced)) throw noResource()
  if (kind.unstored && call.method !== 'POST') throw methodNotAllowed()
  if (kind.unstored) return { status: 201, body: reviewed(kind, objectAt(bodyOf(call, kind.kind)), { account: call.account, accounts: api.accounts }) }
  const forAll = name === '' ? ['GET', 'DELETE'].includes(call.method) : call.method === 'GET' && isWatch(call.query)
  if (forAll) return onCollection(api.objects, call, scopeOf({ kind, namespace, name }, call.query))
  if (kind.namespaced && namespace === undefined) throw name === '' ? methodNotAllowed() : noResource()
  const target = { kind, namespace: namespace ?? '', name, ...(subresource ? { subresource } : {}) }
  if (subresource === 'scale' && kind.scale) return onObject(api.objects, call, target)
  if (subresource === '' || (subresource === 'status' && kind.status)) return seen(call, kind, onObject(api.objects, call, target))
  throw noResource()
}

function permit(call: Call, { groupVersion, namespace = '', plural, name, subresource }: Place): void {
  const [, group = ''] = groupVersion.split('/').reverse()
  const home = group === '' && plural === 'namespaces' ? name : namespace
  // A list narrowed to one name counts as a request for that name.
  const wanted = /^metadata\.name==?([^,]+)$/.exec(call.query.get('fieldSelector') ?? '')?.[1] ?? ''
  demand(call.account, { verb: verbOf(call, name), group, resource: plural, subresource, namespace: home, name: name || wanted })
}

function verbOf({ method, query }: Call, name: string): string {
  if (method === 'GET') return isWatch(query) ? 'watch' : name === '' ? 'list' : 'get'
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete'
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase()
}

function onCollection(objects: Objects, call: Call, scope: Scope): ApiAnswer {
  const { query, method } = call
  if (method === 'DELETE' || !isWatch(query)) {
    const body = listPage(objects.store, scope)
    for (const { metadata } of method === 'DELETE' ? found(objects.store, scope) : []) {
      objects.remove({ kind: scope.kind, namespace: textAt(metadata, 'namespace') ?? '', name: textAt(metadata, 'name') ?? '' }, deleteOptions(call))
    }
    return seen(call, scope.kind, { status: 200, body })
  }
  const from = query.get('resourceVersion') ?? ''
  if (!/^\d*$/.test(from)) throw badRequest(`Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`)
  const view = viewOf(call, scope.kind)
  return { query, start: sink => watch(objects.store, scope, (type, object) => sink(type, view(object))), bookmark: () => view(bookmark(objects.store, scope.kind)) }
}

/** The answer in the form that was asked for. */
function seen(call: Call, kind: Kind, found: ApiAnswer): ApiAnswer {
  return 'body' in found ? { ...found, body: viewOf(call, kind)(found.body) } : found
}

function onObject(objects: Objects, call: Call, target: Target): ApiAnswer {
  const { method } = call
  const { kind } = target
  if (target.name === '' ? method !== 'POST' : method === 'POST' || (method === 'DELETE' && target.subresource)) throw methodNotAllowed()
  if (method === 'GET') return { status: 200, body: objects.get(target) }
  if (method === 'DELETE') return { status: 200, body: objects.remove(target, deleteOptions(call)) }
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') throw methodNotAllowed()
  const body = bodyOf(call, kind.kind)
  const { object, created, warnings } = method === 'POST' ? objects.create(target, body, writeOptions(call)) : method === 'PUT' ? objects.replace(target, body, writeOptions(call))
    : objects.patch(target, { body: body ?? null, type: appliable(objects, call, target) }, writeOptions(call))
  return { status: created ? 201 : 200, body: object, warnings }
}

/** The type of a patch. An apply names who applies, and creating by it takes the right to create. */
function appliable(objects: Objects, call: Call, { kind, namespace, name, subresource }: Target): ReturnType<typeof patchType> {
  const type = patchType(call)
  if (type !== 'apply-patch+yaml') return type
  if (!call.query.get('fieldManager')) throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')])
  if (!subresource && !objects.store.get(kind.resource, namespace, name)) demand(call.account, { verb: 'create', group: kind.group, resource: kind.plural, subresource: '', namespace, name })
  return type
}
