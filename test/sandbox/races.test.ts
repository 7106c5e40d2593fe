import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import { metadataText } from '../../src/model/resource.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { nameOf } from '../../src/sandbox/api.ts'
import { application, gitRepository, kustomization } from '../../src/sandbox/example/owners.ts'
import { condition, configMap, startStand, until } from './stand.ts'
import type { Stand } from './stand.ts'

const REFRESH = 'argocd.argoproj.io/refresh'
const REQUESTED = 'reconcile.fluxcd.io/requestedAt'

/** What real controllers do between two states, each switched on alone (argocd-flux.md 5 to 7). */
describe('the races that the stand-ins show', function () {
  this.timeout(20_000)
  let stand: Stand
  let number = 0
  before(async () => {
    stand = await startStand({ poll: 3_600_000, files: { 'README.md': 'x\n' } })
    await stand.api.apply(gitRepository('apps', stand.url), 'test')
  })
  after(async () => {
    expect(stand.problems()).to.deep.equal([])
    await stand.stop()
  })

  async function newOwner(make: (of: { readonly name: string, readonly path: string }) => KubernetesObject): Promise<{ readonly name: string, readonly file: string, readonly key: string, readonly owner: KubernetesObject }> {
    const name = `race-${++number}`
    await stand.push({ [`${name}/config.yaml`]: configMap(`${name}-map`, 'one', '  namespace: shop\n') })
    const owner = await stand.api.apply(make({ name, path: name }), 'test')
    return { name, file: `${name}/config.yaml`, key: `${owner.kind} ${nameOf(owner).namespace ?? ''}/${name}`, owner }
  }
  const newApp = () => newOwner(({ name, path }) => application({ name, namespace: 'shop', url: stand.url, path }))
  const revision = (app: KubernetesObject): string | undefined => textAt(app, 'status', 'sync', 'revision')
  const settled = (name: string, commit?: string): Promise<KubernetesObject> => until(async () => {
    const app = await stand.app(name)
    return textAt(app, 'status', 'sync', 'status') === 'Synced' && (commit === undefined || revision(app) === commit) ? app : null
  }, `${name} Synced`)
  const annotate = (object: KubernetesObject, annotations: Readonly<Record<string, string>>): Promise<KubernetesObject> => stand.api.patch(nameOf(object), { metadata: { annotations } }, { manager: 'test' })
  const value = async (name: string): Promise<unknown> => valueAt(await stand.live(`${name}-map`) ?? {}, 'data', 'value')

  it('Argo CD before 3.6 takes a request of the last moment away unanswered', async () => {
    const { name, file, key, owner } = await newApp()
    const before = await settled(name)
    stand.behaviours.set(key, 'oldRefresh')
    const looks = stand.looks()
    await annotate(owner, { [REFRESH]: 'normal', [`${REFRESH}-timestamp`]: 'first' })
    await until(async () => stand.looks() > looks, 'the look')
    await stand.push({ [file]: configMap(`${name}-map`, 'two', '  namespace: shop\n') })
    await annotate(owner, { [REFRESH]: 'normal', [`${REFRESH}-timestamp`]: 'second' })
    const after = await until(async () => { const app = await stand.app(name); return metadataText(app, 'annotations', REFRESH) === undefined ? app : null }, 'the answer')
    expect(revision(after)).to.equal(revision(before))
    expect(metadataText(after, 'annotations', `${REFRESH}-timestamp`)).to.equal('second')
    await annotate(owner, { [REFRESH]: 'normal', [`${REFRESH}-timestamp`]: 'third' })
    await until(async () => await value(name) === 'two', 'the third request')
  })
  it('Argo CD has not compared again for a while after a sync has finished', async () => {
    const { name, file, key, owner } = await newApp()
    await settled(name)
    stand.behaviours.set(key, 'comparedLate')
    const commit = await stand.push({ [file]: configMap(`${name}-map`, 'two', '  namespace: shop\n') })
    await annotate(owner, { [REFRESH]: 'normal' })
    const between = await until(async () => { const app = await stand.app(name); return textAt(app, 'status', 'operationState', 'syncResult', 'revision') === commit && textAt(app, 'status', 'operationState', 'phase') === 'Succeeded' ? app : null }, 'the sync')
    expect([await value(name), textAt(between, 'status', 'sync', 'status')]).to.deep.equal(['two', 'OutOfSync'])
    await settled(name, commit)
  })
  it('Argo CD lists what it has made only later', async () => {
    const { name, key } = await newApp()
    stand.behaviours.set(key, 'listLate')
    await until(async () => await value(name) === 'one', 'the object')
    expect(objectsAt(await stand.app(name), 'status', 'resources')).to.deep.equal([])
    await until(async () => objectsAt(await stand.app(name), 'status', 'resources').length === 1, 'the list')
  })
  it('Argo CD never clears an operation (#29741)', async () => {
    const { name, file, key, owner } = await newApp()
    await settled(name)
    stand.behaviours.set(key, 'stuckOperation')
    const commit = await stand.push({ [file]: configMap(`${name}-map`, 'two', '  namespace: shop\n') })
    await annotate(owner, { [REFRESH]: 'normal' })
    const app = await settled(name, commit)
    expect([app['operation'] === undefined, textAt(app, 'status', 'operationState', 'phase')]).to.deep.equal([false, 'Succeeded'])
  })
  it('Argo CD starts nothing outside a sync window, and holds back what a person starts', async () => {
    const { name, file, key, owner } = await newApp()
    await settled(name)
    stand.behaviours.set(key, 'windowClosed')
    const commit = await stand.push({ [file]: configMap(`${name}-map`, 'two', '  namespace: shop\n') })
    await annotate(owner, { [REFRESH]: 'normal' })
    await until(async () => revision(await stand.app(name)) === commit, 'the look')
    expect(textAt(await stand.app(name), 'status', 'sync', 'status')).to.equal('OutOfSync')
    await stand.api.patch(nameOf(owner), { operation: { sync: { revision: commit } } }, { manager: 'test' })
    const held = await until(async () => { const app = await stand.app(name); return textAt(app, 'status', 'operationState', 'message') === 'Sync operation blocked by sync window' ? app : null }, 'the sentence')
    expect([textAt(held, 'status', 'operationState', 'phase'), await value(name)]).to.deep.equal(['Running', 'one'])
    stand.behaviours.delete(key)
    await until(async () => await value(name) === 'two', 'the open window')
  })
  it('Flux reconciles the artifact of before, and says that it has handled the request', async () => {
    const { name, file, key, owner } = await newOwner(({ name, path }) => kustomization({ name, path: `./${path}` }))
    const ready = (): Promise<KubernetesObject> => until(async () => { const one = await stand.kustomization(name); return condition(one, 'Ready')?.status === 'True' ? one : null }, `${name} Ready`)
    await annotate(await stand.source(), { [REQUESTED]: `${name}-0` })
    const before = textAt(await ready(), 'status', 'lastAppliedRevision')
    stand.behaviours.set(key, 'staleArtifact')
    await new Promise(resolve => { setTimeout(resolve, 150) })
    const commit = await stand.push({ [file]: configMap(`${name}-map`, 'two', '  namespace: shop\n') })
    await annotate(await stand.source(), { [REQUESTED]: `${name}-1` })
    await until(async () => textAt(await stand.source(), 'status', 'artifact', 'revision')?.endsWith(commit) === true, 'the source')
    await annotate(owner, { [REQUESTED]: `${name}-2` })
    const handled = await until(async () => { const one = await stand.kustomization(name); return textAt(one, 'status', 'lastHandledReconcileAt') === `${name}-2` && condition(one, 'Ready')?.status === 'True' ? one : null }, 'the answer')
    if (textAt(handled, 'status', 'lastAppliedRevision')?.endsWith(commit) !== true) expect(textAt(handled, 'status', 'lastAppliedRevision')).to.equal(before)
    await until(async () => await value(name) === 'two', 'the next try')
    expect(textAt(await ready(), 'status', 'lastAppliedRevision')).to.match(new RegExp(`${commit}$`))
  })
  it('Flux lists what it has applied only later', async () => {
    const { name, key } = await newOwner(({ name, path }) => kustomization({ name, path: `./${path}` }))
    stand.behaviours.set(key, 'listLate')
    await annotate(await stand.source(), { [REQUESTED]: `${name}-0` })
    await until(async () => await value(name) === 'one', 'the object')
    expect(objectsAt(await stand.kustomization(name), 'status', 'inventory', 'entries')).to.deep.equal([])
    await until(async () => objectsAt(await stand.kustomization(name), 'status', 'inventory', 'entries').length === 1, 'the list')
  })
})
