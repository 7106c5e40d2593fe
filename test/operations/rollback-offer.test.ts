import { expect } from 'chai'
import { textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import type { Called, Stage } from '../support/stage.ts'

/** A rollout of an image that nobody can pull ends at its deadline. */
function failing(object: KubernetesObject): KubernetesObject {
  if (!JSON.stringify(object).includes(':broken')) return object
  return { ...object, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ImagePullBackOff' }] } }
}

describe('a change that fails', function () {
  this.timeout(60_000)
  let stage: Stage
  // Loaded as the door loads what it needs.
  beforeEach(async () => {
    stage = await (await import('../support/stage.ts')).Stage.open()
    stage.knobs.live = failing
  })
  afterEach(() => stage.close())

  const breakIt = (...more: readonly string[]): Promise<Called> => stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:broken', '-n', 'dev', '--wait', '-o', 'json', ...more)
  const image = (namespace = 'dev'): string => /image: (\S+)/.exec(stage.repository.git('show', `main:${namespace}/web.yaml`))?.[1] ?? ''
  const get = async (id: string): Promise<JsonObject> => (await stage.call('get', `change/${id}`, '-o', 'json')).json
  const ids = async (): Promise<readonly string[]> => (await stage.call('list', '-o', 'name')).out.trim().split('\n').map(name => name.replace('change/', ''))

  it('offers its rollback ready made, which is verified as it was before', async () => {
    const failed = await breakIt()
    const id = textAt(failed.json, 'id') ?? ''
    expect([failed.exit, failed.json['status'], valueAt(failed.json, 'ended', 'code'), failed.json['next']], failed.err).to.deep.equal([1, 'failed', 'verify/failed', `writ rollback change/${id}`])
    expect((await stage.call('get', `change/${id}`)).out.trimEnd()).to.match(new RegExp(`To take it back: writ rollback change/${id}$`))
    expect(await ids()).to.deep.equal([id])
    const back = await stage.call(...String(failed.json['next']).split(' ').slice(1), '--wait', '-o', 'json')
    expect([back.exit, back.json['status'], image()], back.err).to.deep.equal([0, 'verified', 'registry.example/web:1.0.0'])
    const linked = await get(id)
    expect([valueAt(linked, 'facts', 'rolledBackBy'), linked['next']]).to.deep.equal([textAt(back.json, 'id'), `writ get change/${textAt(back.json, 'id') ?? ''} --wait`])
  })

  it('offers nothing where nothing could be planned, and says why', async () => {
    await stage.repository.commit({ 'dev/web.yaml': stage.repository.git('show', 'main:dev/web.yaml') + '\n' })
    stage.knobs.live = object => JSON.stringify(object).includes(':broken') ? { ...failing(object), metadata: { ...object.metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'Maker', name: 'm', uid: 'u', controller: true }] } } : object
    const failed = await breakIt()
    expect([failed.json['status'], failed.json['next'], valueAt(failed.json, 'facts', 'rollback', 'possible')], failed.out + failed.err).to.deep.equal(['failed', null, false])
    expect((await stage.call('get', `change/${textAt(failed.json, 'id') ?? ''}`)).out).to.contain('cannot be planned')
  })

  it('opens its rollback where the environment says so, once, linked both ways', async () => {
    stage.knobs.rollback = 'open'
    const failed = await breakIt('--reason', 'faster')
    const id = textAt(failed.json, 'id') ?? ''
    const back = textAt(failed.json, 'facts', 'rolledBackBy') ?? ''
    expect([failed.json['status'], failed.json['next']], failed.err).to.deep.equal(['failed', `writ get change/${back} --wait`])
    const done = await stage.call('get', `change/${back}`, '--wait', '-o', 'json')
    expect([done.exit, done.json['status'], image()], done.err).to.deep.equal([0, 'verified', 'registry.example/web:1.0.0'])
    expect(valueAt(done.json, 'plan', 'request', 'reason')).to.equal(`change/${id} failed (verify/failed)`)
    await stage.call('work', '--once')
    expect(await ids()).to.have.members([id, back])
  })

  it('never merges it by itself in prod, and takes a person for its approval', async () => {
    stage.knobs.rollback = 'open'
    const id = textAt((await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:broken', '-n', 'prod', '-o', 'json')).json, 'id') ?? ''
    stage.knobs.user = 'bo'
    await stage.call('approve', id, '--key', stage.keys.bo)
    const failed = await stage.call('merge', id, '--wait', '-o', 'json')
    const back = textAt(failed.json, 'facts', 'rolledBackBy') ?? ''
    expect([failed.json['status'], back.length], failed.out + failed.err).to.deep.equal(['failed', 8])
    await stage.call('work', '--once')
    const waiting = await get(back)
    expect([waiting['status'], valueAt(waiting, 'waiting', 'for'), typeof valueAt(waiting, 'facts', 'changeRequest', 'id'), image('prod')]).to.deep.equal(['open', 'people', 'string', 'registry.example/web:broken'])
    expect(valueAt(waiting, 'plan', 'mergesItself')).to.equal(false)
    // Cancelled by a person it is not asked for again; who wants it all the same finds it offered.
    stage.knobs.user = 'ann'
    expect((await stage.call('cancel', `change/${back}`, '--reason', 'no')).exit).to.equal(0)
    await stage.call('work', '--once')
    expect((await get(id))['next']).to.equal(`writ rollback change/${id}`)
    expect(await ids()).to.have.members([back, id])
  })

  it('is not rolled back where it is a rollback itself', async () => {
    stage.knobs.rollback = 'open'
    stage.knobs.live = object => ({ ...failing({ ...object, broken: ':broken' }) })
    const failed = await breakIt()
    const id = textAt(failed.json, 'id') ?? ''
    const back = textAt(failed.json, 'facts', 'rolledBackBy') ?? ''
    const done = await stage.call('get', `change/${back}`, '--wait', '-o', 'json')
    expect([done.json['status'], done.json['next'], valueAt(done.json, 'facts', 'rollback')], done.err).to.deep.equal(['failed', null, undefined])
    await stage.call('work', '--once')
    expect(await ids()).to.have.members([id, back])
  })

  it('is opened after all where the process died in between, once whoever looks at it', async () => {
    const id = textAt((await breakIt()).json, 'id') ?? ''
    // As if it had died before its rollback was looked at.
    await stage.forget(id, 'rollback')
    stage.knobs.rollback = 'open'
    await Promise.all([stage.call('work', '--once'), stage.call('work', '--once')])
    const back = valueAt(await get(id), 'facts', 'rolledBackBy')
    expect(await ids()).to.have.members([id, back])
    // And after it was asked for, before that was written.
    await stage.forget(id, 'rollback', 'rolledBackBy')
    await stage.call('work', '--once')
    expect([valueAt(await get(id), 'facts', 'rolledBackBy'), (await ids()).length]).to.deep.equal([back, 2])
  })

  it('does not take the place of what a person has asked for meanwhile', async () => {
    const id = textAt((await breakIt('-n', 'dev')).json, 'id') ?? ''
    await stage.forget(id, 'rollback')
    stage.knobs.rollback = 'open'
    stage.knobs.syncs = false
    const mine = textAt((await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:1.0.1', '-n', 'dev', '-o', 'json')).json, 'id') ?? ''
    await stage.call('work', '--once')
    expect([(await ids()).length, (await get(mine))['status']]).to.deep.equal([2, 'open'])
  })
})
