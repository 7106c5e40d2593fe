import { isList, isObject, textAt, valueAt } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { apiVersionOf, groupVersion, isKubernetesObject } from '../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../model/resource.ts'

/** A kind to be served though nobody installed its CRD. */
export interface KindToServe { readonly group: string, readonly version: string, readonly kind: string, readonly plural: string, readonly namespaced: boolean }

/** The part of the embedded API that the controllers use: the same requests as over the wire. */
export interface ApiServer {
  request(method: string, path: string, body?: Json, contentType?: string, fieldManager?: string): Promise<{ readonly status: number, readonly body: unknown }>
  ensureKind(kind: KindToServe): Promise<unknown> | void
}

/** An answer of the API server that is no success; the message is the server's. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

type Name = Pick<ObjectRef, 'group' | 'version' | 'kind' | 'namespace' | 'name'>

/** A small client for the stand-ins. */
export interface Api {
  get(ref: Name): Promise<KubernetesObject | null>
  list(of: Pick<ObjectRef, 'group' | 'version' | 'kind'>): Promise<readonly KubernetesObject[]>
  /** Server-side apply with force, as both controllers do. Gives the object as the server holds it then. */
  apply(object: KubernetesObject, manager: string): Promise<KubernetesObject>
  /** What `apply` would give; nothing is written. */
  dryRun(object: KubernetesObject, manager: string): Promise<KubernetesObject>
  /** JSON merge patch; `status` patches the subresource. */
  patch(ref: Name, patch: JsonObject, how: { readonly manager: string, readonly status?: boolean }): Promise<KubernetesObject>
  remove(ref: Name): Promise<void>
  /** True where objects of this kind live in namespaces. */
  namespaced(of: Pick<ObjectRef, 'group' | 'version' | 'kind'>): Promise<boolean>
}

interface Served { readonly plural: string, readonly namespaced: boolean }

/** Wraps the server. */
export function apiFor(server: ApiServer): Api {
  const kinds = kindTable(server)
  const call = async (method: string, path: string, sent?: { readonly body: Json, readonly type: string }): Promise<unknown> => {
    const answer = await server.request(method, path, sent?.body, sent?.type)
    if (answer.status < 400) return answer.body
    throw new ApiError(answer.status, isObject(answer.body) ? textAt(answer.body, 'message') ?? `status ${answer.status}` : `status ${answer.status}`)
  }
  const send = async (object: KubernetesObject, query: string): Promise<KubernetesObject> =>
    objectIn(await call('PATCH', `${await path(nameOf(object))}?${query}&force=true`, { body: object, type: 'application/apply-patch+yaml' }))
  const path = async (ref: Name): Promise<string> => `${await collection(kinds, ref, ref.namespace)}/${ref.name}`
  return {
    namespaced: async of => (await kinds(of)).namespaced,
    get: async ref => {
      try {
        return objectIn(await call('GET', await path(ref)))
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    list: async of => {
      const body = await call('GET', await collection(kinds, of, null))
      const items = isObject(body) ? body['items'] : []
      return isList(items) ? items.map(item => ({ ...(isObject(item) ? item : {}), apiVersion: apiVersionOf(of), kind: of.kind })).filter(isKubernetesObject) : []
    },
    apply: (object, manager) => send(object, `fieldManager=${manager}`),
    dryRun: (object, manager) => send(object, `fieldManager=${manager}&dryRun=All`),
    patch: async (ref, patch, how) => objectIn(await call(
      'PATCH', `${await path(ref)}${how.status === true ? '/status' : ''}?fieldManager=${how.manager}`, { body: patch, type: 'application/merge-patch+json' })),
    remove: async ref => {
      await call('DELETE', `${await path(ref)}?propagationPolicy=Background`).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
    },
  }
}

/** The address of an object as it stands in its own text. */
export function nameOf(object: KubernetesObject): Name {
  return { ...groupVersion(object.apiVersion), kind: object.kind, namespace: textAt(object, 'metadata', 'namespace') ?? null, name: textAt(object, 'metadata', 'name') ?? '' }
}

/** A text of an object's metadata; '' where there is none. */
export function metaText(object: KubernetesObject, key: 'namespace' | 'name' | 'uid'): string {
  return textAt(object, 'metadata', key) ?? ''
}

function objectIn(body: unknown): KubernetesObject {
  // The in-process server hands its own memory out: a copy keeps a controller from changing it.
  const copy: Json = JSON.parse(JSON.stringify(body))
  if (!isKubernetesObject(copy)) throw new ApiError(500, 'the API server answered with something that is no object')
  return copy
}

async function collection(kinds: KindTable, of: Pick<ObjectRef, 'group' | 'version' | 'kind'>, namespace: string | null): Promise<string> {
  const served = await kinds(of)
  const root = of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`
  return served.namespaced && namespace !== null ? `${root}/namespaces/${namespace}/${served.plural}` : `${root}/${served.plural}`
}

type KindTable = (of: Pick<ObjectRef, 'group' | 'version' | 'kind'>) => Promise<Served>

// Any rendered kind is accepted: what the server does not serve is served from now on (issue text of the sandbox).
function kindTable(server: ApiServer): KindTable {
  const known = new Map<string, Served>()
  return async of => {
    const key = `${apiVersionOf(of)}/${of.kind}`
    const there = known.get(key) ?? await discovered(server, of)
    if (there !== null) {
      known.set(key, there)
      return there
    }
    if (GONE.test(apiVersionOf(of))) throw noMatch(of)
    const guess = { plural: plural(of.kind), namespaced: !CLUSTER_SCOPED.has(of.kind) }
    await server.ensureKind({ group: of.group, version: of.version, kind: of.kind, ...guess })
    // A built-in kind is served in its own versions only.
    if (await discovered(server, of) === null) throw noMatch(of)
    known.set(key, guess)
    return guess
  }
}

// Kubernetes' own groups before they were stable: no cluster of today serves them.
const GONE = /^extensions\/|^(?:[a-z]+|(?:rbac\.authorization|networking|storage|apiextensions|admissionregistration|scheduling|coordination|discovery|node|events)\.k8s\.io)\/v\d+(?:alpha|beta)\d+$/

function noMatch(of: Pick<ObjectRef, 'group' | 'version' | 'kind'>): ApiError {
  return new ApiError(404, `no matches for kind "${of.kind}" in version "${apiVersionOf(of)}"`)
}

async function discovered(server: ApiServer, of: Pick<ObjectRef, 'group' | 'version' | 'kind'>): Promise<Served | null> {
  const answer = await server.request('GET', of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`)
  const resources = answer.status < 400 && isObject(answer.body) ? answer.body['resources'] : []
  for (const resource of isList(resources) ? resources : []) {
    const name = textAt(resource, 'name')
    if (name !== undefined && !name.includes('/') && textAt(resource, 'kind') === of.kind) return { plural: name, namespaced: valueAt(resource, 'namespaced') === true }
  }
  return null
}

const CLUSTER_SCOPED = new Set([
  'Namespace', 'Node', 'PersistentVolume', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'StorageClass', 'PriorityClass', 'IngressClass', 'RuntimeClass',
  'APIService', 'CSIDriver', 'VolumeSnapshotClass', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding', 'ClusterIssuer', 'ClusterSecretStore', 'ClusterExternalSecret', 'ClusterPolicy', 'GatewayClass', 'PodSecurityPolicy',
])

function plural(kind: string): string {
  const lower = kind.toLowerCase()
  if (/(s|x|z|ch|sh)$/.test(lower)) return `${lower}es`
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`
}
