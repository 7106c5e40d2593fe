import { expect } from 'chai'
import { isRefusal } from '../../src/model/error.ts'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Owner } from '../../src/model/owner.ts'
import { metadataText } from '../../src/model/resource.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { configMap, Ground, REFUSED } from './controller-ground.ts'
import type { ControllerWorld } from './controller-ground.ts'
import type { Place, Recording } from './recording.ts'

const REFRESH = 'argocd.argoproj.io/refresh'
const SKIP = 'argocd.argoproj.io/skip-reconcile'

const sync = (app: KubernetesObject): string => `${textAt(app, 'status', 'sync', 'status') ?? ''} ${textAt(app, 'status', 'sync', 'revision') ?? ''}`
const phase = (app: KubernetesObject): string => textAt(app, 'status', 'operationState', 'phase') ?? ''
const operates = (app: KubernetesObject): boolean => valueAt(app, 'operation') !== undefined
/** The commit that an operation is to sync, and the one that the last finished sync was of. */
const asked = (app: KubernetesObject): string => textAt(app, 'operation', 'sync', 'revision') ?? ''
const done = (app: KubernetesObject): string => phase(app) === 'Succeeded' ? textAt(app, 'status', 'operationState', 'syncResult', 'revision') ?? '' : ''
const condition = (app: KubernetesObject, type: string): JsonObject | undefined => objectsAt(app, 'status', 'conditions').find(one => one['type'] === type)
const second = (text: string | undefined): number => Date.parse(text ?? '')
const requested = (app: KubernetesObject): boolean => metadataText(app, 'annotations', REFRESH) !== undefined

/** Synced by its own word, and compared since its last operation: what acceptance goes by (argocd-flux.md 6.2). */
function settledAt(app: KubernetesObject, commit?: string): boolean {
  const finished = textAt(app, 'status', 'operationState', 'finishedAt')
  return sync(app).startsWith('Synced ') && (commit === undefined || sync(app).endsWith(commit)) && !operates(app) && phase(app) !== 'Running'
    && (finished === undefined || second(textAt(app, 'status', 'reconciledAt')) >= second(finished))
}

interface App { readonly name: string, readonly map: string, readonly place: Place, readonly seen: Recording, push(value: string): Promise<string>, refresh(): Promise<void>, settled(commit?: string): Promise<KubernetesObject>, owner(): Promise<Owner> }

async function newApp(ground: Ground, policy: JsonObject = { automated: { prune: true, selfHeal: true } }): Promise<App> {
  const { world, hand } = ground
  const app = ground.name('app')
  const [map, file] = [`${app}-map`, `${app}/config.yaml`]
  const place: Place = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', plural: 'applications', namespace: world.owners, name: app }
  await world.push({ [file]: configMap(map, world.workloads, 'one') })
  const seen = await ground.record(place)
  await ground.make(place, { project: 'default', source: { repoURL: world.url, path: app, targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: world.workloads }, syncPolicy: policy })
  return {
    name: app, map, place, seen,
    push: value => world.push({ [file]: configMap(map, world.workloads, value) }),
    refresh: async () => {
      // A request during another one may be lost with it (argocd-flux.md 5.1): that race has its own tests.
      const end = Date.now() + world.patience
      for (;;) {
        const now = await hand.get(place)
        if (now === null || !requested(now) || Date.now() > end) break
        await new Promise(resolve => { setTimeout(resolve, 50) })
      }
      await hand.patch(place, { metadata: { annotations: { [REFRESH]: 'normal' } } })
    },
    settled: commit => seen.until(object => settledAt(object, commit), `${app} Synced at ${commit ?? 'any commit'}, and compared since`),
    owner: () => ground.owner({ tool: 'argocd', kind: 'Application', cluster: world.cluster.name, namespace: place.namespace, name: app }, ground.target(map)),
  }
}

/** How Argo CD writes its status (argocd-flux.md 0, 5.1, 6.2), to a watcher who sees each write. */
export function argocdContract(name: string, open: () => Promise<ControllerWorld>): void {
  describe(`${name} as a controller`, function () {
    this.timeout(180_000)
    let ground: Ground
    before(async () => { ground = new Ground(await open()) })
    after(() => ground.close())

    it('lists what it deploys, and removes a request to look with the write that says when it looked', async () => {
      const app = await newApp(ground)
      const first = await app.settled()
      expect(objectsAt(first, 'status', 'resources').map(row => [row['kind'], row['name'], row['status']])).to.deep.equal([['ConfigMap', app.map, 'Synced']])
      expect(valueAt(first, 'status', 'sync', 'comparedTo', 'source', 'path')).to.equal(app.name)
      const at = app.seen.states.length
      const since = Math.floor(Date.now() / 1000) * 1000
      await app.refresh()
      const request = await app.seen.until(requested, 'the request', at)
      const answer = await app.seen.until(object => !requested(object), 'the answer', app.seen.states.indexOf(request))
      expect(second(textAt(answer, 'status', 'reconciledAt'))).to.be.at.least(since)
    })
    it('is asked for a sync, runs it, and is Synced no sooner than that', async () => {
      const app = await newApp(ground)
      await app.settled()
      await app.seen.quiet(1500)
      const at = app.seen.states.length
      const commit = await app.push('two')
      await app.refresh()
      const end = await app.seen.until(object => settledAt(object, commit) && done(object) === commit, 'the sync', at)
      const order = app.seen.states.slice(at, app.seen.states.indexOf(end) + 1)
      const first = (fits: (object: KubernetesObject) => boolean): number => order.findIndex(fits)
      const [ask, run, compared] = [first(object => asked(object) === commit), first(object => phase(object) === 'Running'), first(object => sync(object) === `OutOfSync ${commit}`)]
      const [succeeded, synced] = [first(object => done(object) === commit), first(object => sync(object) === `Synced ${commit}`)]
      expect(ask, 'it is asked for').to.be.at.least(0)
      expect(run, 'it runs after it was asked for').to.be.above(ask)
      expect(succeeded, 'it ends after it ran').to.be.above(run)
      // Two queues: the comparison that asked for the sync may be written when that runs already, but not after its end.
      expect(compared, 'its comparison is written').to.be.within(0, succeeded - 1)
      // What is applied is compared when the cluster says that it changed: that may be before the sync has ended, never before it began.
      expect(synced, 'it is Synced after it ran').to.be.above(run)
      expect(order.slice(0, succeeded).filter(object => settledAt(object, commit)), 'nothing is to be accepted while it runs').to.deep.equal([])
      expect(order.slice(run, succeeded).filter(object => !operates(object)), 'the operation stands there until its end').to.deep.equal([])
      expect(await ground.value(app.map)).to.equal('two')
    })
    it('moves the compared commit over one that does not concern it, and leaves the last operation as it was', async () => {
      const app = await newApp(ground)
      await app.settled()
      await app.seen.quiet(1500)
      const before = app.seen.states.at(-1)
      const at = app.seen.states.length
      const commit = await ground.world.push({ 'README.md': `${app.name}\n` })
      await app.refresh()
      const after = await app.settled(commit)
      expect(valueAt(after, 'status', 'operationState')).to.deep.equal(valueAt(before, 'status', 'operationState'))
      expect(app.seen.states.slice(at).filter(operates)).to.deep.equal([])
      const seen = await ground.world.tool.observe(await app.owner(), ground.target(app.map))
      expect([seen.revision, seen.accepted, seen.unmet]).to.deep.equal([commit, true, []])
    })
    it('waits OutOfSync where a person starts the sync, and carries out the one that Writ puts there', async () => {
      const app = await newApp(ground, {})
      await app.seen.until(object => sync(object).startsWith('OutOfSync '), 'OutOfSync')
      const owner = await app.owner()
      const { tool } = ground.world
      expect((await tool.observe(owner, ground.target(app.map))).blocked?.code).to.equal('BLOCKED_MANUAL_SYNC')
      const commit = await app.push('two')
      await app.refresh()
      await app.seen.until(object => sync(object) === `OutOfSync ${commit}`, 'the commit compared')
      expect(app.seen.states.filter(operates)).to.deep.equal([])
      await tool.sync(owner, { change: 'abcdefgh', by: 'ada', revision: commit, prune: false })
      // It looks again by itself: nobody asks for it.
      const end = await app.settled(commit)
      expect(done(end)).to.equal(commit)
      expect(textAt(end, 'status', 'operationState', 'operation', 'initiatedBy', 'username')).to.equal('ada')
      expect(objectsAt(end, 'status', 'operationState', 'operation', 'info')).to.deep.equal([{ name: 'writ.dev/change', value: 'abcdefgh' }])
      expect(await ground.value(app.map)).to.equal('two')
    })
    it('is Running with a time of finishing while a failed sync waits for its next try, then Failed for that commit', async () => {
      const app = await newApp(ground, { automated: {}, retry: { limit: 1, backoff: { duration: '2s', factor: 1, maxDuration: '2s' } } })
      await app.settled()
      await app.seen.quiet(1500)
      const at = app.seen.states.length
      const commit = await ground.world.push({ [`${app.name}/refused.yaml`]: configMap(REFUSED, ground.world.workloads, 'x') })
      await app.refresh()
      const given = await app.seen.until(object => condition(object, 'SyncError') !== undefined, 'the condition', at)
      const order = app.seen.states.slice(at, app.seen.states.indexOf(given) + 1)
      const finishedAt = (object: KubernetesObject): string | undefined => textAt(object, 'status', 'operationState', 'finishedAt')
      const [waits, failed] = [order.findIndex(object => phase(object) === 'Running' && finishedAt(object) !== undefined), order.findIndex(object => phase(object) === 'Failed')]
      const again = order.findIndex((object, i) => i > waits && phase(object) === 'Running' && finishedAt(object) === undefined)
      expect(textAt(order[waits], 'status', 'operationState', 'message')).to.match(/^one or more objects failed to apply.*\. Retrying attempt #1 at \d{1,2}:\d\d[AP]M\.$/)
      expect([waits < again, again < failed, failed < order.length - 1], 'it waits, tries again, fails, and says so when it compares').to.deep.equal([true, true, true])
      expect(order.slice(waits, failed).filter(object => !operates(object))).to.deep.equal([])
      expect([operates(order[failed] ?? given), textAt(order[failed], 'status', 'operationState', 'syncResult', 'revision')]).to.deep.equal([false, commit])
      expect(textAt(order[failed], 'status', 'operationState', 'message')).to.match(/\(retried 1 times\)\.$/)
      expect(textAt(condition(given, 'SyncError'), 'message')).to.include(`Failed last sync attempt to [${commit}]: one or more objects failed to apply`)
      const seen = await ground.world.tool.observe(await app.owner(), ground.target(app.map))
      expect([seen.accepted, seen.failure?.permanent, seen.failure?.revision]).to.deep.equal([false, true, commit])
    })
    it('does not move while it is frozen, and leaves a request to look where it is', async () => {
      const app = await newApp(ground)
      await app.settled()
      // A look that was due before is still carried out (controller, canProcessApp): it must be over.
      await app.seen.quiet(3000)
      const before = app.seen.states.at(-1)
      await ground.hand.patch(app.place, { metadata: { annotations: { [SKIP]: 'true' } } })
      const owner = await ground.world.tool.read({ tool: 'argocd', kind: 'Application', cluster: ground.world.cluster.name, namespace: app.place.namespace, name: app.name }, ground.target(app.map))
      expect(isRefusal(owner) ? owner.refused : 'an owner').to.equal('SUSPENDED')
      const at = app.seen.states.indexOf(await app.seen.until(object => metadataText(object, 'annotations', SKIP) === 'true', 'frozen'))
      const commit = await app.push('two')
      await app.refresh()
      await new Promise(resolve => { setTimeout(resolve, 3000) })
      expect(app.seen.states.slice(at).filter(object => operates(object) || JSON.stringify(object['status']) !== JSON.stringify(before?.['status']))).to.deep.equal([])
      expect(app.seen.states.slice(at).map(requested)).to.deep.equal([false, true])
      await ground.hand.patch(app.place, { metadata: { annotations: { [SKIP]: null } } })
      await app.settled(commit)
    })
    it('says first that the source does not render, and then is Unknown, without a commit, and syncs nothing', async () => {
      const app = await newApp(ground)
      const before = await app.settled()
      await app.seen.quiet(1500)
      const at = app.seen.states.length
      await ground.world.push({ [`${app.name}/broken.yaml`]: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' })
      await app.refresh()
      const unknown = await app.seen.until(object => textAt(object, 'status', 'sync', 'status') === 'Unknown', 'Unknown', at)
      const broken = app.seen.states.slice(at).find(object => condition(object, 'ComparisonError') !== undefined)
      // The conditions are written by themselves (3.2, normalizeApplication): for a moment it is Synced as before, with an error.
      expect([sync(broken ?? unknown), phase(broken ?? unknown)]).to.deep.equal([sync(before), 'Succeeded'])
      expect(sync(unknown)).to.equal('Unknown main')
      expect(textAt(condition(unknown, 'ComparisonError'), 'message')).to.match(/^Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = FailedPrecondition desc = Failed to unmarshal "broken.yaml"/)
      expect(objectsAt(unknown, 'status', 'resources').map(row => [row['name'], row['status'], row['requiresPruning']])).to.deep.equal([[app.map, 'Unknown', true]])
      const seen = await ground.world.tool.observe(await app.owner(), ground.target(app.map))
      expect([seen.accepted, seen.revision, seen.failure?.revision]).to.deep.equal([false, null, null])
      const commit = await ground.world.push({ [`${app.name}/broken.yaml`]: null })
      await app.refresh()
      await app.settled(commit)
      expect(app.seen.states.slice(at).filter(operates)).to.deep.equal([])
    })
    it('lists what it is to prune, and no more what it has pruned', async () => {
      const app = await newApp(ground)
      await app.settled()
      const more = `${app.name}-more`
      const both = await ground.world.push({ [`${app.name}/more.yaml`]: configMap(more, ground.world.workloads, 'x') })
      await app.refresh()
      expect(objectsAt(await app.settled(both), 'status', 'resources').map(row => row['name'])).to.deep.equal([app.map, more])
      const at = app.seen.states.length
      const commit = await ground.world.push({ [`${app.name}/more.yaml`]: null })
      await app.refresh()
      const due = await app.seen.until(object => sync(object) === `OutOfSync ${commit}`, 'what is to be pruned', at)
      expect(objectsAt(due, 'status', 'resources').map(row => [row['name'], row['status'], row['requiresPruning']])).to.deep.equal([[app.map, 'Synced', undefined], [more, 'OutOfSync', true]])
      const end = await app.settled(commit)
      expect(objectsAt(end, 'status', 'resources').map(row => row['name'])).to.deep.equal([app.map])
      expect(await ground.value(more)).to.equal(undefined)
    })
    it('puts back what somebody changed, by a sync of what differs alone, at the commit that it has', async () => {
      const app = await newApp(ground)
      const before = await app.settled()
      await app.seen.quiet(3000)
      const at = app.seen.states.length
      await ground.hand.patch({ apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace: ground.world.workloads, name: app.map }, { data: { value: 'another' } })
      const ask = await app.seen.until(operates, 'the operation', at)
      expect(asked(ask)).to.equal(sync(before).slice(-40))
      expect(objectsAt(ask, 'operation', 'sync', 'resources')).to.deep.equal([{ kind: 'ConfigMap', name: app.map }])
      expect(Number(valueAt(ask, 'operation', 'sync', 'autoHealAttemptsCount'))).to.be.at.least(1)
      await app.seen.until(object => settledAt(object) && done(object) === sync(before).slice(-40), 'Synced again', app.seen.states.indexOf(ask))
      expect(await ground.value(app.map)).to.equal('one')
    })
  })
}
