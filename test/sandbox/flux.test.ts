import { expect } from 'chai'
import { isObject, textAt, valueAt } from '../../src/model/json.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { nameOf } from '../../src/sandbox/api.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { gitRepository, kustomization } from '../../src/sandbox/example/owners.ts'
import { inventoryOf, inventoryRefs } from '../../src/sandbox/flux/inventory.ts'
import { kustomizeProgram } from '../../src/sandbox/render.ts'
import { condition, configMap, deploymentText, imageOf, pause, startStand, until } from './stand.ts'
import type { Stand } from './stand.ts'

const SHOP = '  namespace: shop\n'
const applied = (object: KubernetesObject): string | undefined => textAt(object, 'status', 'lastAppliedRevision')

describe('Flux stand-in', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand({ poll: 150, files: { 'README.md': 'x' } })
    await stand.api.apply(gitRepository('apps', stand.url), 'test')
  })
  afterEach(async () => {
    stand.behaviours.clear()
    for (const one of await stand.api.list({ group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization' })) await stand.api.remove(nameOf(one))
  })
  after(async () => {
    expect(stand.problems()).to.deep.equal([])
    await stand.stop()
  })

  let number = 0
  async function newOwner(files: Readonly<Record<string, string>> = { 'config.yaml': configMap('CM', 'one', SHOP) }, more: JsonObject = {}): Promise<{ readonly name: string, readonly map: string, readonly path: string }> {
    const name = `k-${++number}`
    await stand.push(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text.replaceAll('CM', `${name}-map`)])))
    const made = kustomization({ name, path: `./${name}` })
    const spec = made['spec']
    await stand.api.apply({ ...made, spec: { ...(isObject(spec) ? spec : {}), retryInterval: '200ms', ...more } }, 'test')
    return { name, map: `${name}-map`, path: `${name}/config.yaml` }
  }
  const ready = (name: string, commit?: string): Promise<KubernetesObject> => until(async () => {
    const object = await stand.kustomization(name)
    const ok = condition(object, 'Ready')?.status === 'True' && valueAt(object, 'metadata', 'generation') === valueAt(object, 'status', 'observedGeneration')
    return ok && (commit === undefined || applied(object) === `main@sha1:${commit}`) ? object : null
  }, `${name} Ready at ${commit ?? 'any commit'}`)
  const failed = (name: string, reason: string): Promise<KubernetesObject> => until(async () => {
    const object = await stand.kustomization(name)
    return condition(object, 'Ready')?.reason === reason ? object : null
  }, `${name} ${reason}`)
  const value = async (name: string): Promise<Json | undefined> => valueAt(await stand.live(name) ?? {}, 'data', 'value')
  const patch = async (object: KubernetesObject, change: JsonObject): Promise<unknown> => stand.api.patch(nameOf(object), change, { manager: 'test' })

  it('fetches the branch into an artifact and applies it, with inventory, labels and the applied revision', async () => {
    const { name, map, path } = await newOwner({ 'config.yaml': configMap('CM', 'one', SHOP), 'web.yaml': deploymentText('web:1') })
    const commit = await stand.git.head('apps') ?? ''
    const object = await ready(name, commit)
    const source = await stand.source()
    expect(textAt(source, 'status', 'artifact', 'revision')).to.equal(`main@sha1:${commit}`)
    expect(textAt(source, 'status', 'artifact', 'digest')).to.match(/^sha256:[0-9a-f]{64}$/)
    expect(valueAt(source, 'status', 'observedGeneration')).to.equal(valueAt(source, 'metadata', 'generation'))
    expect(condition(source, 'Ready')?.status).to.equal('True')
    expect(valueAt(object, 'status', 'inventory', 'entries')).to.have.deep.members([{ id: `shop_${map}__ConfigMap`, v: 'v1' }, { id: 'shop_web_apps_Deployment', v: 'v1' }])
    expect(textAt(object, 'status', 'lastAttemptedRevision')).to.equal(`main@sha1:${commit}`)
    expect(condition(object, 'Reconciling')).to.equal(null)
    const live = await stand.live('web', 'shop', 'Deployment')
    expect(valueAt(live ?? {}, 'metadata', 'labels')).to.deep.include({ 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' })
    expect(JSON.stringify(valueAt(live ?? {}, 'metadata', 'managedFields'))).to.contain('"manager":"kustomize-controller","operation":"Apply"')
    const next = await ready(name, await stand.push({ [path]: configMap(map, 'two', SHOP) }))
    expect(await value(map)).to.equal('two')
    const history = valueAt(next, 'status', 'history')
    expect(Array.isArray(history) ? history.map((row: Json) => textAt(row, 'lastReconciledStatus')).slice(0, 2) : []).to.deep.equal(['ReconciliationSucceeded', 'ReconciliationSucceeded'])
  })

  it('picks up all YAML below a path without a kustomization file; a subfolder with one counts as that one resource', async function () {
    if (await kustomizeProgram() === null) return this.skip()
    const { name } = await newOwner({
      'config.yaml': configMap('CM', 'one', SHOP), 'deep/er/more.yml': configMap('CM-deep', 'one', SHOP), 'notes.json': '{}',
      'built/kustomization.yaml': 'namePrefix: pre-\nresources: [in.yaml]\n', 'built/in.yaml': configMap('CM-in', 'one', SHOP), 'built/out.yaml': configMap('CM-out', 'one', SHOP),
    })
    const object = await ready(name)
    const names = inventoryRefs(valueAt(object, 'status', 'inventory', 'entries')).map(ref => ref.name).sort()
    expect(names).to.deep.equal([`${name}-map`, `${name}-map-deep`, `pre-${name}-map-in`].sort())
  })

  it('reads files outside the root of a kustomization', async function () {
    if (await kustomizeProgram() === null) return this.skip()
    await stand.push({ 'shared/s.yaml': configMap('shared-map', 'one', SHOP) })
    const { name } = await newOwner({ 'kustomization.yaml': 'resources: [../shared/s.yaml]\n' })
    await ready(name)
    expect(await value('shared-map')).to.equal('one')
  })

  it('sets the target namespace', async () => {
    const { name, map } = await newOwner({ 'config.yaml': configMap('CM', 'one') }, { targetNamespace: 'shop' })
    await ready(name)
    expect(await value(map)).to.equal('one')
  })

  it('prunes what Git no longer has', async () => {
    const { name, map } = await newOwner({ 'config.yaml': configMap('CM', 'one', SHOP), 'extra.yaml': configMap('CM-extra', 'one', SHOP) })
    await ready(name)
    expect(await stand.live(`${map}-extra`)).to.not.equal(null)
    await ready(name, await stand.push({ [`${name}/extra.yaml`]: null }))
    expect(await stand.live(`${map}-extra`)).to.equal(null)
  })

  it('puts a live edit back at the next interval', async () => {
    const { name, map } = await newOwner()
    await ready(name)
    await stand.api.patch({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: map }, { data: { value: 'edited' } }, { manager: 'kubectl-edit' })
    await until(async () => await value(map) === 'one', 'healed')
  })

  it('a build that fails: Ready is False, observedGeneration stays behind, the last applied revision stays', async () => {
    const { name, path, map } = await newOwner()
    const first = applied(await ready(name))
    const commit = await stand.push({ [path]: 'a: [1\n' })
    const failing = async (): Promise<KubernetesObject> => until(async () => { const now = await failed(name, 'BuildFailed'); return textAt(now, 'status', 'lastAttemptedRevision')?.endsWith(commit) === true ? now : null }, 'failed at the new commit')
    await failing()
    await patch(await stand.kustomization(name), { spec: { timeout: '1m' } })
    await pause(300)
    const object = await failing()
    expect(condition(object, 'Ready')?.message).to.contain('failed to decode Kubernetes YAML from config.yaml')
    expect(applied(object)).to.equal(first)
    expect(condition(object, 'Reconciling')?.reason).to.equal('ProgressingWithRetry')
    expect(valueAt(object, 'status', 'observedGeneration')).to.not.equal(valueAt(object, 'metadata', 'generation'))
    await ready(name, await stand.push({ [path]: configMap(map, 'two', SHOP) }))
  })

  it('refuses one object in two files, as kustomize does', async () => {
    const { name, path } = await newOwner()
    await stand.push({ [path.replace('config.yaml', 'again.yaml')]: configMap('twice', 'one', SHOP), [path.replace('config.yaml', 'more.yaml')]: configMap('twice', 'two', SHOP) })
    expect(condition(await failed(name, 'BuildFailed'), 'Ready')?.message).to.match(/^kustomize build failed: .*may not add resource with an already registered id: ConfigMap\.v1\.\[noGrp\]\/twice\.shop$/)
  })

  const failures: readonly (readonly [string, JsonObject, string, RegExp])[] = [
    ['a path that is not there', { path: './nowhere' }, 'ArtifactFailed', /^kustomization path not found/],
    ['a source that is not there', { sourceRef: { kind: 'GitRepository', name: 'none' } }, 'ArtifactFailed', /not found/],
    ['a key that it does not know', { postBuild: { substitute: { a: 'b' } } }, 'BuildFailed', /does not know spec\.postBuild/],
    ['a dependency that is not ready', { dependsOn: [{ name: 'none' }] }, 'DependencyNotReady', /dependency 'flux-system\/none' is not ready/],
  ]
  for (const [what, spec, reason, words] of failures) {
    it(`says ${reason} for ${what}`, async () => {
      const { name, map } = await newOwner(undefined, spec)
      expect(condition(await failed(name, reason), 'Ready')?.message).to.match(words)
      expect(await stand.live(map)).to.equal(null)
    })
  }

  it('says what the API server said where it refuses an object', async () => {
    const { name } = await newOwner({ 'config.yaml': configMap('CM', '1', SHOP) })
    expect(condition(await failed(name, 'ReconciliationFailed'), 'Ready')?.message).to.match(/^ConfigMap\/shop\/.* dry-run failed/)
  })

  it('a source that cannot be fetched keeps its artifact and says so', async () => {
    const { name } = await newOwner()
    await ready(name)
    const before = textAt(await stand.source(), 'status', 'artifact', 'revision')
    stand.git.trouble.down = true
    const source = await until(async () => { const now = await stand.source(); return condition(now, 'FetchFailed')?.status === 'True' ? now : null }, 'FetchFailed')
    stand.git.trouble.down = false
    expect(condition(source, 'Ready')?.message).to.contain('failed to checkout and determine revision: unable to clone')
    expect(textAt(source, 'status', 'artifact', 'revision')).to.equal(before)
    await until(async () => condition(await stand.source(), 'FetchFailed') === null, 'fetched again')
  })

  it('suspended, it applies nothing but answers requests', async () => {
    const { name, map, path } = await newOwner()
    await ready(name)
    await patch(await stand.kustomization(name), { spec: { suspend: true } })
    await pause(100)
    await stand.push({ [path]: configMap(map, 'two', SHOP) })
    await patch(await stand.kustomization(name), { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'token' } } })
    await until(async () => textAt(await stand.kustomization(name), 'status', 'lastHandledReconcileAt') === 'token', 'handled')
    await pause(300)
    expect(await value(map)).to.equal('one')
  })

  it('waits for the rollout before it names the revision as applied', async () => {
    stand.behaviours.set('x', 'normal')
    const { name } = await newOwner({ 'web.yaml': deploymentText('web:3') })
    const seen: string[] = []
    await until(async () => {
      const object = await stand.kustomization(name)
      const entry = `${textAt(object, 'status', 'lastAttemptedRevision') === undefined ? '-' : 'attempted'} ${applied(object) === undefined ? '-' : 'applied'}`
      if (seen.at(-1) !== entry) seen.push(entry)
      return entry === 'attempted applied'
    }, 'applied')
    expect(seen).to.include('attempted -')
    expect(condition(await stand.kustomization(name), 'Healthy')?.status).to.equal('True')
  })

  describe('behaviours', () => {
    async function behaving(behaviour: Behaviour): Promise<{ readonly name: string, readonly old: string, readonly commit: string }> {
      const { name } = await newOwner({ 'web.yaml': deploymentText('web:1').replace('name: web\n  namespace', 'name: CM\n  namespace') })
      const old = applied(await ready(name, await stand.git.head('apps') ?? '')) ?? ''
      stand.behaviours.set(`Kustomization flux-system/${name}`, behaviour)
      await pause(100)
      const commit = await stand.push({ [`${name}/web.yaml`]: deploymentText('web:2').replace('name: web\n  namespace', `name: ${name}-map\n  namespace`) })
      return { name, old, commit }
    }
    const liveImage = async (name: string): Promise<Json | undefined> => imageOf(await stand.live(`${name}-map`, 'shop', 'Deployment'))

    it('oldCommit: goes on saying that it applied the commit it has, though the source is ahead', async () => {
      const { name, old, commit } = await behaving('oldCommit')
      await until(async () => textAt(await stand.source(), 'status', 'artifact', 'revision')?.endsWith(commit) === true, 'source')
      await pause(300)
      expect(applied(await stand.kustomization(name))).to.equal(old)
      expect(await liveImage(name)).to.equal('web:1')
    })

    it('wrongValue: says that it applied our commit while live is something else', async () => {
      const { name, commit } = await behaving('wrongValue')
      await ready(name, commit)
      expect(await liveImage(name)).to.equal('web:2-other')
    })

    it('frozen: applies, but its status stays as it was', async () => {
      const { name, old } = await behaving('frozen')
      await until(async () => await liveImage(name) === 'web:2', 'applied')
      expect(applied(await stand.kustomization(name))).to.equal(old)
    })

    it('silent: nothing happens, not even to a request', async () => {
      const { name, old } = await behaving('silent')
      await patch(await stand.kustomization(name), { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'token' } } })
      await pause(300)
      expect(applied(await stand.kustomization(name))).to.equal(old)
      expect(textAt(await stand.kustomization(name), 'status', 'lastHandledReconcileAt')).to.equal(undefined)
      expect(await liveImage(name)).to.equal('web:1')
    })

    it('healthLate: has attempted our commit for a while before it has applied it', async () => {
      const { name, commit } = await behaving('healthLate')
      await until(async () => await liveImage(name) === 'web:2', 'live')
      const object = await stand.kustomization(name)
      expect([textAt(object, 'status', 'lastAttemptedRevision'), applied(object) === `main@sha1:${commit}`]).to.deep.equal([`main@sha1:${commit}`, false])
      await ready(name, commit)
    })

    it('retrying and applyError: fails with the controller\'s words, the first gets over it', async () => {
      const { name, commit } = await behaving('retrying')
      await ready(name, commit)
      const denied = await behaving('applyError')
      expect(condition(await failed(denied.name, 'ReconciliationFailed'), 'Ready')?.message).to.contain('dry-run failed (Forbidden): admission webhook')
      expect(await liveImage(denied.name)).to.equal('web:1')
    })

    it('a silent source: the Kustomization stays at the old artifact', async () => {
      const { name, path, map } = await newOwner()
      await ready(name)
      await patch(await stand.source(), { metadata: { annotations: { 'sandbox.writ.dev/behaviour': 'silent' } } })
      await pause(100)
      const commit = await stand.push({ [path]: configMap(map, 'two', SHOP) })
      await pause(300)
      expect(await value(map)).to.equal('one')
      await patch(await stand.source(), { metadata: { annotations: { 'sandbox.writ.dev/behaviour': null } } })
      await ready(name, commit)
    })
  })

  it('writes and reads inventory ids with empty parts and colons', () => {
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'a:b' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
    ]
    const entries = inventoryOf(objects)
    expect(entries.map(entry => entry['id'])).to.deep.equal(['_n__Namespace', '_a__b_rbac.authorization.k8s.io_ClusterRole', 'shop_web_apps_Deployment'])
    expect(inventoryRefs(entries)).to.deep.equal(objects.map(nameOf))
  })
})
