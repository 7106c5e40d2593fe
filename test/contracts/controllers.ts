import { expect } from 'chai'
import type { GitOpsTool, Cluster } from '../../src/flow/ports.ts'
import { isRefusal } from '../../src/model/error.ts'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Observation } from '../../src/model/observation.ts'
import type { Owner } from '../../src/model/owner.ts'
import { metadataText } from '../../src/model/resource.ts'
import type { KubernetesObject, Target } from '../../src/model/resource.ts'
import { chartFiles, helmRelease } from './chart.ts'
import { handOn } from './recording.ts'
import type { Hand, Place, Recording } from './recording.ts'

/**
 * Controllers at work on an API server and a Git repository: stand-ins, or the real ones. Everything in the suites below goes through this and through
 * requests that any server answers, so that they say the same of both.
 */
export interface ControllerWorld {
  /** The text of a kubeconfig with all rights. */
  readonly kubeconfig: string
  /** The repository as owners write it; its branch is `main`. */
  readonly url: string
  /** Commits to `main` and gives the commit; null removes a file. */
  push(files: Readonly<Record<string, string | null>>): Promise<string>
  /** Writ's adapter and its cluster, by whose name targets are called. */
  readonly tool: GitOpsTool
  readonly cluster: Cluster
  /** Where owners are made, and an existing namespace that they deploy to. */
  readonly owners: string
  readonly workloads: string
  /** True where charts can be deployed. */
  readonly helm: boolean
  /** Milliseconds until what is waited for counts as never coming. */
  readonly patience: number
  close(): Promise<void>
}

const configMap = (name: string, namespace: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  value: ${value}\n`
/** No server takes an object of this name. */
const REFUSED = 'Not_A_Name'

/** What the tests of one tool share. */
class Ground {
  readonly world: ControllerWorld
  readonly hand: Hand
  readonly #recordings: Recording[] = []
  #number = 0

  constructor(world: ControllerWorld) {
    this.world = world
    this.hand = handOn(world.kubeconfig, world.patience)
  }

  name(prefix: string): string {
    return `${prefix}-${++this.#number}`
  }

  async record(place: Place): Promise<Recording> {
    const recording = await this.hand.record(place)
    this.#recordings.push(recording)
    return recording
  }

  async value(name: string): Promise<unknown> {
    const map = await this.hand.get({ apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace: this.world.workloads, name })
    return valueAt(map ?? {}, 'data', 'value')
  }

  target(name: string, kind = 'ConfigMap'): Target {
    return { cluster: this.world.cluster.name, group: kind === 'ConfigMap' ? '' : 'apps', version: 'v1', kind, namespace: this.world.workloads, name }
  }

  async owner(ref: Parameters<GitOpsTool['read']>[0], target: Target): Promise<Owner> {
    const read = await this.world.tool.read(ref, target)
    if (isRefusal(read)) throw new Error(read.message)
    return read
  }

  async close(): Promise<void> {
    for (const recording of this.#recordings) recording.stop()
    await this.world.close()
  }
}

/** How Argo CD writes its status (argocd-flux.md 0, 5.1, 6.2). */
export function argocdContract(name: string, open: () => Promise<ControllerWorld>): void {
  describe(`${name} as a controller`, function () {
    this.timeout(180_000)
    let ground: Ground
    before(async () => { ground = new Ground(await open()) })
    after(() => ground.close())

    const placeOf = (app: string): Place => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', plural: 'applications', namespace: ground.world.owners, name: app })
    const sync = (app: KubernetesObject): string => `${textAt(app, 'status', 'sync', 'status') ?? ''} ${textAt(app, 'status', 'sync', 'revision') ?? ''}`
    const phase = (app: KubernetesObject): string => textAt(app, 'status', 'operationState', 'phase') ?? ''

    interface App { readonly name: string, readonly map: string, readonly file: string, readonly place: Place, readonly seen: Recording, push(value: string): Promise<string>, refresh(how?: string): Promise<void> }
    async function newApp(policy: JsonObject = { automated: { prune: true, selfHeal: true } }): Promise<App> {
      const { world, hand } = ground
      const app = ground.name('app')
      const [map, file, place] = [`${app}-map`, `${app}/config.yaml`, placeOf(app)]
      await world.push({ [file]: configMap(map, world.workloads, 'one') })
      const seen = await ground.record(place)
      await hand.apply({
        apiVersion: place.apiVersion, kind: place.kind, metadata: { name: app, namespace: place.namespace },
        spec: { project: 'default', source: { repoURL: world.url, path: app, targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: world.workloads }, syncPolicy: policy },
      })
      return {
        name: app, map, file, place, seen,
        push: value => world.push({ [file]: configMap(map, world.workloads, value) }),
        refresh: async (how = 'normal') => {
          // A request during another one may be lost with it (argocd-flux.md 5.1): that race has its own tests.
          const end = Date.now() + world.patience
          for (;;) {
            const now = await hand.get(place)
            if (now === null || metadataText(now, 'annotations', 'argocd.argoproj.io/refresh') === undefined || Date.now() > end) break
            await new Promise(resolve => { setTimeout(resolve, 50) })
          }
          await hand.patch(place, { metadata: { annotations: { 'argocd.argoproj.io/refresh': how } } })
        },
      }
    }
    const synced = (app: App, commit?: string): Promise<KubernetesObject> => app.seen.until(object => sync(object).startsWith('Synced ') && (commit === undefined || sync(object).endsWith(commit)) && object['operation'] === undefined && phase(object) !== 'Running', `${app.name} Synced at ${commit ?? 'any commit'}`)
    const ownerOf = (app: App): Promise<Owner> => ground.owner({ tool: 'argocd', kind: 'Application', cluster: ground.world.cluster.name, namespace: app.place.namespace, name: app.name }, ground.target(app.map))

    it('lists what it deploys, names the commit, and removes a request to look once it has looked', async () => {
      const app = await newApp()
      const first = await synced(app)
      expect(objectsAt(first, 'status', 'resources').map(row => [row['kind'], row['name'], row['status']])).to.deep.equal([['ConfigMap', app.map, 'Synced']])
      expect(valueAt(first, 'status', 'sync', 'comparedTo', 'source', 'path')).to.equal(app.name)
      const at = app.seen.states.length
      await app.refresh()
      await app.seen.until(object => metadataText(object, 'annotations', 'argocd.argoproj.io/refresh') !== undefined, 'the request', at)
      await app.seen.until(object => metadataText(object, 'annotations', 'argocd.argoproj.io/refresh') === undefined, 'the answer', at + 1)
    })
    it('is compared first, then syncs, and has compared again only after the sync has finished', async () => {
      const app = await newApp()
      await synced(app)
      const at = app.seen.states.length
      const commit = await app.push('two')
      await app.refresh()
      const end = await app.seen.until(object => sync(object) === `Synced ${commit}` && phase(object) === 'Succeeded' && textAt(object, 'status', 'operationState', 'syncResult', 'revision') === commit, 'the sync', at)
      const order = app.seen.states.slice(at)
      const succeeded = order.findIndex(object => phase(object) === 'Succeeded' && textAt(object, 'status', 'operationState', 'syncResult', 'revision') === commit)
      const accepted = order.findIndex(object => sync(object) === `Synced ${commit}`)
      expect(order.findIndex(object => phase(object) === 'Running')).to.be.within(0, succeeded)
      expect(succeeded).to.be.at.most(accepted)
      expect(Date.parse(textAt(end, 'status', 'reconciledAt') ?? '')).to.be.at.least(Date.parse(textAt(end, 'status', 'operationState', 'finishedAt') ?? ''))
      expect(await ground.value(app.map)).to.equal('two')
    })
    it('moves the compared commit over one that does not concern it, and leaves the last operation as it was', async () => {
      const app = await newApp()
      const before = await synced(app)
      const commit = await ground.world.push({ 'README.md': `${app.name}\n` })
      await app.refresh()
      const after = await synced(app, commit)
      expect(textAt(after, 'status', 'operationState', 'syncResult', 'revision')).to.equal(textAt(before, 'status', 'operationState', 'syncResult', 'revision'))
      const owner = await ownerOf(app)
      const seen = await ground.world.tool.observe(owner, ground.target(app.map))
      expect([seen.revision, seen.accepted, seen.unmet]).to.deep.equal([commit, true, []])
    })
    it('waits OutOfSync where a person starts the sync, and carries out the one that Writ puts there', async () => {
      const app = await newApp({})
      await app.seen.until(object => sync(object).startsWith('OutOfSync '), 'OutOfSync')
      const owner = await ownerOf(app)
      const { tool } = ground.world
      expect((await tool.observe(owner, ground.target(app.map))).blocked?.code).to.equal('BLOCKED_MANUAL_SYNC')
      const commit = await app.push('two')
      await app.refresh()
      await app.seen.until(object => sync(object) === `OutOfSync ${commit}`, 'the commit compared')
      await tool.sync(owner, { change: 'abcdefgh', by: 'ada', revision: commit, prune: false })
      const end = await synced(app, commit)
      expect(phase(end)).to.equal('Succeeded')
      expect(textAt(end, 'status', 'operationState', 'operation', 'initiatedBy', 'username')).to.equal('ada')
      expect(objectsAt(end, 'status', 'operationState', 'operation', 'info')).to.deep.equal([{ name: 'writ.dev/change', value: 'abcdefgh' }])
      expect(await ground.value(app.map)).to.equal('two')
    })
    it('is Running with a time of finishing while a failed sync waits for its next try, then Failed for that commit', async () => {
      const app = await newApp({ automated: {}, retry: { limit: 1, backoff: { duration: '2s', factor: 1, maxDuration: '2s' } } })
      await synced(app)
      const at = app.seen.states.length
      const commit = await ground.world.push({ [`${app.name}/refused.yaml`]: configMap(REFUSED, ground.world.workloads, 'x') })
      await app.refresh()
      const retrying = await app.seen.until(object => phase(object) === 'Running' && textAt(object, 'status', 'operationState', 'finishedAt') !== undefined, 'the wait for the next try', at)
      expect(textAt(retrying, 'status', 'operationState', 'message')).to.match(/Retrying attempt #1 at /)
      const failed = await app.seen.until(object => phase(object) === 'Failed', 'the end of the tries', at)
      expect(textAt(failed, 'status', 'operationState', 'syncResult', 'revision')).to.equal(commit)
      const given = await app.seen.until(object => objectsAt(object, 'status', 'conditions').some(one => one['type'] === 'SyncError'), 'the condition', at)
      expect(textAt(objectsAt(given, 'status', 'conditions').find(one => one['type'] === 'SyncError'), 'message')).to.include('Failed last sync attempt to').and.include(commit)
      const seen = await ground.world.tool.observe(await ownerOf(app), ground.target(app.map))
      expect([seen.accepted, seen.failure?.permanent, seen.failure?.revision]).to.deep.equal([false, true, commit])
    })
    it('does not move while it is frozen', async () => {
      const app = await newApp()
      await synced(app)
      await ground.hand.patch(app.place, { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } })
      const owner = await ground.world.tool.read({ tool: 'argocd', kind: 'Application', cluster: ground.world.cluster.name, namespace: app.place.namespace, name: app.name }, ground.target(app.map))
      expect(isRefusal(owner) ? owner.refused : 'an owner').to.equal('SUSPENDED')
      const at = app.seen.states.length
      const commit = await app.push('two')
      await app.refresh()
      await new Promise(resolve => { setTimeout(resolve, 3000) })
      expect(app.seen.states.slice(at).filter(object => sync(object).endsWith(commit))).to.deep.equal([])
      await ground.hand.patch(app.place, { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': null } } })
      await app.refresh()
      await synced(app, commit)
    })
    it('is Unknown, with an error and without a commit, where the source does not render', async () => {
      const app = await newApp()
      await synced(app)
      const at = app.seen.states.length
      await ground.world.push({ [`${app.name}/broken.yaml`]: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' })
      await app.refresh()
      const broken = await app.seen.until(object => objectsAt(object, 'status', 'conditions').some(one => one['type'] === 'ComparisonError'), 'the error', at)
      expect(textAt(broken, 'status', 'sync', 'status')).to.equal('Unknown')
      expect(textAt(objectsAt(broken, 'status', 'conditions').find(one => one['type'] === 'ComparisonError'), 'message')).to.match(/Failed to load target state: failed to generate manifest for source 1 of 1/)
      const commit = await ground.world.push({ [`${app.name}/broken.yaml`]: null })
      await app.refresh()
      await synced(app, commit)
    })
    it('lists no more what it has pruned', async () => {
      const app = await newApp()
      await ground.world.push({ [`${app.name}/more.yaml`]: configMap(`${app.name}-more`, ground.world.workloads, 'x') })
      await app.refresh()
      await app.seen.until(object => objectsAt(object, 'status', 'resources').length === 2 && sync(object).startsWith('Synced'), 'two objects')
      const commit = await ground.world.push({ [`${app.name}/more.yaml`]: null })
      await app.refresh()
      const end = await synced(app, commit)
      expect(objectsAt(end, 'status', 'resources').map(row => row['name'])).to.deep.equal([app.map])
      expect(await ground.value(`${app.name}-more`)).to.equal(undefined)
    })
  })
}

/** How Flux writes its status (argocd-flux.md 0, 5.2, 6.3). */
export function fluxContract(name: string, open: () => Promise<ControllerWorld>): void {
  describe(`${name} as controllers`, function () {
    this.timeout(180_000)
    let ground: Ground
    before(async () => {
      ground = new Ground(await open())
      for (const namespace of [ground.world.owners, ground.world.workloads]) {
        await ground.hand.apply({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'contract', namespace }, spec: { url: ground.world.url, interval: '1h', ref: { branch: 'main' } } })
      }
    })
    after(() => ground.close())

    const SOURCE = (): Place => ({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', plural: 'gitrepositories', namespace: ground.world.owners, name: 'contract' })
    const condition = (object: KubernetesObject, type: string): JsonObject | undefined => objectsAt(object, 'status', 'conditions').find(one => one['type'] === type)
    const is = (object: KubernetesObject, type: string): string => `${textAt(condition(object, type), 'status') ?? ''} ${textAt(condition(object, type), 'reason') ?? ''}`
    const applied = (object: KubernetesObject): string => (textAt(object, 'status', 'lastAppliedRevision') ?? '').slice(-40)
    let tokens = 0
    const ask = (place: Place): Promise<void> => ground.hand.patch(place, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `contract-${Date.now()}-${++tokens}` } } })

    interface Kustomization { readonly name: string, readonly map: string, readonly file: string, readonly place: Place, readonly seen: Recording, push(value: string): Promise<string> }
    async function newOne(spec: JsonObject = {}, files: (name: string) => Readonly<Record<string, string>> = () => ({})): Promise<Kustomization> {
      const { world, hand } = ground
      const its = ground.name('ks')
      const [map, file] = [`${its}-map`, `${its}/config.yaml`]
      const place: Place = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', plural: 'kustomizations', namespace: world.owners, name: its }
      await world.push({ [file]: configMap(map, world.workloads, 'one'), ...files(its) })
      await ask(SOURCE())
      const seen = await ground.record(place)
      await hand.apply({
        apiVersion: place.apiVersion, kind: place.kind, metadata: { name: its, namespace: place.namespace },
        spec: { sourceRef: { kind: 'GitRepository', name: 'contract' }, path: `./${its}`, interval: '1h', retryInterval: '2s', timeout: '30s', prune: true, wait: true, ...spec },
      })
      const push = async (value: string): Promise<string> => {
        const commit = await world.push({ [file]: configMap(map, world.workloads, value) })
        await ask(SOURCE())
        return commit
      }
      return { name: its, map, file, place, seen, push }
    }
    const ready = (one: Kustomization, commit?: string): Promise<KubernetesObject> => one.seen.until(object => is(object, 'Ready') === 'True ReconciliationSucceeded' && (commit === undefined || applied(object) === commit), `${one.name} Ready at ${commit ?? 'any commit'}`)
    const ownerOf = (one: Kustomization): Promise<Owner> => ground.owner({ tool: 'flux', kind: 'Kustomization', cluster: ground.world.cluster.name, namespace: one.place.namespace, name: one.name }, ground.target(one.map))

    it('follows its source by itself, lists what it applied before it names the revision, and keeps a digest of what it built', async () => {
      const one = await newOne()
      const first = await ready(one)
      const at = one.seen.states.length
      const commit = await one.push('two')
      const end = await one.seen.until(object => applied(object) === commit && is(object, 'Ready').startsWith('True'), 'the commit applied', at)
      expect(await ground.value(one.map)).to.equal('two')
      expect(objectsAt(end, 'status', 'inventory', 'entries')).to.deep.equal([{ id: `${ground.world.workloads}_${one.map}__ConfigMap`, v: 'v1' }])
      const listed = one.seen.states.findIndex(object => objectsAt(object, 'status', 'inventory', 'entries').length > 0)
      const named = one.seen.states.findIndex(object => applied(object) !== '')
      expect(listed).to.be.at.most(named)
      expect(textAt(objectsAt(end, 'status', 'history')[0], 'digest')).to.not.equal(textAt(objectsAt(first, 'status', 'history')[0], 'digest'))
      const seen = await ground.world.tool.observe(await ownerOf(one), ground.target(one.map))
      expect([seen.revision, seen.accepted, seen.unmet]).to.deep.equal([commit, true, []])
    })
    it('answers a request while it is suspended, and does nothing', async () => {
      const one = await newOne()
      const before = await ready(one)
      await ground.hand.patch(one.place, { spec: { suspend: true } })
      const commit = await one.push('two')
      const token = `suspended-${Date.now()}`
      await ground.hand.patch(one.place, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } })
      const answered = await one.seen.until(object => textAt(object, 'status', 'lastHandledReconcileAt') === token, 'the answer')
      expect([applied(answered), await ground.value(one.map)]).to.deep.equal([applied(before), 'one'])
      await ground.hand.patch(one.place, { spec: { suspend: false } })
      await ready(one, commit)
    })
    it('has attempted a commit that it cannot apply, keeps the applied one, and does not observe the generation while it fails', async () => {
      const one = await newOne()
      const before = await ready(one)
      const at = one.seen.states.length
      const commit = await ground.world.push({ [`${one.name}/refused.yaml`]: configMap(REFUSED, ground.world.workloads, 'x') })
      await ask(SOURCE())
      const failed = await one.seen.until(object => is(object, 'Ready').startsWith('False') && textAt(object, 'status', 'lastAttemptedRevision')?.endsWith(commit) === true, 'the failure', at)
      expect(applied(failed)).to.equal(applied(before))
      const again = one.seen.states.length
      await ground.hand.patch(one.place, { spec: { timeout: '31s' } })
      const newer = await one.seen.until(object => is(object, 'Ready').startsWith('False') && object.metadata['generation'] !== before.metadata['generation'], 'a failing newer generation', again)
      expect(valueAt(newer, 'status', 'observedGeneration')).to.equal(before.metadata['generation'])
      // It may be at its next try: then it says nothing of the last one.
      const owner = await ownerOf(one)
      const look = async (tries: number): Promise<Observation> => {
        const now = await ground.world.tool.observe(owner, ground.target(one.map))
        if (now.failure !== null || tries === 0) return now
        await new Promise(resolve => { setTimeout(resolve, 200) })
        return look(tries - 1)
      }
      const seen = await look(100)
      expect([seen.accepted, seen.failure?.revision]).to.deep.equal([false, commit])
      const mended = await ground.world.push({ [`${one.name}/refused.yaml`]: null })
      await ask(SOURCE())
      await ready(one, mended)
    })
    it('waits for what it depends on, and says so', async () => {
      const base = await newOne({ suspend: true })
      const one = await newOne({ dependsOn: [{ name: base.name }] })
      const waits = await one.seen.until(object => is(object, 'Ready') === 'False DependencyNotReady', 'the dependency')
      expect(textAt(condition(waits, 'Ready'), 'message')).to.match(/^dependency '/)
      const owner = await ownerOf(one)
      expect((await ground.world.tool.observe(owner, ground.target(one.map))).blocked?.code).to.equal('BLOCKED_DEPENDENCY')
    })
    it('takes away what is no longer in Git, and lists it no more', async () => {
      const one = await newOne({}, its => ({ [`${its}/more.yaml`]: configMap(`${its}-more`, ground.world.workloads, 'x') }))
      await ready(one)
      const commit = await ground.world.push({ [`${one.name}/more.yaml`]: null })
      await ask(SOURCE())
      const end = await ready(one, commit)
      expect(objectsAt(end, 'status', 'inventory', 'entries')).to.have.length(1)
      expect(await ground.value(`${one.name}-more`)).to.equal(undefined)
    })

    describe('with a release that a Kustomization declares', () => {
      before(function () {
        if (ground.world.helm) return
        console.log('      skipped: no helm on PATH')
        this.skip()
      })
      const place = (): Place => ({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', plural: 'helmreleases', namespace: ground.world.workloads, name: 'web' })
      const manifest = (image: string, replicas = 0): string => JSON.stringify(helmRelease({ name: 'web', namespace: ground.world.workloads, source: 'contract', values: { image, replicas }, more: { interval: '1h', timeout: '20s', upgrade: { remediation: { remediateLastFailure: true, retries: 0 } } } }))
      const owner = (): Owner => ({
        tool: 'flux', kind: 'HelmRelease', cluster: ground.world.cluster.name, namespace: ground.world.workloads, name: 'web', uid: '', source: { url: ground.world.url, revision: 'main', path: one.name },
        render: { format: 'helm', loadRestrictor: 'none', directory: { recurse: false } }, delivery: { automated: true, reverts: false, syncedCommit: null, behindBecause: null },
        destination: { cluster: ground.world.cluster.name, namespace: ground.world.workloads }, sourceObject: { kind: 'GitRepository', namespace: ground.world.owners, name: 'contract' },
      })
      let one: Kustomization
      let seen: Recording
      it('is accepted at the commit of that Kustomization, once its own generation, values and history have followed', async () => {
        await ground.world.push(chartFiles('1.0.0'))
        await ground.hand.patch({ ...SOURCE(), namespace: ground.world.workloads }, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'chart' } } })
        seen = await ground.record(place())
        one = await newOne({}, its => ({ [`${its}/release.yaml`]: manifest('web:1') }))
        const installed = await seen.until(object => is(object, 'Ready') === 'True InstallSucceeded', 'the installation')
        expect(textAt(objectsAt(installed, 'status', 'history')[0], 'status')).to.equal('deployed')
        const commit = await ground.world.push({ [`${one.name}/release.yaml`]: manifest('web:2') })
        await ask(SOURCE())
        const upgraded = await seen.until(object => is(object, 'Ready') === 'True UpgradeSucceeded', 'the upgrade')
        expect(valueAt(upgraded, 'status', 'lastAttemptedGeneration')).to.equal(upgraded.metadata['generation'])
        expect(textAt(objectsAt(upgraded, 'status', 'history')[0], 'configDigest')).to.equal(textAt(upgraded, 'status', 'lastAttemptedConfigDigest'))
        expect(textAt(upgraded, 'status', 'lastAttemptedConfigDigest')).to.not.equal(textAt(installed, 'status', 'lastAttemptedConfigDigest'))
        await ready(one, commit)
        const found = await ground.world.tool.observe(owner(), ground.target('web', 'Deployment'))
        expect([found.revision, found.accepted, found.unmet]).to.deep.equal([commit, true, []])
      })
      it('is rolled back where its upgrade fails, while the chain above stands at the commit', async () => {
        const at = seen.states.length
        const commit = await ground.world.push({ [`${one.name}/release.yaml`]: manifest('NOT AN IMAGE', -1) })
        await ask(SOURCE())
        const end = await seen.until(object => is(object, 'Stalled') === 'True RetriesExceeded' && is(object, 'Remediated') === 'True RollbackSucceeded', 'the rollback', at)
        expect(is(end, 'Released')).to.equal('False UpgradeFailed')
        expect(objectsAt(end, 'status', 'history').slice(0, 2).map(row => row['status'])).to.deep.equal(['deployed', 'failed'])
        const kustomization = await ground.hand.get(one.place)
        expect(textAt(kustomization ?? {}, 'status', 'lastAttemptedRevision')?.endsWith(commit)).to.equal(true)
        const found = await ground.world.tool.observe(owner(), ground.target('web', 'Deployment'))
        expect([found.accepted, found.failure?.rolledBack, found.failure?.permanent]).to.deep.equal([false, true, true])
      })
    })
  })
}
