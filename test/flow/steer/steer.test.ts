import { expect } from 'chai'
import { join } from 'node:path'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { World } from '../../../src/flow/world.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { metadataText } from '../../../src/model/resource.ts'
import { PAUSE_MARK } from '../../../src/model/steering.ts'
import { WritError } from '../../../src/model/error.ts'
import { openStore } from '../../../src/outside/store/open-store.ts'
import { SteerStage, target } from './steer-stage.ts'

const AUTOMATED = ['spec', 'syncPolicy', 'automated'] as const

describe('steering an owner', function () {
  this.timeout(60_000)
  let stage: SteerStage
  before(async () => { stage = await SteerStage.open() })
  after(() => stage.close())

  describe('a pause', () => {
    it('takes an Application\'s sync policy away, keeps it, and puts it back exactly when it is resumed', async () => {
      const before = valueAt(await stage.owner('app-dev'), ...AUTOMATED)
      const paused = await stage.suspend('application/app-dev', { reason: 'load test' })
      expect([paused.kind, paused['status'], valueAt(paused, 'waiting', 'for')]).to.deep.equal(['Change', 'open', 'time'])
      const app = await stage.owner('app-dev')
      expect(valueAt(app, ...AUTOMATED)).to.equal(undefined)
      expect(JSON.parse(metadataText(app, 'annotations', PAUSE_MARK) ?? '')).to.deep.include({ v: 1, change: paused['id'], path: [...AUTOMATED], before })
      await stage.push('app-dev', 'two')
      await new Promise(resolve => { setTimeout(resolve, 500) })
      expect(await stage.mode('app-dev')).to.equal('one')
      const resumed = await stage.resume('application/app-dev')
      expect([resumed['status'], valueAt(resumed, 'facts', 'verified', 'sentences', '0')]).to.deep.include('verified')
      const after = await stage.owner('app-dev')
      expect(valueAt(after, ...AUTOMATED)).to.deep.equal(before)
      expect(metadataText(after, 'annotations', PAUSE_MARK)).to.equal(undefined)
      expect((await stage.ask('get', { change: String(paused['id']) }))['status']).to.equal('verified')
      await stage.until(async () => await stage.mode('app-dev') === 'two', 'synced after the pause')
    })

    it('suspends a Kustomization that is named by what it deploys, under its own field manager', async () => {
      const paused = await stage.suspend('configmap/settings@flux-dev')
      expect([paused['status'], valueAt(paused, 'waiting', 'next')]).to.deep.equal(['open', 'writ resume kustomization/flux-dev -n flux-system'])
      const object = await stage.owner('flux-dev')
      expect(valueAt(object, 'spec', 'suspend')).to.equal(true)
      expect(JSON.stringify(valueAt(object, 'metadata', 'managedFields'))).to.match(/"f:suspend":\{\}[^]*?"manager":"writ"|"manager":"writ"[^]*?"f:suspend":\{\}/)
      expect((await stage.resume('kustomization/flux-dev'))['status']).to.equal('verified')
      expect(valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')).to.equal(undefined)
    })

    it('is ended by the work loop when its time is up, also after a restart', async () => {
      const paused = await stage.suspend('kustomization/flux-dev')
      expect((await stage.work())['failures']).to.deep.equal([])
      expect(valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')).to.equal(true)
      await stage.restart()
      stage.skew += 2 * 3_600_000 + 1000
      await stage.work()
      const object = await stage.owner('flux-dev')
      expect([valueAt(object, 'spec', 'suspend'), metadataText(object, 'annotations', PAUSE_MARK)]).to.deep.equal([undefined, undefined])
      const change = await stage.ask('describe', { change: String(paused['id']) })
      expect(change['status']).to.equal('verified')
      expect(JSON.stringify(change['journal'])).to.contain('its time was up')
    })

    it('is taken over by a later one with another end; what was there before is not forgotten', async () => {
      const first = await stage.suspend('kustomization/flux-dev')
      const second = await stage.suspend('kustomization/flux-dev', { end: { after: '4h' } })
      expect(second['id']).to.not.equal(first['id'])
      await stage.work()
      expect((await stage.ask('get', { change: String(first['id']) }))['status']).to.equal('verified')
      stage.skew += 3 * 3_600_000
      await stage.work()
      expect(valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')).to.equal(true)
      stage.skew += 2 * 3_600_000
      await stage.work()
      expect(valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')).to.equal(undefined)
      expect((await stage.ask('get', { change: String(second['id']) }))['status']).to.equal('verified')
    })

    for (const [owner, where] of [['kustomization/flux-dev', 'one store'], ['application/app-dev', 'one store'], ['kustomization/flux-dev', 'two stores'], ['application/app-dev', 'two stores']] as const) {
      it(`that is asked for twice at once on ${owner}, from ${where}, is begun once: the other is told whose it is and when it ends, and leaves nothing behind`, async () => {
        const name = owner.split('/')[1] ?? ''
        const other = await openStore({ path: join(stage.sandbox.folder, `second-${name}.db`), clock: stage.world.clock, process: 'second/1' })
        // Neither goes on before both have planned; with two stores neither writes before both have read the owner.
        const met = barrier(2)
        const over = where === 'one store' ? [leasesAfter(met), leasesAfter(met)] : [patchAfter(met), { ...patchAfter(met), changes: other.changes, leases: other.leases, approvals: other.approvals }]
        const answers = await Promise.all(['2h', '4h'].map((after, i) => stage.ask('suspend', { target: target(owner), end: { after }, until: 'end' }, over[i])))
        await other.close()
        const [first, second] = answers[0]?.['status'] === 'open' ? answers : answers.toReversed()
        const mark = JSON.parse(metadataText(await stage.owner(name), 'annotations', PAUSE_MARK) ?? '')
        expect([first?.['status'], mark.change, mark.until]).to.deep.equal(['open', first?.['id'], valueAt(first, 'plan', 'steer', 'until')])
        // In one store the later request may also come before the earlier one has begun anything.
        if (where === 'two stores' || second?.['status'] !== 'superseded') {
          expect([second?.['status'], valueAt(second, 'ended', 'code')]).to.deep.equal(['refused', 'CONFLICT'])
          expect(String(valueAt(second, 'ended', 'message'))).to.contain(`change/${String(first?.['id'])} has paused`).and.contain(`until ${String(mark.until)}`)
        }
        // Asked again, it is the same as after the first: the plan says so, and the pause is taken over.
        const again = await stage.suspend(owner, { end: { after: '3h' } })
        expect([again['status'], valueAt(again, 'plan', 'notes')]).to.deep.equal(['open', [`it is paused until ${String(mark.until)} by change/${String(first?.['id'])}; this one takes its place`]])
        expect((await stage.resume(owner))['status']).to.equal('verified')
        await stage.work()
        expect(metadataText(await stage.owner(name), 'annotations', PAUSE_MARK)).to.equal(undefined)
        expect((await stage.world.changes.list({ status: 'open', limit: 10 })).map(change => change.id)).to.deep.equal([])
      })
    }

    function barrier(size: number): () => Promise<void> {
      let [waiting, open]: [number, () => void] = [0, () => undefined]
      const all = new Promise<void>(resolve => { open = resolve })
      return () => {
        if (++waiting === size) open()
        return all
      }
    }

    function leasesAfter(met: () => Promise<void>): Partial<World> {
      const { leases } = stage.world
      let first = true
      return { leases: { ...leases, take: async name => {
        if (first) {
          first = false
          await met()
        }
        return leases.take(name)
      } } }
    }

    function patchAfter(met: () => Promise<void>): Partial<World> {
      const { servers } = stage.world
      return { servers: { named: name => ({ ...servers.named(name), patch: async (...args) => {
        await met()
        return servers.named(name).patch(...args)
      } }) } }
    }

    it('whose process comes back late takes over nothing that was begun since', async () => {
      const { servers } = stage.world
      const away = { named: (name: string): ReturnType<typeof servers.named> => ({ ...servers.named(name), patch: () => Promise.reject(new WritError('cluster/unreachable', 'nobody there', { retry: true })) }) }
      await stage.ask('suspend', { target: target('kustomization/flux-dev'), end: { after: '1h' } }, { servers: away }).then(() => undefined, () => undefined)
      const [late] = await stage.world.changes.list({ status: 'open', limit: 10 })
      const since = await stage.suspend('kustomization/flux-dev', { end: { after: '4h' } })
      await stage.work()
      const ended = await stage.ask('get', { change: late?.id ?? '' })
      expect([ended['status'], valueAt(ended, 'ended', 'code')]).to.deep.equal(['refused', 'CONFLICT'])
      expect(JSON.parse(metadataText(await stage.owner('flux-dev'), 'annotations', PAUSE_MARK) ?? '')).to.include({ change: since['id'] })
      expect((await stage.resume('kustomization/flux-dev'))['status']).to.equal('verified')
    })

    it('is ended in the same round where somebody else wrote to the owner meanwhile', async () => {
      const before = valueAt(await stage.owner('app-dev'), ...AUTOMATED)
      await stage.suspend('application/app-dev')
      stage.skew += 2 * 3_600_000 + 1000
      const { servers } = stage.world
      let lost = 0
      const faster = { named: (name: string): ReturnType<typeof servers.named> => ({ ...servers.named(name), patch: (...args) => lost++ < 2 ? Promise.reject(new WritError('cluster/conflict', 'somebody was faster', { retry: true })) : servers.named(name).patch(...args) }) }
      await stage.ask('work', { once: true }, { servers: faster })
      const app = await stage.owner('app-dev')
      expect([lost, valueAt(app, ...AUTOMATED), metadataText(app, 'annotations', PAUSE_MARK)]).to.deep.equal([3, before, undefined])
    })

    it('that somebody else ended is not put back, and what they set is left', async () => {
      const paused = await stage.suspend('application/app-dev')
      await stage.patch('app-dev', { spec: { syncPolicy: { automated: { prune: false } } } })
      stage.skew += 2 * 3_600_000 + 1000
      await stage.work()
      const app = await stage.owner('app-dev')
      expect(valueAt(app, ...AUTOMATED)).to.deep.equal({ prune: false })
      expect(metadataText(app, 'annotations', PAUSE_MARK)).to.equal(undefined)
      expect((await stage.ask('get', { change: String(paused['id']) }))['status']).to.equal('verified')
      await stage.patch('app-dev', { spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } } })
    })

    it('is resumed by what stands on the owner where the store is lost', async () => {
      await stage.suspend('application/app-dev')
      const forgotten = { ...stage.world.changes, list: () => Promise.resolve([]), get: async (id: string) => (await stage.world.changes.get(id))?.plan.steer?.verb === 'suspend' ? null : stage.world.changes.get(id) }
      const resumed = await stage.ask('resume', { target: { cluster: null, namespace: 'argocd', type: 'application', name: 'app-dev' }, until: 'end' }, { changes: forgotten })
      expect(resumed['status']).to.equal('verified')
      expect(valueAt(await stage.owner('app-dev'), ...AUTOMATED)).to.deep.equal({ prune: true, selfHeal: true })
      await stage.work()
    })

    it('whose store is lost is taken up again by the work loop, held, and ended when its time is up', async () => {
      const before = valueAt(await stage.owner('app-dev'), ...AUTOMATED)
      const paused = await stage.suspend('application/app-dev')
      const id = String(paused['id'])
      await stage.restart({ newStore: true })
      expect(await stage.world.changes.get(id)).to.equal(null)
      await stage.work()
      const found = await stage.ask('get', { change: id })
      expect([found['status'], valueAt(found, 'waiting', 'for'), valueAt(found, 'plan', 'request', 'reason')]).to.deep.equal(['open', 'time', 'found on Application argocd/app-dev, with the store that knew it lost'])
      await stage.work()
      expect((await stage.world.changes.list({ status: 'open', limit: 10 })).map(change => change.id)).to.deep.equal([id])
      expect(valueAt(await stage.owner('app-dev'), ...AUTOMATED)).to.equal(undefined)
      stage.skew += 2 * 3_600_000 + 1000
      expect((await stage.work())['failures']).to.deep.equal([])
      const app = await stage.owner('app-dev')
      expect([valueAt(app, ...AUTOMATED), metadataText(app, 'annotations', PAUSE_MARK)]).to.deep.equal([before, undefined])
      expect((await stage.ask('get', { change: id }))['status']).to.equal('verified')
      expect(JSON.stringify(await stage.ask('describe', { change: id }))).to.contain('its time was up')
    })

    it('that another store holds is taken up too, and whoever ends it first ends it alone', async () => {
      await stage.suspend('kustomization/flux-dev')
      await stage.restart({ newStore: true })
      await stage.work()
      const [mine] = await stage.world.changes.list({ status: 'open', limit: 10 })
      await stage.restart()
      expect((await stage.resume('kustomization/flux-dev'))['status']).to.equal('verified')
      const taken = metadataText(await stage.owner('flux-dev'), 'annotations', PAUSE_MARK)
      await stage.restart({ newStore: true, again: true })
      await stage.work()
      expect([taken, (await stage.ask('get', { change: mine?.id ?? '' }))['status'], valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')]).to.deep.equal([undefined, 'verified', undefined])
      await stage.restart()
    })

    it('whose mark names a change that has ended, or no time, is taken up under another name and ended', async () => {
      await stage.patch('flux-dev', { metadata: { annotations: { [PAUSE_MARK]: JSON.stringify({ v: 1, change: 'not an id', until: 'whenever', path: ['spec', 'suspend'], paused: true, before: null }) } }, spec: { suspend: true } })
      await stage.work()
      const object = await stage.owner('flux-dev')
      expect([valueAt(object, 'spec', 'suspend'), metadataText(object, 'annotations', PAUSE_MARK)]).to.deep.equal([undefined, undefined])
    })

    it('that is ended brings what was merged in it, which the plan shows and the policies judge', async () => {
      await stage.suspend('kustomization/flux-dev')
      const commit = await stage.push('flux-dev', 'held')
      const planned = await stage.resume('kustomization/flux-dev', { dryRun: true })
      expect([JSON.stringify(valueAt(planned, 'alsoShips', 'changes')).includes('held'), JSON.stringify(valueAt(planned, 'steer', 'commits')).includes(commit), valueAt(planned, 'alsoShips', 'because')]).to.deep.equal([true, true, 'the pause kept it back'])
      const policies: World['policies'] = {
        bundle: () => Promise.resolve('b'),
        judge: (_environment, objects) => Promise.resolve(objects.map(({ ref }) => ({ policy: 'no-held', binding: 'all', object: ref.name, result: 'deny' as const, preExisting: false, severity: null, message: 'no', file: 'no.yaml' }))),
      }
      const denied = await stage.ask('resume', { target: target('kustomization/flux-dev'), dryRun: true }, { policies })
      expect([denied.kind, JSON.stringify(denied['notes'])]).to.deep.equal(['Plan', '["no-held denies settings: no; it ships with the end of the pause, whoever ends it"]'])
      expect((await stage.resume('kustomization/flux-dev'))['status']).to.equal('verified')
      expect([(await stage.sync('kustomization/flux-dev'))['status'], await stage.mode('flux-dev')]).to.deep.equal(['verified', 'held'])
    })

    it('whose process lost the answer of the API server is not done twice, and nothing is forgotten', async () => {
      const { servers } = stage.world
      let patches = 0
      const losing = { named: (name: string): ReturnType<typeof servers.named> => ({ ...servers.named(name), patch: async (...args) => {
        await servers.named(name).patch(...args)
        patches += 1
        throw new WritError('cluster/unreachable', 'the answer was lost', { retry: true })
      } }) }
      const lost = await stage.ask('suspend', { target: target('kustomization/flux-dev'), end: { after: '1h' } }, { servers: losing }).then(() => '', (error: unknown) => String(error))
      expect(lost).to.contain('the answer was lost')
      expect((await stage.work())['failures']).to.deep.equal([])
      const [open] = await stage.world.changes.list({ status: 'open', limit: 1 })
      expect([patches, open?.waiting?.for, open?.facts.verified?.fields]).to.deep.equal([1, 'time', [{ path: 'spec.suspend', value: true }]])
      stage.skew += 3_600_000 + 1000
      let ended = await stage.ask('work', { once: true }, { servers: losing })
      // The controller may write its status in between: then nothing was patched, and it is tried again.
      for (let tries = 0; JSON.stringify(ended['failures']) === '[]' && tries < 20; tries++) ended = await stage.ask('work', { once: true }, { servers: losing })
      expect(JSON.stringify(ended['failures'])).to.contain('the answer was lost')
      await stage.work()
      expect([patches, valueAt(await stage.owner('flux-dev'), 'spec', 'suspend'), (await stage.world.changes.get(open?.id ?? ''))?.status]).to.deep.equal([2, undefined, 'verified'])
    })

    it('does not begin or end what somebody else has paused', async () => {
      await stage.patch('flux-dev', { spec: { suspend: true } }, 'flux')
      for (const answer of [await stage.suspend('kustomization/flux-dev'), await stage.resume('kustomization/flux-dev')]) {
        expect([answer.kind, answer['code'], answer['hint']]).to.deep.equal(['Refusal', 'FOREIGN_PAUSE', 'flux resume kustomization flux-dev -n flux-system'])
        expect(JSON.stringify(answer['evidence'])).to.contain('set by flux at')
      }
      await stage.patch('flux-dev', { spec: { suspend: null } }, 'flux')
      expect((await stage.resume('kustomization/flux-dev'))['kind']).to.equal('NoChange')
    })

    it('needs an end, and one that the environment allows', async () => {
      const bad = async (end: JsonObject): Promise<string> => stage.ask('suspend', { target: { cluster: null, namespace: null, type: 'kustomization', name: 'flux-dev' }, end }).then(answer => `no error: ${answer.kind}`, (error: unknown) => error instanceof Error ? error.message : '')
      expect(await bad({})).to.equal('--for or --until must be given.')
      expect(await bad({ after: '25h' })).to.equal('Environment dev lets an owner be paused for 24h at most.')
      expect(await bad({ at: '2020-01-01T00:00:00Z' })).to.match(/is over already/)
      expect(await bad({ at: '2026-13-01T00:00:00' })).to.match(/zone/)
      expect(await bad({ at: '2127-02-29T00:00:00Z' })).to.match(/a time that exists/)
      expect(valueAt(await stage.owner('flux-dev'), 'spec', 'suspend')).to.equal(undefined)
    })

    it('shows what it would do and does nothing with --dry-run', async () => {
      const planned = await stage.suspend('application/app-prod', { dryRun: true })
      expect([planned.kind, planned['route'], valueAt(planned, 'needs', 'senior'), planned['environmentClass']]).to.deep.equal(['Plan', 'pause', true, 'prod'])
      expect(metadataText(await stage.owner('app-prod'), 'annotations', PAUSE_MARK)).to.equal(undefined)
    })

    it('in prod waits for a senior before it touches anything, and does nothing when it was rejected', async () => {
      const paused = await stage.suspend('application/app-prod', { until: 'wait' })
      expect([paused['status'], valueAt(paused, 'waiting', 'for')]).to.deep.equal(['open', 'people'])
      expect(valueAt(await stage.owner('app-prod'), ...AUTOMATED)).to.deep.equal({ prune: true, selfHeal: true })
      const id = String(paused['id'])
      expect((await stage.ask('cancel', { change: id }))['status']).to.equal('cancelled')
      await stage.work()
      expect(valueAt(await stage.owner('app-prod'), ...AUTOMATED)).to.deep.equal({ prune: true, selfHeal: true })
      const again = await stage.suspend('application/app-prod', { until: 'wait' })
      const approved = await stage.ask('approve', { change: String(again['id']), keyFile: stage.sandbox.keys.senior.file, until: 'wait' })
      expect([approved['status'], valueAt(approved, 'waiting', 'for')]).to.deep.equal(['open', 'time'])
      expect(valueAt(await stage.owner('app-prod'), ...AUTOMATED)).to.equal(undefined)
      await stage.ask('cancel', { change: String(again['id']) }).then(() => { throw new Error('was cancelled') }, (error: unknown) => { expect(String(error)).to.contain('cannot be cancelled') })
      stage.skew += 2 * 3_600_000 + 1000
      await stage.work()
      expect(valueAt(await stage.owner('app-prod'), ...AUTOMATED)).to.deep.equal({ prune: true, selfHeal: true })
    })

    it('is refused where a parent states the field, and where an ApplicationSet writes the spec', async () => {
      await stage.patch('app-dev', { metadata: { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u', controller: true }] } })
      const made = await stage.suspend('application/app-dev')
      expect([made['code'], JSON.stringify(made['evidence'])]).to.deep.equal(['PARENT_REVERTS', JSON.stringify([{ sentence: 'ApplicationSet argocd/all makes it and writes its spec.syncPolicy', at: 'ApplicationSet argocd/all' }])])
      await stage.patch('app-dev', { metadata: { ownerReferences: null } })
      expect(metadataText(await stage.owner('app-dev'), 'annotations', PAUSE_MARK)).to.equal(undefined)
    })
  })

  describe('a sync', () => {
    it('brings the tip to an Application that waits for a person, shows the commits before, and is seen in what was synced', async () => {
      await stage.patch('app-dev', { spec: { syncPolicy: { automated: null } } })
      const commit = await stage.push('app-dev', 'three')
      const planned = await stage.sync('application/app-dev', { dryRun: true })
      expect([planned['base'], valueAt(planned, 'steer', 'commits', '0')]).to.deep.equal([commit, undefined])
      expect(JSON.stringify(valueAt(planned, 'steer', 'commits'))).to.contain('Mode three')
      expect(JSON.stringify(valueAt(planned, 'alsoShips', 'changes'))).to.contain('three')
      const done = await stage.sync('application/app-dev')
      expect([done['status'], valueAt(done, 'facts', 'verified', 'revision')]).to.deep.equal(['verified', commit])
      expect(await stage.mode('app-dev')).to.equal('three')
      const info = valueAt(await stage.owner('app-dev'), 'status', 'operationState', 'operation', 'info')
      expect(JSON.stringify(info)).to.contain(String(done['id']))
    })

    it('brings a commit that an Application which syncs by itself has not seen yet, also where its first request is lost', async () => {
      await stage.patch('app-dev', { spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } } })
      for (const behaviour of ['normal', 'lostRefresh'] as const) {
        stage.sandbox.behaviours.set('Application argocd/app-dev', behaviour)
        const commit = await stage.push('app-dev', behaviour.toLowerCase())
        const asked = await stage.sync('application/app-dev', { until: 'wait' })
        for (let i = 0; i < 60 && (await stage.ask('get', { change: String(asked['id']) }))['status'] === 'open'; i++) {
          await stage.work()
          if (i > 20) stage.skew += 2000
          await new Promise(resolve => { setTimeout(resolve, 100) })
        }
        const done = await stage.ask('get', { change: String(asked['id']) })
        expect([behaviour, done['status'], valueAt(done, 'facts', 'verified', 'revision')]).to.deep.equal([behaviour, 'verified', commit])
      }
      stage.sandbox.behaviours.delete('Application argocd/app-dev')
      await stage.patch('app-dev', { spec: { syncPolicy: { automated: null } } })
    })

    it('names what is no longer in Git and left there, and deletes it where it is asked to prune', async () => {
      const other = async (content: string | null): Promise<unknown> => stage.sandbox.git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message: 'The other', files: [{ path: 'app-dev/other.yaml', content }] })
      const isThere = async (): Promise<boolean> => await stage.sandbox.api.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'app-dev', name: 'other' }) !== null
      await other('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: app-dev\n')
      const compared = async (done: JsonObject): Promise<void> => {
        await stage.patch('app-dev', { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } })
        await stage.until(async () => {
          const app = await stage.owner('app-dev')
          return metadataText(app, 'annotations', 'argocd.argoproj.io/refresh') === undefined && valueAt(app, 'status', 'sync', 'revision') === valueAt(done, 'facts', 'verified', 'revision')
        }, 'compared again')
      }
      await compared(await stage.sync('application/app-dev'))
      await other(null)
      const planned = await stage.sync('application/app-dev', { dryRun: true })
      expect(planned['notes']).to.deep.equal(['no longer in Git and left in the cluster: ConfigMap app-dev/other; --prune deletes it'])
      expect((await stage.sync('application/app-dev', { dryRun: true, prune: true }))['notes']).to.equal(undefined)
      const left = await stage.sync('application/app-dev')
      expect([left['status'], await isThere()]).to.deep.equal(['verified', true])
      await compared(left)
      expect([(await stage.sync('application/app-dev', { prune: true }))['status'], await isThere()]).to.deep.equal(['verified', false])
    })

    it('takes no order to prune for a Kustomization that does not, and names what that leaves', async () => {
      await stage.patch('flux-dev', { spec: { prune: false } })
      const refused = await stage.sync('kustomization/flux-dev', { prune: true })
      expect([refused.kind, refused['code'], String(refused['message']).includes('Flux takes no order')]).to.deep.equal(['Refusal', 'UNSUPPORTED', true])
      await stage.patch('flux-dev', { spec: { prune: true } })
      expect((await stage.sync('kustomization/flux-dev', { dryRun: true, prune: true })).kind).to.equal('Plan')
    })

    it('asks the source of a Kustomization first, then the Kustomization', async () => {
      const commit = await stage.push('flux-dev', 'four')
      const done = await stage.sync('configmap/settings@flux-dev')
      expect([done['status'], valueAt(done, 'facts', 'verified', 'revision')]).to.deep.equal(['verified', commit])
      expect(await stage.mode('flux-dev')).to.equal('four')
    })

    it('in prod ships nothing before a senior has seen what it brings', async () => {
      await stage.push('flux-prod', 'five')
      await stage.patch('app-prod', { spec: { syncPolicy: { automated: null } } })
      const commit = await stage.push('app-prod', 'five')
      const asked = await stage.sync('application/app-prod', { until: 'wait' })
      expect([asked['status'], textAt(asked, 'waiting', 'for')]).to.deep.equal(['open', 'people'])
      expect(await stage.mode('app-prod')).to.equal('one')
      const later = await stage.push('app-prod', 'six')
      expect(later).to.not.equal(commit)
      const done = await stage.ask('approve', { change: String(asked['id']), keyFile: stage.sandbox.keys.senior.file, until: 'end' })
      expect([done['status'], valueAt(done, 'facts', 'verified', 'revision')]).to.deep.equal(['verified', commit])
      expect(await stage.mode('app-prod')).to.equal('five')
    })

    it('is refused where a policy denies what ships, and does nothing', async () => {
      await stage.push('app-dev', 'denied')
      const policies: World['policies'] = {
        bundle: () => Promise.resolve('b'),
        judge: (_environment, objects) => Promise.resolve(objects.map(({ ref, after }) => ({ policy: 'no-denied', binding: 'all', object: ref.name, result: JSON.stringify(after).includes('denied') ? 'deny' as const : 'pass' as const, preExisting: false, severity: null, message: 'no', file: 'no.yaml' }))),
      }
      const refused = await stage.ask('sync', { target: target('application/app-dev'), until: 'end' }, { policies })
      expect([refused.kind, refused['code']]).to.deep.equal(['Refusal', 'POLICY'])
      expect(await stage.mode('app-dev')).to.not.equal('denied')
    })

    describe('outside its sync windows', () => {
      const closed = (manualSync: boolean): JsonObject => ({ kind: 'deny', schedule: '* * * * *', duration: '24h', applications: ['app-*'], manualSync })
      const windows = async (...syncWindows: readonly JsonObject[]): Promise<void> => { await stage.sandbox.api.apply({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' }, spec: { syncWindows } }, 'test') }
      const next = (): JsonObject => ({ kind: 'allow', schedule: `${(new Date().getUTCMinutes() + 30) % 60} * * * *`, duration: '1m', applications: ['app-*'] })
      afterEach(() => windows())

      it('is refused, and says when the window opens', async () => {
        await windows(closed(false))
        const never = await stage.sync('application/app-dev', { dryRun: true })
        expect([never['code'], never['message'], never['hint']]).to.deep.equal(['WINDOW_CLOSED', 'Application argocd/app-dev may not sync now: window 0 (deny * * * * * for 24h) is open; it does not open by itself within a year.', 'Change the window in the AppProject.'])
        await windows(next())
        const later = await stage.sync('application/app-dev')
        expect(later['code']).to.equal('WINDOW_CLOSED')
        expect(later['hint']).to.match(/^Ask again at \d{4}-\d\d-\d\dT\d\d:\d\d:00Z, or change the window in the AppProject\.$/)
        expect((await stage.owner('app-dev'))['operation']).to.equal(undefined)
      })

      it('is carried out where a person may all the same, and the plan says that it would not happen by itself', async () => {
        await windows(closed(true))
        const planned = await stage.sync('application/app-dev', { dryRun: true })
        expect(JSON.stringify(planned['notes'])).to.contain('it does not sync by itself now: window 0').and.contain('a person may start a sync all the same')
        expect((await stage.sync('application/app-dev'))['status']).to.equal('verified')
      })

      it('that was approved waits for the window, and is then carried out once', async () => {
        const commit = await stage.push('app-prod', 'seven')
        const asked = await stage.sync('application/app-prod', { until: 'wait' })
        await windows(closed(false))
        const approved = await stage.ask('approve', { change: String(asked['id']), keyFile: stage.sandbox.keys.senior.file, until: 'wait' })
        expect([approved['status'], textAt(approved, 'waiting', 'for'), textAt(approved, 'waiting', 'sentence')]).to.deep.equal(['open', 'controller', 'BLOCKED_WINDOW: Application argocd/app-prod may not sync now: window 0 (deny * * * * * for 24h) is open; it does not open by itself within a year'])
        expect(JSON.stringify(await stage.owner('app-prod'))).to.not.contain(String(asked['id']))
        await windows()
        await stage.until(async () => { await stage.work(); return (await stage.ask('get', { change: String(asked['id']) }))['status'] === 'verified' }, 'synced')
        expect([await stage.mode('app-prod'), valueAt(await stage.ask('get', { change: String(asked['id']) }), 'facts', 'verified', 'revision')]).to.deep.equal(['seven', commit])
      })

      it('that closed after it was started is held back without a deadline', async () => {
        await stage.push('app-dev', 'held')
        stage.sandbox.behaviours.set('Application argocd/app-dev', 'windowClosed')
        const asked = await stage.sync('application/app-dev', { until: 'wait' })
        await windows(closed(false))
        await stage.until(async () => { await stage.work(); return String(textAt(await stage.ask('get', { change: String(asked['id']) }), 'waiting', 'sentence')).startsWith('BLOCKED_WINDOW') }, 'held back')
        stage.skew += 24 * 3_600_000
        await stage.work()
        expect((await stage.ask('get', { change: String(asked['id']) }))['status']).to.equal('open')
        await windows()
        stage.sandbox.behaviours.delete('Application argocd/app-dev')
        await stage.until(async () => { await stage.work(); return (await stage.ask('get', { change: String(asked['id']) }))['status'] === 'verified' }, 'synced')
        expect(await stage.mode('app-dev')).to.equal('held')
      })
    })

    it('refuses what is suspended', async () => {
      await stage.patch('flux-dev', { spec: { suspend: true } })
      const refused = await stage.sync('kustomization/flux-dev')
      expect([refused['code'], refused['hint']]).to.deep.equal(['SUSPENDED', 'writ resume kustomization/flux-dev -n flux-system'])
      await stage.patch('flux-dev', { spec: { suspend: null } })
    })

    it('tells a failed sync in the controller\'s own words', async () => {
      const commit = await stage.push('app-dev', 'seven')
      stage.sandbox.behaviours.set('Application argocd/app-dev', 'applyError')
      const done = await stage.sync('application/app-dev')
      stage.sandbox.behaviours.delete('Application argocd/app-dev')
      expect([done['status'], valueAt(done, 'ended', 'code'), commit.length]).to.deep.equal(['failed', 'verify/failed', 40])
    })
  })

  it('has a history of its controller, its commits and Writ\'s changes, also while it is suspended', async () => {
    for (const owner of ['kustomization/flux-dev', 'application/app-dev']) await stage.suspend(owner)
    for (const owner of ['kustomization/flux-dev', 'configmap/settings@flux-dev', 'application/app-dev']) {
      const { items, source } = await stage.ask('history', { target: target(owner) })
      const kinds = Array.isArray(items) ? items.map(item => textAt(item, 'kind')) : []
      expect([...new Set(kinds)], owner).to.have.members(['change', 'commit', 'deployment'])
      expect(JSON.stringify(items)).to.contain(owner.startsWith('app') ? 'synced as deployment' : 'applied sha256:')
      expect(textAt(source, 'branch')).to.equal('main')
      const times = Array.isArray(items) ? items.map(item => textAt(item, 'at') ?? '') : []
      expect(times).to.deep.equal([...times].sort((a, b) => b.localeCompare(a)))
    }
    for (const owner of ['kustomization/flux-dev', 'application/app-dev']) expect((await stage.resume(owner))['status']).to.equal('verified')
  })

  it('says where it looked for an owner that is nowhere, where there are some, and which was probably meant', async () => {
    const said = (owner: string): Promise<string> => stage.sync(owner).then(() => '', (error: unknown) => error instanceof WritError ? `${error.code}: ${error.message} ${error.hint}` : String(error))
    const looked = 'in cluster sandbox: the namespace of its context, default, was looked into first, and then all others.'
    expect(await said('application/nope')).to.equal(`cluster/not-found: There is no Application nope ${looked} There are Applications in argocd.`)
    expect(await said('application/app-devv')).to.equal(`cluster/not-found: There is no Application app-devv ${looked} Did you mean application/app-dev -n argocd? There are Applications in argocd.`)
    expect(await said('helmrelease/nope')).to.equal(`cluster/not-found: There is no HelmRelease nope ${looked} There is no HelmRelease at all.`)
    expect(await said('application/app-dev@app-dev')).to.contain('Application app-dev/app-dev is not in cluster sandbox. There is one of this name in namespace argocd.')
  })

  it('steers nothing that is no owner and has none', async () => {
    expect((await stage.sync('gitrepository/apps@flux-system'))['code']).to.equal('UNSUPPORTED')
    await stage.sandbox.api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'alone', namespace: 'app-dev' } }, 'test')
    expect((await stage.sync('configmap/alone@app-dev'))['code']).to.equal('UNMANAGED')
  })
})
