import { objectsAt, textAt, valueAt } from '../model/json.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { WritError } from '../model/error.ts'
import { nameOf } from './api.ts'
import type { Api, ApiServer } from './api.ts'
import { conditionOf } from './flux/conditions.ts'

const KINDS = [
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject', plural: 'appprojects', namespaced: true },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', plural: 'gitrepositories', namespaced: true },
  { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmChart', plural: 'helmcharts', namespaced: true },
  { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', plural: 'helmreleases', namespaced: true },
  { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations', namespaced: true },
] as const

/** Installs what Argo CD and Flux bring into a cluster: their kinds, their namespaces and the default project. */
export async function installOwners(server: ApiServer, api: Api): Promise<void> {
  for (const kind of KINDS) await server.ensureKind(kind)
  for (const name of ['argocd', 'flux-system']) await makeNamespace(api, name)
  await api.apply({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' },
    spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
  }, 'sandbox')
}

/** Makes a namespace unless it is there. */
export async function makeNamespace(api: Api, name: string): Promise<void> {
  const ref = { group: '', version: 'v1', kind: 'Namespace', namespace: null, name }
  if (await api.get(ref) === null) await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'sandbox')
}

// How long an owner may say that it failed before it is believed.
const BELIEVED = 3000
const FAILED = /^(?:BuildFailed|ReconciliationFailed|HealthCheckFailed|ComparisonError|InvalidSpecError|SyncError)$/

/** Waits until every owner says that all is applied and healthy. Throws sandbox/failed with the owner's own words. */
export async function waitForOwners(api: Api, owners: readonly KubernetesObject[], how: { readonly timeout: number, readonly cancelled: () => boolean }): Promise<void> {
  const end = Date.now() + how.timeout
  let fineAt = Date.now()
  for (;;) {
    const states = await Promise.all(owners.map(async owner => ({ owner, ...state(await api.get(nameOf(owner)) ?? owner) })))
    const first = states.find(one => one.failed) ?? states.find(one => one.missing !== null)
    if (first === undefined) return
    if (!first.failed) fineAt = Date.now()
    if (how.cancelled()) throw new WritError('sandbox/failed', 'The sandbox was stopped while it started.')
    if (Date.now() >= Math.min(end, fineAt + (first.failed ? BELIEVED : Infinity))) throw notReady(first)
    await new Promise(resolve => { setTimeout(resolve, 100) })
  }
}

function notReady(of: { readonly owner: KubernetesObject, readonly missing: string | null, readonly failed: boolean }): WritError {
  const tool = of.owner.kind === 'Application' ? 'Argo CD' : 'Flux'
  return new WritError('sandbox/failed', `${of.owner.kind} ${nameOf(of.owner).name} did not become ready: ${of.missing ?? ''}`, of.failed
    ? { hint: `${tool} refuses this folder on a real cluster too: mend what the message names, or take another folder.` }
    : {})
}

/** What is missing until an owner is ready, and whether it says itself that it failed. */
function state(owner: KubernetesObject): { readonly missing: string | null, readonly failed: boolean } {
  if (owner.kind === 'Application') {
    const [sync, health] = [textAt(owner, 'status', 'sync', 'status') ?? 'no status yet', textAt(owner, 'status', 'health', 'status') ?? 'unknown']
    const error = objectsAt(owner, 'status', 'conditions').find(one => FAILED.test(textAt(one, 'type') ?? ''))
    if (sync === 'Synced' && health === 'Healthy') return { missing: null, failed: false }
    const waits = objectsAt(owner, 'status', 'resources').filter(one => textAt(one, 'status') !== 'Synced').map(one => `${textAt(one, 'kind') ?? ''} ${textAt(one, 'name') ?? ''}`)
    const why = textAt(error, 'message') ?? waits.slice(0, 3).join(', ')
    return { missing: `sync is ${sync}, health is ${health}${why === '' ? '.' : `: ${why}`}`, failed: error !== undefined }
  }
  const ready = conditionOf(valueAt(owner, 'status'), 'Ready')
  if (ready?.['status'] === 'True') return { missing: null, failed: false }
  return { missing: textAt(ready, 'message') ?? 'no status yet', failed: ready?.['status'] === 'False' && FAILED.test(textAt(ready, 'reason') ?? '') }
}
