import { expect } from 'chai'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import { isRefusal } from '../../../src/model/error.ts'
import { isObject, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Observation } from '../../../src/model/observation.ts'
import type { Owner, OwnerRef } from '../../../src/model/owner.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { failureOf } from '../../contracts/failure.ts'
import { COMMIT, ENTRY, OTHER, TARGET, application, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const REF: OwnerRef = { tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'shop' }
const NOW = Date.parse('2026-01-01T09:00:00Z')

describe('an Application after a merge', () => {
  let fleet: Fleet
  let tool: GitOpsTool
  let owner: Owner
  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }
  const base = (): JsonObject => { const { status } = application('shop'); return isObject(status) ? status : {} }
  const behind = (more: JsonObject = {}): JsonObject => ({ ...base(), resources: [{ ...ENTRY, status: 'OutOfSync' }], sync: { status: 'OutOfSync', revision: COMMIT }, ...more })
  const windows = (...syncWindows: readonly JsonObject[]): JsonObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' }, spec: { syncWindows } })
  const deny = (more: JsonObject = {}): JsonObject => ({ kind: 'deny', schedule: '0 8 * * *', duration: '2h', applications: ['*'], ...more })

  before(async () => {
    fleet = await startFleet(['one'])
    tool = argocdTool({ ...toolsOf(fleet), now: () => NOW })
    put(application('shop'))
    const read = await tool.read(REF, TARGET)
    if (isRefusal(read)) throw new Error(read.message)
    owner = read
  })
  beforeEach(() => { fleet.servers['one']?.remove('AppProject', 'default') })
  after(() => fleet.close())

  async function observed(app: KubernetesObject, wanted: 'there' | 'gone' = 'there'): Promise<Observation> {
    put(app)
    return tool.observe(owner, TARGET, wanted)
  }

  describe('outside its sync window', () => {
    it('waits, and names the window and when it opens', async () => {
      put(windows(deny()))
      expect((await observed(application('shop', { status: behind() }))).blocked).to.deep.equal({ code: 'BLOCKED_WINDOW', sentence: 'Application argocd/shop may not sync now: window 0 (deny 0 8 * * * for 2h) is open; it opens at 2026-01-01T10:00:00Z', next: null })
    })
    it('names the sync that a person may start all the same', async () => {
      put(windows(deny({ manualSync: true })))
      expect((await observed(application('shop', { status: behind() }))).blocked?.next).to.equal('argocd app sync argocd/shop')
    })
    it('waits for the window, not for the person, where it syncs by hand and may not', async () => {
      put(windows(deny()))
      expect((await observed(application('shop', { spec: { syncPolicy: {} }, status: behind() }))).blocked?.code).to.equal('BLOCKED_WINDOW')
    })
    it('waits while a sync that was started is held back', async () => {
      const state = { phase: 'Running', message: 'Sync operation blocked by sync window', startedAt: '2026-01-01T08:30:00Z' }
      put(windows(deny()))
      const seen = await observed(application('shop', { status: behind({ operationState: state }), operation: { sync: {} } }))
      expect([seen.accepted, seen.blocked?.code]).to.deep.equal([false, 'BLOCKED_WINDOW'])
    })
    it('is as good as any other once it is Synced', async () => {
      put(windows(deny()))
      const seen = await observed(application('shop'))
      expect([seen.accepted, seen.blocked]).to.deep.equal([true, null])
    })
    it('is not kept by a window that is closed, or another project\'s', async () => {
      put(windows(deny({ schedule: '0 12 * * *' })))
      expect((await observed(application('shop', { status: behind() }))).blocked).to.equal(null)
      put(windows(deny()))
      expect((await observed(application('shop', { spec: { project: 'team' }, status: behind() }))).blocked).to.equal(null)
    })
  })

  describe('with an operation that is not cleared (argo-cd #29741)', () => {
    const operation = { sync: { revision: COMMIT } }
    const stuck = (more: JsonObject = {}): KubernetesObject => application('shop', { operation, status: { ...base(), operationState: { phase: 'Succeeded', operation, finishedAt: '2026-01-01T00:00:59Z', syncResult: { revision: COMMIT } }, ...more } })
    it('waits for a person, and says that the controller is suspected', async () => {
      const seen = await observed(stuck())
      expect([seen.accepted, seen.blocked?.code, seen.unmet.join()]).to.deep.equal([false, 'BLOCKED_MANUAL_SYNC', '.operation is still there although it was carried out at 2026-01-01T00:00:59Z (Succeeded): controller defect suspected (argo-cd #29741)'])
      expect(seen.blocked?.next).to.contain('"path":"/operation"')
    })
    it('suspects nothing before the controller has looked again, or where another one was asked for', async () => {
      expect((await observed(stuck({ reconciledAt: '2026-01-01T00:00:58Z' }))).blocked).to.equal(null)
      const other = await observed({ ...stuck(), operation: { sync: { revision: OTHER } } })
      expect([other.blocked, other.unmet.join()]).to.deep.equal([null, 'a sync is about to start'])
    })
  })

  describe('that cannot go on by itself', () => {
    it('waits for a person where everything would be deleted', async () => {
      const status = behind({ conditions: [{ type: 'SyncError', message: `Skipping sync attempt to [${COMMIT}]: auto-sync will wipe out all resources` }] })
      expect((await observed(application('shop', { status }))).blocked).to.include({ code: 'BLOCKED_MANUAL_SYNC', next: 'argocd app sync argocd/shop --prune' })
    })
    it('waits for a person where it has synced and pruned nothing', async () => {
      const status = behind({ resources: [{ ...ENTRY, status: 'OutOfSync', requiresPruning: true }] })
      expect((await observed(application('shop', { status }), 'gone')).blocked?.sentence).to.contain('ignored (requires pruning)')
    })
    it('has not failed while a failed sync waits for its next try', async () => {
      const seen = await observed(application('shop', { status: behind({ operationState: { phase: 'Running', finishedAt: '2026-01-01T00:00:00Z', message: 'failed calling webhook "x": connection refused. Retrying attempt #2 at 1:00AM.', syncResult: { revision: COMMIT } } }) }))
      expect(seen.failure).to.deep.include({ permanent: false, revision: COMMIT, class: 'transient' })
      expect(seen.blocked).to.equal(null)
    })
    it('is missing where it, or its kind, is gone', async () => {
      fleet.servers['one']?.remove('Application', 'shop')
      const seen = await tool.observe(owner, TARGET)
      expect([seen.missing, seen.unmet.join()]).to.deep.equal([true, 'Application argocd/shop is no longer there'])
    })
  })

  it('is read where its status is 30 MB', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ ...ENTRY, name: `web-${i}`, message: 'x'.repeat(200), health: { status: 'Healthy' } }))
    expect(JSON.stringify(many).length).to.be.greaterThan(30 * 1024 * 1024)
    const seen = await observed(application('shop', { status: { ...base(), resources: [...many, ENTRY] } }))
    expect([seen.accepted, seen.listed, JSON.stringify(seen.tuple).length < 2000]).to.deep.equal([true, true, true])
    put(application('shop'))
  }).timeout(60_000)

  describe('that is hydrated', () => {
    const drySource = { repoURL: 'https://git.example/shop.git', path: 'apps/web', targetRevision: 'main' }
    const hydrated = (last: JsonObject, more: { readonly sync?: string, readonly hydrateTo?: string, readonly current?: JsonObject } = {}): KubernetesObject => {
      const app = application('shop', { status: { ...base(), sync: { status: 'Synced', revision: more.sync ?? OTHER, comparedTo: { source: { repoURL: 'https://git.example/shop.git', path: 'env', targetRevision: 'env/dev' } } }, sourceHydrator: { lastSuccessfulOperation: last, ...more.current === undefined ? {} : { currentOperation: more.current } } } })
      return { ...app, spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy: { automated: {} }, sourceHydrator: { drySource, syncSource: { targetBranch: 'env/dev', path: 'env' }, ...more.hydrateTo === undefined ? {} : { hydrateTo: { targetBranch: more.hydrateTo } } } } }
    }
    it('is accepted at its dry commit, where what was written from it is synced', async () => {
      const seen = await observed(hydrated({ drySHA: COMMIT, hydratedSHA: OTHER }))
      expect(seen).to.deep.include({ revision: COMMIT, accepted: true, unchanged: true, contains: [], state: 'SYNC_WAIT' })
    })
    it('wants what is synced to contain what was written', async () => {
      const later = '3'.repeat(40)
      const seen = await observed(hydrated({ drySHA: COMMIT, hydratedSHA: OTHER }, { sync: later }))
      expect([seen.state, seen.contains]).to.deep.equal(['HYDRATE_WAIT', [{ commit: later, ancestor: OTHER, what: 'what Application argocd/shop has synced' }]])
    })
    it('waits for somebody to promote it', async () => {
      const seen = await observed(hydrated({ drySHA: COMMIT, hydratedSHA: OTHER }, { sync: '3'.repeat(40), hydrateTo: 'env/dev-next' }))
      expect(seen.blocked).to.include({ code: 'BLOCKED_PROMOTION' })
      expect(seen.blocked?.sentence).to.contain('env/dev-next')
    })
    it('waits while nothing was written, and names what failed', async () => {
      expect((await observed(hydrated({}))).unmet.join()).to.contain('has not written anything')
      const failed = await observed(hydrated({ drySHA: OTHER, hydratedSHA: OTHER }, { current: { phase: 'Failed', message: 'kustomize build failed: x', drySHA: COMMIT } }))
      expect(failed.failure).to.deep.equal({ permanent: true, revision: COMMIT, sentence: 'hydrator: kustomize build failed: x', class: 'permanent' })
    })
    it('is another owner where its dry source changed', async () => {
      const app = hydrated({ drySHA: COMMIT, hydratedSHA: OTHER })
      const spec = isObject(app['spec']) ? app['spec'] : {}
      expect((await observed({ ...app, spec: { ...spec, sourceHydrator: { drySource: { ...drySource, path: 'x' }, syncSource: { targetBranch: 'env/dev', path: 'env' } } } })).unchanged).to.equal(false)
    })
  })

  describe('as evidence', () => {
    it('keeps compared, synced and reconciled apart', async () => {
      expect((await observed(application('shop'))).tuple).to.deep.include({ owner: 'Application argocd/shop', sync: 'Synced', compared: COMMIT, synced: COMMIT, operation: 'Succeeded', reconciledAt: '2026-01-01T00:01:00Z' })
    })
    it('gives the time that its own retries take', async () => {
      expect((await observed(application('shop'))).times).to.deep.equal({ source: 420_000, sync: 755_000, rollout: 660_000, poll: 180_000 })
      const retry = { limit: 2, backoff: { duration: '1m', factor: 3, maxDuration: '2m' } }
      expect((await observed(application('shop', { spec: { syncPolicy: { automated: {}, retry } } }))).times?.sync).to.equal(600_000 + 60_000 + 120_000)
      expect((await observed(application('shop', { spec: { syncPolicy: { automated: {}, retry: { limit: -1 } } } }))).times?.sync).to.equal(3_600_000)
    })
    it('names the paths that it looks at alone', async () => {
      expect((await observed(application('shop', { metadata: { annotations: { 'argocd.argoproj.io/manifest-generate-paths': '.; /shared' } } }))).generatePaths).to.deep.equal(['.', '/shared'])
    })
  })

  describe('whose sync Writ starts', () => {
    const ask = { change: 'abcdefgh', by: 'ada', revision: COMMIT, prune: false }
    const app = (): KubernetesObject | undefined => fleet.servers['one']?.get('Application', 'shop')
    const manual = (more: JsonObject = {}): KubernetesObject => application('shop', { metadata: { resourceVersion: '7' }, spec: { syncPolicy: { syncOptions: ['ServerSideApply=true'], retry: { limit: 2 } }, ...more }, status: behind() })

    it('puts the whole object back: the operation set, the state of the last one gone', async () => {
      put(manual())
      await tool.sync(owner, ask)
      expect(app()?.['operation']).to.deep.equal({
        info: [{ name: 'writ.dev/change', value: 'abcdefgh' }], initiatedBy: { username: 'ada' }, retry: { limit: 2 }, sync: { syncOptions: ['ServerSideApply=true'], revision: COMMIT },
      })
      const status = app()?.['status']
      expect([isObject(status) && 'operationState' in status, isObject(status) ? status['sync'] : null]).to.deep.equal([false, { status: 'OutOfSync', revision: COMMIT }])
      expect(fleet.servers['one']?.requests.at(-1)).to.match(/^PUT .*applications\/shop\?fieldManager=writ$/)
    })
    it('leaves the commit to an Application that syncs by itself', async () => {
      put(application('shop'))
      await tool.sync(owner, { ...ask, prune: true })
      expect(app()?.['operation']).to.deep.include({ sync: { prune: true } })
    })
    it('prunes where the Application does so by itself, since it would not sync that commit a second time', async () => {
      for (const [automated, expected] of [[{ prune: true }, true], [{}, undefined], [{ prune: true, enabled: false }, undefined]] as const) {
        put(application('shop', { spec: { syncPolicy: { automated } } }))
        await tool.sync(owner, ask)
        expect(valueAt(app(), 'operation', 'sync', 'prune'), JSON.stringify(automated)).to.equal(expected)
      }
    })
    it('gives every source of several its own commit', async () => {
      const sources = [{ repoURL: 'https://git.example/shop.git', path: 'a', targetRevision: 'main' }, { repoURL: 'https://git.example/shop.git', path: 'b', targetRevision: 'main' }]
      put(application('shop', { spec: { sources, syncPolicy: {} }, status: { ...base(), sync: { status: 'OutOfSync', revisions: [OTHER, OTHER] } } }))
      await tool.sync({ ...owner, source: { ...owner.source, index: 1 } }, ask)
      expect(app()?.['operation']).to.deep.include({ sync: { sources, revisions: [OTHER, COMMIT] } })
    })
    it('starts nothing where another sync is under way', async () => {
      put({ ...manual(), operation: { sync: {} } })
      expect(await failureOf(tool.sync(owner, ask))).to.equal('sync/not-started')
    })
    it('tries again where somebody was faster, and gives up in the end', async () => {
      put(manual())
      let times = 0
      fleet.servers['one']?.intercept(request => request.method === 'PUT' && times++ < 2 ? { status: 409, body: { message: 'the object has been modified' } } : null)
      await tool.sync(owner, ask)
      expect([times, app()?.['operation'] !== undefined]).to.deep.equal([3, true])
      put(manual())
      fleet.servers['one']?.intercept(request => request.method === 'PUT' ? { status: 409, body: { message: 'the object has been modified' } } : null)
      expect(await failureOf(tool.sync(owner, ask))).to.equal('cluster/conflict')
      fleet.servers['one']?.intercept(null)
    })
  })
})
