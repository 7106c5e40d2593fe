import { expect } from 'chai'
import { isObject, textAt, valueAt } from '../../src/model/json.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { application } from '../../src/sandbox/example/owners.ts'
import { nameOf } from '../../src/sandbox/api.ts'
import { kustomizeProgram } from '../../src/sandbox/render.ts'
import { condition, configMap, deploymentText, imageOf, pause, startStand, until } from './stand.ts'
import type { Stand } from './stand.ts'

const sync = (app: KubernetesObject): JsonObject => ({ status: textAt(app, 'status', 'sync', 'status') ?? null, revision: textAt(app, 'status', 'sync', 'revision') ?? null })
const phase = (app: KubernetesObject): string | undefined => textAt(app, 'status', 'operationState', 'phase')

describe('Argo CD stand-in', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand({ poll: 150, files: { 'web/web.yaml': deploymentText('web:1'), 'web/config.yaml': configMap('web', 'one'), 'web/sub/more.yaml': configMap('more', 'one') } })
  })
  after(async () => {
    expect(stand.problems()).to.deep.equal([])
    await stand.stop()
  })

  afterEach(async () => {
    for (const app of await stand.api.list({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' })) await stand.api.remove(nameOf(app))
  })

  let number = 0
  /** A new app on a folder of its own. */
  async function newApp(more: JsonObject = {}, files: Readonly<Record<string, string>> = { 'config.yaml': configMap('CM', 'one') }): Promise<{ readonly name: string, readonly map: string, readonly path: string }> {
    const name = `app-${++number}`
    const named = Object.entries(files).map(([path, text]) => [`${name}/${path}`, text.replaceAll('CM', `${name}-map`)])
    await stand.push(Object.fromEntries(named))
    const made = application({ name, namespace: 'shop', url: stand.url, path: name })
    const spec = made['spec']
    await stand.api.apply({ ...made, spec: { ...(isObject(spec) ? spec : {}), ...more } }, 'test')
    return { name, map: `${name}-map`, path: `${name}/config.yaml` }
  }
  const synced = (name: string, revision?: string): Promise<KubernetesObject> => until(async () => {
    const app = await stand.app(name)
    const ok = sync(app)['status'] === 'Synced' && textAt(app, 'status', 'health', 'status') === 'Healthy' && (revision === undefined || sync(app)['revision'] === revision)
    return ok ? app : null
  }, `${name} Synced at ${revision ?? 'any commit'}`)
  const value = async (name: string): Promise<Json | undefined> => valueAt(await stand.live(name) ?? {}, 'data', 'value')
  const patch = async (name: string, change: JsonObject): Promise<KubernetesObject> => stand.api.patch(nameOf(await stand.app(name)), change, { manager: 'test' })

  it('syncs to the newest commit and writes what it compared, synced and lists', async () => {
    await stand.api.apply(application({ name: 'web', namespace: 'shop', url: stand.url, path: 'web' }), 'test')
    const first = await synced('web', await stand.git.head('apps') ?? '')
    expect(valueAt(first, 'status', 'resources')).to.deep.include.members([
      { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' },
      { version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web', status: 'Synced' },
    ])
    expect(valueAt(first, 'status', 'resources')).to.have.length(2)
    expect(textAt(first, 'status', 'sourceType')).to.equal('Directory')
    expect(valueAt(first, 'status', 'summary', 'images')).to.deep.equal(['web:1'])
    expect(valueAt(first, 'status', 'sync', 'comparedTo', 'source')).to.deep.equal(valueAt(first, 'spec', 'source'))
    expect(textAt(first, 'status', 'controllerNamespace')).to.equal('argocd')
    expect(first['operation']).to.equal(undefined)

    const commit = await stand.push({ 'web/web.yaml': deploymentText('web:2') })
    const second = await synced('web', commit)
    expect(imageOf(await stand.live('web', 'shop', 'Deployment'))).to.equal('web:2')
    expect(phase(second)).to.equal('Succeeded')
    expect(textAt(second, 'status', 'operationState', 'syncResult', 'revision')).to.equal(commit)
    const history = valueAt(second, 'status', 'history')
    expect(Array.isArray(history) ? history.map((row: Json) => textAt(row, 'revision')).at(-1) : null).to.equal(commit)
    const live = await stand.live('web', 'shop', 'Deployment')
    expect(valueAt(live ?? {}, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id')).to.equal('web:apps/Deployment:shop/web')
    const managers = valueAt(live ?? {}, 'metadata', 'managedFields')
    expect(JSON.stringify(managers)).to.contain('"manager":"argocd-controller","operation":"Apply"')
  })

  it('moves the compared revision over a commit that does not concern it, without an operation', async () => {
    const { name } = await newApp()
    const before = await synced(name)
    const commit = await stand.push({ 'README.md': 'hello' })
    const after = await synced(name, commit)
    expect(valueAt(after, 'status', 'operationState')).to.deep.equal(valueAt(before, 'status', 'operationState'))
  })

  it('takes a refresh request away once the refresh is in the status', async () => {
    const { name, path, map } = await newApp()
    await synced(name)
    const commit = await stand.push({ [path]: configMap(map, 'two') })
    await patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal', 'argocd.argoproj.io/refresh-timestamp': 'now' } } })
    await synced(name, commit)
    await until(async () => valueAt(await stand.app(name), 'metadata', 'annotations', 'argocd.argoproj.io/refresh') === undefined, 'request taken away')
    expect(await value(map)).to.equal('two')
  })

  it('prunes what Git no longer has, and never what another owner marks', async () => {
    const { name, map } = await newApp({}, { 'config.yaml': configMap('CM', 'one'), 'extra.yaml': configMap('CM-extra', 'one') })
    await synced(name)
    expect(await stand.live(`${map}-extra`)).to.not.equal(null)
    await synced(name, await stand.push({ [`${name}/extra.yaml`]: null }))
    expect(await stand.live(`${map}-extra`)).to.equal(null)
  })

  it('without automated prune it keeps the object and says OutOfSync', async () => {
    const { name, map } = await newApp({ syncPolicy: { automated: {} } }, { 'config.yaml': configMap('CM', 'one'), 'extra.yaml': configMap('CM-extra', 'one') })
    await synced(name)
    const commit = await stand.push({ [`${name}/extra.yaml`]: null })
    const app = await until(async () => { const now = await stand.app(name); return sync(now)['revision'] === commit ? now : null }, 'compared')
    expect(sync(app)['status']).to.equal('OutOfSync')
    expect(JSON.stringify(valueAt(app, 'status', 'resources'))).to.contain('"requiresPruning":true')
    expect(await stand.live(`${map}-extra`)).to.not.equal(null)
  })

  it('puts a live edit back where it heals itself, and leaves it where it does not', async () => {
    const healing = await newApp()
    const lax = await newApp({ syncPolicy: { automated: { prune: true } } })
    for (const { name, map } of [healing, lax]) {
      await synced(name)
      await stand.api.patch({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: map }, { data: { value: 'edited' } }, { manager: 'kubectl-edit' })
    }
    await until(async () => await value(healing.map) === 'one', 'healed')
    await until(async () => sync(await stand.app(lax.name))['status'] === 'OutOfSync', 'drift seen')
    expect(await value(lax.map)).to.equal('edited')
  })

  it('removes a field that Git no longer states', async () => {
    const { name, map, path } = await newApp({}, { 'config.yaml': `${configMap('CM', 'one')}  other: x\n` })
    await synced(name)
    expect(valueAt(await stand.live(map) ?? {}, 'data', 'other')).to.equal('x')
    await synced(name, await stand.push({ [path]: configMap(map, 'one') }))
    expect(valueAt(await stand.live(map) ?? {}, 'data')).to.deep.equal({ value: 'one' })
  })

  it('without auto-sync it waits for an operation, and carries that out', async () => {
    const { name, map } = await newApp({ syncPolicy: {} })
    await until(async () => sync(await stand.app(name))['status'] === 'OutOfSync', 'compared')
    expect(await stand.live(map)).to.equal(null)
    await patch(name, { operation: { sync: {}, initiatedBy: { username: 'test' } } })
    const app = await synced(name)
    expect(await value(map)).to.equal('one')
    expect(textAt(app, 'status', 'operationState', 'operation', 'initiatedBy', 'username')).to.equal('test')
    const off = await newApp({ syncPolicy: { automated: { enabled: false } } })
    await until(async () => sync(await stand.app(off.name))['status'] === 'OutOfSync', 'compared')
    await pause(250)
    expect(await stand.live(off.map)).to.equal(null)
  })

  const failing: readonly (readonly [string, JsonObject, Readonly<Record<string, string>>, RegExp])[] = [
    ['a path that is not there', { path: 'nowhere' }, {}, /nowhere: app path does not exist/],
    ['a branch that is not there', { targetRevision: 'nowhere' }, {}, /unable to resolve 'nowhere' to a commit SHA/],
    ['a broken manifest', {}, { 'config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [1\n' }, /Failed to unmarshal "config\.yaml"/],
    ['an empty JSON file', {}, { 'more.json': '' }, /Failed to unmarshal "more\.json"/],
    ['a group that is served no more', {}, { 'config.yaml': 'apiVersion: extensions/v1beta1\nkind: DaemonSet\nmetadata: { name: x }\n' }, /no matches for kind "DaemonSet" in version "extensions\/v1beta1"/],
    ['a kind in a version that is served no more', {}, { 'config.yaml': 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: x }\n' }, /no matches for kind "PodDisruptionBudget" in version "policy\/v1beta1"/],
  ]
  for (const [what, source, files, words] of failing) {
    it(`says ComparisonError for ${what}, with the words of Argo CD`, async () => {
      const { name } = await newApp({}, { 'config.yaml': configMap('CM', 'one'), ...files })
      await patch(name, { spec: { source } })
      const app = await until(async () => { const now = await stand.app(name); return condition(now, 'ComparisonError') !== null ? now : null }, 'ComparisonError')
      expect(condition(app, 'ComparisonError')?.message).to.match(words).and.match(/^Failed to load target state: failed to generate manifest for source 1 of 1: rpc error/)
      expect(sync(app)['status']).to.equal('Unknown')
      expect(sync(app)['revision']).to.not.match(/^[0-9a-f]{40}$/)
    })
  }

  it('leaves YAML out that is no manifest, and takes the last of a key given twice', async () => {
    const { name, map } = await newApp({}, { 'config.yaml': configMap('CM', 'one').replace(/^data:/m, 'data: { value: zero }\ndata:'), 'values.yaml': 'a: 1\n', 'broken.yaml': 'a: [1\n' })
    expect(valueAt(await synced(name), 'status', 'resources')).to.have.length(1)
    expect(await value(map)).to.equal('one')
  })

  it('is in sync where the server respells what Git says', async () => {
    const text = deploymentText('web:1').replace(/name: web$/m, 'name: respelled').replace(/^( *)containers:/m, '$1serviceAccount: one\n$1serviceAccountName: two\n$1containers:')
    const { name } = await newApp({}, { 'web.yaml': text })
    await synced(name)
    expect(textAt(await stand.live('respelled', 'shop', 'Deployment') ?? {}, 'spec', 'template', 'spec', 'serviceAccount')).to.equal('two')
  })

  it('says ComparisonError with the words of kustomize, and keeps what it listed as Unknown', async function () {
    if (await kustomizeProgram() === null) return this.skip()
    const { name, map } = await newApp({}, { 'config.yaml': configMap('CM', 'one'), 'kustomization.yaml': 'resources: [config.yaml]\n' })
    expect(textAt(await synced(name), 'status', 'sourceType')).to.equal('Kustomize')
    await stand.push({ [`${name}/kustomization.yaml`]: 'resources: [gone.yaml]\n' })
    const app = await until(async () => { const now = await stand.app(name); return textAt(now, 'status', 'sync', 'status') === 'Unknown' ? now : null }, 'Unknown')
    expect(condition(app, 'ComparisonError')?.message).to.contain('`kustomize build <path to cached source>` failed exit status 1').and.contain('gone.yaml')
    expect(valueAt(app, 'status', 'resources')).to.deep.equal([{ version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: map, status: 'Unknown', requiresPruning: true }])
    await synced(name, await stand.push({ [`${name}/kustomization.yaml`]: 'resources: [config.yaml]\n' }))
    expect(condition(await stand.app(name), 'ComparisonError')).to.equal(null)
  })

  it('refuses what it cannot carry out in place of leaving it out', async () => {
    const { name, map } = await newApp({ source: { repoURL: stand.url, path: 'web', targetRevision: 'main', helm: { values: 'a: 1' } } })
    const app = await until(async () => { const now = await stand.app(name); return condition(now, 'InvalidSpecError') !== null ? now : null }, 'InvalidSpecError')
    expect(condition(app, 'InvalidSpecError')?.message).to.equal('the sandbox\'s Argo CD does not know spec.source.helm')
    expect(await stand.live(map)).to.equal(null)
  })

  it('reads include, exclude and recurse of a directory', async () => {
    const { name, map } = await newApp({}, { 'a.yaml': configMap('CM-a', 'x'), 'b.yaml': configMap('CM-b', 'x'), 'sub/c.yaml': configMap('CM-c', 'x'), 'sub/d.yaml': configMap('CM-d', 'x') })
    await patch(name, { spec: { source: { directory: { recurse: true, include: '{a.yaml,sub/*}', exclude: '*d.yaml' } } } })
    await until(async () => await stand.live(`${map}-c`) !== null, 'c')
    const app = await synced(name, await stand.git.head('apps') ?? '')
    const rows = valueAt(app, 'status', 'resources')
    expect(Array.isArray(rows) ? rows.map((row: Json) => textAt(row, 'name')) : []).to.have.members([`${map}-a`, `${map}-c`])
  })

  it('says when two Applications manage one object', async () => {
    const one = await newApp({ syncPolicy: {} })
    await patch(one.name, { operation: { sync: {} } })
    await synced(one.name)
    const two = await newApp({ syncPolicy: {} })
    await patch(two.name, { spec: { source: { path: one.name } } })
    const app = await until(async () => { const now = await stand.app(two.name); return condition(now, 'SharedResourceWarning') !== null ? now : null }, 'warning')
    expect(condition(app, 'SharedResourceWarning')?.message).to.equal(`ConfigMap/${one.map} is part of applications ${one.name} and ${two.name}`)
  })

  it('leaves an Application with skip-reconcile alone', async () => {
    const { name, path, map } = await newApp()
    await synced(name)
    await patch(name, { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } })
    await pause(150)
    await stand.push({ [path]: configMap(map, 'two') })
    await patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } })
    await pause(400)
    expect(await value(map)).to.equal('one')
    expect(valueAt(await stand.app(name), 'metadata', 'annotations', 'argocd.argoproj.io/refresh')).to.equal('normal')
  })

  describe('behaviours', () => {
    async function behaving(behaviour: Behaviour): Promise<{ readonly name: string, readonly map: string, readonly path: string, readonly old: string, readonly commit: string }> {
      const made = await newApp({}, { 'config.yaml': deploymentText('web:1').replaceAll('name: web\n  namespace: shop', 'name: CM\n  namespace: shop') })
      const old = textAt(await synced(made.name), 'status', 'sync', 'revision') ?? ''
      stand.behaviours.set(`Application argocd/${made.name}`, behaviour)
      await pause(120)
      const commit = await stand.push({ [made.path]: deploymentText('web:2').replaceAll('name: web\n  namespace: shop', `name: ${made.map}\n  namespace: shop`) })
      return { ...made, old, commit }
    }
    const liveImage = async (name: string): Promise<Json | undefined> => imageOf(await stand.live(name, 'shop', 'Deployment'))

    it('oldCommit: goes on saying Synced at the commit it has', async () => {
      const { name, map, old } = await behaving('oldCommit')
      await pause(500)
      expect(sync(await stand.app(name))).to.deep.equal({ status: 'Synced', revision: old })
      expect(await liveImage(map)).to.equal('web:1')
    })

    it('wrongValue: says Synced at our commit while live is something else', async () => {
      const { name, map, commit } = await behaving('wrongValue')
      await synced(name, commit)
      expect(await liveImage(map)).to.equal('web:2-other')
    })

    it('frozen: applies, but its status stays as it was', async () => {
      const { name, map, old } = await behaving('frozen')
      await until(async () => await liveImage(map) === 'web:2', 'applied')
      expect(sync(await stand.app(name))['revision']).to.equal(old)
    })

    it('silent and suspended: nothing happens, a refresh request stays', async () => {
      for (const behaviour of ['silent', 'suspended'] as const) {
        const { name, map, old } = await behaving(behaviour)
        await patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } })
        await pause(300)
        expect(sync(await stand.app(name))['revision']).to.equal(old)
        expect(await liveImage(map)).to.equal('web:1')
        expect(valueAt(await stand.app(name), 'metadata', 'annotations', 'argocd.argoproj.io/refresh')).to.equal('normal')
      }
    })

    it('retrying: is Running with finishedAt before it succeeds', async () => {
      const { name, commit } = await behaving('retrying')
      await until(async () => {
        const app = await stand.app(name)
        return phase(app) === 'Running' && textAt(app, 'status', 'operationState', 'finishedAt') !== undefined
      }, 'waiting for a retry')
      expect(phase(await synced(name, commit))).to.equal('Succeeded')
    })

    it('applyError: the operation fails once with the words of the webhook, and is not tried again', async () => {
      const { name, map, commit } = await behaving('applyError')
      const app = await until(async () => { const now = await stand.app(name); return condition(now, 'SyncError') !== null ? now : null }, 'SyncError')
      expect(phase(app)).to.equal('Failed')
      expect(textAt(app, 'status', 'operationState', 'message')).to.contain('admission webhook "sandbox.writ.dev" denied the request')
      expect(condition(app, 'SyncError')?.message).to.contain(`Failed last sync attempt to [${commit}]`)
      expect(await liveImage(map)).to.equal('web:1')
    })

    it('is set through the annotation too, from another process', async () => {
      const { name, path, map } = await newApp()
      await synced(name)
      await patch(name, { metadata: { annotations: { 'sandbox.writ.dev/behaviour': 'silent' } } })
      await pause(120)
      await stand.push({ [path]: configMap(map, 'two') })
      await pause(400)
      expect(await value(map)).to.equal('one')
      await patch(name, { metadata: { annotations: { 'sandbox.writ.dev/behaviour': null } } })
      await until(async () => await value(map) === 'two', 'awake')
    })
  })
})

describe('Argo CD stand-in that does not poll', () => {
  it('looks when it is asked, and not before; the first request can be lost', async () => {
    const stand = await startStand({ poll: 600_000, files: { 'a/a.yaml': configMap('a', 'one') } })
    try {
      await stand.api.apply(application({ name: 'a', namespace: 'shop', url: stand.url, path: 'a' }), 'test')
      await until(async () => sync(await stand.app('a'))['status'] === 'Synced', 'synced')
      const ref = nameOf(await stand.app('a'))
      const ask = (): Promise<unknown> => stand.api.patch(ref, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, { manager: 'test' })
      const gone = (): Promise<boolean> => until(async () => valueAt(await stand.app('a'), 'metadata', 'annotations', 'argocd.argoproj.io/refresh') === undefined, 'request taken')
      const first = sync(await stand.app('a'))['revision']
      stand.behaviours.set('Application argocd/a', 'lostRefresh')
      await pause(400)
      const commit = await stand.push({ 'a/a.yaml': configMap('a', 'two') })
      await pause(300)
      expect(sync(await stand.app('a'))['revision']).to.equal(first)
      await ask()
      await gone()
      await pause(200)
      expect(sync(await stand.app('a'))['revision']).to.equal(first)
      await ask()
      await gone()
      await until(async () => sync(await stand.app('a'))['revision'] === commit, 'looked')
      expect(stand.problems()).to.deep.equal([])
    } finally {
      await stand.stop()
    }
  })
})
