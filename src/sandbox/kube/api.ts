import { parse } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, textAt, valueAt } from '../../model/json.ts'
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
  | { readonly query: URLSearchParams, readonly start: (sink: WatchSink) => () => void, readonly bookmark: () => JsonObject }

const PATCH_TYPES: readonly PatchType[] = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml']
const ALL_TYPES = PATCH_TYPES.map(type => `application/${type}`).join(', ')

/** Answers one request; every refusal is a Kubernetes Status. The same for requests over the wire and in the process. */
export function answer(objects: Objects, request: ApiRequest): ApiAnswer {
  try {
    return route(objects, request)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return error.plain ? { status: error.code, text: error.message } : { status: error.code, body: error.status() }
  }
}

function route(objects: Objects, request: ApiRequest): ApiAnswer {
  const url = new URL(request.path, 'https://kubernetes')
  const parts = url.pathname.split('/').filter(part => part !== '').map(decodeURIComponent)
  if (parts[0] === 'api') return underVersion(objects, request, { url, groupVersion: parts[1], rest: parts.slice(2), core: true })
  if (parts[0] === 'apis') {
    const known = parts[1] === undefined ? undefined : groupDocument(objects.registry.all(), parts[1])
    if (parts[1] !== undefined && !known) throw new ApiError(404, '404 page not found\n', { plain: true })
    if (known && parts[2] === undefined) return readOnly(request, known)
    return underVersion(objects, request, { url, groupVersion: parts[2] && `${parts[1]}/${parts[2]}`, rest: parts.slice(3), core: false })
  }
  if (['healthz', 'livez', 'readyz'].includes(parts[0] ?? '')) return { status: 200, text: 'ok' }
  if (parts[0] === 'version' && parts.length === 1) return readOnly(request, VERSION)
  throw new ApiError(404, 'the server could not find the requested resource', { details: {} })
}

const VERSION: JsonObject = {
  major: '1', minor: '36', gitVersion: 'v1.36.3-sandbox', gitCommit: '', gitTreeState: '', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: '', platform: 'linux/amd64',
}

interface Place { readonly url: URL, readonly groupVersion: string | undefined, readonly rest: readonly string[], readonly core: boolean }

function underVersion(objects: Objects, request: ApiRequest, place: Place): ApiAnswer {
  const kinds = objects.registry.all()
  const { groupVersion, rest, core } = place
  if (groupVersion === undefined) {
    if (request.accept.includes('as=APIGroupDiscoveryList') && request.accept.includes('v=v2')) return readOnly(request, aggregated(kinds, core))
    return readOnly(request, core ? coreVersions(place.url.host) : groupList(kinds))
  }
  const list = resourceList(kinds, groupVersion)
  if (!list) throw new ApiError(404, '404 page not found\n', { plain: true })
  if (rest.length === 0) return readOnly(request, list)
  const review = REVIEWS.find(item => groupVersionOf(item) === groupVersion && item.plural === rest[0])
  if (review) return accessReview(request)
  return onResource(objects, request, place)
}

function readOnly(request: ApiRequest, body: JsonObject): ApiAnswer {
  if (request.method !== 'GET') throw methodNotAllowed()
  return { status: 200, body }
}

/** Every token of this server may do everything. */
function accessReview(request: ApiRequest): ApiAnswer {
  if (request.method !== 'POST') throw methodNotAllowed()
  const body = bodyOf(request)
  return { status: 201, body: { ...(isObject(body) ? body : {}), status: { allowed: true, reason: 'every token of this server has all rights' } } }
}

function onResource(objects: Objects, request: ApiRequest, { url, groupVersion = '', rest }: Place): ApiAnswer {
  const query = url.searchParams
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && ['status', 'finalize'].includes(rest[2] ?? ''))
  const [plural = '', name = '', subresource, ...more] = inNamespace ? rest.slice(2) : rest
  const kind = objects.registry.find(groupVersion, plural)
  if (!kind || more.length > 0 || (inNamespace && !kind.namespaced)) throw noResource()
  const namespace = inNamespace ? rest[1] ?? '' : ''
  const target = { kind, namespace, name, ...(subresource ? { subresource } : {}) }
  const scope = (): Scope => scopeOf(kind, inNamespace ? namespace : undefined, name, query)
  if (request.method === 'GET' && (query.get('watch') === 'true' || query.get('watch') === '1')) {
    const watched = scope()
    const from = query.get('resourceVersion') ?? ''
    if (!/^\d*$/.test(from)) throw badRequest(`Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`)
    return { query, start: sink => watch(objects.store, watched, query, sink), bookmark: () => bookmark(objects.store, kind) }
  }
  if (name === '' && request.method === 'GET') return { status: 200, body: listPage(objects.store, scope(), query) }
  if (name === '' && request.method === 'DELETE') return removeAll(objects, scope(), { query, body: bodyOf(request) })
  if (kind.namespaced && !inNamespace) throw methodNotAllowed()
  if (subresource === undefined) return onObject(objects, request, target, query)
  if (subresource === 'scale' && kind.scale) return onScale(objects, request, target, query)
  if (subresource === 'status' && kind.status) return onObject(objects, request, target, query)
  throw noResource()
}

function onObject(objects: Objects, request: ApiRequest, target: Target, query: URLSearchParams): ApiAnswer {
  const options = (): WriteOptions => writeOptions(request, query)
  const named = target.name !== ''
  switch (request.method) {
    case 'GET': return { status: 200, body: objects.get(target) }
    case 'POST': {
      if (named) throw methodNotAllowed()
      return written(objects.create(target, bodyOf(request), options()))
    }
    case 'PUT': {
      if (!named) throw methodNotAllowed()
      return written(objects.replace(target, bodyOf(request), options()))
    }
    case 'PATCH': {
      if (!named) throw methodNotAllowed()
      const type = patchType(request)
      if (type === 'apply-patch+yaml' && !query.get('fieldManager')) {
        throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')])
      }
      return written(objects.patch(target, bodyOf(request) ?? null, type, options()))
    }
    case 'DELETE': {
      if (target.subresource) throw methodNotAllowed()
      return { status: 200, body: objects.remove(target, deleteOptions(query, bodyOf(request)), dryRun(query, request)) }
    }
    default: throw methodNotAllowed()
  }
}

function onScale(objects: Objects, request: ApiRequest, target: Target, query: URLSearchParams): ApiAnswer {
  if (request.method === 'GET') return { status: 200, body: scaleOf(objects, target) }
  if (request.method !== 'PUT' && request.method !== 'PATCH') throw methodNotAllowed()
  const type = request.method === 'PUT' ? 'replace' : patchType(request)
  return { status: 200, body: writeScale(objects, target, { body: bodyOf(request) ?? null, type }, writeOptions(request, query)) }
}

function removeAll(objects: Objects, scope: Scope, more: { readonly query: URLSearchParams, readonly body: Json | undefined }): ApiAnswer {
  const page = listPage(objects.store, scope, new URLSearchParams())
  for (const object of found(objects.store, scope)) {
    const target = { kind: scope.kind, namespace: textAt(object, 'metadata', 'namespace') ?? '', name: textAt(object, 'metadata', 'name') ?? '' }
    objects.remove(target, deleteOptions(more.query, more.body), more.query.get('dryRun') === 'All')
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

function writeOptions(request: ApiRequest, query: URLSearchParams): WriteOptions {
  const validation = query.get('fieldValidation') || 'Warn'
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') throw badRequest(`invalid fieldValidation ${JSON.stringify(validation)}: must be Ignore, Warn or Strict`)
  const manager = query.get('fieldManager') || (request.userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown'
  return { manager, dryRun: dryRun(query, request), force: query.get('force') === 'true', validation }
}

function dryRun(query: URLSearchParams, request: ApiRequest): boolean {
  const values = query.getAll('dryRun').filter(value => value !== '')
  const unknown = values.find(value => value !== 'All')
  if (unknown !== undefined) throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`)
  const inBody = request.method === 'DELETE' ? valueAt(bodyOf(request), 'dryRun') : undefined
  return values.length > 0 || (Array.isArray(inBody) && inBody.includes('All'))
}

/** DeleteOptions come in the body; the policy may stand in the query instead. */
function deleteOptions(query: URLSearchParams, body: Json | undefined): JsonObject {
  const policy = query.get('propagationPolicy')
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

