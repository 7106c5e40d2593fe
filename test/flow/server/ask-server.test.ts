import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareObjects } from '../../../src/flow/fields/compare.ts'
import type { ApiServer, Clusters } from '../../../src/flow/ports.ts'
import type { DryRun } from '../../../src/model/dry-run.ts'
import { askServer } from '../../../src/flow/server/ask-server.ts'
import type { World } from '../../../src/flow/world.ts'
import { isRefusal, WritError } from '../../../src/model/error.ts'
import { withField } from '../../../src/model/field.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { JudgedObject, ObjectChange, Proven, RenderedChanges } from '../../../src/model/plan.ts'
import { refOf } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { serverLines } from '../../../src/views/server-lines.ts'
import { plan } from '../../fixtures/plan.ts'

const WEB: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } } },
}
const WIDGET: KubernetesObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one', namespace: 'shop' }, spec: { size: 1 } }
const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 }, more: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } } } } }],
  },
}
const unused = (): never => { throw new Error('nobody asks for that here') }
const READER = { token: 'reader', user: 'reader', rules: [{ verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] }] }

type Change = readonly (readonly [FieldPath | string, Json | undefined])[]

describe('asking the API server whether it would take what a change makes', function () {
  this.timeout(30_000)
  let kube: Kube
  let dir: string
  let clusters: Clusters & { readonly servers: World['servers'] }
  before(async () => {
    kube = await startKube({ accounts: [READER] })
    dir = await mkdtemp(join(tmpdir(), 'writ-ask-'))
    await writeFile(join(dir, 'full'), kube.kubeconfig)
    await writeFile(join(dir, 'reader'), kube.kubeconfig.replaceAll(kube.token, READER.token))
    clusters = await openClusters({ clusters: ['full', 'reader'].map(name => ({ name, context: 'writ-sandbox', kubeconfig: name })), dir, environment: {} })
    const put = async (path: string, body: Json): Promise<void> => { expect((await kube.request('POST', path, body)).status, JSON.stringify(body)).to.equal(201) }
    await put('/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'shop' } })
    await put('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS)
    await put('/apis/apps/v1/namespaces/shop/deployments', WEB)
    await put('/apis/example.com/v1/namespaces/shop/widgets', WIDGET)
  })
  after(async () => {
    await kube.stop()
    await rm(dir, { recursive: true, force: true })
  })

  const changed = (object: KubernetesObject, change: Change): KubernetesObject =>
    change.reduce<Json | undefined>((all, [path, to]) => withField(all, typeof path === 'string' ? path.split('.') : path, to), object) as KubernetesObject
  const judged = (before: KubernetesObject | null, after: KubernetesObject | null): { readonly object: JudgedObject, readonly change: ObjectChange } => {
    const ref = refOf(after ?? before ?? WEB)
    const fields = before === null || after === null ? [] : compareObjects(before, after).fields
    return { object: { ref, before, after }, change: { object: ref, kind: before === null ? 'added' : after === null ? 'removed' : 'changed', fields, reordered: [] } }
  }
  const world = (over: Partial<Pick<World, 'servers' | 'ownerObjects' | 'clusters' | 'clock'>> = {}): Parameters<typeof askServer>[0] => ({
    clock: systemClock(), clusters, servers: clusters.servers,
    ownerObjects: { declaredOwners: () => [], manifestOwner: () => null, live: () => Promise.resolve(null), gates: () => Promise.resolve([]), argoClusters: unused, applicationSets: unused }, ...over,
  })
  const proven = (on: string, change: ObjectChange): Proven => {
    const made = plan()
    return { ...made, owner: { ...made.owner, destination: { cluster: on, namespace: 'shop' } }, proof: { ...made.proof, changes: [change] } }
  }
  /** What is said of one object: the line of the plan, or the refusal. */
  const ask = async (on: string, [before, after]: readonly [KubernetesObject | null, KubernetesObject | null], over = {}): Promise<string> => {
    const { object, change } = judged(before, after)
    const found = await askServer(world(over), proven(on, change), { asked: [object], blast: [] })
    if (isRefusal(found)) return `${found.refused}: ${found.evidence.map(({ sentence, at }) => `${sentence}${at === undefined ? '' : ` @ ${at}`}`).join(' | ')}`
    return serverLines(found).map(({ text }) => text.trim().replace(/^server +/, '')).join(' | ')
  }
  const edit = (on: string, ...[object, change, over]: readonly [KubernetesObject, Change, object?]): Promise<string> => ask(on, [object, changed(object, change)], over)
  /** A server of which one answer is another. */
  const answering = (over: Partial<ApiServer>): Pick<World, 'servers'> => ({ servers: { named: name => ({ ...clusters.servers.named(name), ...over }) } })
  const AT = '@ Deployment shop/web | the edit would stand here @ apps/web/web.yaml:1'

  for (const { name, object, change, full, reader = full } of [
    { name: 'takes what it knows', object: WEB, change: [['spec.replicas', 3]], full: 'asked (dry run), accepts', reader: 'asked its schema only (no right to patch deployments.apps)' },
    { name: 'refuses a field that it does not know', object: WEB, change: [['spec.nope', 1]], full: `SERVER_REFUSES: spec.nope: unknown field ${AT}` },
    { name: 'refuses annotations that are maps', object: WEB, change: [[['metadata', 'annotations', 'a', 'b/c'], '1']], full: `SERVER_REFUSES: metadata.annotations.a: must be of type string, not object ${AT}`, reader: `SERVER_REFUSES: metadata.annotations.a: must be text, not a map ${AT}` },
    { name: 'refuses a value of another type', object: WEB, change: [['spec.replicas', 'three']], full: `SERVER_REFUSES: spec.replicas: must be of type int32, not string ${AT}`, reader: `SERVER_REFUSES: spec.replicas: must be a whole number, not text ${AT}` },
    { name: 'refuses a value out of bounds, which the schema alone does not show', object: WEB, change: [['spec.replicas', -1]], full: `SERVER_REFUSES: spec.replicas: must be greater than or equal to 0 ${AT}`, reader: 'asked its schema only (no right to patch deployments.apps)' },
    { name: 'knows the fields of a definition', object: WIDGET, change: [['spec.nope', 1]], full: 'SERVER_REFUSES: spec.nope: unknown field @ Widget shop/one | the edit would stand here @ apps/web/web.yaml:1' },
    { name: 'takes what a definition leaves open', object: WIDGET, change: [['spec.more.any', { a: 1 }]], full: 'asked (dry run), accepts', reader: 'asked its schema only (no right to patch widgets.example.com)' },
  ] as readonly { name: string, object: KubernetesObject, change: Change, full: string, reader?: string }[]) {
    it(name, async () => {
      expect(await edit('full', object, change)).to.equal(full)
      expect(await edit('reader', object, change)).to.equal(reader)
    })
  }

  it('keeps nothing of the question, and asks for an object that is not there yet', async () => {
    const made = changed(WEB, [['metadata.name', 'new']])
    expect(await ask('full', [null, made])).to.equal('asked (dry run), accepts')
    expect(await ask('reader', [null, made])).to.equal('asked its schema only (no right to patch deployments.apps)')
    for (const on of ['full', 'reader']) expect(await ask(on, [null, changed(made, [['spec.template.spec.nope', true]])])).to.match(/^SERVER_REFUSES: spec\.template\.spec\.nope: unknown field @ Deployment shop\/new/)
    expect((await kube.request('GET', '/apis/apps/v1/namespaces/shop/deployments/new')).status).to.equal(404)
    expect(JSON.stringify((await kube.request('GET', '/apis/apps/v1/namespaces/shop/deployments/web')).body)).to.include('"replicas":2').and.not.include('writ-dry-run')
  })

  it('asks nothing about what goes', async () => {
    expect(await ask('full', [WEB, null])).to.equal('')
  })

  it('says why it was not asked: a namespace or a kind that is not there', async () => {
    expect(await ask('full', [null, changed(WEB, [['metadata.namespace', 'later']])])).to.match(/^not asked: .*namespaces "later" not found/)
    expect(await ask('full', [null, { ...WIDGET, kind: 'Gadget' }])).to.equal('not asked: cluster full does not serve the kind Gadget (example.com/v1)')
    expect(await ask('full', [null, { ...WIDGET, apiVersion: 'example.com/v9' }])).to.match(/^not asked: /)
    const { name: _name, ...nameless } = WIDGET.metadata
    expect(await ask('full', [null, { ...WIDGET, metadata: { ...nameless, generateName: 'one-' } }])).to.equal('not asked: the object has no name of its own')
  })

  it('holds nothing against a change that was so before: that is a warning', async () => {
    const old = changed(WEB, [['spec.old', 1]])
    expect(await edit('full', old, [['spec.replicas', 3]])).to.equal('asked (dry run), with warnings | the server takes the changed fields, but objects to applying the object as a whole: spec.old: unknown field')
    expect(await edit('full', old, [['spec.nope', 1]])).to.match(/^SERVER_REFUSES: spec\.nope: unknown field/)
    const gone = changed(old, [['metadata.name', 'not-live']])
    expect(await edit('full', gone, [['spec.replicas', 3]])).to.equal('asked (dry run), with warnings | the server objects to it without this change, too: spec.old: unknown field')
    expect(await edit('reader', old, [['spec.old', 2]])).to.equal('asked its schema only (no right to patch deployments.apps)')
  })

  it('is asked for what a change takes away, too, which an apply beside other managers leaves', async () => {
    const container = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }] as const
    expect(await edit('full', WEB, [[[...container, 'image'], undefined]])).to.match(/^SERVER_REFUSES: .*image.*Required/)
    const named = changed(WEB, [['metadata.labels', { a: 'b' }]])
    expect(await ask('full', [named, WEB])).to.equal('asked (dry run), accepts')
  })

  it('holds nothing against what is taken away that the live object has already', async () => {
    const old = { field: 'spec.old', sentence: 'is too old' }
    const own = { field: 'spec.template', sentence: 'needs it' }
    const says = (without: readonly (typeof old)[]): Pick<World, 'servers'> => answering({
      dryPatch: (_kind, { patch }) => Promise.resolve<DryRun>({ kind: 'refused', sentence: 'refused', objections: Object.keys(patch).length === 0 ? [old] : [old, ...without] }),
    })
    const named = changed(WEB, [['metadata.labels', { a: 'b' }]])
    await kube.request('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', { metadata: { labels: { a: 'b' } } })
    expect(await ask('full', [named, WEB], says([]))).to.equal('asked (dry run), accepts')
    expect(await ask('full', [named, WEB], says([own]))).to.match(/^SERVER_REFUSES: spec\.template: needs it/).and.not.include('too old')
  })

  it('holds a fault against a change that stands in another item of the list already', async () => {
    const two = changed(WEB, [['spec.template.spec.containers', [{ name: 'web', image: 'web:1', nope: 1 }, { name: 'other', image: 'other:1' }]]])
    expect(await edit('full', two, [[['spec', 'template', 'spec', 'containers', { key: 'name', value: 'other' }, 'nope'], 1]])).to.match(/^SERVER_REFUSES: .*nope/)
  })

  it('takes no field for one that stays which the change takes away', async () => {
    const strategy = (type: string, more = {}): Json => ({ type, ...more })
    const rolling = changed(WEB, [['spec.strategy', strategy('RollingUpdate', { rollingUpdate: { maxSurge: 1 } })]])
    await kube.request('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', { spec: { strategy: rolling['spec'] === undefined ? null : { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } })
    expect(await ask('full', [rolling, changed(WEB, [['spec.strategy', strategy('Recreate')]])])).to.equal('asked (dry run), accepts')
  })

  it('lets an owner that makes objects anew change what cannot change in place', async () => {
    const other: Change = [['spec.selector.matchLabels.app', 'other'], ['spec.template.metadata.labels.app', 'other']]
    const owned = (spec: Json): Partial<World> => ({ ownerObjects: { ...world().ownerObjects, live: () => Promise.resolve({ object: { apiVersion: 'a/v1', kind: 'Application', metadata: { name: 'shop' }, spec }, around: [] }) } })
    expect(await edit('full', WEB, other)).to.match(/^SERVER_REFUSES: spec\.selector: field is immutable/)
    expect(await edit('full', WEB, other, owned({ syncPolicy: { syncOptions: ['CreateNamespace=true'] } }))).to.match(/^SERVER_REFUSES/)
    expect(await edit('full', WEB, other, owned({ syncPolicy: { syncOptions: ['Replace=true', 'Force=true'] } }))).to.equal('asked (dry run), accepts')
    const annotated = changed(WEB, [['metadata.annotations', { 'argocd.argoproj.io/sync-options': 'Force=true' }]])
    expect(await edit('full', annotated, other)).to.equal('asked (dry run), accepts')
    expect(await edit('full', annotated, [...other, ['spec.nope', 1]])).to.match(/^SERVER_REFUSES: spec\.nope/)
  })

  it('tells what admission says to the caller, and refuses nothing for it', async () => {
    const denied = answering({ dryApply: () => Promise.resolve<DryRun>({ kind: 'denied', sentence: 'admission webhook "a.b.c" denied the request: no' }) })
    expect(await edit('full', WEB, [['spec.replicas', 3]], denied)).to.equal('asked (dry run), with warnings | admission would deny it to the caller, and may judge Deployment shop/web otherwise when its owner applies it: admission webhook "a.b.c" denied the request: no')
  })

  it('shows no words about a Secret', async () => {
    const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'shop' }, data: { token: 'aHVudGVyMg==' } }
    const denied = answering({ dryApply: () => Promise.resolve<DryRun>({ kind: 'denied', sentence: 'admission webhook denied the request: aHVudGVyMg==' }) })
    expect(await ask('full', [null, secret], denied)).to.include('not shown').and.not.include('aHVud')
    const said = await ask('full', [null, changed(secret, [['data.token', { a: 'aHVudGVyMg==' }]])])
    expect(said).to.match(/^SERVER_REFUSES: data\.token: the value is not taken/).and.not.include('aHVud')
  })

  it('waits for no server that fails, is silent, or cannot be reached', async () => {
    const failing = answering({ dryApply: () => Promise.reject(new WritError('cluster/failed', 'Cluster full answered 500: failed calling webhook.', { retry: true })) })
    expect(await edit('full', WEB, [['spec.replicas', 3]], failing)).to.equal('not asked: Cluster full answered 500: failed calling webhook.')
    expect(await edit('nowhere', WEB, [['spec.replicas', 3]])).to.equal('not asked: There is no cluster nowhere.')
    const silent = { ...answering({ dryApply: () => new Promise<DryRun>(() => undefined) }), clock: { ...systemClock(), within: <T>(_ms: number, work: Promise<T>) => systemClock().within(20, work) } }
    expect(await edit('full', WEB, [['spec.replicas', 3]], silent)).to.equal('not asked: no answer of cluster full in 10 s')
  })

  it('asks about a handful of objects, the asked one first, each where it is deployed', async () => {
    const many = Array.from({ length: 7 }, (_one, i) => judged(null, changed(WEB, [['metadata.name', `web-${i}`]])))
    const first = judged(WEB, changed(WEB, [['spec.replicas', 3]]))
    const base = proven('full', first.change)
    const blast = [{ path: 'other', owners: [base.owner], environments: [], error: null, changes: many.map(({ change }) => change) }]
    const rendered: RenderedChanges = { asked: [first.object], blast: [{ path: 'other', environments: [], objects: many.map(({ object }) => object), destinations: [{ cluster: 'reader', namespace: 'shop' }] }] }
    const found = await askServer(world(), { ...base, blast }, rendered)
    if (isRefusal(found)) throw new Error(found.message)
    expect(found.map(({ object, cluster, asked }) => `${object.name} ${cluster} ${asked}`)).to.deep.equal(['web full dry run', ...[0, 1, 2, 3].map(i => `web-${i} reader schema`), ...[4, 5, 6].map(i => `web-${i} reader not asked`)])
    expect(serverLines(found).map(({ text }) => text.trim())).to.deep.equal([
      'server       Deployment shop/web: asked (dry run), accepts', 'Deployment shop/web-0, Deployment shop/web-1, Deployment shop/web-2 and 1 more: asked its schema only (no right to patch deployments.apps)',
      'Deployment shop/web-4, Deployment shop/web-5, Deployment shop/web-6: not asked: only the first 5 objects of a change are asked about',
    ])
  })

  it('gives a server that does not answer its time, and no more', async () => {
    const open = createServer(() => undefined)
    const port = await new Promise<number>(resolve => { open.listen(0, '127.0.0.1', () => { const at = open.address(); resolve(typeof at === 'object' && at !== null ? at.port : 0) }) })
    try {
      await writeFile(join(dir, 'silent'), kube.kubeconfig.replace(kube.url, `https://127.0.0.1:${port}`))
      const { servers } = await openClusters({ clusters: [{ name: 'silent', context: 'writ-sandbox', kubeconfig: 'silent' }], dir, environment: {} })
      const began = Date.now()
      const error = await servers.named('silent').schemas({ group: 'apps', version: 'v1' }, 200).catch((cause: unknown) => cause)
      expect(error).to.be.instanceOf(WritError)
      expect(Date.now() - began).to.be.below(5000)
    } finally {
      open.close()
    }
  })
})
