import { expect } from 'chai'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import { isRefusal } from '../../../src/model/error.ts'
import type { Refusal } from '../../../src/model/error.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { metadataText, refOf } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import type { Claim, Owner, OwnerRef } from '../../../src/model/owner.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { failureOf } from '../../contracts/failure.ts'
import { KINDS } from '../../support/object-server.ts'
import { COMMIT, ENTRY, OTHER, TARGET, application, live, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const ID = 'argocd.argoproj.io/tracking-id'
const REF: OwnerRef = { tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'shop' }

const HYDRATOR: JsonObject = { drySource: { repoURL: 'https://git.example/shop.git', targetRevision: 'main', path: 'dry/web' }, syncSource: { targetBranch: 'env/dev', path: 'web' } }

/** `shop:proof`, `shop:mark`, `shop:weak`, `shop:absent`. */
function short(claims: readonly Claim[]): readonly string[] {
  return claims.map(claim => `${claim.owner.name}:${claim.proof ? 'proof' : claim.weak === true ? 'weak' : claim.exists ? 'mark' : 'absent'}`)
}

describe('Argo CD', () => {
  let fleet: Fleet
  let tool: GitOpsTool
  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }

  before(async () => { fleet = await startFleet(['one', 'hub']) })
  beforeEach(() => {
    for (const server of Object.values(fleet.servers)) for (const kind of ['Application', 'AppProject', 'ConfigMap']) for (const name of ['shop', 'other', 'default', 'argocd-cm', 'team']) server.remove(kind, name)
    tool = argocdTool(toolsOf(fleet))
  })
  after(() => fleet.close())

  describe('as an owner', () => {
    const tracking = (instance: string, name = 'web'): JsonObject => ({ annotations: { [ID]: `${instance}:apps/Deployment:shop/${name}` } })
    const empty = { status: { resources: [], controllerNamespace: 'argocd' } }
    const rows: readonly [string, readonly KubernetesObject[], JsonObject, readonly string[]][] = [
      ['is proven by its own list', [application('shop')], tracking('shop'), ['shop:proof']],
      ['is proven by its list alone', [application('shop')], {}, ['shop:proof']],
      ['is never made by a mark alone', [application('shop', empty)], tracking('shop'), ['shop:mark']],
      ['is not there where the mark names nobody', [], tracking('shop'), ['shop:absent']],
      ['is not made by a copied tracking id', [application('shop', empty)], tracking('shop', 'api'), ['shop:weak']],
      ['is not made by a tracking id that is none', [application('shop', empty)], { annotations: { [ID]: 'shop' } }, ['shop:weak']],
      ['is not made by a copied instance label', [application('shop', empty)], { labels: { 'app.kubernetes.io/instance': 'shop' } }, ['shop:weak']],
      ['is not guessed from an instance label that names no Application', [application('other', empty)], { labels: { 'app.kubernetes.io/instance': 'my-chart' } }, []],
      ['stays the prover beside a copied label', [application('shop'), application('other', empty)], { labels: { 'app.kubernetes.io/instance': 'other' } }, ['shop:proof', 'other:weak']],
      ['is two where two list it', [application('shop'), application('other')], tracking('shop'), ['shop:proof', 'other:proof']],
      ['is not who lists it only to prune it', [application('shop', { status: { resources: [{ ...ENTRY, requiresPruning: true }] } })], {}, ['shop:mark']],
      ['is not who lists another namespace', [application('shop', { status: { resources: [{ ...ENTRY, namespace: 'elsewhere' }] } })], {}, []],
      ['is not who lists another group of the same kind', [application('shop', { status: { resources: [{ ...ENTRY, group: 'extensions' }] } })], {}, []],
      ['is not who deploys to another cluster', [application('shop', { spec: { destination: { server: 'https://10.0.0.9', namespace: 'shop' } } })], {}, []],
      ['says where a marked Application deploys to instead', [application('shop', { spec: { destination: { name: 'far', namespace: 'shop' } } })], tracking('shop'), ['shop:mark']],
      ['is found by destination name and with a trailing slash', [application('shop', { spec: { destination: { name: 'in-cluster', namespace: 'shop' } } }), application('other', { spec: { destination: { server: 'https://kubernetes.default.svc/', namespace: 'shop' } } })], {}, ['shop:proof', 'other:proof']],
      ['is two where Argo CD warns that another has it too', [application('shop', { status: { resources: [ENTRY], controllerNamespace: 'argocd', conditions: [{ type: 'SharedResourceWarning', message: 'Deployment/web is part of applications argocd/shop and team_other' }] } })], tracking('shop'), ['shop:proof', 'other:proof']],
      ['is one where the warning is about another object', [application('shop', { status: { resources: [ENTRY], conditions: [{ type: 'SharedResourceWarning', message: 'Service/web is part of applications argocd/shop and other' }] } })], {}, ['shop:proof']],
      ['is named by namespace outside the control plane', [application('shop', { ...empty, metadata: { namespace: 'team-a' } })], tracking('team-a_shop'), ['shop:mark']],
    ]
    for (const [name, apps, metadata, expected] of rows) {
      it(name, async () => {
        put(...apps)
        expect(short(await tool.claims(TARGET, live(metadata)))).to.have.members([...expected])
        for (const app of apps) fleet.servers['one']?.remove('Application', refOf(app).name)
      })
    }
    it('is another installation\'s where the object says so', async () => {
      put(application('shop', empty), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' }, data: { installationID: 'blue' } })
      const [claim] = await tool.claims(TARGET, live({ annotations: { [ID]: 'shop:apps/Deployment:shop/web', 'argocd.argoproj.io/installation-id': 'green' } }))
      expect(claim?.evidence[0]?.sentence).to.include('\'green\'').and.include('\'blue\'')
    })
    it('is never there where its CRDs are not installed', async () => {
      const bare = await startFleet(['one'], KINDS)
      try {
        const without = argocdTool(toolsOf(bare))
        expect(short(await without.claims(TARGET, live()))).to.deep.equal([])
        expect(short(await without.claims(TARGET, live(tracking('shop'))))).to.deep.equal(['shop:absent'])
        expect(await without.owners()).to.deep.equal([])
      } finally {
        await bare.close()
      }
    })
    it('is found in the control-plane namespace where no more may be listed', async () => {
      put(application('shop'))
      fleet.servers['one']?.intercept(request => request.url?.startsWith('/apis/argoproj.io/v1alpha1/applications') === true ? { status: 403, body: { message: 'forbidden' } } : null)
      expect(short(await tool.claims(TARGET, live()))).to.deep.equal(['shop:proof'])
      fleet.servers['one']?.intercept(null)
    })
    it('is found on a hub by the names that writ.yaml gives the cluster, and by no other', async () => {
      const config = [{ name: 'one', context: 'one', argocd: { context: 'hub', namespace: 'argocd', destinations: ['https://one.example:6443', 'https://kubernetes.default.svc'] } }]
      const hubbed = argocdTool(toolsOf(fleet, config))
      fleet.servers['hub']?.put(application('shop', { spec: { destination: { server: 'https://one.example:6443' } } }), application('other'))
      const claims = await hubbed.claims(TARGET, live({ annotations: { [ID]: 'shop:apps/Deployment:shop/web' } }))
      expect(short(claims)).to.deep.equal(['shop:proof'])
      expect(claims[0]?.owner.cluster).to.equal('hub')
      const nameless = argocdTool(toolsOf(fleet, [{ name: 'one', context: 'one', argocd: { context: 'hub', namespace: 'argocd', destinations: ['in-cluster'] } }]))
      expect(await failureOf(nameless.claims(TARGET, live()))).to.equal('config/invalid')
    })
  })

  describe('reading an Application', () => {
    async function read(app: KubernetesObject): Promise<Owner | Refusal> {
      put(app)
      return tool.read(REF, TARGET)
    }

    it('gives source, rendering, delivery and destination', async () => {
      const owner = await read(application('shop', { source: { path: './apps/web/', directory: { recurse: true, include: '*.yaml', jsonnet: {} } } }))
      expect(owner).to.deep.equal({
        ...REF, uid: 'uid-shop', source: { url: 'https://git.example/shop.git', revision: 'main', path: 'apps/web' },
        render: {
          format: 'directory', loadRestrictor: 'root', directory: { recurse: true, include: '*.yaml' },
          overridable: {
            source: { repoURL: 'https://git.example/shop.git', path: './apps/web/', targetRevision: 'main', directory: { recurse: true, include: '*.yaml', jsonnet: {} } },
            files: ['.argocd-source.yaml', '.argocd-source-shop.yaml'], values: { name: 'shop', namespace: 'shop', project: 'default' },
          },
        },
        delivery: { automated: true, reverts: true, syncedCommit: COMMIT, behindBecause: null, keeps: 'spec.syncPolicy.automated.prune is not true' }, destination: { cluster: 'one', namespace: 'shop' }, sourceObject: null,
      })
    })
    it('edits the dry source where people promote what is hydrated, too, and says on which branch that waits', async () => {
      const owner = await read(application('shop', { spec: { sourceHydrator: { ...HYDRATOR, hydrateTo: { targetBranch: 'env/dev-next' } } }, status: { sourceHydrator: { lastSuccessfulOperation: { drySHA: OTHER, hydratedSHA: OTHER } } } }))
      if ('refused' in owner) throw new Error(owner.message)
      expect([owner.source.revision, owner.delivery.promotion]).to.deep.equal(['main', { branch: 'env/dev-next', url: 'https://git.example/shop.git', dry: OTHER, hydrated: OTHER, synced: COMMIT }])
    })
    it('edits the dry source of a hydrator, and knows which dry commit a hydrated one was made of', async () => {
      const hydrated = application('shop', { spec: { sourceHydrator: HYDRATOR }, status: { sourceHydrator: { lastSuccessfulOperation: { drySHA: OTHER, hydratedSHA: COMMIT } }, sync: { status: 'Synced', revision: COMMIT, comparedTo: { source: { repoURL: 'https://git.example/shop.git', targetRevision: 'env/dev', path: 'web' } } } } })
      const owner = await read(hydrated)
      if (isRefusal(owner)) throw new Error(owner.message)
      expect([owner.source, owner.delivery.syncedCommit]).to.deep.equal([{ url: 'https://git.example/shop.git', revision: 'main', path: 'dry/web', hydrated: true }, OTHER])
      const seen = await tool.observe(owner, TARGET)
      expect([seen.revision, seen.unchanged, seen.unmet]).to.deep.equal([OTHER, true, []])
      put({ ...hydrated, status: { ...hydrated['status'] as JsonObject, sourceHydrator: { currentOperation: { phase: 'Failed', message: 'cannot push' }, lastSuccessfulOperation: { drySHA: OTHER, hydratedSHA: OTHER } } } })
      const failed = await tool.observe(owner, TARGET)
      expect([failed.accepted, failed.contains?.map(one => [one.commit, one.ancestor]), failed.unmet]).to.deep.equal([false, [[COMMIT, OTHER]], ['its hydrator has failed: cannot push']])
      await tool.refresh(owner, 't', 'normal')
      expect(metadataText(fleet.servers['one']?.get('Application', 'shop') ?? hydrated, 'annotations', 'argocd.argoproj.io/hydrate')).to.equal('normal')
      expect((await tool.owners()).map(one => [one.source.path, one.unsupported])).to.deep.equal([['dry/web', null]])
    })
    const revisions: readonly [JsonObject, string][] = [[{ targetRevision: '' }, 'HEAD'], [{ targetRevision: 'HEAD' }, 'HEAD'], [{ targetRevision: 'refs/heads/main' }, 'main'], [{ targetRevision: 'release/1.x' }, 'release/1.x']]
    for (const [source, revision] of revisions) {
      it(`follows ${revision} for ${JSON.stringify(source)}`, async () => {
        const owner = await read(application('shop', { source }))
        expect(isRefusal(owner) ? owner.message : owner.source.revision).to.equal(revision)
      })
    }
    it('knows manual sync, and self-heal only where it syncs by itself', async () => {
      const manual = await read(application('shop', { spec: { syncPolicy: { automated: { enabled: false, selfHeal: true } } }, status: { resources: [ENTRY], sync: { status: 'OutOfSync', revision: OTHER }, history: [{ revision: COMMIT }] } }))
      expect(isRefusal(manual) ? manual.message : manual.delivery).to.deep.equal({ automated: false, reverts: false, syncedCommit: COMMIT, behindBecause: 'manual sync: a person starts each sync', keeps: 'it syncs only when a person starts it, and deletes only what that person prunes' })
    })
    it('takes an empty kustomize key as an explicit type, and values that change nothing as absent', async () => {
      const owner = await read(application('shop', { source: { kustomize: { images: [], namePrefix: '' }, chart: '', helm: null }, spec: { sources: [], info: [{ name: 'a', value: 'b' }], revisionHistoryLimit: 3 } }))
      expect(isRefusal(owner) ? owner.message : owner.render.format).to.equal('kustomize')
    })

    const source = (more: JsonObject): KubernetesObject => application('shop', { source: more })
    const spec = (more: JsonObject): KubernetesObject => application('shop', { spec: more })
    const refused: readonly [string, KubernetesObject, string][] = [
      ['spec.source.helm.newThing', source({ helm: { newThing: 1 } }), 'UNSUPPORTED'],
      ['spec.source.helm.version', source({ helm: { version: 'v2' } }), 'UNSUPPORTED'],
      ['spec.source.helm.parameters[0]', source({ helm: { parameters: [{ name: 'a,b', value: 'c' }] } }), 'UNSUPPORTED'],
      ['spec.source.helm.parameters[1]', source({ helm: { parameters: [{ name: 'a', value: 'c' }, { name: 'b', value: '$ARGOCD_APP_REVISION' }] } }), 'UNSUPPORTED'],
      ['spec.source.helm.valueFiles[0]', source({ helm: { valueFiles: ['https://x.example/values.yaml'] } }), 'UNSUPPORTED'],
      ['spec.source.helm.valueFiles[1]', source({ helm: { valueFiles: ['a.yaml', 'secrets://b.yaml'] } }), 'UNSUPPORTED'],
      ['spec.source.helm.values', source({ helm: { values: { a: 1 } } }), 'UNSUPPORTED'],
      ['spec.source.helm', source({ kustomize: {}, helm: {} }), 'UNSUPPORTED'],
      ['spec.sources[0].helm.valueFiles[0]', spec({ sources: [{ repoURL: 'x', path: 'a', helm: { valueFiles: ['$v/a.yaml'] } }, { repoURL: 'y', ref: 'v' }] }), 'UNSUPPORTED'],
      ['spec.source.plugin', source({ plugin: { name: 'x' } }), 'UNSUPPORTED'],
      ['spec.source.ref', source({ ref: 'values' }), 'UNSUPPORTED'],
      ['spec.source.tagPrefix', source({ tagPrefix: 'v' }), 'UNSUPPORTED'],
      ['spec.source.newThing', source({ newThing: false }), 'UNSUPPORTED'],
      ['spec.sources[1].newThing', spec({ sources: [{ repoURL: 'x', ref: 'v' }, { repoURL: 'x', path: 'a', newThing: 1 }] }), 'UNSUPPORTED'],
      ['spec.sources[0].chart', spec({ sources: [{ repoURL: 'x', chart: 'web' }] }), 'NON_GIT_SOURCE'],
      ['spec.sources[0].targetRevision', spec({ sources: [{ repoURL: 'x', path: 'a', targetRevision: COMMIT }] }), 'PINNED'],
      ['spec.sources', spec({ sources: { repoURL: 'x' } }), 'UNSUPPORTED'],
      ['status.conditions', application('shop', { spec: { sources: [{ repoURL: 'x', path: 'a' }, { repoURL: 'x', path: 'b', plugin: { name: 'c' } }] }, status: { resources: [ENTRY], conditions: [{ type: 'RepeatedResourceWarning', message: 'Resource apps/Deployment/shop/web appeared 2 times among application resources.' }] } }), 'UNSUPPORTED'],
      ['spec.sourceHydrator', spec({ sourceHydrator: { drySource: {} } }), 'UNSUPPORTED'],
      ['spec.sourceHydrator.hydrateTo.newThing', spec({ sourceHydrator: { ...HYDRATOR, hydrateTo: { targetBranch: 'next', newThing: 1 } } }), 'UNSUPPORTED'],
      ['spec.sourceHydrator.newThing', spec({ sourceHydrator: { ...HYDRATOR, newThing: 1 } }), 'UNSUPPORTED'],
      ['spec.newThing', spec({ newThing: 1 }), 'UNSUPPORTED'],
      ['spec.destination.newThing', spec({ destination: { server: 'https://kubernetes.default.svc', newThing: 1 } }), 'UNSUPPORTED'],
      ['spec.syncPolicy.newThing', spec({ syncPolicy: { newThing: 1 } }), 'UNSUPPORTED'],
      ['spec.syncPolicy.automated.newThing', spec({ syncPolicy: { automated: { newThing: 1 } } }), 'UNSUPPORTED'],
      ['spec.syncPolicy.syncOptions[NewThing=true]', spec({ syncPolicy: { syncOptions: ['CreateNamespace=true', 'NewThing=true'] } }), 'UNSUPPORTED'],
      ['spec.source.directory.newThing', source({ directory: { newThing: true } }), 'UNSUPPORTED'],
      ['spec.source.directory', source({ directory: { recurse: true }, kustomize: {} }), 'UNSUPPORTED'],
      ['spec.source.path', source({ path: '../other' }), 'UNSUPPORTED'],
      ...['namePrefix', 'nameSuffix', 'version', 'namespace', 'images', 'replicas', 'patches', 'components', 'commonLabels', 'commonAnnotations'].map((key): [string, KubernetesObject, string] => [`spec.source.kustomize.${key}`, source({ kustomize: { [key]: 1 } }), 'UNSUPPORTED']),
      ['spec.source.kustomize.newThing', source({ kustomize: { newThing: true } }), 'UNSUPPORTED'],
      ['spec.source.kustomize.images[1]', source({ kustomize: { images: ['nginx:1', 'nginx'] } }), 'UNSUPPORTED'],
      ['spec.source.kustomize.images[0]', source({ kustomize: { images: ['nginx:$ARGOCD_APP_REVISION'] } }), 'UNSUPPORTED'],
      ['spec.source.kustomize.replicas[0]', source({ kustomize: { replicas: [{ name: 'web', count: 'many' }] } }), 'UNSUPPORTED'],
      ['spec.source.kustomize.patches[0]', source({ kustomize: { patches: [{ patch: 'x', newThing: 1 }] } }), 'UNSUPPORTED'],
      ['spec.source.kustomize.labelIncludeTemplates', source({ kustomize: { commonLabels: { a: 'b' }, labelIncludeTemplates: true } }), 'UNSUPPORTED'],
      ['metadata.ownerReferences', application('shop', { metadata: { ownerReferences: [{ kind: 'AppGroup', name: 'all', controller: true }] } }), 'UNSUPPORTED'],
      ['metadata.deletionTimestamp', application('shop', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), 'UNSUPPORTED'],
      ['status.sourceType', application('shop', { status: { sourceType: 'Plugin', resources: [ENTRY] } }), 'UNSUPPORTED'],
      ['status.conditions', application('shop', { status: { resources: [ENTRY], conditions: [{ type: 'UnknownError', message: 'the status exceeds the Kubernetes resource size limit' }] } }), 'UNSUPPORTED'],
      ['status.resources[].hook', application('shop', { status: { resources: [{ ...ENTRY, hook: true }] } }), 'UNSUPPORTED'],
      ['spec.source.chart', source({ chart: 'web', repoURL: 'https://charts.example' }), 'NON_GIT_SOURCE'],
      ['spec.source.repoURL', source({ repoURL: 'oci://registry.example/shop' }), 'NON_GIT_SOURCE'],
      ['spec.source.targetRevision', source({ targetRevision: COMMIT }), 'PINNED'],
      ['spec.source.targetRevision', source({ targetRevision: 'refs/tags/v1' }), 'PINNED'],
      ['spec.source.targetRevision', source({ targetRevision: '1.2.*' }), 'PINNED'],
      ['spec.source.targetRevision', source({ targetRevision: '>=1.2 <2' }), 'PINNED'],
      ['metadata.annotations[argocd.argoproj.io/skip-reconcile]', application('shop', { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } }), 'SUSPENDED'],
    ]
    for (const [path, app, code] of refused) {
      it(`refuses ${path} with ${code}`, async () => {
        const result = await read(app)
        expect(isRefusal(result) ? result.refused : 'an owner').to.equal(code)
        expect(isRefusal(result) ? result.evidence[0]?.at : '').to.include(path)
        if (isRefusal(result) && code === 'SUSPENDED') expect(result.hint).to.equal('kubectl annotate applications.argoproj.io -n argocd shop argocd.argoproj.io/skip-reconcile-')
      })
    }
    it('reads how a chart is rendered', async () => {
      const helm = {
        releaseName: 'web', namespace: 'other', valueFiles: ['values-$ARGOCD_APP_NAME.yaml', '/env/*.yaml', '$v/c.yaml'], ignoreMissingValueFiles: true, values: 'a: 1\n', version: 'v3', skipCrds: true, kubeVersion: '1.30', apiVersions: ['x/v1'],
        parameters: [{ name: 'image.tag', value: '1,$$2' }, { name: 'a\\.b', value: 'true', forceString: true }], fileParameters: [{ name: 'config', path: '../files/a.txt' }, { name: 'other', path: '$v/b.txt' }],
      }
      const owner = await read(application('shop', { spec: { sources: [{ repoURL: 'https://git.example/a.git', path: 'charts/web', targetRevision: 'main', helm }, { repoURL: 'https://git.example/a', targetRevision: 'main', ref: 'v' }] } }))
      expect(isRefusal(owner) ? owner.message : owner.render.format).to.equal('helm')
      expect(isRefusal(owner) ? owner.message : owner.render.helm).to.deep.equal({
        by: 'argocd', release: 'web', namespace: 'other', valueFiles: ['values-shop.yaml', '/env/*.yaml', '/c.yaml'], ignoreMissing: true, defaults: [], crds: false, tests: true, hooks: true, schema: true,
        kubeVersion: '1.30', apiVersions: ['x/v1'], postRender: [], byVersion: false,
        layers: [
          { kind: 'text', name: 'spec.sources[0].helm.values', text: 'a: 1\n', at: ['helm', 'values'], place: null },
          { kind: 'set', name: 'spec.sources[0].helm.parameters[0]', key: 'image.tag', value: '1\\,$2', string: false, at: ['helm', 'parameters', 0, 'value'], place: null },
          { kind: 'set', name: 'spec.sources[0].helm.parameters[1]', key: 'a\\.b', value: 'true', string: true, at: ['helm', 'parameters', 1, 'value'], place: null },
          { kind: 'set-file', name: 'spec.sources[0].helm.fileParameters[0]', key: 'config', path: 'charts/files/a.txt', at: ['helm', 'fileParameters', 0], place: null },
          { kind: 'set-file', name: 'spec.sources[0].helm.fileParameters[1]', key: 'other', path: 'b.txt', at: ['helm', 'fileParameters', 1], place: null },
        ],
        homes: [{ style: 'set', name: 'spec.sources[0].helm.parameters', at: ['helm', 'parameters'], place: null }],
      })
    })
    it('takes valuesObject alone where there are values too, and the name of the Application for the release', async () => {
      const owner = await read(application('shop', { source: { helm: { values: 'a: 1', valuesObject: { b: 2 }, parameters: [] } } }))
      const helm = isRefusal(owner) ? undefined : owner.render.helm
      expect([helm?.release, helm?.namespace, helm?.layers.map(layer => layer.kind), helm?.homes]).to.deep.equal(['shop', 'shop', ['values'], []])
    })
    const honoured: readonly (readonly [JsonObject, JsonObject])[] = [
      [{ namePrefix: 'a-', nameSuffix: '-z', namespace: 'n', version: 'v5.8.1' }, { namePrefix: 'a-', nameSuffix: '-z', namespace: 'n', version: 'v5.8.1' }],
      [{ images: ['nginx:1', 'web=reg.example:5000/a/web:2@sha256:aa', 'api@sha256:bb'] }, { images: [{ name: 'nginx', newTag: '1' }, { name: 'web', newName: 'reg.example:5000/a/web', newTag: '2', digest: 'sha256:aa' }, { name: 'api', digest: 'sha256:bb' }] }],
      [{ images: ['nginx:$ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE}$$'] }, { images: [{ name: 'nginx', newTag: 'shop-shop$' }] }],
      [{ replicas: [{ name: 'web', count: 3 }, { name: 'api', count: '4' }] }, { replicas: [{ name: 'web', count: 3 }, { name: 'api', count: 4 }] }],
      [{ patches: [{ path: 'p.yaml', target: { kind: 'Deployment' }, options: { allowNameChange: true } }] }, { patches: [{ path: 'p.yaml', target: { kind: 'Deployment' }, options: { allowNameChange: true } }] }],
      [{ components: ['../c'], ignoreMissingComponents: true }, { components: ['../c'], ignoreMissingComponents: true }],
      [{ commonLabels: { a: '$ARGOCD_APP_PROJECT_NAME' }, forceCommonLabels: true, labelWithoutSelector: true, labelIncludeTemplates: true }, { labels: { pairs: { a: 'default' }, force: true, withoutSelector: true, includeTemplates: true } }],
      [{ commonAnnotations: { a: '$ARGOCD_APP_NAME' } }, { annotations: { pairs: { a: '$ARGOCD_APP_NAME' }, force: false } }],
      [{ commonAnnotations: { a: '$ARGOCD_APP_NAME' }, commonAnnotationsEnvsubst: true, forceCommonAnnotations: true }, { annotations: { pairs: { a: 'shop' }, force: true } }],
    ]
    for (const [kustomize, overlay] of honoured) {
      it(`honours spec.source.kustomize ${JSON.stringify(kustomize)}`, async () => {
        const owner = await read(source({ kustomize }))
        expect(isRefusal(owner) ? owner.message : [owner.render.format, owner.render.kustomize]).to.deep.equal(['kustomize', { by: 'argocd', ...overlay }])
      })
    }
    for (const kustomize of [{}, { kubeVersion: '1.30', apiVersions: ['v1'] }, { forceCommonLabels: true, labelWithoutSelector: true }]) {
      it(`has nothing to honour in spec.source.kustomize ${JSON.stringify(kustomize)}`, async () => {
        const owner = await read(source({ kustomize }))
        expect(isRefusal(owner) ? owner.message : [owner.render.format, owner.render.kustomize]).to.deep.equal(['kustomize', undefined])
      })
    }
    it('honours settings of jsonnet, which mean nothing to what is rendered', async () => {
      expect(isRefusal(await read(source({ directory: { jsonnet: { tlas: [{ name: 'a', value: 'b' }] } } })))).to.equal(false)
    })
    it('gives every source that may deploy the object, and those that it does not render', async () => {
      const repoURL = 'https://git.example/shop.git'
      const owner = await read(application('shop', { spec: { sources: [{ repoURL, path: 'a', targetRevision: 'main', ref: 'x' }, { repoURL, ref: 'values' }, { repoURL, chart: 'web' }, { repoURL, path: 'b', targetRevision: 'main', kustomize: { namespace: 'n' } }] },
        status: { resources: [ENTRY], sourceTypes: ['Directory', '', 'Helm', 'Kustomize'], sync: { status: 'Synced', revisions: [COMMIT, OTHER, '1.0.0', OTHER] } } }))
      if (isRefusal(owner)) throw new Error(owner.message)
      expect(owner.sources?.map(({ source: one, render, syncedCommit }) => [one.index, one.path, render.format, syncedCommit])).to.deep.equal([[0, 'a', 'auto', COMMIT], [3, 'b', 'kustomize', OTHER]])
      expect(owner.unread?.map(({ code, path }) => [code, path])).to.deep.equal([['NON_GIT_SOURCE', 'spec.sources[2].chart']])
    })
    it('knows which fields of the object it leaves alone', async () => {
      const owner = await read(spec({ ignoreDifferences: [
        { group: 'batch', kind: 'Job', jsonPointers: ['/a'] }, { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }, { group: '*', kind: '*', jqPathExpressions: ['.spec'] },
        { group: 'apps', kind: 'Deployment', name: 'web', namespace: 'shop', managedFieldsManagers: ['x'] }, { group: 'apps', kind: 'Deployment', name: 'api' }, { group: 'apps', kind: 'Deployment', namespace: 'x' }, { kind: 'Deployment' },
      ] }))
      expect(isRefusal(owner) ? owner.message : owner.ignores).to.deep.equal([
        { at: 'spec.ignoreDifferences[1]', pointers: ['/spec/replicas'], jqPaths: [], managers: [] }, { at: 'spec.ignoreDifferences[2]', pointers: [], jqPaths: ['.spec'], managers: [] },
        { at: 'spec.ignoreDifferences[3]', pointers: [], jqPaths: [], managers: ['x'] },
      ])
    })
    const settings: readonly (readonly [JsonObject, JsonObject, string])[] = [
      [{ 'kustomize.buildOptions': '--enable-helm --output=x' }, {}, 'kustomize.buildOptions'], [{ 'kustomize.buildOptions': '--enable-managedby-label' }, {}, 'kustomize.buildOptions'],
      [{ 'kustomize.buildOptions': '--load-restrictor sometimes' }, {}, 'kustomize.buildOptions'], [{ 'kustomize.buildOptions.v5.0.0': '--enable-helm' }, { kustomize: { version: 'v5.0.0' } }, 'kustomize.buildOptions.v5.0.0'],
    ]
    for (const [data, more, key] of settings) {
      it(`refuses ${JSON.stringify(data)} of argocd-cm`, async () => {
        put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' }, data })
        const result = await read(source(more))
        expect(isRefusal(result) ? `${result.refused} ${result.message}` : 'an owner').to.include('UNSUPPORTED').and.include(key)
      })
    }
    const options: readonly (readonly [string, string])[] = [
      ['--load-restrictor LoadRestrictionsNone', 'none'], ['--load_restrictor=LoadRestrictionsNone --enable-helm', 'none'], ['--enable-helm --enable-alpha-plugins --helm-command x', 'root'], ['', 'root'], ['--load-restrictor=LoadRestrictionsRootOnly', 'root'],
    ]
    for (const [text, restrictor] of options) {
      it(`honours the build options ${JSON.stringify(text)} of argocd-cm`, async () => {
        put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' }, data: { 'kustomize.buildOptions': text } })
        const owner = await read(application('shop'))
        expect(isRefusal(owner) ? owner.message : owner.render.loadRestrictor).to.equal(restrictor)
      })
    }
    it('knows what argocd-cm ignores of this kind, in both spellings, and passes over other kinds', async () => {
      const prefix = 'resource.customizations.ignoreDifferences.'
      put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' }, data: {
        [`${prefix}all`]: 'jsonPointers: [/a]\n', [`${prefix}apps_Deployment`]: 'jqPathExpressions: [.b]\nmanagedFieldsManagers: [c]\n', [`${prefix}batch_Job`]: 'jsonPointers: [/x]\n', [`${prefix}Service`]: 'x',
        'resource.customizations': 'apps/Deployment:\n  ignoreDifferences: |\n    jsonPointers: [/d]\n  health.lua: x\nbatch/Job:\n  ignoreDifferences: |\n    jsonPointers: [/y]\n',
      } })
      const owner = await read(application('shop'))
      expect(isRefusal(owner) ? owner.message : owner.ignores?.map(({ at, pointers, jqPaths, managers }) => [at, ...pointers, ...jqPaths, ...managers])).to.deep.equal([
        [`argocd-cm ${prefix}all`, '/a'], [`argocd-cm ${prefix}apps_Deployment`, '.b', 'c'], ['argocd-cm resource.customizations apps/Deployment', '/d'],
      ])
    })
    it('takes a setting of argocd-cm that cannot be read for one that covers everything', async () => {
      put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd' }, data: { 'resource.customizations.ignoreDifferences.all': 'a: [' } })
      const owner = await read(application('shop'))
      expect(isRefusal(owner) ? owner.message : owner.ignores?.map(({ pointers }) => pointers)).to.deep.equal([['']])
    })
    const windows: readonly [string, JsonObject, boolean][] = [
      ['covers it by name', { kind: 'deny', applications: ['sho*'] }, true],
      ['covers it by namespace', { kind: 'deny', namespaces: ['shop'] }, true],
      ['covers it by cluster', { kind: 'deny', clusters: ['https://kubernetes.default.svc'] }, true],
      ['needs all of them and has', { kind: 'deny', andOperator: true, applications: ['*'], namespaces: ['shop'] }, true],
      ['needs all of them and has not', { kind: 'deny', andOperator: true, applications: ['*'], namespaces: ['other'] }, false],
      ['covers others', { kind: 'deny', applications: ['other'], namespaces: ['other'] }, false],
      ['allows it now', { kind: 'allow', applications: ['*'] }, false],
    ]
    for (const [name, window, behind] of windows) {
      it(`is ${behind ? '' : 'not '}behind by a sync window that ${name}`, async () => {
        put({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' }, spec: { syncWindows: [{ schedule: '* * * * *', duration: '1h', ...window }] } })
        const result = await read(application('shop'))
        expect(isRefusal(result) ? result.refused : result.delivery.behindBecause).to.equal(behind ? 'sync window: window 0 (deny * * * * * for 1h) is open' : null)
      })
    }
    it('is behind by a sync that failed and is not tried again', async () => {
      const result = await read(application('shop', { status: { sync: { status: 'OutOfSync', revision: COMMIT }, operationState: { phase: 'Failed', syncResult: { revision: COMMIT } }, history: [{ revision: OTHER }] } }))
      expect(isRefusal(result) ? result.refused : [result.delivery.behindBecause, result.delivery.syncedCommit]).to.deep.equal(['its last sync failed, and it does not try that commit again', OTHER])
    })
    it('is behind by a sync of an earlier commit that is tried again, which newer commits wait for', async () => {
      const retrying = (status: string): JsonObject => ({ sync: { status, revision: COMMIT }, operationState: { phase: 'Running', finishedAt: '2026-01-01T00:01:00Z', message: 'Retrying attempt #1 at 1:02AM.', syncResult: { revision: OTHER } }, history: [{ revision: OTHER }] })
      const [out, synced] = [await read(application('shop', { status: retrying('OutOfSync') })), await read(application('shop', { status: retrying('Synced') }))]
      expect([out, synced].map(one => isRefusal(one) ? one.refused : one.delivery.behindBecause)).to.deep.equal(['it tries the sync of an earlier commit again, and newer ones wait for that', null])
    })
    it('is read while its controller leaves it alone only by those who just look', async () => {
      const frozen = application('shop', { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } })
      const refused = await read(frozen)
      const looked = await tool.read(REF, TARGET, 'suspended')
      expect([isRefusal(refused) && refused.refused, isRefusal(looked) ? looked.message : looked.suspended]).to.deep.equal(['SUSPENDED', { path: 'metadata.annotations[argocd.argoproj.io/skip-reconcile]', because: 'so its controller leaves it alone' }])
    })
    it('refuses a project that demands signatures', async () => {
      put({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' }, spec: { signatureKeys: [{ keyID: 'A' }] } })
      const result = await read(application('shop'))
      expect(isRefusal(result) ? result.message : '').to.include('spec.signatureKeys')
    })
    it('refuses an Application that is gone', async () => {
      const result = await tool.read(REF, TARGET)
      expect(isRefusal(result) ? result.refused : '').to.equal('OWNER_NOT_FOUND')
    })
  })

  describe('as a consumer', () => {
    it('names every place in Git that it deploys from, and what keeps it from being rendered', async () => {
      put(application('shop'), application('other', { spec: { sources: [{ repoURL: 'https://git.example/a.git', path: 'a', targetRevision: 'main' }, { repoURL: 'https://git.example/values.git', ref: 'v' }, { repoURL: 'https://charts.example', chart: 'web', helm: { valueFiles: ['$v/env/prod/values.yaml'] } }] } }),
        application('team', { source: { helm: { values: 'a' } }, spec: { destination: { name: 'far' }, source: { repoURL: 'https://git.example/t.git', path: 't', helm: { values: 'a' } } } }))
      const owners = await tool.owners()
      expect(owners.map(owner => `${owner.ref.name} ${owner.source.url} ${owner.source.path} ${owner.destination.cluster} ${String(owner.unsupported)}`)).to.have.members([
        'shop https://git.example/shop.git apps/web one null', 'other https://git.example/a.git a one null', 'other https://git.example/values.git env/prod one spec.sources',
        'team https://git.example/t.git t far null',
      ])
    })
  })

  describe('after a merge', () => {
    async function observed(app: KubernetesObject) {
      put(application('shop'))
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      put(app)
      return tool.observe(owner, TARGET)
    }
    const sync = (status: string, more: JsonObject = {}): JsonObject => ({ ...application('shop').status as JsonObject, sync: { status, revision: COMMIT }, ...more })

    it('is accepted when it compared our source, is Synced, done and without error', async () => {
      expect(await observed(application('shop'))).to.deep.include({ revision: COMMIT, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [] })
    })
    it('is accepted where only other objects are OutOfSync, and says so', async () => {
      const seen = await observed(application('shop', { status: sync('OutOfSync', { resources: [ENTRY, { kind: 'Service', name: 'x', status: 'OutOfSync' }] }) }))
      expect(seen.accepted).to.equal(true)
      expect(seen.notes.join()).to.include('1 of its objects')
    })
    it('names what is no longer in Git and not deleted, the first five of it', async () => {
      const left = Array.from({ length: 6 }, (_, i) => ({ kind: 'ConfigMap', namespace: 'shop', name: `old-${i}`, status: 'OutOfSync', requiresPruning: true }))
      const seen = await observed(application('shop', { status: sync('OutOfSync', { resources: [ENTRY, ...left] }) }))
      expect(seen.notes.at(-1)).to.equal('no longer in Git and not deleted: ConfigMap shop/old-0, ConfigMap shop/old-1, ConfigMap shop/old-2, ConfigMap shop/old-3, ConfigMap shop/old-4 and 1 more')
    })
    it('is accepted after an older failed sync, once it is Synced', async () => {
      const seen = await observed(application('shop', { status: sync('Synced', { operationState: { phase: 'Failed', message: 'x', finishedAt: '2026-01-01T00:00:00Z', syncResult: { revision: OTHER } } }) }))
      expect([seen.accepted, seen.failure]).to.deep.equal([true, null])
    })
    const unmet: readonly [string, KubernetesObject, string][] = [
      ['OutOfSync', application('shop', { status: sync('OutOfSync', { resources: [{ ...ENTRY, status: 'OutOfSync' }] }) }), 'status.sync.status is OutOfSync'],
      ['Unknown', application('shop', { status: sync('Unknown') }), 'Unknown'],
      ['compared with another source', application('shop', { status: sync('Synced', { sync: { status: 'Synced', revision: COMMIT, comparedTo: { source: { repoURL: 'https://git.example/shop.git', path: 'old', targetRevision: 'main' } } } }) }), 'another source'],
      ['naming no commit', application('shop', { status: sync('Synced', { sync: { status: 'Synced', revision: 'main' } }) }), 'names no commit'],
      ['about to sync', application('shop', { operation: { sync: {} } }), 'about to start'],
      ['syncing', application('shop', { status: sync('Synced', { operationState: { phase: 'Running', message: 'waiting for healthy state' } }) }), 'running'],
      ['waiting for a retry', application('shop', { status: sync('OutOfSync', { operationState: { phase: 'Running', finishedAt: '2026-01-01T00:00:00Z', message: 'Retrying attempt #2' } }) }), 'again: Retrying attempt #2'],
      ['not compared since its sync', application('shop', { status: sync('Synced', { reconciledAt: '2026-01-01T00:00:59Z' }) }), 'not compared again'],
      ['in error', application('shop', { status: sync('Synced', { conditions: [{ type: 'ComparisonError', message: 'rpc error' }] }) }), 'ComparisonError: rpc error'],
      ['not listing the object', application('shop', { status: sync('Synced', { resources: [] }) }), 'does not list'],
      ['being deleted', application('shop', { metadata: { deletionTimestamp: 'x' } }), 'deleted'],
    ]
    for (const [name, app, words] of unmet) {
      it(`is not accepted while ${name}`, async () => {
        const seen = await observed(app)
        expect(seen.accepted).to.equal(false)
        expect(seen.unmet.join('; ')).to.include(words)
      })
    }
    for (const [name, source] of [['repository', { repoURL: 'https://git.example/other.git' }], ['path', { path: 'apps/api' }], ['branch', { targetRevision: 'next' }]] as const) {
      it(`is another owner once its ${name} changed`, async () => {
        const seen = await observed(application('shop', { source }))
        expect([seen.unchanged, seen.accepted]).to.deep.equal([false, false])
      })
    }
    it('is not accepted, and not another owner, when it is gone', async () => {
      put(application('shop'))
      const owner = await tool.read(REF, TARGET)
      fleet.servers['one']?.remove('Application', 'shop')
      if (isRefusal(owner)) throw new Error(owner.message)
      const seen = await tool.observe(owner, TARGET)
      expect([seen.accepted, seen.unchanged, seen.unmet.join()]).to.deep.equal([false, true, 'Application argocd/shop is no longer there'])
    })
    it('is observed at the source that deploys the object', async () => {
      const sources = [{ repoURL: 'https://git.example/shop.git', path: 'a', targetRevision: 'main' }, { repoURL: 'https://git.example/shop.git', path: 'b', targetRevision: 'main' }]
      put(application('shop', { spec: { sources } }))
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      const second = { ...owner, source: owner.sources?.[1]?.source ?? owner.source }
      const at = (revisions: readonly string[], compared: readonly JsonObject[]): KubernetesObject => application('shop', { spec: { sources }, status: sync('Synced', { sync: { status: 'Synced', revisions, comparedTo: { sources: compared } } }) })
      put(at([OTHER, COMMIT], sources))
      expect(await tool.observe(second, TARGET, 'there')).to.include({ revision: COMMIT, accepted: true, unchanged: true })
      put(at([OTHER, COMMIT], [...sources].reverse()))
      expect((await tool.observe(second, TARGET, 'there')).unmet.join()).to.include('another source')
      put(at([OTHER], sources))
      expect((await tool.observe(second, TARGET, 'there')).unmet.join()).to.include('names no commit')
      put(application('shop'))
      expect((await tool.observe(second, TARGET, 'there')).unchanged).to.equal(false)
    })
    it('waits for a person where it is frozen or syncs by hand', async () => {
      expect((await observed(application('shop', { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } }))).blocked?.code).to.equal('BLOCKED_SUSPENDED')
      const manual = await observed(application('shop', { spec: { syncPolicy: {} }, status: sync('OutOfSync', { resources: [{ ...ENTRY, status: 'OutOfSync' }] }) }))
      expect(manual.blocked).to.include({ code: 'BLOCKED_MANUAL_SYNC', next: 'argocd app sync argocd/shop' })
      expect((await observed(application('shop', { spec: { syncPolicy: {} } }))).blocked).to.equal(null)
    })
    it('has failed for good at the revision of its last sync, with the words of the objects', async () => {
      const seen = await observed(application('shop', { status: sync('OutOfSync', { resources: [{ ...ENTRY, status: 'OutOfSync' }], operationState: { phase: 'Failed', message: 'one or more objects failed to apply', finishedAt: '2026-01-01T00:00:00Z', syncResult: { revision: OTHER, resources: [{ kind: 'Deployment', name: 'web', status: 'SyncFailed', message: 'admission webhook "x" denied' }] } } }) }))
      expect(seen.failure).to.deep.equal({ class: 'permanent', permanent: true, revision: OTHER, sentence: 'sync Failed: one or more objects failed to apply; Deployment web: admission webhook "x" denied' })
    })
    it('has an error at no commit while its comparison is still the one before', async () => {
      const conditions = [{ type: 'ComparisonError', message: 'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = FailedPrecondition desc = x' }]
      expect((await observed(application('shop', { status: sync('Synced', { conditions }) }))).failure?.revision).to.equal(null)
      expect((await observed(application('shop', { status: sync('Unknown', { conditions }) }))).failure?.revision).to.equal(COMMIT)
    })
    it('repeats a controller\'s error without the credentials in it', async () => {
      const seen = await observed(application('shop', { status: sync('Unknown', { conditions: [{ type: 'ComparisonError', message: 'cannot reach https://bot:hunter2secret@git.example/shop.git: authentication required' }] }) }))
      expect(seen.failure?.permanent).to.equal(false)
      expect(JSON.stringify(seen)).to.not.include('hunter2secret')
    })
    it('is asked to look again by both annotations', async () => {
      put(application('shop'))
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      await tool.refresh(owner, 'token-1', 'hard')
      const app = fleet.servers['one']?.get('Application', 'shop')
      expect(app === undefined ? '' : metadataText(app, 'annotations', 'argocd.argoproj.io/refresh')).to.equal('hard')
      expect(app === undefined ? '' : metadataText(app, 'annotations', 'argocd.argoproj.io/refresh-timestamp')).to.equal('token-1')
      expect((await tool.observe(owner, TARGET)).pending).to.equal(true)
    })
    it('is left without a trace of it, unless another request is under way', async () => {
      const stamped = (refresh: JsonObject): KubernetesObject => application('shop', { metadata: { annotations: { 'argocd.argoproj.io/refresh-timestamp': 't', ...refresh } } })
      put(application('shop'))
      const owner = await tool.read(REF, TARGET)
      if (isRefusal(owner)) throw new Error(owner.message)
      const left = (): string | undefined => { const app = fleet.servers['one']?.get('Application', 'shop'); return app === undefined ? undefined : metadataText(app, 'annotations', 'argocd.argoproj.io/refresh-timestamp') }
      put(stamped({ 'argocd.argoproj.io/refresh': 'normal' }))
      await tool.refresh(owner, '', 'settled')
      expect(left()).to.equal('t')
      put(stamped({}))
      await tool.refresh(owner, '', 'settled')
      expect(left()).to.equal(undefined)
    })
  })
})
