import { expect } from 'chai'
import { diffObjectLive, diffOwnerLive } from '../../../src/flow/live-diff/diff-live.ts'
import type { World } from '../../../src/flow/world.ts'
import { isRefusal } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { LiveDiff, LiveDifference } from '../../../src/model/live-diff.ts'
import { application, gitRepository, kustomization } from '../../../src/sandbox/example/owners.ts'
import type { Scenario } from '../../../src/sandbox/scenario.ts'
import { startSandbox } from '../../../src/sandbox/up.ts'
import type { Sandbox } from '../../../src/sandbox/up.ts'
import { diffDocument, liveDiffLines } from '../../../src/views/live-diff-lines.ts'
import { connect } from '../../../src/wire.ts'
import type { Connected } from '../../../src/wire.ts'
import { webManifest } from '../../support/web-manifest.ts'

const WEB = webManifest({ image: 'registry.example/web:1', replicas: 2, container: ['ports: [{containerPort: 8080}]', 'resources:', '  limits: {cpu: 500m, memory: 64Mi}'] })
const settings = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata: ${data}\n`
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData: {token: aaaa}\n'

function scenario(): Scenario {
  const app = (url: string): ReturnType<typeof application> => {
    const made = application({ name: 'shop', namespace: 'shop', url, path: 'shop' })
    const ignoreDifferences = [{ kind: 'ConfigMap', jsonPointers: ['/data/noise'] }]
    return { ...made, spec: { ...made['spec'] as JsonObject, ignoreDifferences, syncPolicy: { automated: { prune: false } } } }
  }
  return {
    repository: {
      name: 'apps',
      files: [{ path: 'shop/web.yaml', content: WEB }, { path: 'shop/settings.yaml', content: settings('{mode: one, noise: none}') }, { path: 'shop/key.yaml', content: SECRET },
        { path: 'pay/settings.yaml', content: settings('{mode: one}').replace('name: settings', 'name: settings\n  namespace: pay') }],
    },
    namespaces: ['shop', 'pay'], environments: [{ name: 'dev', class: 'dev', namespaces: ['shop', 'pay'] }],
    sources: url => [gitRepository('apps', url)],
    owners: url => [{ format: 'plain', object: app(url) }, { format: 'plain', object: kustomization({ name: 'pay', path: './pay' }) }],
  }
}

describe('Git against live', function () {
  this.timeout(60_000)
  let sandbox: Sandbox
  let connected: Connected
  before(async () => {
    sandbox = await startSandbox({ scenario: scenario(), interval: 50, poll: 3_600_000 })
    connected = await connect({ dir: sandbox.config })
  })
  after(async () => {
    await connected?.close()
    await sandbox?.stop()
  })

  const sees = async (ask: Promise<LiveDiff | { readonly refused: string, readonly message: string }>): Promise<LiveDiff> => {
    const found = await ask
    if ('refused' in found) throw new Error(`${found.refused}: ${found.message}`)
    return found
  }
  /** `type/name`, or `type/name@namespace`. */
  const one = (object: string, world: World = connected.world): Promise<LiveDiff> => {
    const [type = '', name = '', namespace = 'shop'] = object.split(/[/@]/)
    return sees(diffObjectLive(world, { cluster: null, namespace, type, name }))
  }
  const app = (world: World = connected.world): Promise<LiveDiff> => sees(diffOwnerLive(world, { cluster: null, namespace: 'argocd', type: 'applications.argoproj.io', name: 'shop' }))
  const told = (of: LiveDifference | undefined): unknown => of === undefined ? null : [of.object.name, of.kind, of.fields.map(({ path, before, after }) => [showPath(path), before ?? null, after ?? null])]
  const patch = async (path: string, body: JsonObject): Promise<void> => {
    const { status } = await sandbox.kube.request('PATCH', `${path}${path.includes('?') ? '&' : '?'}fieldManager=somebody`, body, 'application/merge-patch+json')
    expect(status).to.equal(200)
  }
  /** A caller who may not patch. */
  const mayNot = (): World => ({ ...connected.world, servers: { named: name => ({ ...connected.world.servers.named(name), dryApply: () => Promise.resolve({ kind: 'forbidden', sentence: 'may not' }) }) } })

  it('sees no difference where there is none: defaults, spellings and the owner\'s own marks are none', async () => {
    const diff = await app()
    expect(diff.objects.map(told)).to.deep.equal([['key', 'same', []], ['settings', 'same', []], ['web', 'same', []]])
    expect(diff.objects.every(({ serverAsked }) => serverAsked)).to.equal(true)
    expect((await one('configmap/settings@pay')).objects.map(told)).to.deep.equal([['settings', 'same', []]])
    expect((await app(mayNot())).objects.map(({ kind, serverAsked }) => [kind, serverAsked])).to.deep.equal([['same', false], ['same', false], ['same', false]])
  })

  it('tells each declared field that is not so live, and keeps nothing of the question', async () => {
    await patch('/apis/apps/v1/namespaces/shop/deployments/web', { spec: { minReadySeconds: 7, template: { spec: { containers: [{ name: 'web', image: 'registry.example/web:hot', ports: [{ containerPort: 8080 }], resources: { limits: { cpu: '0.5', memory: '64Mi' } } }] } } } })
    const image = ['spec.template.spec.containers[name=web].image', 'registry.example/web:hot', 'registry.example/web:1']
    const before = await sandbox.api.get({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' })
    expect((await one('deploy/web')).objects.map(told)).to.deep.equal([['web', 'changed', [image]]])
    expect((await one('deploy/web', mayNot())).objects.map(told)).to.deep.equal([['web', 'changed', [image]]])
    const after = await sandbox.api.get({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' })
    expect(JSON.stringify(after?.['spec'])).to.equal(JSON.stringify(before?.['spec']))
    expect(after?.metadata['generation']).to.equal(before?.metadata['generation'])
    const text = liveDiffLines(diffDocument(await one('deploy/web', mayNot()))).map(line => line.text).join('\n')
    expect(text).to.contain('image: registry.example/web:hot → registry.example/web:1').and.contain('Server not asked for 1 object').and.match(/1 of 1 object differs \(live → Git\)\.$/)
  })

  it('leaves out what the owner is told to ignore, and says so', async () => {
    await patch('/api/v1/namespaces/shop/configmaps/settings', { data: { noise: 'much', mode: 'two' } })
    const [found] = (await one('configmap/settings')).objects
    expect(told(found)).to.deep.equal(['settings', 'changed', [['data.mode', 'two', 'one']]])
    expect(found?.ignored.map(({ path, because }) => [showPath(path), because])).to.deep.equal([['data.noise', 'the entry names /data/noise']])
    await patch('/api/v1/namespaces/shop/configmaps/settings', { data: { mode: 'one' } })
    expect((await one('configmap/settings')).objects.map(({ kind }) => kind)).to.deep.equal(['same'])
  })

  it('leaves replicas to the autoscaler that sets them', async () => {
    await patch('/apis/apps/v1/namespaces/shop/deployments/web', { spec: { replicas: 5, template: { spec: { containers: [{ name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 8080 }], resources: { limits: { cpu: '500m', memory: '64Mi' } } }] } } } })
    expect((await one('deploy/web')).objects.map(told)).to.deep.equal([['web', 'changed', [['spec.replicas', 5, 2]]]])
    await sandbox.api.apply({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' }, spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } }, 'test')
    const [found] = (await one('deploy/web')).objects
    expect([found?.kind, found?.ignored.map(({ because }) => because)]).to.deep.equal(['same', ['HorizontalPodAutoscaler shop/web has Deployment shop/web as its scaleTargetRef']])
  })

  it('looks at what is suspended, too, and says that a difference stays', async () => {
    const pay = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/pay'
    const kustomization = (): Promise<LiveDiff> => sees(diffOwnerLive(connected.world, { cluster: null, namespace: 'flux-system', type: 'kustomizations', name: 'pay' }))
    await patch(pay, { spec: { suspend: true } })
    await patch('/api/v1/namespaces/pay/configmaps/settings', { data: { mode: 'by hand' } })
    for (const diff of [await one('configmap/settings@pay'), await kustomization()]) {
      expect(diff.objects.map(told)).to.deep.equal([['settings', 'changed', [['data.mode', 'by hand', 'one']]]])
      expect(diff.notes).to.deep.equal(['Kustomization flux-system/pay has spec.suspend, so a merge would not deploy: a difference stays until it is resumed'])
    }
    await patch(pay, { spec: { suspend: null } })
    const shop = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop'
    await patch(shop, { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } })
    for (const diff of [await one('deploy/web'), await app()]) expect(diff.notes.join()).to.match(/^Application argocd\/shop has metadata\.annotations\[argocd\.argoproj\.io\/skip-reconcile\], so its controller leaves it alone/)
    await patch(shop, { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': null } } })
    await patch('/api/v1/namespaces/pay/configmaps/settings', { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }, data: { mode: 'left' } })
    const left = await one('configmap/settings@pay')
    expect([left.objects.map(told), left.notes.join()]).to.deep.equal([[['settings', 'changed', [['data.mode', 'left', 'one']]]], 'Kustomization flux-system/pay has ConfigMap metadata.annotations[kustomize.toolkit.fluxcd.io/reconcile], so Flux leaves the object alone: a difference stays until it is resumed'])
  })

  it('tells what is only in Git and what is only live, and never what a Secret holds', async () => {
    const { status } = await sandbox.kube.request('DELETE', '/api/v1/namespaces/shop/configmaps/settings')
    expect(status).to.equal(200)
    await patch('/api/v1/namespaces/shop/secrets/key', { data: { token: 'YmJiYg==' } })
    await sandbox.git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message: 'Take web away', files: [{ path: 'shop/web.yaml', content: null }] })
    const diff = await app()
    expect(diff.objects.map(({ object, kind }) => [object.name, kind])).to.deep.equal([['key', 'changed'], ['settings', 'missing'], ['web', 'extra']])
    const document = diffDocument(diff)
    expect([document.differs, JSON.stringify(document).includes('YmJiYg'), JSON.stringify(document).includes('YWFhYQ')]).to.deep.equal([true, false, false])
  })

  it('refuses what has no owner, and what does not render', async () => {
    await sandbox.api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'alone', namespace: 'shop' } }, 'test')
    const alone = await diffObjectLive(connected.world, { cluster: null, namespace: 'shop', type: 'configmap', name: 'alone' })
    expect(isRefusal(alone) && alone.refused).to.equal('UNMANAGED')
    await sandbox.git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message: 'Break', files: [{ path: 'shop/settings.yaml', content: settings('{mode: [}') }] })
    const broken = await diffOwnerLive(connected.world, { cluster: null, namespace: 'argocd', type: 'applications.argoproj.io', name: 'shop' })
    expect(isRefusal(broken) ? broken.refused : broken.commit).to.equal('RENDER_FAILED')
  })
})
