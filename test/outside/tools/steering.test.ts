import { expect } from 'chai'
import type { JsonObject } from '../../../src/model/json.ts'
import type { OwnerLook } from '../../../src/model/steering.ts'
import { argocdSteering } from '../../../src/outside/tools/argocd/argocd-steering.ts'
import { fluxSteering } from '../../../src/outside/tools/flux/flux-steering.ts'
import { ARGO_KINDS, FLUX_KINDS, KINDS } from '../../support/object-server.ts'
import { COMMIT, OTHER, application, gitRepository, kustomization, startFleet } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const CRD = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false }
const SETS = { group: 'argoproj.io', version: 'v1alpha1', kind: 'ApplicationSet', plural: 'applicationsets' }

/** The definition of Applications, as far as a pause asks it. */
function definition(automated: JsonObject): JsonObject {
  const at = (name: string, inner: JsonObject): JsonObject => ({ properties: { [name]: inner } })
  const schema = at('spec', at('syncPolicy', at('automated', { properties: automated })))
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'applications.argoproj.io' }, spec: { versions: [{ name: 'v1alpha1', schema: { openAPIV3Schema: schema } }] } }
}

describe('an owner as it stands', () => {
  let fleet: Fleet
  before(async () => { fleet = await startFleet(['one'], [...KINDS, ...ARGO_KINDS, ...FLUX_KINDS, CRD, SETS]) })
  after(() => fleet.close())
  const put = (...objects: readonly JsonObject[]): void => fleet.servers['one']?.put(...objects)

  async function app(object: JsonObject = application('web')): Promise<OwnerLook> {
    put(object)
    const look = await argocdSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [{ name: 'one', context: 'test' }] }).look({ tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'web' })
    if (look === null) throw new Error('not there')
    return look
  }

  async function flux(object: JsonObject, kind: 'Kustomization' | 'HelmRelease' = 'Kustomization'): Promise<OwnerLook> {
    put(gitRepository(), object)
    const look = await fluxSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [] }).look({ tool: 'flux', kind, cluster: 'one', namespace: 'flux-system', name: 'web' })
    if (look === null) throw new Error('not there')
    return look
  }

  it('is null where it is not there', async () => {
    expect(await argocdSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [] }).look({ tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'none' })).to.equal(null)
    expect(await fluxSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [] }).look({ tool: 'flux', kind: 'HelmRelease', cluster: 'one', namespace: 'argocd', name: 'none' })).to.equal(null)
  })

  describe('an Application', () => {
    const automated = ['spec', 'syncPolicy', 'automated']
    it('is paused by a switch where its definition has one, else by taking its policy away', async () => {
      expect((await app()).pause).to.deep.equal({ path: automated, paused: null, before: { selfHeal: true } })
      put(definition({ prune: { type: 'boolean' } }))
      expect((await app()).pause).to.deep.equal({ path: automated, paused: null, before: { selfHeal: true } })
      put(definition({ prune: { type: 'boolean' }, enabled: { type: 'boolean' } }))
      expect((await app()).pause).to.deep.equal({ path: [...automated, 'enabled'], paused: false, before: null })
      expect((await app(application('web', { spec: { syncPolicy: { automated: { enabled: true } } } }))).pause).to.deep.equal({ path: [...automated, 'enabled'], paused: false, before: true })
    })

    it('has nothing to pause where a person starts each sync', async () => {
      expect(await app(application('web', { spec: { syncPolicy: {} } }))).to.deep.include({ pause: null, paused: false })
      expect(await app(application('web', { spec: { syncPolicy: { automated: { enabled: false } } } }))).to.deep.include({ pause: null, paused: true })
    })

    it('says what it synced, not what it compared', async () => {
      expect((await app()).delivered).to.deep.include({ state: 'done', revision: COMMIT })
      const behind = application('web', { status: { sync: { status: 'Synced', revision: COMMIT }, operationState: { phase: 'Succeeded', finishedAt: '2026-01-01T00:01:00Z', syncResult: { revision: OTHER } } } })
      expect((await app(behind)).delivered.revision).to.equal(OTHER)
      expect((await app(application('web', { operation: { info: [{ name: 'writ.dev/change', value: 'abcd2345' }] } })))).to.deep.include({ syncOf: 'abcd2345', busy: 'a sync is under way: about to start' })
      const failed = { operationState: { phase: 'Failed', message: 'one or more objects failed to apply', finishedAt: '2026-01-01T00:01:00Z', syncResult: { revision: OTHER } } }
      expect((await app(application('web', { status: failed }))).delivered).to.deep.equal({ state: 'failed', revision: OTHER, sentence: 'its sync is Failed: one or more objects failed to apply' })
      const retrying = { operationState: { phase: 'Running', message: 'Retrying attempt #1', finishedAt: '2026-01-01T00:01:00Z' } }
      expect((await app(application('web', { status: retrying }))).delivered.state).to.equal('running')
    })

    it('may be left alone by the ApplicationSet that makes it', async () => {
      const made = application('web', { metadata: { ownerReferences: [{ kind: 'ApplicationSet', name: 'all', apiVersion: 'argoproj.io/v1alpha1', uid: 'x' }] } })
      const set = (spec: JsonObject): JsonObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all', namespace: 'argocd' }, spec })
      const makers: unknown[] = []
      for (const spec of [{}, { ignoreApplicationDifferences: [{ jsonPointers: ['/spec/syncPolicy'] }] }, { ignoreApplicationDifferences: [{ name: 'other', jsonPointers: ['/spec/syncPolicy'] }] },
        { ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec.syncPolicy.automated'] }] }, { ignoreApplicationDifferences: [{ jsonPointers: ['/spec/source'] }] }, { syncPolicy: { applicationsSync: 'create-only' } }]) {
        put(set(spec))
        makers.push((await app(made)).maker?.at ?? null)
      }
      const all = 'ApplicationSet argocd/all'
      expect(makers).to.deep.equal([all, null, all, null, all, null])
    })

    it('tells its own history, newest first, and what it deploys but for hooks', async () => {
      const history = [{ id: 0, revision: OTHER, deployedAt: '2026-01-01T00:00:00Z', initiatedBy: { username: 'ann' } }, { id: 1, revision: COMMIT, deployedAt: '2026-01-02T00:00:00Z', initiatedBy: { automated: true } }]
      const look = await app(application('web', { status: { history, resources: [{ version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }, { group: 'batch', version: 'v1', kind: 'Job', namespace: 'shop', name: 'migrate', hook: true }] } }))
      expect(look.history.map(({ at, by, commit }) => [at, by, commit])).to.deep.equal([['2026-01-02T00:00:00Z', 'argocd (automatic)', COMMIT], ['2026-01-01T00:00:00Z', 'ann', OTHER]])
      expect(look.deploys).to.deep.equal([{ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }])
    })
  })

  describe('a Flux owner', () => {
    it('is paused by spec.suspend, whatever stood there', async () => {
      expect(await flux(kustomization('web'))).to.deep.include({ pause: { path: ['spec', 'suspend'], paused: true, before: null }, paused: false })
      expect((await flux(kustomization('web', { spec: { suspend: false } }))).pause?.before).to.equal(false)
      expect((await flux(kustomization('web', { spec: { suspend: true } }))).paused).to.equal(true)
    })

    it('deploys to a cluster that nobody can name where it has a kubeConfig', async () => {
      expect((await flux(kustomization('web', { spec: { kubeConfig: { secretRef: { name: 'x' } } } }))).destination.cluster).to.equal(null)
      expect((await flux(kustomization('web'))).destination.cluster).to.equal('one')
    })

    it('has taken a spec once its condition says so, also where it fails', async () => {
      const failing = { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'False', reason: 'BuildFailed', message: 'kustomize build failed', observedGeneration: 2 }] }
      expect(await flux(kustomization('web', { status: failing }))).to.deep.include({ taken: true })
      expect((await flux(kustomization('web', { status: failing }))).delivered).to.deep.include({ state: 'failed', revision: COMMIT })
      expect((await flux(kustomization('web', { status: { ...failing, conditions: [] } }))).taken).to.equal(false)
    })

    it('names the commit that an artifact of a registry was built from', async () => {
      const origin = `main@sha1:${OTHER}`
      const status = { lastAppliedRevision: 'v1@sha256:abc', lastAppliedOriginRevision: origin, history: [{ digest: 'sha256:0123456789abcdef', lastReconciled: '2026-01-02T00:00:00Z', metadata: { revision: 'v1@sha256:abc', originRevision: origin } }] }
      const look = await flux(kustomization('web', { spec: { sourceRef: { kind: 'OCIRepository', name: 'web' } }, status }))
      expect([look.source, look.delivered.revision, look.history.map(({ commit }) => commit)]).to.deep.equal([null, OTHER, [OTHER]])
      expect((await flux(kustomization('web', { status: { lastAppliedRevision: 'v1@sha256:abc' } }))).delivered.revision).to.equal(null)
    })

    it('bears the mark of a pause, and is found by it among all, by its metadata alone', async () => {
      const mark = { metadata: { annotations: { 'writ.dev/pause': '{}' } } }
      put(kustomization('web', mark), application('web', mark), application('other'))
      const ref = { cluster: 'one', name: 'web' }
      expect(await fluxSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [{ name: 'one', context: 'test' }] }).paused()).to.deep.equal([{ ...ref, tool: 'flux', kind: 'Kustomization', namespace: 'flux-system' }])
      expect(await argocdSteering({ clusters: fleet.clusters, kinds: fleet.kinds, config: [{ name: 'one', context: 'test' }] }).paused()).to.deep.equal([{ ...ref, tool: 'argocd', kind: 'Application', namespace: 'argocd' }])
      put(kustomization('web'), application('web'))
    })

    it('tells what it applied, and a HelmRelease its releases', async () => {
      const rows = [{ digest: 'sha256:0123456789abcdef', firstReconciled: '2026-01-01T00:00:00Z', lastReconciled: '2026-01-02T00:00:00Z', lastReconciledStatus: 'ReconciliationSucceeded', totalReconciliations: 3, metadata: { revision: `main@sha1:${COMMIT}` } }]
      expect((await flux(kustomization('web', { status: { history: rows } }))).history).to.deep.equal([{ at: '2026-01-02T00:00:00Z', by: 'flux', status: 'ReconciliationSucceeded', commit: COMMIT, what: 'applied sha256:0123456789ab, 3 times since 2026-01-01T00:00:00Z' }])
      const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'web', namespace: 'flux-system' }, spec: {}, status: { history: [{ version: 2, chartName: 'web', chartVersion: '1.2.0', lastDeployed: '2026-01-02T00:00:00Z', status: 'deployed' }] } }
      const look = await flux(release, 'HelmRelease')
      expect(look.history).to.deep.equal([{ at: '2026-01-02T00:00:00Z', by: 'flux', status: 'deployed', commit: null, what: 'release 2 of web 1.2.0' }])
      expect(look).to.deep.include({ source: null, destination: { cluster: 'one', namespace: 'flux-system' } })
    })
  })
})
