import { expect } from 'chai'
import { WritError } from '../../src/model/error.ts'
import { failureOf } from '../contracts/failure.ts'
import { FILE, Stage, ended, liveWeb, manifest, waiting } from './verify/verify-world.ts'

describe('verifying a merged change', () => {
  let stage: Stage
  before(async () => { stage = await Stage.open() })
  beforeEach(() => { stage.reset() })
  after(() => stage.close())

  describe('that is live', () => {
    it('is verified after the stability time, with everything that was seen', async () => {
      const first = waiting(await stage.look())
      expect(first.waiting.sentence).to.include('watching for 3s')
      const second = await stage.lookAfter(3000)
      expect(second.kind).to.equal('done')
      const evidence = second.kind === 'done' ? second.facts.verified : undefined
      expect(evidence).to.deep.include({ revision: stage.ours, mergeCommit: stage.ours, fields: [{ path: 'spec.template.spec.containers[name=web].image', value: 'web:2' }], health: 'Deployment shop/web: 1 pod updated and ready' })
      expect(evidence?.sentences.join('\n')).to.include('uid u1').and.include(`is at ${stage.ours}, the merge`).and.include('holds the asked values')
      expect(stage.refreshes).to.deep.equal([])
    })
    it('is never verified by one look alone', async () => {
      stage.reset({ environment: { ...stage.change.plan.environment, verify: { stability: '0s' } } })
      expect(waiting(await stage.look()).kind).to.equal('waiting')
      expect((await stage.look()).kind).to.equal('done')
    })
    it('waits the whole stability time again after an interruption', async () => {
      await stage.look()
      stage.server.put(liveWeb('web:2', { status: { readyReplicas: 0, availableReplicas: 0 } }))
      expect(waiting(await stage.lookAfter(2000)).facts?.healthySince).to.equal(null)
      stage.server.put(liveWeb('web:2'))
      expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(1000)).kind).to.equal('done')
    })
    it('waits the whole stability time again where the object was changed and put back while nobody looked', async () => {
      await stage.look()
      stage.server.put(liveWeb('web:2', { metadata: { generation: 4 }, status: { observedGeneration: 4 } }))
      expect((await stage.lookAfter(60_000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(1000)).kind).to.equal('done')
    })
    it('waits the whole stability time again where the object is another one', async () => {
      await stage.look()
      stage.server.put(liveWeb('web:2', { metadata: { uid: 'u2' } }))
      expect((await stage.lookAfter(60_000)).kind).to.equal('waiting')
    })
    it('is not verified while its branch holds another value already', async () => {
      await stage.look()
      const tip = stage.repository.git('rev-parse', 'main')
      await stage.repository.commit({ [FILE]: manifest('web:1') }, 'main')
      const result = waiting(await stage.lookAfter(3000))
      stage.repository.git('update-ref', 'refs/heads/main', tip)
      expect(result.waiting.sentence).to.match(/live and healthy, but main has moved on to [0-9a-f]{12}, where .*web:1/)
      expect(stage.refreshes).to.deep.equal(['normal'])
      expect(result.facts?.healthySince).to.equal('2026-01-01T00:00:00.000Z')
    })
    it('is not failed by the clock while it settles', async () => {
      await stage.look()
      stage.now += 3_600_000
      expect((await stage.look()).kind).to.equal('done')
    })
    it('passes with a quantity written another way', async () => {
      const path = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'resources', 'limits', 'cpu'] as const
      const commit = await stage.repository.commit({ [FILE]: `${manifest('web:2')}        resources:\n          limits:\n            cpu: 0.5\n` }, 'main')
      stage.reset({ edits: [{ path, before: '250m', after: '500m' }] })
      stage.change = { ...stage.change, facts: { ...stage.change.facts, mergeCommit: commit } }
      stage.seen = stage.observation({ revision: commit })
      stage.server.put(liveWeb('web:2', { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2', resources: { limits: { cpu: '500m' } } }] } } } }))
      await stage.look()
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('passes at a later commit that contains ours and still holds the value', async () => {
      const later = await stage.repository.commit({ 'README.md': 'hello\n' }, 'main')
      stage.seen = stage.observation({ revision: later })
      await stage.look()
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('renders each observed revision once at most', async () => {
      await stage.look()
      await stage.lookAfter(1000)
      await stage.lookAfter(1000)
      expect(stage.worktrees).to.be.at.most(1)
    })
  })

  describe('of an owner that names no commit', () => {
    beforeEach(() => { stage.seen = stage.observation({ revision: null, generated: true }) })

    it('is verified by what it has made, with the commit that was compared', async () => {
      await stage.look()
      const result = await stage.lookAfter(3000)
      const evidence = result.kind === 'done' ? result.facts.verified : undefined
      expect(evidence?.sentences.join('\n')).to.include('has generated Deployment shop/web as main has it at ')
    })
    it('asks it and waits while what it made is as before, and never calls that a contradiction', async () => {
      stage.server.put(liveWeb('web:1'))
      const result = waiting(await stage.look())
      expect(result.waiting.sentence).to.include('has not generated it anew').and.include('web:1')
      expect(stage.refreshes).to.deep.equal(['normal'])
      expect(waiting(await stage.lookAfter(60_000)).kind).to.equal('waiting')
    })
    it('ends where the branch took the change back', async () => {
      const tip = stage.repository.git('rev-parse', 'main')
      await stage.repository.commit({ [FILE]: manifest('web:1') }, 'main')
      const result = ended(await stage.look())
      stage.repository.git('update-ref', 'refs/heads/main', tip)
      expect(result.message).to.include('REVERTED')
    })
    it('waits, with its own words, while it cannot generate', async () => {
      stage.seen = stage.observation({ revision: null, generated: true, accepted: false, unmet: ['it cannot generate: no such repository'] })
      expect(waiting(await stage.look()).waiting.sentence).to.include('no such repository')
    })
  })

  describe('that the owner has not taken', () => {
    beforeEach(() => { stage.seen = stage.observation({ revision: stage.old }) })

    it('is not verified by Synced at an old commit, however equal the live object is', async () => {
      const result = waiting(await stage.look())
      expect(result.waiting).to.include({ for: 'controller', next: null })
      expect(result.waiting.sentence).to.include(`is at ${stage.old.slice(0, 12)}, not yet at ${stage.ours.slice(0, 12)}`)
      expect(waiting(await stage.lookAfter(60_000)).kind).to.equal('waiting')
    })
    it('triggers it at once, again after ten seconds, three times in all', async () => {
      await stage.look()
      await stage.lookAfter(500)
      await stage.lookAfter(9000)
      expect(stage.refreshes).to.have.length(1)
      await stage.lookAfter(1000)
      await stage.lookAfter(10_000)
      await stage.lookAfter(10_000)
      await stage.lookAfter(100_000)
      expect(stage.refreshes).to.deep.equal(['normal', 'normal', 'normal'])
    })
    it('goes on without triggering where that is forbidden, and says so', async () => {
      stage.refuseRefresh = new WritError('cluster/unauthorized', 'forbidden')
      expect(waiting(await stage.look()).waiting.sentence).to.include('may not trigger it')
    })
    it('asks the Application that an ApplicationSet makes, where the set may not be asked: then Argo CD remembers the new commit, and the set sees it at its poll', async () => {
      stage.reset({ owner: { ...stage.change.plan.owner, kind: 'ApplicationSet', namespace: 'argocd', name: 'all' }, target: { ...stage.change.plan.target, group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' } })
      stage.seen = stage.observation({ revision: stage.old })
      await stage.look()
      expect(stage.asked).to.deep.equal(['ApplicationSet argocd/all'])
      stage.refuseRefresh = new WritError('cluster/unauthorized', 'forbidden')
      expect(waiting(await stage.lookAfter(10_000)).waiting.sentence).to.include('may not trigger it')
      expect(stage.asked.slice(1)).to.deep.equal(['ApplicationSet argocd/all', 'Application argocd/web'])
      stage.reset()
    })
    it('goes on without triggering where the server does not take the request', async () => {
      stage.seen = stage.observation({ revision: stage.old })
      stage.refuseRefresh = new WritError('cluster/failed', 'Cluster c answered 422 (annotate applications argocd/shop): admission webhook "x" denied the request')
      expect(waiting(await stage.look()).waiting.sentence).to.include('could not be asked to look').and.include('waits for its own poll')
      stage.seen = stage.observation({ revision: stage.ours })
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('repeats what the controller says, and writes nothing where nothing is new', async () => {
      stage.seen = stage.observation({ revision: stage.old, failure: { permanent: false, sentence: 'ComparisonError: i/o timeout', revision: null }, notes: ['its controller has not taken the refresh request yet'] })
      expect(waiting(await stage.look()).waiting.sentence).to.include('i/o timeout').and.include('has not taken the refresh request')
      expect(waiting(await stage.lookAfter(500)).facts).to.equal(undefined)
    })
    it('waits where the revision is no commit', async () => {
      stage.seen = stage.observation({ revision: null, accepted: false, unmet: ['it names no commit'] })
      expect(waiting(await stage.look()).waiting.sentence).to.include('at no commit')
    })
    it('waits at a commit that is not in the history, while the branch has ours', async () => {
      stage.seen = stage.observation({ revision: 'f'.repeat(40) })
      expect(waiting(await stage.look()).waiting.for).to.equal('controller')
    })
    it('asks often at first and seldom later, where no watch says when', async () => {
      expect(waiting(await stage.look()).retryAfter).to.equal(2000)
      expect(waiting(await stage.lookAfter(9000)).retryAfter).to.equal(6500)
      stage.change = { ...stage.change, facts: { ...stage.change.facts, refreshes: 3 } }
      expect(waiting(await stage.lookAfter(60_000)).retryAfter).to.equal(15_000)
      stage.random = 0
      expect(waiting(await stage.lookAfter(1000)).retryAfter).to.equal(12_000)
      stage.random = 1
      expect(waiting(await stage.lookAfter(1000)).retryAfter).to.equal(18_000)
    })
    it('times out with the condition that failed last', async () => {
      await stage.look()
      expect(waiting(await stage.lookAfter(600_001)).facts?.timeUpAt).to.be.a('string')
      expect((await stage.lookAfter(14_000)).kind).to.equal('waiting')
      const result = ended(await stage.lookAfter(1000))
      expect([result.status, result.code]).to.deep.equal(['failed', 'verify/timeout'])
      expect(result.message).to.include('within 10m').and.include(stage.old.slice(0, 12))
    })
    it('is not ended by the first look after a night, where that look is unlucky', async () => {
      stage.change = { ...stage.change, facts: { ...stage.change.facts, refreshes: 3, refreshedAt: '2026-01-01T00:00:30.000Z', lastUnmet: 'x' } }
      expect((await stage.lookAfter(86_400_000)).kind).to.equal('waiting')
      stage.seen = stage.observation({ revision: stage.ours })
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('waits for people, and for ever, where it is suspended', async () => {
      stage.seen = stage.observation({ revision: stage.old, accepted: false, blocked: { code: 'BLOCKED_SUSPENDED', sentence: 'Kustomization a/b is suspended', next: 'flux resume kustomization b -n a' } })
      expect(waiting(await stage.look()).waiting).to.deep.equal({ for: 'people', sentence: 'Kustomization a/b is suspended', next: 'flux resume kustomization b -n a' })
      expect(waiting(await stage.lookAfter(86_400_000)).waiting.for).to.equal('people')
      expect(stage.refreshes).to.deep.equal([])
    })
    it('lets it look first where it syncs by hand, then waits for the person', async () => {
      const blocked = { code: 'BLOCKED_MANUAL_SYNC', sentence: 'syncs by hand', next: 'argocd app sync a/b' } as const
      stage.seen = stage.observation({ revision: stage.old, accepted: false, blocked })
      expect(waiting(await stage.look()).waiting.for).to.equal('controller')
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unmet: ['OutOfSync'], blocked })
      expect(waiting(await stage.look()).waiting).to.include({ for: 'people', next: 'argocd app sync a/b' })
    })
  })

  describe('that the owner cannot deploy', () => {
    const broken = (revision: string | null, permanent: boolean) => ({ accepted: false, unmet: ['failing'], failure: { permanent, revision, sentence: 'sync Failed: admission webhook denied' } })

    it('has failed with the controller\'s words, where it failed for good at a revision that contains ours', async () => {
      stage.seen = stage.observation({ revision: stage.ours, ...broken(stage.ours, true) })
      const result = ended(await stage.look())
      expect([result.status, result.code]).to.deep.equal(['failed', 'verify/failed'])
      expect(result.message).to.include('admission webhook denied')
    })
    it('has failed even where the owner still shows the old commit as compared', async () => {
      stage.seen = stage.observation({ revision: stage.old, ...broken(stage.ours, true) })
      expect(ended(await stage.look()).code).to.equal('verify/failed')
    })
    it('is superseded where it failed at a later commit that gave the field another value, and failed where that left it alone', async () => {
      const tip = stage.repository.git('rev-parse', 'main')
      const beside = await stage.repository.commit({ 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n' }, 'main', 'beside it')
      stage.seen = stage.observation({ revision: stage.old, ...broken(beside, true) })
      expect(ended(await stage.look()).code).to.equal('verify/failed')
      stage.reset()
      const later = await stage.repository.commit({ [FILE]: manifest('web:3') }, 'main', 'web 3')
      stage.seen = stage.observation({ revision: stage.old, ...broken(later, true) })
      const result = ended(await stage.look())
      stage.repository.git('update-ref', 'refs/heads/main', tip)
      expect([result.code, result.message.includes('git revert')]).to.deep.equal(['verify/superseded', false])
      expect(result.message).to.include('web 3').and.include('image is web:3')
    })
    it('has not failed by a failure of before', async () => {
      stage.seen = stage.observation({ revision: stage.old, ...broken(stage.old, true) })
      expect(waiting(await stage.look()).waiting.for).to.equal('controller')
    })
    it('has not failed by what may pass', async () => {
      stage.seen = stage.observation({ revision: stage.ours, ...broken(stage.ours, false) })
      expect(waiting(await stage.look()).waiting.for).to.equal('controller')
    })
    it('has not failed by a failure that names no revision', async () => {
      stage.seen = stage.observation({ revision: stage.old, ...broken(null, true) })
      expect(waiting(await stage.look()).waiting.sentence).to.include('admission webhook denied')
    })
    describe('and names no commit for it', () => {
      const unbuilt = { revision: null, accepted: false, unmet: ['it names no commit'], failure: { permanent: true, revision: null, class: 'permanent', sentence: 'ComparisonError: Failed to load target state' } } as const

      it('has failed once it was asked, and the tip does not render here either', async () => {
        const tip = stage.repository.git('rev-parse', 'main')
        await stage.repository.commit({ 'apps/web/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' }, 'main', 'break it')
        stage.seen = stage.observation(unbuilt)
        const first = await stage.look()
        const second = await stage.lookAfter(1000)
        stage.repository.git('update-ref', 'refs/heads/main', tip)
        expect(first.kind).to.equal('waiting')
        expect(ended(second).message).to.include('cannot deploy the merge').and.include('ComparisonError')
      })
      it('has failed after three requests where the tip renders here, and not before', async () => {
        stage.seen = stage.observation(unbuilt)
        await stage.look()
        expect((await stage.lookAfter(10_000)).kind).to.equal('waiting')
        expect((await stage.lookAfter(10_000)).kind).to.equal('waiting')
        expect(ended(await stage.lookAfter(1000)).code).to.equal('verify/failed')
      })
      it('waits while a request has not been taken, or where what is wrong may pass', async () => {
        for (const seen of [{ ...unbuilt, pending: true }, { ...unbuilt, failure: { ...unbuilt.failure, class: 'config' } }] as const) {
          stage.reset()
          stage.seen = stage.observation(seen)
          for (let i = 0; i < 4; i++) expect((await stage.lookAfter(10_000)).kind).to.equal('waiting')
        }
      })
    })
    it('says why the rollout failed that the owner waited for', async () => {
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet web-1 has timed out progressing.' }] } }))
      stage.seen = stage.observation({ revision: stage.old, accepted: false, unmet: ['health'], failure: { permanent: true, revision: stage.ours, class: 'rollout', sentence: 'HealthCheckFailed: failed early due to stalled resources' } })
      expect(ended(await stage.look()).message).to.include('stalled resources').and.include('timed out progressing')
    })
    it('has failed while the owner still waits for health, once the pod was seen failing for a minute', async () => {
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] } }))
      stage.seen = stage.observation({ revision: stage.old, accepted: false, unmet: ['Ready is Unknown'], attempted: stage.ours })
      expect(waiting(await stage.look()).waiting.sentence).to.include('failing').and.include('exceeded quota')
      expect(ended(await stage.lookAfter(120_000)).message).to.include('exceeded quota')
    })
    it('does not look at the rollout of another commit', async () => {
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] } }))
      stage.seen = stage.observation({ revision: stage.old, accepted: false, unmet: ['Ready is Unknown'], attempted: stage.old })
      expect(waiting(await stage.look()).waiting.sentence).to.not.include('quota')
    })
    it('has failed where the owner deploys something else now', async () => {
      stage.seen = stage.observation({ revision: stage.ours, accepted: false, unchanged: false })
      expect(ended(await stage.look()).message).to.include('OWNER_CHANGED')
    })
  })

  describe('that somebody changed again', () => {
    afterEach(() => { stage.repository.git('update-ref', 'refs/heads/main', stage.ours) })

    it('is superseded by the commit that set another value, which is named', async () => {
      await stage.repository.commit({ 'README.md': 'one\n' }, 'main', 'before')
      const culprit = await stage.repository.commit({ [FILE]: manifest('web:3') }, 'main', 'take web:3')
      const last = await stage.repository.commit({ 'README.md': 'two\n' }, 'main', 'after')
      stage.seen = stage.observation({ revision: last })
      stage.server.put(liveWeb('web:3'))
      const result = ended(await stage.look())
      expect([result.status, result.code]).to.deep.equal(['superseded', 'verify/superseded'])
      expect(result.message).to.include(culprit.slice(0, 12)).and.include('Ann: take web:3').and.include('web:3')
    })
    it('is reverted where the value of before is back', async () => {
      const culprit = await stage.repository.commit({ [FILE]: manifest('web:1') }, 'main', 'Revert ours')
      stage.seen = stage.observation({ revision: culprit })
      const result = ended(await stage.look())
      expect([result.status, result.code]).to.deep.equal(['failed', 'verify/reverted'])
      expect(result.message).to.include(culprit.slice(0, 12))
    })
    it('is superseded where the object left the source', async () => {
      const culprit = await stage.repository.commit({ [FILE]: null, 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n' }, 'main', 'remove web')
      stage.seen = stage.observation({ revision: culprit, listed: false, accepted: false, unmet: ['not listed'] })
      expect(ended(await stage.look()).message).to.include('no longer holds Deployment shop/web').and.include(culprit.slice(0, 12))
    })
    it('does not blame a side branch that never had it', async () => {
      const side = stage.repository.git('commit-tree', `${stage.old}^{tree}`, '-p', stage.old, '-m', 'on the side')
      const tree = stage.repository.git('rev-parse', `${await stage.repository.commit({ 'side.txt': 'x\n', [FILE]: manifest('web:9') }, 'scratch', 'scratch')}^{tree}`)
      const merge = stage.repository.git('commit-tree', tree, '-p', stage.ours, '-p', side, '-m', 'merge side')
      stage.repository.git('update-ref', 'refs/heads/main', merge)
      stage.seen = stage.observation({ revision: merge })
      expect(ended(await stage.look()).message).to.include(merge.slice(0, 12)).and.include('merge side')
    })
    it('waits where the source at the observed commit does not render', async () => {
      const commit = await stage.repository.commit({ 'apps/web/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' }, 'main', 'break it')
      stage.seen = stage.observation({ revision: commit })
      expect(waiting(await stage.look()).waiting.sentence).to.include('does not render')
    })
    it('is reverted where the branch was rewritten without it', async () => {
      const other = stage.repository.git('commit-tree', `${stage.old}^{tree}`, '-p', stage.old, '-m', 'rewritten')
      stage.repository.git('update-ref', 'refs/heads/main', other)
      stage.seen = stage.observation({ revision: other })
      const result = ended(await stage.look())
      expect(result.code).to.equal('verify/reverted')
      expect(result.message).to.include('no longer contains the merge')
    })
  })

  describe('whose live object says otherwise', () => {
    it('gets one hard refresh, then has failed as FALSE_SYNCED', async () => {
      stage.server.put(liveWeb('web:2-other'))
      expect(waiting(await stage.look()).waiting.sentence).to.include('image = web:2-other live, asked is web:2')
      await stage.lookAfter(4000)
      const result = ended(await stage.lookAfter(1000))
      expect(stage.refreshes).to.deep.equal(['hard'])
      expect(result.code).to.equal('verify/false-synced')
      expect(result.message).to.include('FALSE_SYNCED').and.include('web:2-other')
    })
    it('is given a minute while the hard refresh has not been taken', async () => {
      stage.server.put(liveWeb('web:1'))
      stage.seen = stage.observation({ revision: stage.ours, pending: true })
      await stage.look()
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(2000)).message).to.include('FALSE_SYNCED')
    })
    it('is verified where the hard refresh cured it', async () => {
      stage.server.put(liveWeb('web:1'))
      await stage.look()
      stage.server.put(liveWeb('web:2'))
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('waits where it is gone, in deletion or without uid', async () => {
      stage.server.remove('Deployment', 'web')
      expect(waiting(await stage.look()).waiting.sentence).to.include('is not in cluster')
      stage.server.put(liveWeb('web:2', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))
      expect(waiting(await stage.look()).waiting.sentence).to.include('being deleted')
      stage.server.put({ ...liveWeb('web:2'), metadata: { name: 'web', namespace: 'shop', generation: 2 } })
      expect(waiting(await stage.look()).waiting.sentence).to.include('no uid')
    })
    it('waits until its controller has seen the newest spec', async () => {
      stage.server.put(liveWeb('web:2', { metadata: { generation: 3 } }))
      expect(waiting(await stage.look()).waiting.sentence).to.include('generation 2 of 3')
    })
    it('waits for people where the rollout is paused', async () => {
      stage.server.put(liveWeb('web:2', { spec: { paused: true, template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } }))
      expect(waiting(await stage.look()).waiting).to.deep.include({ for: 'people', sentence: 'Deployment shop/web is paused (spec.paused)' })
    })
    it('has failed once its rollout was seen failing for a minute, and not before', async () => {
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0, availableReplicas: 0 } }), {
        apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:2' }] },
        status: { containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }] },
      })
      expect(waiting(await stage.look()).waiting.sentence).to.include('failing').and.include('ImagePullBackOff: no such image')
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).message).to.include('no such image')
    })
    it('forgets a failure that passed', async () => {
      const failing = { status: { updatedReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'quota' }] } }
      stage.server.put(liveWeb('web:2', failing))
      await stage.look()
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0 } }))
      await stage.lookAfter(50_000)
      stage.server.put(liveWeb('web:2', failing))
      expect((await stage.lookAfter(50_000)).kind).to.equal('waiting')
    })
    it('does not need to read pods', async () => {
      stage.server.put(liveWeb('web:2', { status: { updatedReplicas: 0 } }))
      stage.server.intercept(request => request.url?.includes('/pods') === true ? { status: 403, body: { message: 'no' } } : null)
      expect(waiting(await stage.look()).waiting.sentence).to.include('new template')
    })
  })

  describe('in trouble', () => {
    it('waits for a cluster that does not answer, and for people once that is no moment\'s trouble', async () => {
      stage.refuseObserve = new WritError('cluster/unreachable', 'Cluster c does not answer.', { retry: true })
      expect(waiting(await stage.look()).waiting).to.include({ for: 'controller', sentence: 'cannot be looked at now: Cluster c does not answer.' })
      expect(waiting(await stage.lookAfter(299_000)).waiting.for).to.equal('controller')
      const away = waiting(await stage.lookAfter(1000))
      expect(away.waiting).to.include({ for: 'people', next: 'writ doctor' })
      expect(away.facts?.verifying?.state).to.equal('UNREACHABLE')
      await stage.lookAfter(86_400_000)
      stage.refuseObserve = null
      expect(waiting(await stage.lookAfter(1000)).facts).to.include({ unreachableSince: null })
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('has its whole time again once the cluster answers', async () => {
      stage.refuseObserve = new WritError('cluster/unreachable', 'Cluster c does not answer.', { retry: true })
      await stage.look()
      await stage.lookAfter(300_000)
      await stage.lookAfter(86_400_000)
      stage.refuseObserve = null
      stage.seen = stage.observation({ revision: stage.old })
      expect(waiting(await stage.lookAfter(1000)).facts?.timeUpAt).to.equal(undefined)
      expect(waiting(await stage.lookAfter(599_000)).facts?.timeUpAt).to.equal(undefined)
      expect(waiting(await stage.lookAfter(2000)).facts?.timeUpAt).to.be.a('string')
      expect(ended(await stage.lookAfter(15_000)).code).to.equal('verify/timeout')
    })
    it('is unverifiable once it was not allowed to look three times in a row, and for a minute', async () => {
      stage.refuseObserve = new WritError('cluster/unauthorized', 'Cluster c does not allow it (get applications).')
      expect(waiting(await stage.look()).waiting.sentence).to.include('cannot be seen')
      // A server that has just started allows nothing for some seconds.
      for (let i = 0; i < 29; i++) expect((await stage.lookAfter(2000)).kind).to.equal('waiting')
      const result = ended(await stage.lookAfter(2000))
      expect([result.status, result.code]).to.deep.equal(['failed', 'verify/unverifiable'])
      expect(result.message).to.include('the change is merged').and.include('get applications')
    })
    it('forgets a right that was missing only for a moment', async () => {
      stage.refuseObserve = new WritError('cluster/unauthorized', 'no')
      await stage.look()
      await stage.lookAfter(2000)
      stage.refuseObserve = null
      await stage.lookAfter(2000)
      stage.refuseObserve = new WritError('cluster/unauthorized', 'no')
      expect((await stage.lookAfter(60_000)).kind).to.equal('waiting')
      expect((await stage.lookAfter(59_000)).kind).to.equal('waiting')
      expect(ended(await stage.lookAfter(1000)).code).to.equal('verify/unverifiable')
    })
    it('waits for people at once where a cluster\'s certificate is not trusted, or its answer is too large', async () => {
      stage.refuseObserve = new WritError('cluster/unreachable', 'The certificate of cluster c cannot be trusted (CERT_HAS_EXPIRED).', { hint: 'Check it.' })
      const result = waiting(await stage.look())
      expect([result.waiting.for, result.waiting.next, stage.change.facts.verifying?.state]).to.deep.equal(['people', 'writ doctor', 'UNREACHABLE'])
      expect(waiting(await stage.lookAfter(86_400_000)).waiting.sentence).to.include('cannot be trusted')
      stage.refuseObserve = null
      await stage.lookAfter(1000)
      expect((await stage.lookAfter(3000)).kind).to.equal('done')
    })
    it('fails by what does not pass by itself', async () => {
      stage.refuseObserve = new WritError('cluster/failed', 'bad request')
      expect(await failureOf(stage.look())).to.equal('cluster/failed')
    })
    it('is a bug without a merge commit', async () => {
      stage.change = { ...stage.change, facts: {} }
      expect(await failureOf(stage.look())).to.equal('internal/bug')
    })
  })
})
