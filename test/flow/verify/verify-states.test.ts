import { expect } from 'chai'
import type { StepResult } from '../../../src/model/change.ts'
import { WritError } from '../../../src/model/error.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Observation } from '../../../src/model/observation.ts'
import { FILE, Stage, ended, liveWeb, manifest, waiting } from './verify-world.ts'

const TIMES = { source: 180_000, sync: 600_000, rollout: 660_000, poll: 60_000 }

describe('the states of a merged change', () => {
  let stage: Stage
  before(async () => { stage = await Stage.open() })
  beforeEach(() => { stage.reset() })
  after(() => stage.close())

  const state = (): string | undefined => stage.change.facts.verifying?.state
  const behind = (more: Partial<Observation> = {}): Observation => stage.observation({ revision: stage.old, times: TIMES, ...more })
  const environment = (more: JsonObject): Stage['change']['plan']['environment'] => ({ ...stage.change.plan.environment, syncTimeout: undefined, ...more })

  describe('one after another', () => {
    it('go from the source over sync and rollout to stable', async () => {
      stage.seen = behind()
      await stage.look()
      expect(state()).to.equal('SOURCE_WAIT')
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['syncing'], state: 'HYDRATE_WAIT' })
      await stage.lookAfter(1000)
      expect(state()).to.equal('HYDRATE_WAIT')
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['syncing'], state: 'CHILD_WAIT' })
      await stage.lookAfter(1000)
      expect(state()).to.equal('CHILD_WAIT')
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['syncing'] })
      await stage.lookAfter(1000)
      expect(state()).to.equal('SYNC_WAIT')
      stage.seen = stage.observation({ revision: stage.ours })
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0 } }))
      await stage.lookAfter(1000)
      expect(state()).to.equal('ROLLOUT_WAIT')
      stage.server.put(liveWeb('web:2'))
      await stage.lookAfter(1000)
      expect(state()).to.equal('STABILISING')
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('keep when each was entered first', async () => {
      stage.seen = behind()
      await stage.look()
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'] })
      await stage.lookAfter(1000)
      stage.seen = behind()
      await stage.lookAfter(1000)
      expect(stage.change.facts.verifying).to.deep.equal({ state: 'SOURCE_WAIT', since: '2026-01-01T00:00:02.000Z', entered: { SOURCE_WAIT: '2026-01-01T00:00:00.000Z', SYNC_WAIT: '2026-01-01T00:00:01.000Z' } })
    })
  })

  describe('that wait for people', () => {
    const rows: readonly [NonNullable<Observation['blocked']>['code'], boolean][] = [['BLOCKED_SUSPENDED', false], ['BLOCKED_DEPENDENCY', false], ['BLOCKED_PROMOTION', true], ['BLOCKED_WINDOW', true], ['BLOCKED_MANUAL_SYNC', true]]
    for (const [code, looksFirst] of rows) {
      it(`have no deadline: ${code}`, async () => {
        const blocked = { code, sentence: `because of ${code}`, next: null }
        stage.seen = behind({ accepted: false, blocked })
        expect(waiting(await stage.look()).waiting.for).to.equal(looksFirst ? 'controller' : 'people')
        stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'], blocked })
        expect(waiting(await stage.lookAfter(1000)).waiting).to.deep.equal({ for: 'people', sentence: `because of ${code}`, next: null })
        expect(state()).to.equal(code)
        expect(waiting(await stage.lookAfter(30 * 86_400_000)).waiting.for).to.equal('people')
      })
    }
    it('give the whole time again once they are lifted, whatever it took', async () => {
      stage.seen = behind({ accepted: false, blocked: { code: 'BLOCKED_SUSPENDED', sentence: 'suspended', next: 'resume' } })
      await stage.look()
      stage.seen = behind()
      const freed = waiting(await stage.lookAfter(30 * 86_400_000))
      expect(freed.facts).to.include({ clockFrom: '2026-01-31T00:00:00.000Z' })
      expect(freed.facts?.timeUpAt).to.equal(undefined)
      expect(waiting(await stage.lookAfter(599_000)).facts?.timeUpAt).to.equal(undefined)
      expect(waiting(await stage.lookAfter(2000)).facts?.timeUpAt).to.be.a('string')
    })
    it('name a paused rollout so', async () => {
      stage.server.put(liveWeb('web:2', { spec: { paused: true, template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } }))
      await stage.look()
      expect(state()).to.equal('BLOCKED_PAUSED')
    })
  })

  describe('whose deadlines the owner\'s own spec gives', () => {
    beforeEach(() => { stage.reset({ environment: environment({}) }) })
    async function timesOut(after: number): Promise<StepResult & { kind: 'ended' }> {
      await stage.look()
      expect(waiting(await stage.lookAfter(after - 1000)).facts?.timeUpAt).to.equal(undefined)
      expect(waiting(await stage.lookAfter(2000)).facts?.timeUpAt).to.be.a('string')
      return ended(await stage.lookAfter(15_000))
    }
    it('end a source that does not move', async () => {
      stage.seen = behind()
      const result = await timesOut(180_000)
      expect(result.code).to.equal('verify/timeout')
      expect(result.message).to.include('TIMED_OUT: merged, but not seen live within 3m in SOURCE_WAIT').and.include('not yet at')
      expect(result.evidence.map(({ sentence }) => sentence).join('\n')).to.include('last state SOURCE_WAIT')
    })
    it('end a sync that does not finish', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['a sync is running'], times: TIMES })
      expect((await timesOut(600_000)).message).to.include('within 10m in SYNC_WAIT')
    })
    it('end a rollout by the longer of both deadlines', async () => {
      stage.reset({ environment: environment({}), live: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { progressDeadlineSeconds: 1200 } } })
      stage.seen = stage.observation({ revision: stage.ours, times: TIMES })
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0 } }))
      expect((await timesOut(1_260_000)).message).to.include('within 21m in ROLLOUT_WAIT')
    })
    it('end by what the environment says instead', async () => {
      stage.reset({ environment: environment({ verify: { stability: '3s', deadlines: { source: '30s' } } }) })
      stage.seen = behind()
      expect((await timesOut(30_000)).message).to.include('within 30s in SOURCE_WAIT')
    })
    it('start anew with each state, and not with each return to one', async () => {
      stage.seen = behind()
      await stage.look()
      await stage.lookAfter(170_000)
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'], times: TIMES })
      expect(waiting(await stage.lookAfter(20_000)).facts?.timeUpAt).to.equal(undefined)
      stage.seen = behind()
      expect(waiting(await stage.lookAfter(1000)).facts?.timeUpAt).to.be.a('string')
    })
    it('give a last chance that is forgotten when things move on', async () => {
      stage.seen = behind()
      await stage.look()
      await stage.lookAfter(181_000)
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'], times: TIMES })
      expect(waiting(await stage.lookAfter(1000)).facts?.timeUpAt).to.equal(null)
    })
  })

  describe('that ask to be seen without interruption', () => {
    const failing = (): JsonObject => liveWeb('web:2', { status: { updatedReplicas: 0, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }] } })
    const progressing = (): JsonObject => liveWeb('web:2', { status: { updatedReplicas: 0 } })

    it('do not add up two short failures of a rollout that the owner has not accepted', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['waiting for health'] })
      stage.server.put(failing())
      expect(waiting(await stage.look()).waiting.sentence).to.match(/^failing/)
      stage.server.put(progressing())
      await stage.lookAfter(5000)
      expect(stage.change.facts.failingSince).to.equal(null)
      stage.server.put(failing())
      expect((await stage.lookAfter(120_000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).code).to.equal('verify/failed')
    })
    it('go on counting a failing rollout over looks that could not be taken', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['waiting for health'] })
      stage.server.put(failing())
      await stage.look()
      for (const error of [new WritError('cluster/unreachable', 'away', { retry: true }), new WritError('cluster/unauthorized', 'no')]) {
        stage.refuseObserve = error
        await stage.lookAfter(20_000)
      }
      stage.refuseObserve = null
      expect(ended(await stage.lookAfter(20_000)).code).to.equal('verify/failed')
    })
    it('give an edit by hand the time to be noticed, also long after the hard refresh', async () => {
      stage.server.put(liveWeb('web:1'))
      await stage.look()
      expect(stage.refreshes).to.deep.equal(['hard'])
      stage.server.put(liveWeb('web:2'))
      await stage.lookAfter(1000)
      stage.server.put(liveWeb('web:1'))
      expect((await stage.lookAfter(60_000)).kind).to.equal('waiting')
      stage.server.put(liveWeb('web:2'))
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('call it falsely synced where it stays so', async () => {
      stage.server.put(liveWeb('web:1'))
      await stage.look()
      stage.server.put(liveWeb('web:2'))
      await stage.lookAfter(1000)
      stage.server.put(liveWeb('web:1'))
      await stage.lookAfter(60_000)
      expect((await stage.lookAfter(4000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).code).to.equal('verify/false-synced')
    })
    it('count ten minutes of what may pass only while it is that which fails', async () => {
      const by = (failure: Observation['failure']): Observation => stage.observation({ revision: stage.old, accepted: false, unmet: ['x'], failure })
      const passing = by({ permanent: false, revision: stage.ours, sentence: 'i/o timeout', class: 'transient' })
      stage.reset({ environment: environment({ syncTimeout: '60m' }) })
      for (const other of [by({ permanent: false, revision: stage.ours, sentence: 'dependency is not ready', class: 'waiting' }), by({ permanent: false, revision: null, sentence: 'cannot be fetched', class: 'transient' })]) {
        stage.seen = passing
        await stage.lookAfter(1000)
        stage.seen = other
        await stage.lookAfter(1000)
        await stage.lookAfter(660_000)
        stage.seen = passing
        expect((await stage.lookAfter(1000)).kind).to.equal('waiting')
      }
      expect((await stage.lookAfter(599_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).message).to.include('has tried for ten minutes')
    })
  })

  describe('of an owner in trouble', () => {
    it('end where it is gone for more than a minute, and not before', async () => {
      stage.seen = stage.observation({ missing: true, accepted: false, unmet: ['Application argocd/shop is no longer there'] })
      expect(waiting(await stage.look()).waiting.sentence).to.equal('Application argocd/shop is no longer there')
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      const result = ended(await stage.lookAfter(1000))
      expect(result.code).to.equal('verify/owner-changed')
      expect(result.message).to.include('OWNER_CHANGED').and.include('no longer there')
    })
    it('go on where it is made again', async () => {
      stage.seen = stage.observation({ missing: true, accepted: false, unmet: ['gone'] })
      await stage.look()
      stage.seen = stage.observation({ revision: stage.old })
      await stage.lookAfter(50_000)
      stage.seen = stage.observation({ missing: true, accepted: false, unmet: ['gone'] })
      expect((await stage.lookAfter(50_000)).kind).to.equal('waiting')
    })
    it('end where it put the version of before back', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'], failure: { permanent: true, rolledBack: true, revision: stage.ours, sentence: 'RollbackSucceeded: back to v1', class: 'rollout' } })
      const result = ended(await stage.look())
      expect(result.code).to.equal('verify/rolled-back')
      expect(result.message).to.include('ROLLED_BACK').and.include('back to v1').and.include(`git revert -m 1 ${stage.ours.slice(0, 12)}`)
    })
    it('end by what should have passed in ten minutes', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['x'], failure: { permanent: false, revision: stage.ours, sentence: 'no matches for kind "Widget"', class: 'transient' } })
      await stage.look()
      expect((await stage.lookAfter(599_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).message).to.include('has tried for ten minutes').and.include('Widget')
    })
    it('wait where a later commit, which may mend it, is compared already', async () => {
      const later = await stage.repository.commit({ 'README.md': 'mend\n' }, 'main')
      const failure = { permanent: true, revision: stage.ours, sentence: 'sync Failed: x', class: 'permanent' } as const
      stage.seen = stage.observation({ revision: later, accepted: false, unmet: ['OutOfSync'], failure })
      expect(waiting(await stage.look()).waiting.for).to.equal('controller')
      stage.seen = stage.observation({ revision: later, accepted: false, unmet: ['OutOfSync'], failure: { ...failure, revision: later } })
      expect(ended(await stage.lookAfter(1000)).code).to.equal('verify/failed')
      stage.repository.git('update-ref', 'refs/heads/main', stage.ours)
    })
    it('take nothing back while the owner looks again at what it has applied, once it was accepted', async () => {
      const looking = stage.observation({ revision: stage.ours, accepted: false, looking: true, unmet: ['Ready is Unknown: Progressing'] })
      stage.seen = looking
      await stage.look()
      expect(state()).to.equal('SYNC_WAIT')
      stage.seen = stage.observation({ revision: stage.ours })
      await stage.lookAfter(1000)
      stage.seen = looking
      expect(waiting(await stage.lookAfter(1000)).facts?.healthySince).to.equal(undefined)
      expect((await stage.lookAfter(2000)).kind).to.equal('done')
    })
    it('do not blame the change where the owner failed before it, too', async () => {
      const failing = (revision: string): Observation => stage.observation({ revision: stage.old, accepted: false, unmet: ['x'], failure: { permanent: true, revision, sentence: 'kustomize build failed: a', class: 'permanent' } })
      stage.seen = failing(stage.old)
      await stage.look()
      stage.seen = failing(stage.ours)
      expect(ended(await stage.lookAfter(1000)).message).to.include('It was failing before the merge, too: kustomize build failed: a')
    })
    it('want all of the chain to contain what it must', async () => {
      const later = await stage.repository.commit({ 'README.md': 'chain\n' }, 'main')
      stage.seen = stage.observation({ revision: stage.ours, state: 'HYDRATE_WAIT', contains: [{ commit: stage.ours, ancestor: later, what: 'what it has synced' }] })
      expect(waiting(await stage.look()).waiting.sentence).to.include(`what it has synced is ${stage.ours.slice(0, 12)}, which does not contain ${later.slice(0, 12)}`)
      expect(state()).to.equal('HYDRATE_WAIT')
      stage.seen = stage.observation({ revision: stage.ours, contains: [{ commit: later, ancestor: 'ours', what: 'what it has synced' }] })
      await stage.lookAfter(1000)
      expect(state()).to.equal('STABILISING')
      stage.repository.git('update-ref', 'refs/heads/main', stage.ours)
    })
    it('ask for a hard refresh where it looks only at other paths', async () => {
      stage.reset({ files: [{ path: FILE, before: '', after: '' }] })
      stage.seen = behind({ generatePaths: ['/other', '../api'] })
      await stage.look()
      stage.seen = behind({ generatePaths: ['.'] })
      await stage.lookAfter(10_000)
      expect(stage.refreshes).to.deep.equal(['hard', 'normal'])
    })
    it('say what it means where a request is not taken for more than a minute', async () => {
      stage.seen = behind({ pending: true })
      await stage.look()
      expect(waiting(await stage.lookAfter(9000)).waiting.sentence).to.not.include('more than a minute')
      await stage.lookAfter(1000)
      await stage.lookAfter(10_000)
      expect(waiting(await stage.lookAfter(60_000)).waiting.sentence).to.include('its controller is down or saturated')
    })
  })

  describe('of an API server in trouble', () => {
    const troubles: readonly [string, ReturnType<Parameters<Stage['server']['intercept']>[0] & object>][] = [
      ['has too many requests', { status: 429, body: { message: 'slow down' }, headers: { 'Retry-After': '0' } }],
      ['answers 500', { status: 500, body: { message: 'etcdserver: leader changed' } }],
      ['answers 503', { status: 503, body: { message: 'apiserver is shutting down' } }],
      ['ends the connection', 'reset'],
    ]
    for (const [name, answer] of troubles) {
      it(`wait while it ${name}, and go on as if nothing had been`, async () => {
        stage.server.intercept(request => request.url?.includes('/deployments') === true ? answer : null)
        const away = waiting(await stage.look())
        expect(away.waiting.for).to.equal('controller')
        expect(away.waiting.sentence).to.include('cannot be looked at now')
        stage.server.intercept(null)
        await stage.lookAfter(60_000)
        expect((await stage.lookAfter(3000)).kind).to.equal('done')
      })
    }
    it('start the stability time again after it was away: nobody saw what happened', async () => {
      await stage.look()
      stage.server.intercept(() => ({ status: 503 }))
      expect(waiting(await stage.lookAfter(1000)).facts?.healthySince).to.equal(null)
      stage.server.intercept(null)
      expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('are unverifiable where the object may not be read', async () => {
      stage.server.intercept(request => request.url?.includes('/deployments') === true ? { status: 403, body: { message: 'deployments.apps "web" is forbidden' } } : null)
      await stage.look()
      await stage.lookAfter(30_000)
      const result = ended(await stage.lookAfter(30_000))
      expect([result.code, result.message.includes('is forbidden')]).to.deep.equal(['verify/unverifiable', true])
    })
    it('are unverifiable where the cluster no longer serves the kind, of the object or of its owner', async () => {
      const { plan } = stage.change
      const target = { ...plan.target, group: 'x.example', kind: 'Widget' }
      stage.reset({ target, edits: [{ path: [], before: undefined, after: { apiVersion: 'x.example/v1', kind: 'Widget', metadata: { name: 'web', namespace: 'shop' } } }] })
      const commit = await stage.repository.commit({ 'apps/web/widget.yaml': 'apiVersion: x.example/v1\nkind: Widget\nmetadata:\n  name: web\n  namespace: shop\n' }, 'main')
      stage.change = { ...stage.change, facts: { ...stage.change.facts, mergeCommit: commit } }
      stage.seen = stage.observation({ revision: commit })
      expect(waiting(await stage.look()).waiting.sentence).to.equal('cannot be seen: cluster c no longer serves Widget of x.example')
      await stage.lookAfter(30_000)
      expect(ended(await stage.lookAfter(30_000)).code).to.equal('verify/unverifiable')
      stage.repository.git('update-ref', 'refs/heads/main', stage.ours)
      stage.reset()
      stage.seen = stage.observation({ missing: true, unserved: true, unmet: ['cluster c no longer serves Applications'] })
      await stage.look()
      await stage.lookAfter(30_000)
      expect(ended(await stage.lookAfter(30_000)).message).to.include('no longer serves Applications')
      // A definition that is installed anew is gone for some seconds.
      stage.reset()
      stage.seen = stage.observation({ missing: true, unserved: true, unmet: ['cluster c no longer serves Applications'] })
      for (let i = 0; i < 10; i++) expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      stage.seen = stage.observation({ revision: stage.ours })
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('find an object whose definition serves another version than it was asked about in', async () => {
      stage.reset({ target: { ...stage.change.plan.target, version: 'v1beta2' } })
      await stage.look()
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('do not depend on the cluster\'s clock', async () => {
      stage.server.put(liveWeb('web:2', { metadata: { creationTimestamp: '2031-01-01T00:00:00Z' }, status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: '2031-01-01T00:00:00Z' }] } }))
      await stage.look()
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
  })

  describe('of a branch that was rewritten', () => {
    afterEach(() => { stage.repository.git('update-ref', 'refs/heads/main', stage.ours) })
    it('end as such where the asked values are still there, and never as verified', async () => {
      const other = stage.repository.git('commit-tree', `${stage.ours}^{tree}`, '-p', stage.old, '-m', 'rewritten with the same')
      stage.repository.git('update-ref', 'refs/heads/main', other)
      stage.seen = stage.observation({ revision: other })
      const result = ended(await stage.look())
      expect(result.code).to.equal('verify/history-rewritten')
      expect(result.message).to.include('still holds the asked values')
    })
  })

  describe('of the rollout', () => {
    const labels = { app: 'web', 'pod-template-hash': 'b' }
    const set = (name: string, revision: string, image: string): JsonObject => ({
      apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'shop', labels: { ...labels, 'pod-template-hash': name.slice(-1) }, annotations: { 'deployment.kubernetes.io/revision': revision }, ownerReferences: [{ controller: true, uid: 'u1', kind: 'Deployment', name: 'web' }] },
      spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    })
    const deployment = (revision = '2'): JsonObject => liveWeb('web:2', { metadata: { annotations: { 'deployment.kubernetes.io/revision': revision }, resourceVersion: '9' } })
    const pod = (image: string): JsonObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop', labels }, spec: { containers: [{ name: 'web', image }, { name: 'injected', image: 'proxy:1' }] }, status: { containerStatuses: [{ name: 'web', imageID: 'registry.example/web@sha256:abc' }] } })

    it('is told with the newest ReplicaSet, its pods and what they run', async () => {
      stage.server.put(deployment(), set('web-a', '1', 'web:1'), set('web-b', '2', 'web:2'), pod('web:2'))
      await stage.look()
      const result = await stage.lookAfter(3000)
      const evidence = result.kind === 'done' ? result.facts.verified : undefined
      expect(evidence?.sentences).to.include('ReplicaSet shop/web-b is its newest (revision 2), with 1 pod, which run registry.example/web@sha256:abc')
      expect(evidence?.live).to.deep.equal({ uid: 'u1', generation: 2, resourceVersion: '9', observedGeneration: 2 })
    })
    it('is not over while the newest ReplicaSet, or a pod of it, has another image, whatever the Deployment counts', async () => {
      stage.server.put(deployment(), set('web-b', '2', 'web:1'))
      expect(waiting(await stage.look()).waiting.sentence).to.include('still has container web with image web:1, not web:2')
      stage.server.put(set('web-b', '2', 'web:2'), pod('web:1'))
      expect(waiting(await stage.look()).waiting.sentence).to.include('Pod shop/web-1 has container web with image web:1')
      stage.server.put(deployment('3'))
      expect(waiting(await stage.look()).waiting.sentence).to.include('has no ReplicaSet of its revision 3 yet')
    })
    it('is told by the Deployment alone where ReplicaSets may not be read', async () => {
      stage.server.put(deployment(), set('web-b', '2', 'web:1'))
      stage.server.intercept(request => request.url?.includes('/replicasets') === true ? { status: 403, body: { message: 'no' } } : null)
      await stage.look()
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('says that the object was made anew', async () => {
      const { plan } = stage.change
      stage.reset({ target: { ...plan.target, uid: 'u0' } })
      await stage.look()
      const result = await stage.lookAfter(3000)
      expect(result.kind === 'done' ? result.facts.verified?.sentences.join() : '').to.include('was made anew since it was asked about')
    })
    it('fails after the time that the environment gives, and twice that where a pod finds no node', async () => {
      stage.reset({ environment: { ...stage.change.plan.environment, verify: { stability: '3s', failing: '90s' } } })
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0 } }), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:2' }] }, status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no room' }] } })
      await stage.look()
      expect((await stage.lookAfter(179_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).message).to.include('FAILED').and.include('Unschedulable: no room').and.include(`git revert -m 1 ${stage.ours.slice(0, 12)}`)
    })
  })

  describe('of a deletion', () => {
    async function deleted(): Promise<void> {
      const commit = await stage.repository.commit({ [FILE]: null, 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n' }, 'main')
      stage.reset({ edits: [{ path: [], before: { kind: 'Deployment' }, after: undefined }] })
      stage.change = { ...stage.change, facts: { ...stage.change.facts, mergeCommit: commit } }
      stage.seen = stage.observation({ revision: commit, times: TIMES })
      stage.server.remove('Deployment', 'web')
    }
    afterEach(async () => { await stage.repository.commit({ [FILE]: manifest('web:2'), 'apps/web/other.yaml': null }, 'main') })
    it('wait until the owner has looked once more, and not made it again', async () => {
      await deleted()
      await stage.look()
      expect(stage.refreshes).to.deep.equal(['normal'])
      stage.seen = { ...stage.seen, pending: true }
      expect((await stage.lookAfter(5000)).kind).to.equal('waiting')
      stage.seen = { ...stage.seen, pending: false }
      expect((await stage.lookAfter(1000)).kind).to.equal('done')
    })
    it('wait for the owner\'s own interval where it does not answer', async () => {
      await deleted()
      await stage.look()
      stage.seen = { ...stage.seen, pending: true }
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(1000)).kind).to.equal('done')
    })
  })

  describe('after it was verified', () => {
    beforeEach(async () => {
      stage.seen = stage.observation({ revision: stage.ours, times: TIMES })
      await stage.look()
      const result = await stage.lookAfter(3000)
      stage.change = { ...stage.change, status: 'verified', facts: { ...stage.change.facts, ...result.kind === 'done' ? result.facts : {} } }
    })
    it('are due after the owner\'s own interval, not before', async () => {
      expect(stage.change.facts.recheckAt).to.equal('2026-01-01T00:01:03.000Z')
      stage.now += 59_000
      expect((await stage.recheck()).due).to.equal(false)
    })
    it('stay verified where it is still so', async () => {
      stage.now += 60_000
      expect(await stage.recheck()).to.deep.equal({ due: true, said: ['looked once more: it is still so'] })
      expect([stage.change.status, stage.change.facts.regressed, stage.change.facts.recheckedAt]).to.deep.equal(['verified', undefined, '2026-01-01T00:01:03.000Z'])
      expect((await stage.recheck()).due).to.equal(false)
    })
    it('are left alone where this configuration no longer knows their tool, cluster or repository, and given up in the end', async () => {
      stage.change = { ...stage.change, plan: { ...stage.change.plan, owner: { ...stage.change.plan.owner, tool: 'flux' } } }
      stage.now += 60_000
      expect(await stage.recheck()).to.deep.equal({ due: true, said: [] })
      stage.now += 3_600_000
      expect((await stage.recheck()).said).to.deep.equal(['could not be looked at once more'])
    })
    it('have regressed where somebody put another value there', async () => {
      stage.now += 60_000
      stage.server.put(liveWeb('web:1'))
      expect((await stage.recheck()).said).to.deep.equal(['REGRESSED: Deployment shop/web has spec.template.spec.containers[name=web].image = web:1 live, asked is web:2'])
      expect([stage.change.status, stage.change.facts.regressed?.at]).to.deep.equal(['verified', '2026-01-01T00:01:03.000Z'])
    })
    it('have regressed where the rollout broke, or the owner went', async () => {
      stage.now += 60_000
      stage.server.put(liveWeb('web:2', { status: { readyReplicas: 0, availableReplicas: 0 } }))
      expect((await stage.recheck()).said.join()).to.include('REGRESSED: Deployment shop/web: 0 of 1 new pods are available')
      const { recheckedAt: _done, ...facts } = stage.change.facts
      stage.change = { ...stage.change, facts }
      stage.seen = stage.observation({ missing: true })
      expect((await stage.recheck()).said.join()).to.include('is no longer there')
    })
    it('have not regressed by a later commit that changed it on purpose', async () => {
      stage.now += 60_000
      await stage.repository.commit({ [FILE]: manifest('web:3') }, 'main')
      stage.server.put(liveWeb('web:3'))
      expect((await stage.recheck()).said).to.deep.equal(['looked once more: a later commit has changed it on purpose'])
      stage.repository.git('update-ref', 'refs/heads/main', stage.ours)
    })
    it('are tried again for an hour where the cluster does not answer', async () => {
      stage.now += 60_000
      stage.refuseObserve = new WritError('cluster/unreachable', 'no', { retry: true })
      expect(await stage.recheck()).to.deep.equal({ due: true, said: [] })
      stage.now += 3_600_000
      expect(await stage.recheck()).to.deep.equal({ due: true, said: ['could not be looked at once more'] })
      expect(stage.change.facts.regressed).to.equal(undefined)
    })
  })
})
