import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { isObject, textAt } from '../../src/model/json.ts'
import { groupVersion, isKubernetesObject } from '../../src/model/resource.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'

/** A kind that the server offers. */
export interface Offered { readonly group: string, readonly version: string, readonly kind: string, readonly plural: string, readonly namespaced?: boolean, readonly shortNames?: readonly string[] }

/** What a test may put in the way of a request: an answer instead of the server's own, or null to let it pass. */
export type Intercept = (request: IncomingMessage) => { readonly status: number, readonly body?: Json, readonly headers?: Readonly<Record<string, string>> } | 'hang' | 'reset' | null

/** A server over loopback that holds objects just as a test wrote them: for reading adapters, without any behaviour of its own. */
export interface ObjectServer {
  readonly url: string
  readonly kubeconfig: string
  readonly requests: string[]
  put(...objects: readonly JsonObject[]): void
  remove(kind: string, name: string): void
  get(kind: string, name: string): KubernetesObject | undefined
  intercept(how: Intercept | null): void
  close(): Promise<void>
}

export const KINDS: readonly Offered[] = [
  { group: '', version: 'v1', kind: 'Pod', plural: 'pods', shortNames: ['po'] },
  { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, shortNames: ['ns'] },
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
  { group: '', version: 'v1', kind: 'Secret', plural: 'secrets' },
  { group: '', version: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'] },
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'] },
  { group: 'apps', version: 'v1', kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'] },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'] },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', shortNames: ['sts'] },
  { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs' },
  { group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'] },
  { group: '', version: 'v1', kind: 'Service', plural: 'services', shortNames: ['svc'] },
  { group: '', version: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'] },
  { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice', plural: 'endpointslices' },
  { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', shortNames: ['hpa'] },
  { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', shortNames: ['hpa'] },
  { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'] },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
]

export const ARGO_KINDS: readonly Offered[] = [
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', shortNames: ['app', 'apps'] },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'ApplicationSet', plural: 'applicationsets', shortNames: ['appset'] },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject', plural: 'appprojects' },
]

export const FLUX_KINDS: readonly Offered[] = [
  { group: 'fluxcd.controlplane.io', version: 'v1', kind: 'ResourceSet', plural: 'resourcesets' },
  { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations', shortNames: ['ks'] },
  { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', plural: 'helmreleases', shortNames: ['hr'] },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', plural: 'gitrepositories' },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'ExternalArtifact', plural: 'externalartifacts' },
  { group: 'source.extensions.fluxcd.io', version: 'v1beta1', kind: 'ArtifactGenerator', plural: 'artifactgenerators' },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'OCIRepository', plural: 'ocirepositories' },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'Bucket', plural: 'buckets' },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmRepository', plural: 'helmrepositories' },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmChart', plural: 'helmcharts' },
]

/** Starts a server of these kinds. `aggregated: false` answers discovery in the old way only. */
export async function startObjects(kinds: readonly Offered[], options: { readonly aggregated?: boolean } = {}): Promise<ObjectServer> {
  const objects = new Map<string, KubernetesObject>()
  const requests: string[] = []
  let intercepted: Intercept | null = null
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const instead = intercepted?.(request) ?? null
    if (instead === 'hang') return
    if (instead === 'reset') { request.socket.destroy(); return }
    if (instead !== null) { answer(response, { status: instead.status, headers: instead.headers ?? {} }, instead.body ?? null); return }
    void serve({ kinds, objects, aggregated: options.aggregated ?? true }, request, response)
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  const dir = await mkdtemp(join(tmpdir(), 'writ-objects-'))
  const url = `http://127.0.0.1:${port}`
  const kubeconfig = join(dir, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigOf(url))
  return {
    url, kubeconfig, requests,
    put: (...added) => {
      for (const object of added) {
        if (!isKubernetesObject(object)) throw new Error('not a Kubernetes object')
        objects.set(keyOf(object), object)
      }
    },
    remove: (kind, name) => { for (const [key, object] of objects) if (object.kind === kind && textAt(object, 'metadata', 'name') === name) objects.delete(key) },
    get: (kind, name) => [...objects.values()].find(object => object.kind === kind && textAt(object, 'metadata', 'name') === name),
    intercept: how => { intercepted = how },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => { server.close(resolve) })
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A kubeconfig of one context `test` with the namespace `shop`. */
export function kubeconfigOf(server: string, more: { readonly token?: string, readonly ca?: string } = {}): string {
  const tls = server.startsWith('http:') ? 'insecure-skip-tls-verify: true' : more.ca === undefined ? '' : `certificate-authority-data: ${Buffer.from(more.ca).toString('base64')}`
  return `apiVersion: v1
kind: Config
current-context: test
clusters:
- {name: test, cluster: {server: "${server}"${tls === '' ? '' : `, ${tls}`}}}
contexts:
- {name: test, context: {cluster: test, user: test, namespace: shop}}
users:
- {name: test, user: {token: ${more.token ?? 'sesame-token'}}}
`
}

interface Served { readonly kinds: readonly Offered[], readonly objects: Map<string, KubernetesObject>, readonly aggregated: boolean }

async function serve(of: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x')
  const parts = url.pathname.split('/').filter(part => part !== '')
  if (url.pathname === '/api' || url.pathname === '/apis') { answer(response, 200, discovery(of, url.pathname)); return }
  const [root, group, version, ...rest] = parts[0] === 'api' ? ['api', '', ...parts.slice(1)] : parts
  if (root === undefined || rest.length === 0) { answer(response, 200, resourceList(of, { group: group ?? '', version: version ?? '' })); return }
  const scoped = rest[0] === 'namespaces' && rest.length > 2
  const namespace = scoped ? rest[1] ?? '' : ''
  const [plural, name] = scoped ? rest.slice(2) : rest
  const kind = of.kinds.find(one => one.group === group && one.version === version && one.plural === plural)
  if (kind === undefined) { answer(response, 404, { message: '404 page not found' }); return }
  const matching = [...of.objects.values()].filter(object => groupVersion(object.apiVersion).group === group && object.kind === kind.kind && (!scoped || textAt(object, 'metadata', 'namespace') === namespace))
  if (name === undefined) { answer(response, 200, listOf(kind, matching, url)); return }
  const found = matching.find(object => textAt(object, 'metadata', 'name') === name)
  if (found === undefined) { answer(response, 404, { kind: 'Status', message: `${plural ?? ''} "${name}" not found`, reason: 'NotFound' }); return }
  if (request.method === 'GET') { answer(response, 200, found); return }
  if (request.method === 'PUT') {
    const sent = JSON.parse(await bodyOf(request)) as KubernetesObject
    if (textAt(sent, 'metadata', 'resourceVersion') !== textAt(found, 'metadata', 'resourceVersion')) { answer(response, 409, { kind: 'Status', message: 'the object has been modified', reason: 'Conflict' }); return }
    of.objects.set(keyOf(sent), sent)
    answer(response, 200, sent)
    return
  }
  const patched = merged(found, JSON.parse(await bodyOf(request)) as Json) as KubernetesObject
  of.objects.set(keyOf(patched), patched)
  answer(response, 200, patched)
}

function listOf(kind: Offered, objects: readonly KubernetesObject[], url: URL): Json {
  const labels = (url.searchParams.get('labelSelector') ?? '').split(',').filter(one => one !== '').map(one => one.split('='))
  const chosen = objects.filter(object => labels.every(([key = '', value]) => textAt(object, 'metadata', 'labels', key) === value))
  const limit = Number(url.searchParams.get('limit') ?? 0) || chosen.length
  const start = Number(url.searchParams.get('continue') ?? 0)
  const next = start + limit < chosen.length ? String(start + limit) : undefined
  return { apiVersion: 'v1', kind: `${kind.kind}List`, metadata: { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) }, items: chosen.slice(start, start + limit) }
}

function discovery(of: Served, path: string): Json {
  const groups = [...new Set(of.kinds.map(kind => kind.group))].filter(group => (group === '') === (path === '/api'))
  const versions = (group: string): readonly string[] => [...new Set(of.kinds.filter(kind => kind.group === group).map(kind => kind.version))]
  if (!of.aggregated && path === '/api') return { kind: 'APIVersions', versions: [...versions('')] }
  if (!of.aggregated) return { kind: 'APIGroupList', groups: groups.map(name => ({ name, versions: versions(name).map(version => ({ groupVersion: `${name}/${version}`, version })), preferredVersion: { version: versions(name)[0] } })) }
  return {
    kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2',
    items: groups.map(name => ({
      metadata: name === '' ? {} : { name },
      versions: versions(name).map(version => ({
        version, freshness: 'Current',
        resources: of.kinds.filter(kind => kind.group === name && kind.version === version).map(kind => ({
          resource: kind.plural, responseKind: { group: name, version, kind: kind.kind }, scope: kind.namespaced === false ? 'Cluster' : 'Namespaced',
          singularResource: kind.kind.toLowerCase(), shortNames: [...kind.shortNames ?? []],
        })),
      })),
    })),
  }
}

function resourceList(of: Served, at: { readonly group: string, readonly version: string }): Json {
  const kinds = of.kinds.filter(kind => kind.group === at.group && kind.version === at.version)
  return {
    kind: 'APIResourceList',
    resources: kinds.flatMap(kind => [
      { name: kind.plural, singularName: '', namespaced: kind.namespaced !== false, kind: kind.kind, shortNames: [...kind.shortNames ?? []] },
      { name: `${kind.plural}/status`, singularName: '', namespaced: kind.namespaced !== false, kind: kind.kind },
    ]),
  }
}

function merged(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = merged(result[key], value)
  }
  return result
}

function keyOf(object: KubernetesObject): string {
  return [groupVersion(object.apiVersion).group, object.kind, textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? ''].join('|')
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}

function answer(response: ServerResponse, how: number | { readonly status: number, readonly headers: Readonly<Record<string, string>> }, body: Json): void {
  const { status, headers } = typeof how === 'number' ? { status: how, headers: {} } : how
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
