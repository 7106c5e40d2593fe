import { parse } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import { ApiError, badRequest, methodNotAllowed, noResource, required, invalid } from './api-error.ts'
import { aggregated, coreVersions, groupDocument, groupList, resourceList, REVIEWS } from './discovery.ts'
import { groupVersionOf } from './kinds.ts'
import { bookmark, found, listPage, scopeOf, watch } from './list.ts'
import type { Scope, WatchSink } from './list.ts'
import type { Objects, PatchType, Target, WriteOptions, Written } from './objects.ts'
import { scaleOf, writeScale } from './scale.ts'

/** A request after authentication; `path` with its query. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly contentType: string
  readonly accept: string
  readonly userAgent: string
}

/** An answer: a JSON body, plain text, or a watch to be started with somewhere to put its events. */
export type ApiAnswer =
  | { readonly status: number, readonly body: JsonObject, readonly warnings?: readonly string[] }
  | { readonly status: number, readonly text: string }
  | { readonly scope: Scope, readonly start: (sink: WatchSink) => () => void, readonly bookmark: () => JsonObject }

const PATCH_TYPES: readonly PatchType[] = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml']
const ALL_TYPES = PATCH_TYPES.map(type => `application/${type}`).join(', ')

/** Answers one request; every refusal is a Kubernetes Status. The same for requests over the wire and in the process. */
export function answer(objects: Objects, request: ApiRequest): ApiAnswer {
  try {
    return route(objects, request)
  } catch (error) {
    if (!(error instanceof ApiError)) return { status: 500, body: new ApiError(500, `Internal error occurred: ${error instanceof Error ? error.message : 'unknown'}`, { reason: 'InternalError' }).status() }
    return error.plain ? { status: error.code, text: error.message } : { status: error.code, body: error.status() }
  }
}

function route(objects: Objects, request: ApiRequest): ApiAnswer {
  const url = new URL(request.path, 'https://kubernetes')
  const parts = url.pathname.split('/').filter(part => part !== '').map(decoded)
  const [root = '', group, version] = parts
  if (parts.length === 1 && ['healthz', 'livez', 'readyz'].includes(root)) return { status: 200, text: 'ok' }
  if (parts.length === 1 && root === 'version') return readOnly(request, VERSION)
  if (root !== 'api' && root !== 'apis') throw noResource()
  const kinds = objects.registry.all()
  const core = root === 'api'
  if (group === undefined) {
    if (request.accept.includes('as=APIGroupDiscoveryList') && request.accept.includes('v=v2')) return readOnly(request, aggregated(kinds, core))
    return readOnly(request, core ? coreVersions(url.host) : groupList(kinds))
  }
  if (!core && version === undefined) return readOnly(request, groupDocument(kinds, group) ?? unknownGroup())
  const rest = parts.slice(core ? 2 : 3)
  const groupVersion = core ? group : `${group}/${version}`
  if (rest.length === 0) return readOnly(request, resourceList(kinds, groupVersion) ?? unknownGroup())
  if (REVIEWS.some(item => groupVersionOf(item) === groupVersion && item.plural === rest[0])) return accessReview(request)
  if (!kinds.some(kind => groupVersionOf(kind) === groupVersion)) unknownGroup()
  return onResource(objects, { ...request, query: url.searchParams }, { groupVersion, rest })
}

const VERSION: JsonObject = {
  major: '1', minor: '36', gitVersion: 'v1.36.3-sandbox', gitCommit: '', gitTreeState: '', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: 'linux/amd64',
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw badRequest(`the path has a part that cannot be read: ${part}`)
  }
}

function unknownGroup(): never {
  throw new ApiError(404, '404 page not found\n', { plain: true })
}

function readOnly(request: ApiRequest, body: JsonObject): ApiAnswer {
  if (request.method !== 'GET') throw methodNotAllowed()
  return { status: 200, body }
}

/** Every token of this server may do everything, so the question need not even be read (kubectl asks it in protobuf). */
function accessReview(request: ApiRequest): ApiAnswer {
  if (request.method !== 'POST') throw methodNotAllowed()
  const asked = request.contentType.includes('protobuf') ? {} : bodyOf(request)
  const review = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: {}, ...(isObject(asked) ? asked : {}) }
  return { status: 201, body: { ...review, status: { allowed: true, reason: 'every token of this server has all rights' } } }
}

/** A request with its query read. */
interface Call extends ApiRequest { readonly query: URLSearchParams }

function onResource(objects: Objects, call: Call, { groupVersion, rest }: { readonly groupVersion: string, readonly rest: readonly string[] }): ApiAnswer {
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest.slice(2).join('/'))
  const [plural = '', name = '', subresource, ...more] = inNamespace ? rest.slice(2) : rest
  const kind = objects.registry.find(groupVersion, plural)
  if (!kind || more.length > 0 || (inNamespace && !kind.namespaced)) throw noResource()
  const namespace = inNamespace ? rest[1] ?? '' : ''
  if (isForCollection(call, name)) return onCollection(objects, call, scopeOf({ kind, namespace: inNamespace ? namespace : undefined, name }, call.query))
  if (kind.namespaced && !inNamespace) throw methodNotAllowed()
  const target = { kind, namespace, name, ...(subresource ? { subresource } : {}) }
  if (subresource === 'scale' && kind.scale) return onScale(objects, call, target)
  if (subresource === undefined || (subresource === 'status' && kind.status)) return onObject(objects, call, target)
  throw noResource()
}

function isForCollection({ method, query }: Call, name: string): boolean {
  return name === '' ? method === 'GET' || method === 'DELETE' : method === 'GET' && isWatch(query)
}

function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === 'true' || query.get('watch') === '1'
}

function onCollection(objects: Objects, call: Call, scope: Scope): ApiAnswer {
  const { query } = call
  if (call.method === 'DELETE') return removeAll(objects, call, scope)
  if (!isWatch(query)) return { status: 200, body: listPage(objects.store, scope) }
  const from = query.get('resourceVersion') ?? ''
  if (!/^\d*$/.test(from)) throw badRequest(`Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`)
  return { scope, start: sink => watch(objects.store, scope, sink), bookmark: () => bookmark(objects.store, scope.kind) }
}

function onObject(objects: Objects, call: Call, target: Target): ApiAnswer {
  const { method } = call
  if (target.name === '' ? method !== 'POST' : method === 'POST' || (method === 'DELETE' && target.subresource)) throw methodNotAllowed()
  switch (method) {
    case 'GET': return { status: 200, body: objects.get(target) }
    case 'POST': return written(objects.create(target, bodyOf(call), writeOptions(call)))
    case 'PUT': return written(objects.replace(target, bodyOf(call), writeOptions(call)))
    case 'PATCH': {
      const type = patchType(call)
      if (type === 'apply-patch+yaml' && !call.query.get('fieldManager')) {
        throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')])
      }
      return written(objects.patch(target, { body: bodyOf(call) ?? null, type }, writeOptions(call)))
    }
    case 'DELETE': return { status: 200, body: objects.remove(target, deleteOptions(call), dryRun(call)) }
    default: throw methodNotAllowed()
  }
}

function onScale(objects: Objects, call: Call, target: Target): ApiAnswer {
  if (call.method === 'GET') return { status: 200, body: scaleOf(objects, target) }
  if (call.method !== 'PUT' && call.method !== 'PATCH') throw methodNotAllowed()
  const type = call.method === 'PUT' ? 'replace' : patchType(call)
  return { status: 200, body: writeScale(objects, target, { body: bodyOf(call) ?? null, type, options: writeOptions(call) }) }
}

function removeAll(objects: Objects, call: Call, scope: Scope): ApiAnswer {
  const page = listPage(objects.store, scope)
  for (const object of found(objects.store, scope)) {
    const target = { kind: scope.kind, namespace: textAt(object, 'metadata', 'namespace') ?? '', name: textAt(object, 'metadata', 'name') ?? '' }
    objects.remove(target, deleteOptions(call), dryRun(call))
  }
  return { status: 200, body: page }
}

function written({ object, created, warnings }: Written): ApiAnswer {
  return { status: created ? 201 : 200, body: object, warnings }
}

function patchType(request: ApiRequest): PatchType {
  const type = PATCH_TYPES.find(known => `application/${known}` === request.contentType)
  if (type) return type
  throw new ApiError(415, `the body of the request was in an unknown format - accepted media types include: ${ALL_TYPES}`)
}

function writeOptions(call: Call): WriteOptions {
  const { query, userAgent } = call
  const validation = query.get('fieldValidation') || 'Warn'
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') throw badRequest(`invalid fieldValidation ${JSON.stringify(validation)}: must be Ignore, Warn or Strict`)
  const manager = query.get('fieldManager') || (userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown'
  return { manager, dryRun: dryRun(call), force: query.get('force') === 'true', validation }
}

function dryRun(call: Call): boolean {
  const inBody = call.method === 'DELETE' ? valueAt(bodyOf(call), 'dryRun') : undefined
  const values = [...call.query.getAll('dryRun'), ...(isList(inBody) ? inBody : [])].filter(value => value !== '')
  const unknown = values.find(value => value !== 'All')
  if (unknown !== undefined) throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`)
  return values.length > 0
}

/** DeleteOptions come in the body; the policy may stand in the query instead. */
function deleteOptions(call: Call): JsonObject {
  const policy = call.query.get('propagationPolicy')
  const body = bodyOf(call)
  return { ...(isObject(body) ? body : {}), ...(policy ? { propagationPolicy: policy } : {}) }
}

function bodyOf(request: ApiRequest): Json | undefined {
  if (request.body === undefined || request.body === '') return undefined
  if (request.contentType.includes('protobuf')) {
    throw new ApiError(415, 'this server does not read protobuf - accepted media types include: application/json, application/yaml')
  }
  try {
    const value: Json = JSON.parse(request.body)
    return value
  } catch (error) {
    if (!request.contentType.includes('yaml')) throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : 'it is no JSON'}`)
  }
  try {
    const value: Json = parse(request.body)
    return value
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message.split('\n')[0] : 'it cannot be read'}`)
  }
}

