import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { nearestOwner } from '../../../src/flow/owner/owner-chain.ts'
import type { Cluster, Clusters, KindReader } from '../../../src/flow/ports.ts'
import { isRefusal } from '../../../src/model/error.ts'
import type { ClusterConfig } from '../../../src/model/config.ts'
import type { KubernetesObject, Target } from '../../../src/model/resource.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { ownerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import type { OwnerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import { apiFor } from '../../../src/sandbox/api.ts'
import type { Api } from '../../../src/sandbox/api.ts'
import { installOwners } from '../../../src/sandbox/install.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { application, kustomization } from './fixtures.ts'

/** Counts what goes to the API server: single reads, lists of a kind, and pages. */
function counted(clusters: Clusters, kinds: KindReader, seen: string[]): { readonly clusters: Clusters, readonly kinds: KindReader } {
  const one = (cluster: Cluster): Cluster => ({
    ...cluster,
    get: (kind, namespace, name) => { seen.push(`get ${kind.kind} ${name}`); return cluster.get(kind, namespace, name) },
    list: (kind, ...rest) => { seen.push(`list ${kind.kind}`); return cluster.list(kind, ...rest) },
  })
  return {
    clusters: { ...clusters, choose: ask => one(clusters.choose(ask)), named: name => one(clusters.named(name)) },
    kinds: { pages: (of, page) => { seen.push(`pages ${of.kind.kind}`); return kinds.pages(of, page) }, metadata: (of, page) => { seen.push(`metadata ${of.kind.kind}`); return kinds.metadata(of, page) }, follow: (of, feed) => kinds.follow(of, feed) },
  }
}

describe('the owners that a process holds', function () {
  this.timeout(20_000)
  const config: readonly ClusterConfig[] = [{ name: 'one', context: 'writ-sandbox', kubeconfig: 'kubeconfig' }]
  let kube: Kube
  let api: Api
  let dir = ''
  let indexes: OwnerIndexes
  let open: ReturnType<typeof counted>
  const seen: string[] = []

  before(async () => {
    kube = await startKube({})
    api = apiFor(kube)
    await installOwners(kube, api)
    dir = await mkdtemp(join(tmpdir(), 'writ-held-'))
    await writeFile(join(dir, 'kubeconfig'), kube.kubeconfig)
    const clusters = await openClusters({ clusters: config, dir, environment: {} })
    open = counted(clusters, clusters.kinds, seen)
    indexes = ownerIndexes({ ...open, config, life: 0 })
    for (const name of ['a', 'b']) {
      await api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', annotations: { 'argocd.argoproj.io/tracking-id': `app-${name}:/ConfigMap:default/${name}` } } }, 'test')
      await put(application(`app-${name}`, { status: { resources: [{ version: 'v1', kind: 'ConfigMap', namespace: 'default', name, status: 'Synced' }] } }))
    }
    await put(kustomization('other', { status: { inventory: { entries: [{ id: 'default_c__ConfigMap', v: 'v1' }] } } }))
  })
  afterEach(() => { indexes.release() })
  after(async () => {
    await kube.stop()
    await rm(dir, { recursive: true, force: true })
  })

  async function put({ status, ...object }: KubernetesObject): Promise<void> {
    const { uid: _uid, generation: _generation, ...metadata } = object.metadata
    const made = await api.apply({ ...object, apiVersion: object.apiVersion, kind: object.kind, metadata }, 'test')
    if (object.kind === 'Application') await api.apply({ ...made, metadata: { name: made.metadata['name'], namespace: made.metadata['namespace'] }, status }, 'controller')
    else await api.patch({ group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', namespace: String(metadata['namespace']), name: String(metadata['name']) }, { status }, { manager: 'controller', status: true })
  }

  async function look(name: string): Promise<string> {
    const live = await open.clusters.named('one').get({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }, 'default', name)
    if (live === null) throw new Error('not there')
    const target: Target = { cluster: 'one', group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name }
    const tools = [argocdTool({ clusters: open.clusters, config, indexes }), fluxTool({ clusters: open.clusters, config, indexes })]
    const { chosen } = await nearestOwner({ clusters: open.clusters, clock: systemClock() }, tools, { target, live })
    return chosen === null ? 'nobody' : isRefusal(chosen) ? chosen.refused : chosen.owner.name
  }

  it('are looked up by three requests at most, where a process without them lists', async () => {
    seen.length = 0
    expect(await look('a')).to.equal('app-a')
    expect(seen.filter(one => one.startsWith('pages')).length).to.be.at.least(2)
    await indexes.hold()
    expect(indexes.size().owners).to.equal(3)
    await look('a')
    seen.length = 0
    expect(await look('b')).to.equal('app-b')
    expect(seen.length, seen.join(', ')).to.be.at.most(3)
  })
  it('are those of now: who is made since is found, and nobody who is gone', async () => {
    await indexes.hold()
    await api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'd', namespace: 'default' } }, 'test')
    await put(application('app-d', { status: { resources: [{ version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'd', status: 'Synced' }] } }))
    let found = ''
    for (let i = 0; i < 100 && found !== 'app-d'; i += 1) {
      found = await look('d')
      await wait(20)
    }
    expect(found).to.equal('app-d')
    await api.remove({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'app-d' })
    expect(await look('d')).to.equal('nobody')
  })
  it('are followed no more once they are released, even where that comes while it begins', async () => {
    const begun = indexes.hold()
    indexes.release()
    await begun
    expect(indexes.size().owners).to.equal(0)
  })
})
