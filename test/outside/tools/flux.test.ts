import { expect } from 'chai'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import { isRefusal } from '../../../src/model/error.ts'
import type { Refusal } from '../../../src/model/error.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { metadataText } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import type { Claim, Owner, OwnerRef } from '../../../src/model/owner.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { failureOf } from '../../contracts/failure.ts'
import { COMMIT, OTHER, TARGET, gitRepository, kustomization, live, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const REF: OwnerRef = { tool: 'flux', kind: 'Kustomization', cluster: 'one', namespace: 'flux-system', name: 'shop' }

function short(claims: readonly Claim[]): readonly string[] {
  return claims.map(claim => `${claim.owner.kind} ${claim.owner.name}:${claim.proof ? 'proof' : claim.exists ? 'mark' : 'absent'}`)
}

function helmRelease(name: string, status: JsonObject): KubernetesObject {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace: 'flux-system' }, spec: {}, status }
}

const ENTRIES = { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] }
const labels = (name: string): JsonObject => ({ labels: { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } })
const helmLabels = (name: string): JsonObject => ({ labels: { 'helm.toolkit.fluxcd.io/name': name, 'helm.toolkit.fluxcd.io/namespace': 'flux-system' } })

describe('Flux', () => {
  let fleet: Fleet
  let tool: GitOpsTool
  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }
  const clear = (): void => {
    for (const server of Object.values(fleet.servers)) for (const kind of ['Kustomization', 'GitRepository', 'HelmRelease', 'Deployment']) for (const name of ['shop', 'other', 'release', 'web', 'grafted']) server.remove(kind, name)
  }

  before(async () => { fleet = await startFleet(['one', 'hub']) })
  beforeEach(() => {
    clear()
    tool = fluxTool(toolsOf(fleet))
  })
  after(() => fleet.close())

  describe('as an owner', () => {
    const none = { status: { inventory: { entries: [] } } }
    const rows: readonly [string, readonly KubernetesObject[], JsonObject, readonly string[]][] = [
      ['is proven by its inventory', [kustomization('shop')], labels('shop'), ['Kustomization shop:proof']],
      ['is proven by its inventory alone', [kustomization('shop')], {}, ['Kustomization shop:proof']],
      ['is never made by labels alone', [kustomization('shop', none)], labels('shop'), ['Kustomization shop:mark']],
      ['is not there where labels name nobody', [], labels('shop'), ['Kustomization shop:absent']],
      ['needs both labels to be named', [kustomization('shop', none)], { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } }, []],
      ['is two where two list it', [kustomization('shop'), kustomization('other')], labels('shop'), ['Kustomization shop:proof', 'Kustomization other:proof']],
      ['is shown with the living owner that the labels name instead', [kustomization('shop'), kustomization('other', none)], labels('other'), ['Kustomization shop:proof', 'Kustomization other:mark']],
      ['is not who deploys to another cluster', [kustomization('shop', { spec: { kubeConfig: { secretRef: { name: 'far' } } } })], {}, []],
      ['is shown where labels name one that deploys to another cluster', [kustomization('shop', { spec: { kubeConfig: { secretRef: { name: 'far' } } } })], labels('shop'), ['Kustomization shop:mark']],
      ['is not who lists another namespace', [kustomization('shop', { status: { inventory: { entries: [{ id: 'other_web_apps_Deployment', v: 'v1' }] } } })], {}, []],
      ['can be a HelmRelease by its inventory', [helmRelease('release', { inventory: ENTRIES })], helmLabels('release'), ['HelmRelease release:proof']],
      ['is never a HelmRelease that keeps no inventory by its labels alone', [helmRelease('release', {})], helmLabels('release'), ['HelmRelease release:mark']],
      ['is not a HelmRelease whose inventory does not list it', [helmRelease('release', { inventory: { entries: [] } })], helmLabels('release'), ['HelmRelease release:mark']],
      ['is two where a HelmRelease and a Kustomization list it', [helmRelease('release', { inventory: ENTRIES }), kustomization('shop')], helmLabels('release'), ['HelmRelease release:proof', 'Kustomization shop:proof']],
    ]
    for (const [name, owners, metadata, expected] of rows) {
      it(name, async () => {
        put(...owners)
        expect(short(await tool.claims(TARGET, live(metadata)))).to.have.members([...expected])
      })
    }
    it('lists RBAC names with a colon', async () => {
      put(kustomization('shop', { status: { inventory: { entries: [{ id: '_system__web_rbac.authorization.k8s.io_ClusterRole', v: 'v1' }] } } }))
      const target = { cluster: 'one', group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', namespace: null, name: 'system:web' }
      expect(short(await tool.claims(target, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:web' } }))).to.deep.equal(['Kustomization shop:proof'])
    })
    it('on a hub proves with kubeConfig, and only where the labels name it', async () => {
      const hubbed = fluxTool(toolsOf(fleet, [{ name: 'one', context: 'one', flux: { context: 'hub' } }]))
      fleet.servers['hub']?.put(kustomization('shop', { spec: { kubeConfig: { secretRef: { name: 'one' } } } }), kustomization('other'))
      expect(short(await hubbed.claims(TARGET, live(labels('shop'))))).to.deep.equal(['Kustomization shop:proof'])
      expect(short(await hubbed.claims(TARGET, live()))).to.deep.equal([])
      fleet.servers['hub']?.put(gitRepository())
      const [there, here] = [await hubbed.read({ ...REF, cluster: 'hub' }, TARGET), await hubbed.read({ ...REF, cluster: 'hub' }, { ...TARGET, cluster: 'hub' })]
      expect([isRefusal(there) ? there.message : there.destination.cluster, isRefusal(here) ? here.refused : 'an owner']).to.deep.equal(['one', 'UNSUPPORTED'])
    })
  })

  describe('reading a Kustomization', () => {
    async function read(object: KubernetesObject, source: KubernetesObject = gitRepository()): Promise<Owner | Refusal> {
      put(object, source)
      return tool.read(REF, TARGET)
    }

    it('gives source, rendering, delivery and the object to trigger first', async () => {
      expect(await read(kustomization('shop', { spec: { dependsOn: [{ name: 'base' }], healthChecks: [], healthCheckExprs: [], wait: true, force: false, timeout: '2m', retryInterval: '1m', serviceAccountName: 'x', deletionPolicy: 'Orphan', suspend: false, patches: [], targetNamespace: '' } }))).to.deep.equal({
        ...REF, uid: 'uid-shop', source: { url: 'https://git.example/shop.git', revision: 'main', path: 'apps/web' },
        render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: true } },
        delivery: { automated: true, reverts: true, syncedCommit: COMMIT, behindBecause: null, keeps: null }, destination: { cluster: 'one', namespace: null },
        sourceObject: { kind: 'GitRepository', namespace: 'flux-system', name: 'shop' },
      })
    })
    it('follows master where the source names no branch, and takes the root for a blank path', async () => {
      const { ref, ...spec } = gitRepository()['spec'] as JsonObject
      const owner = await read(kustomization('shop', { spec: { path: '' } }), { ...gitRepository(), spec })
      expect(isRefusal(owner) ? owner.message : [ref !== undefined, owner.source.revision, owner.source.path]).to.deep.equal([true, 'master', ''])
    })
    it('finds the source in another namespace', async () => {
      const source = gitRepository()
      const owner = await read(kustomization('shop', { spec: { sourceRef: { kind: 'GitRepository', name: 'shop', namespace: 'sources' } } }), { ...source, metadata: { ...source.metadata, namespace: 'sources' } })
      expect(isRefusal(owner) ? owner.message : owner.sourceObject?.namespace).to.equal('sources')
    })

    it('is read while it, its source or the object is left alone only by those who just look', async () => {
      const source = gitRepository()
      const stopped = { ...source, spec: { ...source['spec'] as JsonObject, suspend: true } }
      for (const [object, from, path] of [[kustomization('shop', { spec: { suspend: true } }), source, 'spec.suspend'], [kustomization('shop'), stopped, 'GitRepository shop spec.suspend']] as const) {
        const refused = await read(object, from)
        const looked = await tool.read(REF, TARGET, 'suspended')
        expect([isRefusal(refused) && refused.refused, isRefusal(looked) ? looked.message : looked.suspended]).to.deep.equal(['SUSPENDED', { path, because: 'so a merge would not deploy' }])
      }
      put(kustomization('shop', { spec: { suspend: true, newThing: true } }))
      expect(await tool.read(REF, TARGET, 'suspended')).to.include({ refused: 'UNSUPPORTED' })
      put(source)
    })
    it('is behind by what it could not apply, or did not try because of what it depends on', async () => {
      const waits = (reason: string, attempted: string): KubernetesObject => kustomization('shop', { status: { lastAppliedRevision: `main@sha1:${OTHER}`, lastAttemptedRevision: `main@sha1:${attempted}`, conditions: [{ type: 'Ready', status: 'False', reason, message: 'x' }] } })
      const behind: unknown[] = []
      for (const object of [waits('BuildFailed', COMMIT), waits('DependencyNotReady', OTHER)]) {
        const owner = await read(object)
        behind.push(isRefusal(owner) ? owner.message : [owner.delivery.behindBecause, owner.delivery.syncedCommit])
      }
      expect(behind).to.deep.equal([['its last reconciliation failed', OTHER], ['its last reconciliation failed', OTHER]])
    })

    const own = (spec: JsonObject): KubernetesObject => kustomization('shop', { spec })
    const refused: readonly [string, KubernetesObject, KubernetesObject, string][] = [
      ...['patches', 'images', 'patchesStrategicMerge', 'patchesJson6902', 'buildMetadata'].map((key): [string, KubernetesObject, KubernetesObject, string] => [`spec.${key}`, own({ [key]: ['x'] }), gitRepository(), 'UNSUPPORTED']),
      ...['patches', 'images', 'components', 'targetNamespace', 'namePrefix', 'nameSuffix', 'buildMetadata'].map((key): [string, KubernetesObject, KubernetesObject, string] => [`spec.${key}`, own({ [key]: { a: 'x' } }), gitRepository(), 'UNSUPPORTED']),
      ['spec.patches[0]', own({ patches: [{ patch: 'x', path: 'y' }] }), gitRepository(), 'UNSUPPORTED'],
      ['spec.patches[0]', own({ patches: [{ patch: 'x', target: { kinds: 'y' } }] }), gitRepository(), 'UNSUPPORTED'],
      ['spec.images[0]', own({ images: [{ name: 'x', newtag: 'y' }] }), gitRepository(), 'UNSUPPORTED'],
      ['spec.patchesStrategicMerge', own({ patchesStrategicMerge: [{ kind: 'Deployment' }] }), gitRepository(), 'UNSUPPORTED'],
      ['spec.postBuild.newThing', own({ postBuild: { newThing: true } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.postBuild.substitute.N', own({ postBuild: { substitute: { N: 3 } } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.substituteFrom[0]', own({ postBuild: { substituteFrom: [{ kind: 'Vault', name: 'x' }] } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.commonMetadata.newThing', own({ commonMetadata: { newThing: {} } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.decryption.provider other', own({ decryption: { provider: 'other' } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.decryption.newThing', own({ decryption: { provider: 'sops', newThing: 'x' } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.ignore', own({ ignore: 'x' }), gitRepository(), 'UNSUPPORTED'],
      ['spec.substituteStrategy', own({ substituteStrategy: 'Always' }), gitRepository(), 'UNSUPPORTED'],
      ['spec.kubeConfig', own({ kubeConfig: { secretRef: { name: 'far' } } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.newThing', own({ newThing: null }), gitRepository(), 'UNSUPPORTED'],
      ['spec.path', own({ path: '../other' }), gitRepository(), 'UNSUPPORTED'],
      ['spec.sourceRef.newThing', own({ sourceRef: { kind: 'GitRepository', name: 'shop', newThing: 'x' } }), gitRepository(), 'UNSUPPORTED'],
      ['spec.suspend', own({ suspend: true }), gitRepository(), 'SUSPENDED'],
      ['metadata.deletionTimestamp', kustomization('shop', { metadata: { deletionTimestamp: 'x' } }), gitRepository(), 'UNSUPPORTED'],
      ...['OCIRepository', 'Bucket', 'ExternalArtifact'].map((kind): [string, KubernetesObject, KubernetesObject, string] => [`spec.sourceRef.kind ${kind}`, own({ sourceRef: { kind, name: 'shop' } }), gitRepository(), 'NON_GIT_SOURCE']),
      ...(['include', 'sparseCheckout'] as const).map((key): [string, KubernetesObject, KubernetesObject, string] => [`GitRepository shop spec.${key}`, kustomization('shop'), gitRepository({ spec: { [key]: ['x'] } }), 'UNSUPPORTED']),
      ['GitRepository shop spec.recurseSubmodules', kustomization('shop'), gitRepository({ spec: { recurseSubmodules: true } }), 'UNSUPPORTED'],
      ['GitRepository shop spec.verify', kustomization('shop'), gitRepository({ spec: { verify: { mode: 'HEAD' } } }), 'UNSUPPORTED'],
      ['GitRepository shop spec.newThing', kustomization('shop'), gitRepository({ spec: { newThing: false } }), 'UNSUPPORTED'],
      ['GitRepository shop spec.ref.name', kustomization('shop'), gitRepository({ spec: { ref: { branch: 'main', name: 'refs/tags/v1' } } }), 'PINNED'],
      ['GitRepository shop spec.ref.newThing', kustomization('shop'), gitRepository({ spec: { ref: { branch: 'main', newThing: 'x' } } }), 'UNSUPPORTED'],
      ...(['tag', 'semver', 'commit'] as const).map((key): [string, KubernetesObject, KubernetesObject, string] => [`GitRepository shop spec.ref.${key}`, kustomization('shop'), gitRepository({ spec: { ref: { branch: 'main', [key]: 'x' } } }), 'PINNED']),
      ['GitRepository shop spec.suspend', kustomization('shop'), gitRepository({ spec: { suspend: true } }), 'SUSPENDED'],
    ]
    for (const [path, object, source, code] of refused) {
      it(`refuses ${path} with ${code}`, async () => {
        const result = await read(object, source)
        expect(isRefusal(result) ? result.refused : 'an owner').to.equal(code)
        expect(isRefusal(result) ? result.evidence[0]?.at : '').to.include(path)
        // What to do about it, as it is typed.
        if (isRefusal(result) && code === 'SUSPENDED') expect(result.hint).to.equal(path === 'spec.suspend' ? 'writ resume kustomization/shop -n flux-system' : 'flux resume source git shop -n flux-system')
      })
    }
    it('names what an ArtifactGenerator copies into an ExternalArtifact, and from where', async () => {
      put(
        { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact', metadata: { name: 'web', namespace: 'flux-system' }, spec: { sourceRef: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', name: 'all' } } },
        { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', metadata: { name: 'all', namespace: 'flux-system' }, spec: { sources: [{ alias: 'git', kind: 'GitRepository', name: 'shop' }], artifacts: [{ name: 'other', copy: [] }, { name: 'web', copy: [{ from: '@git/apps/web/**', to: '@artifact/' }] }] } },
      )
      const result = await read(own({ sourceRef: { kind: 'ExternalArtifact', name: 'web' } }))
      const said = isRefusal(result) ? `${result.refused} ${result.evidence.map(({ sentence }) => sentence).join('; ')} ${result.hint}` : ''
      expect(said).to.include('NON_GIT_SOURCE').and.include('ArtifactGenerator flux-system/all makes it of @git/apps/web/**, put at @artifact/; @git is GitRepository flux-system/shop, https://git.example/shop.git').and.include('by hand where the files are copied from')
    })
    const honoured: readonly (readonly [string, JsonObject, JsonObject])[] = [
      ['patches', { patches: [{ patch: 'x', target: { kind: 'Deployment' } }] }, { kustomize: { by: 'flux', patches: [{ patch: 'x', target: { kind: 'Deployment' } }] } }],
      ['images', { images: [{ name: 'nginx', newTag: '1', newName: '' }] }, { kustomize: { by: 'flux', images: [{ name: 'nginx', newTag: '1' }] } }],
      ['components', { components: ['../c'], ignoreMissingComponents: true }, { kustomize: { by: 'flux', components: ['../c'], ignoreMissingComponents: true } }],
      ['names and namespace', { targetNamespace: 'n', namePrefix: 'a-', nameSuffix: '-z' }, { kustomize: { by: 'flux', namespace: 'n', namePrefix: 'a-', nameSuffix: '-z' } }],
      ['buildMetadata', { buildMetadata: ['originAnnotations'] }, { kustomize: { by: 'flux', buildMetadata: ['originAnnotations'] } }],
      ['commonMetadata', { commonMetadata: { labels: { a: 'b' } } }, { metadata: { labels: { a: 'b' }, annotations: {} } }],
      ['postBuild, inline values last', { postBuild: { substitute: { A: 'b' }, substituteFrom: [{ kind: 'Secret', name: 's', optional: true }], substituteStrategy: 'Always' } },
        { substitute: { always: true, sources: [{ kind: 'Secret', name: 's', optional: true, values: null }, { kind: 'inline', name: 'spec.postBuild.substitute', optional: false, values: { A: 'b' } }] } }],
      ['decryption', { decryption: { provider: 'sops', secretRef: { name: 'age' } } }, {}],
    ]
    for (const [name, spec, rules] of honoured) {
      it(`honours ${name}`, async () => {
        const owner = await read(own(spec))
        expect(isRefusal(owner) ? owner.message : owner.render).to.deep.equal({ format: 'auto', loadRestrictor: 'none', directory: { recurse: true }, ...rules })
      })
    }
    it('honours patches of an API that still had them', async () => {
      const old = { ...own({ patchesStrategicMerge: [{ kind: 'Deployment' }], patchesJson6902: [{ target: { kind: 'Deployment' }, patch: [{ op: 'remove', path: '/spec/x' }] }] }), apiVersion: 'kustomize.toolkit.fluxcd.io/v1beta2' }
      const owner = await read(old)
      expect(isRefusal(owner) ? owner.message : owner.render.kustomize).to.deep.equal({ by: 'flux', patchesStrategicMerge: [{ kind: 'Deployment' }], patchesJson6902: [{ target: { kind: 'Deployment' }, patch: [{ op: 'remove', path: '/spec/x' }] }] })
    })
    it('reads variables from ConfigMaps of the cluster, and never from Secrets', async () => {
      put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vars', namespace: 'flux-system' }, data: { A: 'b' } })
      const from = [{ kind: 'ConfigMap', name: 'vars' }, { kind: 'ConfigMap', name: 'none', optional: true }, { kind: 'ConfigMap', name: 'lost' }, { kind: 'Secret', name: 'hidden' }]
      const owner = await read(own({ postBuild: { substituteFrom: from } }))
      fleet.servers['one']?.remove('ConfigMap', 'vars')
      expect(isRefusal(owner) ? owner.message : owner.render.substitute?.sources.map(({ name, values }) => [name, values])).to.deep.equal([['vars', { A: 'b' }], ['none', {}], ['lost', null], ['hidden', null]])
    })
    it('knows the files that never reach it, and the branch of a full ref', async () => {
      const owner = await read(kustomization('shop'), gitRepository({ spec: { ignore: '/*\n!/apps', ref: { name: 'refs/heads/next' } } }))
      expect(isRefusal(owner) ? owner.message : [owner.render.ignore, owner.source.revision]).to.deep.equal(['/*\n!/apps', 'next'])
    })
    it('knows which fields of the object it leaves alone', async () => {
      const owner = await read(own({ ignore: [{ paths: ['/spec/replicas'], target: { kind: 'Deploy.*' } }, { paths: ['/a'], target: { kind: 'Deploy' } }, { paths: ['/b'] }, { paths: ['/c'], target: { kind: 'Deployment', name: 'api' } }] }))
      expect(isRefusal(owner) ? owner.message : owner.ignores?.map(({ at, pointers }) => [at, ...pointers])).to.deep.equal([['spec.ignore[0]', '/spec/replicas'], ['spec.ignore[2]', '/b']])
    })
    const optOuts: readonly [string, JsonObject, string][] = [
      ['reconcile: disabled', { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }, 'SUSPENDED'],
      ['reconcile: disabled as a label', { labels: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }, 'SUSPENDED'],
      ['ssa: IfNotPresent', { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } }, 'IGNORED'],
      ['ssa: Ignore', { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' } }, 'IGNORED'],
      ['ssa: Merge', { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } }, 'an owner'],
    ]
    for (const [name, metadata, code] of optOuts) {
      it(`answers ${code} to an object with ${name}`, async () => {
        put(live(metadata))
        const result = await read(kustomization('shop'))
        expect(isRefusal(result) ? result.refused : 'an owner').to.equal(code)
      })
    }
    it('lists the charts in Git that HelmReleases install, and not those from elsewhere', async () => {
      const release = (name: string, spec: JsonObject): KubernetesObject => ({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace: 'flux-system' }, spec, status: { inventory: ENTRIES } })
      const from = (kind: string): JsonObject => ({ spec: { chart: './charts/web', sourceRef: { kind, name: 'shop' } } })
      put(gitRepository(), release('release', { chart: from('GitRepository'), targetNamespace: 'shop' }), release('other', { chart: from('HelmRepository') }), release('web', { chart: from('GitRepository'), valuesFrom: [{ kind: 'Secret', name: 'x' }] }))
      expect((await tool.owners()).map(one => [one.ref.name, one.source.path, one.destination.namespace, one.unsupported])).to.have.deep.members([['release', 'charts/web', 'shop', null], ['web', 'charts/web', 'flux-system', 'spec.valuesFrom, values of Secret flux-system/x in the cluster,']])
    })
    it('refuses what the Flux operator makes by name, and owners or sources that are gone', async () => {
      const answers = [
        await tool.read({ ...REF, kind: 'ResourceSet', name: 'set' }, TARGET),
        await tool.read({ ...REF, kind: 'HelmRelease', name: 'release' }, TARGET),
        await tool.read(REF, TARGET),
      ]
      put(kustomization('shop'))
      answers.push(await tool.read(REF, TARGET))
      expect(answers.map(one => isRefusal(one) ? one.refused : 'an owner')).to.deep.equal(['UNSUPPORTED', 'OWNER_NOT_FOUND', 'OWNER_NOT_FOUND', 'OWNER_NOT_FOUND'])
    })
  })

  describe('as a consumer', () => {
    it('names its places in Git, grafted repositories too, and what keeps them from being rendered', async () => {
      put(kustomization('shop'), gitRepository({ spec: { include: [{ repository: { name: 'grafted' }, fromPath: './lib', toPath: 'lib' }] } }), gitRepository({ name: 'grafted', spec: { url: 'https://git.example/lib.git' } }),
        kustomization('other', { spec: { sourceRef: { kind: 'GitRepository', name: 'grafted' }, path: './x', kubeConfig: { secretRef: { name: 'far' } } } }))
      const owners = await tool.owners()
      expect(owners.map(owner => `${owner.ref.name} ${owner.source.url} ${owner.source.path} ${owner.destination.cluster} ${String(owner.unsupported)}`)).to.have.members([
        'shop https://git.example/shop.git apps/web one GitRepository shop spec.include', 'shop https://git.example/lib.git lib one GitRepository spec.include',
        'other https://git.example/lib.git x unknown (spec.kubeConfig) null',
      ])
    })
  })

  describe('after a merge', () => {
    async function observed(object: KubernetesObject, source: KubernetesObject = gitRepository()) {
      put(kustomization('shop'), gitRepository())
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      put(object, source)
      return tool.observe(owner, TARGET)
    }
    const ready = (status: string, reason: string, message = ''): JsonObject => ({ conditions: [{ type: 'Ready', status, reason, message }] })

    it('is accepted when it applied a commit, is Ready at its generation and lists the object', async () => {
      expect(await observed(kustomization('shop'))).to.deep.include({ revision: COMMIT, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [] })
    })
    it('is accepted while its source is ahead, and says so', async () => {
      const seen = await observed(kustomization('shop'), gitRepository({ status: { artifact: { revision: `main@sha1:${OTHER}` } } }))
      expect([seen.accepted, seen.notes.join()]).to.deep.equal([true, `its source has ${OTHER.slice(0, 12)}, applied is ${COMMIT.slice(0, 12)}`])
    })
    const unmet: readonly [string, KubernetesObject, KubernetesObject, string][] = [
      ['not Ready', kustomization('shop', { status: ready('Unknown', 'Progressing', 'Detecting drift') }), gitRepository(), 'Ready is Unknown: Progressing Detecting drift'],
      ['without conditions', kustomization('shop', { status: { conditions: [] } }), gitRepository(), 'Ready is not set'],
      ['behind its own spec', kustomization('shop', { metadata: { generation: 3 } }), gitRepository(), 'generation 2 of 3'],
      ['not listing the object', kustomization('shop', { status: { inventory: { entries: [] } } }), gitRepository(), 'does not list'],
      ['naming no commit', kustomization('shop', { status: { lastAppliedRevision: 'latest@sha256:abc' } }), gitRepository(), 'names no commit'],
      ['being deleted', kustomization('shop', { metadata: { deletionTimestamp: 'x' } }), gitRepository(), 'deleted'],
      ['Ready at a revision that its status does not name yet', kustomization('shop', { status: ready('True', 'ReconciliationSucceeded', `Applied revision: main@sha1:${OTHER}`) }), gitRepository(), `is about main@sha1:${OTHER}, and status.lastAppliedRevision is main@sha1:${COMMIT}`],
      ['without a source to fetch', kustomization('shop'), gitRepository({ status: { conditions: [{ type: 'FetchFailed', status: 'True', message: 'authentication required' }] } }), 'cannot be fetched: authentication required'],
    ]
    for (const [name, object, source, words] of unmet) {
      it(`is not accepted while ${name}`, async () => {
        const seen = await observed(object, source)
        expect(seen.accepted).to.equal(false)
        expect(seen.unmet.join('; ')).to.include(words)
      })
    }
    it('says that it only looks again at what it has applied, and not where it applies something new', async () => {
      const status = ready('Unknown', 'Progressing', 'Reconciliation in progress')
      expect((await observed(kustomization('shop', { status }))).looking).to.equal(true)
      expect((await observed(kustomization('shop', { status: { ...status, lastAttemptedRevision: `main@sha1:${OTHER}` } }))).looking).to.equal(undefined)
      expect((await observed(kustomization('shop', { metadata: { generation: 3 }, status }))).looking).to.equal(undefined)
      expect((await observed(kustomization('shop', { status: { ...status, inventory: { entries: [] } } }))).looking).to.equal(undefined)
    })
    const changed: readonly [string, KubernetesObject, KubernetesObject][] = [
      ['path', kustomization('shop', { spec: { path: './apps/api' } }), gitRepository()],
      ['source', kustomization('shop', { spec: { sourceRef: { kind: 'GitRepository', name: 'other' } } }), gitRepository({ name: 'other' })],
      ['repository', kustomization('shop'), gitRepository({ spec: { url: 'https://git.example/other.git' } })],
      ['branch', kustomization('shop'), gitRepository({ spec: { ref: { branch: 'next' } } })],
    ]
    for (const [name, object, source] of changed) {
      it(`is another owner once its ${name} changed`, async () => {
        const seen = await observed(object, source)
        expect([seen.unchanged, seen.accepted]).to.deep.equal([false, false])
      })
    }
    it('waits for a person where it or its source is suspended', async () => {
      expect((await observed(kustomization('shop', { spec: { suspend: true } }))).blocked).to.deep.include({ code: 'BLOCKED_SUSPENDED', next: 'flux resume kustomization shop -n flux-system' })
      expect((await observed(kustomization('shop'), gitRepository({ spec: { suspend: true } }))).blocked?.next).to.equal('flux resume source git shop -n flux-system')
    })
    const failures: readonly [string, string, boolean][] = [
      ['BuildFailed', 'kustomize build failed: no such file', true], ['HealthCheckFailed', 'health check failed after 30s: timeout waiting for: [x]', true],
      ['ReconciliationFailed', 'Deployment/shop/web dry-run failed (Invalid): no', true], ['ReconciliationFailed', 'dial tcp: connection refused', false],
      ['DependencyNotReady', 'dependency \'flux-system/base\' is not ready', false], ['ArtifactFailed', 'Source artifact not found, retrying in 30s', false], ['PruneFailed', 'something new', false], ['ReconciliationFailed', 'something new', false],
    ]
    for (const [reason, message, permanent] of failures) {
      it(`${permanent ? 'has failed for good' : 'may recover'} at the attempted revision: ${reason} ${message.slice(0, 40)}`, async () => {
        const seen = await observed(kustomization('shop', { status: { ...ready('False', reason, message), lastAttemptedRevision: `main@sha1:${OTHER}` } }))
        expect(seen.failure).to.deep.include({ permanent, revision: OTHER, sentence: `${reason}: ${message}` })
      })
    }
    it('has failed at the revision that it fetched, where the artifact does not have its path', async () => {
      const conditions = [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: `Fetching manifests for revision main@sha1:${OTHER} with a timeout of 30s` },
        { type: 'Ready', status: 'False', reason: 'ArtifactFailed', message: 'kustomization path not found: stat /tmp/k/apps/web: no such file or directory' },
      ]
      expect((await observed(kustomization('shop', { status: { conditions } }))).failure).to.deep.include({ permanent: true, revision: OTHER })
      // What it was doing says nothing of a failure of another kind.
      expect((await observed(kustomization('shop', { status: { conditions: [conditions[0] ?? {}, { type: 'Ready', status: 'False', reason: 'ReconciliationFailed', message: 'no' }] } }))).failure?.revision).to.equal(COMMIT)
    })
    it('asks the source first, and the Kustomization only once its source has moved and it has not', async () => {
      const asked = (kind: string): string | undefined => {
        const object = fleet.servers['one']?.get(kind, 'shop')
        return object === undefined ? undefined : metadataText(object, 'annotations', 'reconcile.fluxcd.io/requestedAt')
      }
      put(kustomization('shop'), gitRepository())
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      await tool.refresh(owner, 'one', 'normal')
      expect([asked('GitRepository'), asked('Kustomization')]).to.deep.equal(['one', undefined])
      expect((await tool.observe(owner, TARGET)).pending).to.equal(true)
      put(gitRepository({ status: { artifact: { revision: `main@sha1:${OTHER}` }, lastHandledReconcileAt: 'one' } }))
      await tool.refresh(owner, 'two', 'normal')
      expect([asked('GitRepository'), asked('Kustomization')]).to.deep.equal(['two', 'two'])
      put(kustomization('shop'), gitRepository())
      await tool.refresh(owner, 'three', 'hard')
      expect(asked('Kustomization')).to.equal('three')
      clear()
      expect(await failureOf(tool.refresh(owner, 'four', 'normal'))).to.equal('cluster/not-found')
    })
  })
})
