import { expect } from 'chai'
import { findOwner } from '../../../src/flow/owner/find-owner.ts'
import type { OwnerAnswer } from '../../../src/flow/owner/find-owner.ts'
import { plan as planChange } from '../../../src/flow/plan.ts'
import type { World } from '../../../src/flow/world.ts'
import { isRefusal, refuse } from '../../../src/model/error.ts'
import type { Refusal } from '../../../src/model/error.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { showRef } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { ownerObjects } from '../../../src/outside/tools/owner-objects.ts'
import { ownerLines } from '../../../src/views/owner-lines.ts'
import { environment, plan } from '../../fixtures/plan.ts'
import { bareRepository } from '../../outside/git/bare.ts'
import type { BareRepository } from '../../outside/git/bare.ts'
import { ENTRY, ONE, application, gitRepository, kustomization, live, startFleet, toolsOf } from '../../outside/tools/fixtures.ts'
import type { Fleet } from '../../outside/tools/fixtures.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { answeringServer } from '../../support/answering-server.ts'
import { proofWorld } from '../../support/proof-world.ts'
import { join } from 'node:path'

const spec = { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } }

function made(kind: string, name: string, by: JsonObject | null): KubernetesObject {
  const ownerReferences = by === null ? [] : [{ controller: true, ...by }]
  return { apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, metadata: { name, namespace: 'shop', uid: `uid-${name}`, ownerReferences }, spec }
}

const RS = made('ReplicaSet', 'web-1', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u1' })
const POD = made('Pod', 'web-1-x', { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'uid-web-1' })
const ARGO = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd' }

describe('the way from an object to its last owner', () => {
  let fleet: Fleet
  let repository: BareRepository
  let world: World
  let there: readonly KubernetesObject[] = []

  before(async () => {
    fleet = await startFleet(['one'])
    repository = await bareRepository({ 'apps/web/web.yaml': 'apiVersion: v1\n' })
    const { reader } = openRepository({ url: repository.url, cacheDir: join(repository.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } })
    const unused = (): never => { throw new Error('not part of this test') }
    const base = proofWorld({ repository: { ...repository, reader, commit: unused, dispose: unused }, owners: [] })
    const handle = base.repositories.open('')
    world = {
      ...base, clock: { ...systemClock(), sleep: () => Promise.resolve() }, clusters: fleet.clusters, servers: { named: () => answeringServer() }, environments: { all: [], of: () => environment('dev') },
      tools: [argocdTool(toolsOf(fleet)), fluxTool(toolsOf(fleet))], ownerObjects: ownerObjects({ clusters: fleet.clusters, config: ONE }),
      repositories: { same: (a, b) => a === b, open: url => url === repository.url ? handle : refuse('REPOSITORY_UNKNOWN', 'unknown') },
    }
  })
  afterEach(() => {
    for (const { kind, metadata } of there) fleet.servers['one']?.remove(kind, String(metadata['name']))
    fleet.servers['one']?.intercept(null)
  })
  after(async () => {
    await fleet.close()
    await repository.remove()
  })

  function put(...objects: readonly KubernetesObject[]): void {
    there = [...objects, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]
    fleet.servers['one']?.put(...there)
  }
  const ask = (type: string, name: string, namespace = 'shop'): Promise<OwnerAnswer | Refusal> => findOwner(world, { cluster: null, namespace, type, name })
  const app = (name: string, more: Parameters<typeof application>[1] = {}): KubernetesObject => application(name, { ...more, source: { repoURL: repository.url, ...more.source } })
  const source = (): KubernetesObject => gitRepository({ spec: { url: repository.url } })
  async function answer(type: string, name: string, namespace?: string): Promise<OwnerAnswer> {
    const found = await ask(type, name, namespace)
    if (isRefusal(found)) throw new Error(`${found.refused} ${found.message}`)
    return found
  }
  const way = ({ chain }: OwnerAnswer): readonly string[] => chain.links.map(({ object, how, level }) => `${how} ${showRef(object)}${level === null ? '' : ` ${level}`}`)

  it('leads a pod over what makes it to who deploys that', async () => {
    put(POD, RS, live(), app('shop'))
    const found = await answer('pod', 'web-1-x')
    expect(way(found)).to.deep.equal(['asked Pod shop/web-1-x', 'made ReplicaSet shop/web-1', 'made Deployment shop/web', 'deployed Application argocd/shop listed'])
    expect([showRef(found.subject), found.owner.name, found.branch, found.chain.end]).to.deep.equal(['Deployment shop/web', 'shop', 'main', 'nobody deploys Application argocd/shop from Git, as far as can be seen'])
    const text = ownerLines(found).map(one => one.text).join('\n')
    expect(text).to.include('Pod shop/web-1-x on one comes from Deployment shop/web, which is deployed by Application argocd/shop')
    expect(text).to.include('      └─ deployed by Application argocd/shop [listed] from ')
  })
  describe('made by something else', () => {
    const object = (type: string, name: string, more: { readonly metadata?: JsonObject, readonly spec?: JsonObject } = {}): KubernetesObject => ({ apiVersion: type.slice(0, type.lastIndexOf('/')), kind: type.slice(type.lastIndexOf('/') + 1), ...more, metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...more.metadata } })
    const by = (kind: string, apiVersion: string, name: string): JsonObject => ({ ownerReferences: [{ apiVersion, kind, name, uid: `uid-${name}`, controller: true }] })
    const listing = (group: string, kind: string, name: string): KubernetesObject => app('shop', { status: { resources: [{ group, version: 'v1', kind, namespace: 'shop', name, status: 'Synced' }] } })
    const SET = object('apps/v1/StatefulSet', 'db', { spec: { selector: { matchLabels: { app: 'db' } }, volumeClaimTemplates: [{ metadata: { name: 'data' } }] } })
    const rows: readonly (readonly [string, string, string, () => readonly KubernetesObject[], string])[] = [
      ['a pod of a job of a cron job', 'pod', 'nightly-1-x', () => [object('v1/Pod', 'nightly-1-x', { metadata: by('Job', 'batch/v1', 'nightly-1') }), object('batch/v1/Job', 'nightly-1', { metadata: by('CronJob', 'batch/v1', 'nightly') }), object('batch/v1/CronJob', 'nightly'), listing('batch', 'CronJob', 'nightly')], 'made Job shop/nightly-1; made CronJob shop/nightly; deployed Application argocd/shop listed'],
      ['an endpoint slice of a service, whose labels are copies', 'endpointslice', 'web-abc', () => [object('discovery.k8s.io/v1/EndpointSlice', 'web-abc', { metadata: { ...by('Service', 'v1', 'web'), labels: { 'app.kubernetes.io/instance': 'other' }, annotations: { 'argocd.argoproj.io/tracking-id': 'other:/Service:shop/web' } } }), object('v1/Service', 'web'), app('other', { status: { resources: [] } }), listing('', 'Service', 'web')], 'made Service shop/web; deployed Application argocd/shop listed'],
      ['a claim of a stateful set, which names nobody', 'pvc', 'data-db-0', () => [object('v1/PersistentVolumeClaim', 'data-db-0', { metadata: { labels: { app: 'db' } } }), SET, listing('apps', 'StatefulSet', 'db')], 'made StatefulSet shop/db; deployed Application argocd/shop listed'],
      ['a claim that Git declares itself', 'pvc', 'data-db-0', () => [object('v1/PersistentVolumeClaim', 'data-db-0', { metadata: { labels: { app: 'db' } } }), SET, listing('', 'PersistentVolumeClaim', 'data-db-0')], 'deployed Application argocd/shop listed'],
    ]
    for (const [name, type, asked, objects, words] of rows) {
      it(`leads ${name} to its root`, async () => {
        put(...objects())
        expect(way(await answer(type, asked)).slice(1).join('; ')).to.equal(words)
      })
    }
    it('takes no claim for a stateful set\'s that only has such a name', async () => {
      for (const [name, labels] of [['data-db-0', {}], ['data-db-x', { app: 'db' }], ['more-db-0', { app: 'db' }]] as const) {
        put(object('v1/PersistentVolumeClaim', name, { metadata: { labels } }), SET, listing('apps', 'StatefulSet', 'db'))
        const found = await ask('pvc', name)
        expect(isRefusal(found) ? found.refused : 'an owner').to.equal('UNMANAGED')
        fleet.servers['one']?.remove('PersistentVolumeClaim', name)
      }
    })
    it('refuses a change of a claim, and says what makes it', async () => {
      put(object('v1/PersistentVolumeClaim', 'data-db-0', { metadata: { labels: { app: 'db' } }, spec: {} }), SET, listing('apps', 'StatefulSet', 'db'))
      const refused = await planChange(world, { ...plan().request, target: { cluster: null, namespace: 'shop', type: 'pvc', name: 'data-db-0' }, asks: [{ kind: 'field', container: null, field: 'metadata.labels.a', value: 'b', as: 'string' }] })
      expect(isRefusal(refused) ? `${refused.refused} ${refused.message} ${JSON.stringify(refused.evidence)} ${refused.hint}` : '').to.include('UNSUPPORTED').and.include('a claim template of StatefulSet db makes it').and.include('which Application argocd/shop deploys')
    })
  })
  describe('with odd marks', () => {
    const id = (text: string, more: JsonObject = {}): KubernetesObject => live({ annotations: { 'argocd.argoproj.io/tracking-id': text }, ...more })
    const other = (): KubernetesObject => app('other', { status: { resources: [] } })
    const long = 'a'.repeat(63)
    const odd: readonly (readonly [string, KubernetesObject, string])[] = [
      ['a tracking id that was cut', id('other:apps/Deployment:shop/we'), 'the tracking id'],
      ['a tracking id without an object', id('other'), 'names another object'],
      ['a tracking id with nothing in it', id(''), ''],
      ['a tracking id of colons and slashes', id('::/:/'), ''],
      ['a kind in lower case', id('other:apps/deployment:shop/web'), 'names another object'],
      ['another group', id('other:extensions/Deployment:shop/web'), 'names another object'],
      ['another namespace', id('other:apps/Deployment:prod/web'), 'names another object'],
      ['an id with more behind it', id('other:apps/Deployment:shop/web:x'), 'names another object'],
      ['a label that was cut at 63 characters', live({ labels: { 'app.kubernetes.io/instance': long } }), ''],
      ['half of Flux\' labels', live({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'other' } }), ''],
      ['an id with the name of something that every object has', id('constructor:apps/Deployment:shop/web-2'), 'names another object'],
    ]
    for (const [name, object, words] of odd) {
      it(`counts ${name} for nothing: with a list it is proven by that alone, without one nobody owns it`, async () => {
        put(object, app('shop'), other())
        const found = await answer('deploy', 'web')
        expect([found.owner.name, found.level]).to.deep.equal(['shop', 'listed'])
        fleet.servers['one']?.remove('Application', 'shop')
        const nobody = await ask('deploy', 'web')
        expect(isRefusal(nobody) ? nobody.refused : 'an owner').to.equal('UNMANAGED')
        expect(isRefusal(nobody) ? JSON.stringify(nobody.evidence) : '').to.include(words)
      })
    }
    it('follows a list of another group or kind to nobody', async () => {
      for (const entry of [{ ...ENTRY, group: 'extensions' }, { ...ENTRY, kind: 'deployment' }, { ...ENTRY, namespace: 'Shop' }, { ...ENTRY, name: 'web ' }]) {
        put(live(), app('shop', { status: { resources: [entry] } }))
        const found = await ask('deploy', 'web')
        expect(isRefusal(found) ? found.refused : JSON.stringify(entry)).to.equal('UNMANAGED')
      }
    })
    it('takes an object without a namespace with any in its id, and only its own name', async () => {
      const role = (name: string): KubernetesObject => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, uid: 'r', annotations: { 'argocd.argoproj.io/tracking-id': 'shop:rbac.authorization.k8s.io/ClusterRole:anywhere/reader' } } })
      put(role('reader'), app('shop', { status: { resources: [{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'reader', status: 'Synced' }] } }))
      expect((await answer('clusterrole', 'reader')).level).to.equal('proven')
      put(role('writer'), app('shop', { status: { resources: [{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'reader', status: 'Synced' }] } }))
      const copied = await ask('clusterrole', 'writer')
      expect(isRefusal(copied) ? `${copied.refused} ${JSON.stringify(copied.evidence)}` : '').to.include('UNMANAGED').and.include('it was copied')
    })
    it('refuses what two owners list, with both names', async () => {
      put(live(), app('shop'), app('more'))
      const found = await ask('deploy', 'web')
      fleet.servers['one']?.remove('Application', 'more')
      expect(isRefusal(found) ? `${found.refused} ${found.message}` : '').to.include('AMBIGUOUS_OWNER').and.include('Application argocd/shop').and.include('Application argocd/more')
    })
  })
  it('refuses a change of a pod, and says what to ask for instead and who deploys that', async () => {
    put(RS, live(), app('shop'), made('StatefulSet', 'db', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u1' }))
    const refused = await planChange(world, { ...plan().request, verb: 'scale', target: { cluster: null, namespace: 'shop', type: 'statefulset', name: 'db' }, asks: [{ kind: 'replicas', value: 3 }] })
    if (!isRefusal(refused)) throw new Error('planned')
    expect(refused.message).to.include('StatefulSet shop/db is made by Deployment web')
    expect(refused.hint).to.equal('Ask for the change of Deployment shop/web, which Application argocd/shop deploys: deployment.apps/web -n shop.')
  })
  it('follows app-of-apps up to the one that deploys itself', async () => {
    const list = (name: string): JsonObject => ({ ...ARGO, name, status: 'Synced' })
    put(live(), app('shop'), app('root', { status: { resources: [list('shop'), list('root')], controllerNamespace: 'argocd' } }))
    const found = await answer('deploy', 'web')
    expect(way(found).slice(1)).to.deep.equal(['deployed Application argocd/shop listed', 'deployed Application argocd/root listed'])
    expect(found.chain.end).to.equal('Application argocd/root deploys itself')
  })
  it('ends at a circle', async () => {
    const list = (name: string): JsonObject => ({ ...ARGO, name, status: 'Synced' })
    put(live(), app('shop', { status: { resources: [ENTRY, list('root')], controllerNamespace: 'argocd' } }), app('root', { status: { resources: [list('shop')], controllerNamespace: 'argocd' } }))
    expect((await answer('deploy', 'web')).chain.end).to.include('a circle')
  })
  it('goes from Argo CD to Flux where one deploys the other\'s owner', async () => {
    put(live(), app('shop'), source(), kustomization('apps', { spec: { path: './apps' }, status: { inventory: { entries: [{ id: 'argocd_shop_argoproj.io_Application', v: 'v1alpha1' }] } } }))
    expect(way(await answer('deploy', 'web')).slice(1)).to.deep.equal(['deployed Application argocd/shop listed', 'deployed Kustomization flux-system/apps listed'])
  })
  it('names the ApplicationSet that generates the owner, and who deploys that', async () => {
    const set: KubernetesObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all', namespace: 'argocd', uid: 'set' }, spec: {} }
    put(live(), set, app('shop', { metadata: { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'set', controller: true }] } }), app('root', { status: { resources: [{ ...ARGO, kind: 'ApplicationSet', name: 'all', status: 'Synced' }], controllerNamespace: 'argocd' } }))
    const found = await answer('deploy', 'web')
    expect(way(found).slice(1)).to.deep.equal(['deployed Application argocd/shop listed', 'generated ApplicationSet argocd/all', 'deployed Application argocd/root listed'])
    expect(found.gates.map(({ flag }) => flag)).to.include('generated')
  })
  it('names the ResourceSet that generates an object, and what to edit', async () => {
    const set: KubernetesObject = { apiVersion: 'fluxcd.controlplane.io/v1', kind: 'ResourceSet', metadata: { name: 'apps', namespace: 'flux-system' }, spec: {}, status: { inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] } } }
    put(live({ labels: { 'resourceset.fluxcd.controlplane.io/name': 'apps', 'resourceset.fluxcd.controlplane.io/namespace': 'flux-system' } }), set)
    const found = await answer('deploy', 'web')
    expect([found.level, found.owner.kind, found.obstacle?.refused]).to.deep.equal(['proven', 'ResourceSet', 'UNSUPPORTED'])
    expect(found.obstacle?.hint).to.include('spec.inputs')
    const tip = repository.git('rev-parse', 'main')
    await repository.commit({ 'sets/all.yaml': '# sets\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: apps }\n---\napiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata:\n  name: apps\nspec:\n  inputs: []\n' }, 'main')
    put(live({ labels: { 'resourceset.fluxcd.controlplane.io/name': 'apps', 'resourceset.fluxcd.controlplane.io/namespace': 'flux-system' } }), set, source(), kustomization('root', { status: { inventory: { entries: [{ id: 'flux-system_apps_fluxcd.controlplane.io_ResourceSet', v: 'v1' }] } } }))
    const declared = await answer('deploy', 'web')
    const refused = await planChange(world, { ...plan().request, target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [{ kind: 'replicas', value: 3 }] })
    repository.git('update-ref', 'refs/heads/main', tip)
    expect(way(declared).slice(1)).to.deep.equal(['deployed ResourceSet flux-system/apps proven', 'deployed Kustomization flux-system/root listed'])
    expect(declared.obstacle?.hint).to.include('It stands in sets/all.yaml:7.')
    expect(isRefusal(refused) ? JSON.stringify(refused.evidence) : '').to.include('sets/all.yaml:7').and.include('Kustomization flux-system/root deploys ResourceSet flux-system/apps')
  })

  const unknown: readonly (readonly [string, readonly KubernetesObject[], string])[] = [
    ['is not there', [made('ReplicaSet', 'web-1', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gone' })], 'ReplicaSet shop/web-1 names Deployment gone as its controller, and that is not there'],
    ['is of a kind that is not served', [made('ReplicaSet', 'web-1', { apiVersion: 'acme.example/v1', kind: 'Widget', name: 'w' })], 'the cluster does not serve that kind'],
    ['was made again', [made('ReplicaSet', 'web-1', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'old' }), live()], 'another uid'],
    ['names its child', [made('ReplicaSet', 'web-1', { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'a' }), made('StatefulSet', 'a', { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1' })], 'name each other'],
  ]
  for (const [name, objects, words] of unknown) {
    it(`says in plain words that the maker ${name}`, async () => {
      put(...objects)
      const found = await ask('rs', 'web-1')
      expect(isRefusal(found) ? `${found.refused} ${JSON.stringify(found.evidence)}` : '').to.include('UNMANAGED')
      const refused = await planChange(world, { ...plan().request, verb: 'scale', target: { cluster: null, namespace: 'shop', type: 'rs', name: 'web-1' }, asks: [{ kind: 'replicas', value: 3 }] })
      expect(isRefusal(refused) ? `${refused.refused} ${refused.message}` : '').to.include('UNSUPPORTED').and.include(words)
    })
  }
  it('says that the maker may not be read', async () => {
    put(RS, live())
    fleet.servers['one']?.intercept(request => request.url?.includes('/deployments/') === true ? { status: 403, body: { message: 'deployments is forbidden' } } : null)
    const refused = await planChange(world, { ...plan().request, verb: 'scale', target: { cluster: null, namespace: 'shop', type: 'rs', name: 'web-1' }, asks: [{ kind: 'replicas', value: 3 }] })
    expect(isRefusal(refused) ? refused.message : '').to.include('may not be read').and.include('forbidden')
  })
  it('explains that an operator makes an object from fields of its own', async () => {
    put(made('StatefulSet', 'db', { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', name: 'cluster' }), { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', metadata: { name: 'cluster', namespace: 'shop' } })
    const refused = await planChange(world, { ...plan().request, verb: 'scale', target: { cluster: null, namespace: 'shop', type: 'statefulset', name: 'db' }, asks: [{ kind: 'replicas', value: 3 }] })
    expect(isRefusal(refused) ? refused.hint : '').to.include('An operator makes it from HelmChart shop/cluster').and.include('writ set field helmchart.source.toolkit.fluxcd.io/cluster -n shop FIELD=VALUE')
  })
  it('shows an owner that a change would not be taken by, with the reason and every gate', async () => {
    put(live(), app('shop', { spec: { syncPolicy: {}, ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }] }, metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } }),
      { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' }, spec: { syncWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '24h', applications: ['*'] }] } })
    const found = await answer('deploy', 'web')
    expect(found.gates.map(({ flag }) => flag)).to.have.members(['suspended', 'manual-sync', 'sync-window', 'ignored-fields', 'autoscaler'])
    expect([found.obstacle?.refused, found.branch]).to.deep.equal(['SUSPENDED', null])
    expect(ownerLines(found).map(one => one.text).join('\n')).to.include('would be refused SUSPENDED')
  })
  it('shows the gates of Flux', async () => {
    put(live({ labels: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }), kustomization('shop', { spec: { suspend: true, decryption: { provider: 'sops' } } }), gitRepository({ spec: { url: repository.url, suspend: true, ref: { tag: 'v1' } } }))
    expect((await answer('deploy', 'web')).gates.map(({ flag }) => flag)).to.have.members(['suspended', 'suspended', 'pinned', 'sops', 'opt-out'])
  })
  it('shows the owner where a list cannot be read, and that it may not be the only one', async () => {
    put(live(), app('shop'))
    fleet.servers['one']?.intercept(request => request.url?.includes('/kustomizations') === true ? { status: 403, body: { message: 'no' } } : null)
    const found = await answer('deploy', 'web')
    expect([found.owner.name, found.obstacle?.refused, found.gates.map(({ flag }) => flag)]).to.deep.equal(['shop', 'OWNER_UNPROVEN', ['singleness']])
  })
  it('refuses with what was seen on the way where nobody deploys the last', async () => {
    put(POD, RS, live())
    const found = await ask('pod', 'web-1-x')
    expect(isRefusal(found) ? `${found.refused} ${found.message} ${found.evidence[0]?.sentence ?? ''}` : '').to.include('UNMANAGED').and.include('Deployment shop/web').and.include('controller of Pod shop/web-1-x')
  })
})
