import { expect } from 'chai'
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { Called, Stage } from '../support/stage.ts'

const FILE = 'prod/web.yaml'

describe('a change on its way, while the world moves', function () {
  this.timeout(60_000)
  let stage: Stage
  let file: string
  // Loaded late, as the door loads what it needs.
  beforeEach(async () => {
    stage = await (await import('../support/stage.ts')).Stage.open()
    file = stage.repository.git('show', `main:${FILE}`) + '\n'
  })
  afterEach(() => stage.close())

  const git = (...args: readonly string[]): string => stage.repository.git(...args)
  const merges = (): readonly string[] => git('log', '--merges', '--format=%H', 'main').split('\n').filter(line => line !== '')
  const fact = (called: Called, name: string): string => textAt(called.json, 'facts', name) ?? ''

  async function json(user: string, ...args: readonly string[]): Promise<Called> {
    stage.knobs.user = user
    return stage.call(...args, '-o', 'json')
  }

  /** A change of replicas in prod to 3 that waits for its approval. */
  async function asked(): Promise<Called & { readonly id: string }> {
    const called = await json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')
    expect([called.exit, called.json['step']], called.err).to.deep.equal([4, 'approve'])
    return { ...called, id: textAt(called.json, 'id') ?? '' }
  }

  const approve = (id: string): Promise<Called> => json('bo', 'approve', id, '--key', stage.keys.bo)
  const merge = (id: string): Promise<Called> => json('bo', 'merge', id, '--wait')
  /** Merges, and stops where people must decide again. */
  const tryMerge = (id: string): Promise<Called> => json('bo', 'merge', id)

  it('merges beside a commit on another line of the same file, and keeps the approval', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.commit({ [FILE]: file.replace('web:1.0.0', 'web:1.0.7') })
    const merged = await merge(id)
    expect([merged.exit, merged.json['status']]).to.deep.equal([0, 'verified'])
    expect(git('show', `main:${FILE}`)).to.equal(file.replace('web:1.0.0', 'web:1.0.7').replace('replicas: 2', 'replicas: 3').trimEnd())
    expect(merges()).to.have.length(1)
  })

  it('makes and proves the edit again on a base where the same line moved, and asks for a new approval', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    await stage.repository.commit({ [FILE]: file.replace('replicas: 2', 'replicas: 4') })
    const stopped = await tryMerge(id)
    expect([stopped.exit, stopped.json['step'], textAt(stopped.json, 'waiting', 'for')], stopped.err).to.deep.equal([4, 'approve', 'people'])
    expect(stopped.err).to.contain('publishing again: main moved and conflicts with the change')
    expect(fact(stopped, 'head')).to.not.equal(fact(first, 'head'))
    expect(fact(stopped, 'branch')).to.equal(fact(first, 'branch'))
    expect(merges()).to.deep.equal([])
    await approve(id)
    expect((await merge(id)).json['status']).to.equal('verified')
    expect(git('show', `main:${FILE}`)).to.equal(file.replace('replicas: 2', 'replicas: 3').trimEnd())
  })

  it('does not count an approval that was signed for the head before', async () => {
    const { id } = await asked()
    stage.knobs.user = 'bo'
    const document = (await stage.call('approve', id, '--print-document')).out
    const path = join(stage.dir, 'document')
    writeFileSync(path, document)
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'writ/approval/v1', '-f', stage.keys.bo, path], { stdio: 'ignore' })
    await approve(id)
    await stage.repository.commit({ [FILE]: file.replace('replicas: 2', 'replicas: 4') })
    await tryMerge(id)
    const late = await json('bo', 'approve', id, '--document', path, '--signature', `${path}.sig`)
    expect([late.exit, late.json['code']], late.out).to.deep.equal([2, 'approve/stale'])
  })

  it('is superseded where another commit made it true meanwhile', async () => {
    const { id } = await asked()
    await stage.repository.commit({ [FILE]: file.replace('replicas: 2', 'replicas: 3') })
    await approve(id)
    const ended = await merge(id)
    expect([ended.exit, ended.json['status'], textAt(ended.json, 'ended', 'code')], ended.err).to.deep.equal([0, 'superseded', 'NO_CHANGE'])
    expect(merges()).to.deep.equal([])
  })

  it('waits with file and line while the base does not parse, and is merged with the same approval after the repair', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.commit({ 'prod/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [other\n' })
    const stopped = await tryMerge(id)
    expect([stopped.exit, stopped.json['step'], textAt(stopped.json, 'waiting', 'for')], stopped.out + stopped.err).to.deep.equal([4, 'merge', 'people'])
    expect(textAt(stopped.json, 'waiting', 'sentence')).to.match(/the base does not render: prod\/other\.yaml:\d+/)
    expect(merges()).to.deep.equal([])
    await stage.repository.commit({ 'prod/other.yaml': null })
    expect((await json('bo', 'get', id, '--wait')).json['status']).to.equal('verified')
  })

  describe('merged by a person with git', () => {
    /** Merges the published head as a person does, and gives the merge commit. */
    function byHand(head: string): string {
      const tree = git('merge-tree', '--write-tree', 'main', head)
      const commit = git('commit-tree', tree, '-p', 'main', '-p', head, '-m', 'by hand')
      git('update-ref', 'refs/heads/main', commit)
      return commit
    }

    it('is followed to verified, and the record says who did it and which approval was missing', async () => {
      const { id, ...first } = await asked()
      const commit = byHand(fact(first, 'head'))
      const ended = await json('ann', 'get', id, '--wait')
      expect([ended.exit, ended.json['status'], fact(ended, 'mergeCommit')], ended.err).to.deep.equal([0, 'verified', commit])
      expect(valueAt(ended.json, 'facts', 'mergedOutside')).to.deep.equal({ by: 'Ann', missing: '1 approval by a member of senior' })
      expect(ended.err).to.contain(`Ann merged it into main outside Writ, as ${commit.slice(0, 12)}, without 1 approval by a member of senior`)
      expect((await stage.call('get', id)).out).to.contain('outside Writ by Ann, without 1 approval by a member of senior')
    })

    it('is known where the branch was moved forward to its head', async () => {
      const { id, ...first } = await asked()
      await approve(id)
      git('update-ref', 'refs/heads/main', fact(first, 'head'))
      const ended = await json('bo', 'get', id, '--wait')
      expect([ended.exit, ended.json['status'], fact(ended, 'mergeCommit')], ended.err).to.deep.equal([0, 'verified', fact(first, 'head')])
      expect(valueAt(ended.json, 'facts', 'mergedOutside', 'missing')).to.equal(null)
      expect(merges()).to.deep.equal([])
    })

    it('cannot be approved, rejected or cancelled any more, and history shows it', async () => {
      const { id, ...first } = await asked()
      const commit = byHand(fact(first, 'head'))
      for (const call of [await approve(id), await json('bo', 'reject', id, '--key', stage.keys.bo), await json('ann', 'cancel', id)]) {
        expect(call.json['code'], call.out).to.equal('change/ended')
        expect(call.json['message']).to.contain(`is in main already, merged by Ann as ${commit.slice(0, 12)}`)
      }
      expect((await json('ann', 'get', id)).json['status']).to.equal('open')
      expect((await json('ann', 'history', 'deploy/web', '-n', 'prod')).out).to.contain(fact(first, 'head').slice(0, 12))
    })
  })

  it('is neither approved nor merged while somebody else\'s commit stands on its branch', async () => {
    const { id, ...first } = await asked()
    const branch = fact(first, 'branch')
    const foreign = git('commit-tree', `${fact(first, 'head')}^{tree}`, '-p', fact(first, 'head'), '-m', 'foreign')
    git('update-ref', `refs/heads/${branch}`, foreign)
    expect((await approve(id)).json['code']).to.equal('git/foreign-commits')
    git('update-ref', `refs/heads/${branch}`, fact(first, 'head'))
    await approve(id)
    git('update-ref', `refs/heads/${branch}`, foreign)
    const failed = await merge(id)
    expect([failed.exit, failed.json['code']], failed.out).to.deep.equal([1, 'git/foreign-commits'])
    expect([merges(), stage.tip(branch)]).to.deep.equal([[], foreign])
    git('update-ref', `refs/heads/${branch}`, fact(first, 'head'))
    expect((await json('bo', 'get', id, '--wait')).json['status']).to.equal('verified')
  })

  it('never writes over a commit of somebody else on its branch', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    const branch = fact(first, 'branch')
    const foreign = git('commit-tree', `${fact(first, 'head')}^{tree}`, '-p', fact(first, 'head'), '-m', 'foreign')
    git('update-ref', `refs/heads/${branch}`, foreign)
    await stage.repository.commit({ [FILE]: file.replace('replicas: 2', 'replicas: 4') })
    const failed = await merge(id)
    expect([failed.exit, failed.json['code']], failed.err).to.deep.equal([1, 'git/foreign-commits'])
    expect(stage.tip(branch)).to.equal(foreign)
    expect((await json('bo', 'get', id)).json['status']).to.equal('open')
  })

  it('ends where somebody deleted its branch: that is a no', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    git('update-ref', '-d', `refs/heads/${fact(first, 'branch')}`)
    const ended = await merge(id)
    expect([ended.exit, ended.json['status'], textAt(ended.json, 'ended', 'code')], ended.err).to.deep.equal([3, 'rejected', 'DECLINED'])
    expect(merges()).to.deep.equal([])
  })

  it('dates its merge by when it was merged, as the person who asked for it', async () => {
    const { id } = await asked()
    await approve(id)
    const before = Math.floor(Date.now() / 1000)
    await merge(id)
    const [at = '', name, email] = git('log', '-1', '--format=%ct%n%an%n%ae', 'main').split('\n')
    expect(Number(at)).to.be.at.least(before)
    expect([name, email]).to.deep.equal(['bo', 'bo@users.noreply.writ.invalid'])
  })

  it('fails where the server rejects the push, stays open, and can be cancelled', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.hook('pre-receive', '#!/bin/sh\necho "main is frozen until Monday" >&2\nexit 1\n')
    const failed = await merge(id)
    expect([failed.exit, failed.json['code']], failed.err).to.deep.equal([1, 'git/push-rejected'])
    expect(failed.out).to.contain('main is frozen until Monday')
    expect(merges()).to.deep.equal([])
    expect((await json('bo', 'cancel', id)).json['status']).to.equal('cancelled')
  })

  it('says that its branch is pushed and no change request could be opened, and opens one as soon as it can', async () => {
    const { WritError } = await import('../../src/model/error.ts')
    stage.knobs.forge = forge => ({ ...forge, put: () => Promise.reject(new WritError('forge/unauthorized', 'Forge local does not allow it.')) })
    const failed = await json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')
    expect([failed.exit, failed.json['code']], failed.err).to.deep.equal([1, 'forge/unauthorized'])
    const [listed] = objectsAt((await json('ann', 'list')).json, 'items')
    const id = textAt(listed, 'id') ?? ''
    const half = await json('ann', 'get', `change/${id}`)
    expect([half.json['outcome'], half.json['status'], textAt(half.json, 'waiting', 'sentence')]).to.deep.equal(['pushed_without_pr', 'open', 'publish failed: Forge local does not allow it.'])
    expect(stage.branches().filter(branch => branch.startsWith('writ/'))).to.have.length(1)
    stage.knobs.forge = forge => forge
    await json('ann', 'work', '--once')
    const whole = await json('ann', 'get', `change/${id}`)
    expect([whole.json['outcome'], whole.json['step']]).to.deep.equal(['created', 'approve'])
    expect((await json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')).json['outcome']).to.equal('updated')
    expect((await json('ann', 'scale', 'deploy/web', '--replicas=2', '-n', 'prod')).json['outcome']).to.equal('no_changes')
    expect((await json('bo', 'reject', `change/${id}`)).json['outcome']).to.equal('declined')
  })

  it('is merged once the server takes the push', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.hook('pre-receive', '#!/bin/sh\nexit 1\n')
    await merge(id)
    await stage.repository.hook('pre-receive', '#!/bin/sh\nexit 0\n')
    expect((await json('bo', 'get', id, '--wait')).json['status']).to.equal('verified')
    expect(merges()).to.have.length(1)
  })

  it('is judged and approved again where the policies changed since the plan', async () => {
    const { id } = await asked()
    await approve(id)
    stage.knobs.bundle = 'another'
    const stopped = await tryMerge(id)
    expect([stopped.exit, stopped.json['step']], stopped.err).to.deep.equal([4, 'approve'])
    expect(stopped.err).to.contain('the policies changed since the plan')
  })

  it('is refused where a limit would stand below its request', async () => {
    await stage.repository.commit({ [FILE]: file.replace('limits:', 'requests:\n              memory: 32Mi\n            limits:') })
    const refused = await json('ann', 'set', 'resources', 'deploy/web', '-c', 'web', '--limits=memory=1Mi', '-n', 'prod')
    expect([refused.exit, refused.json['code']], refused.out).to.deep.equal([6, 'NEEDS_INPUT'])
    expect(refused.json['message']).to.contain('a memory limit of 1Mi below its request of 32Mi')
  })

  it('is found, not made twice, where the same is asked again', async () => {
    const { id } = await asked()
    expect((await asked()).id).to.equal(id)
    const both = await Promise.all([json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod'), json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')])
    expect(both.map(one => one.json['id'])).to.deep.equal([id, id])
    expect(stage.branches().filter(name => name.startsWith('writ/'))).to.have.length(1)
  })

  it('gives way to another value for the same field, and its change request is closed', async () => {
    const { id } = await asked()
    await approve(id)
    const next = await json('ann', 'scale', 'deploy/web', '--replicas=5', '-n', 'prod')
    expect(next.json['step']).to.equal('approve')
    const old = await json('ann', 'get', id)
    expect(old.json['status'], old.out).to.equal('superseded')
    const store = new Database(join(stage.dir, 'writ.db'), { readonly: true })
    try {
      expect(store.prepare('select state from change_request order by id').pluck().all()).to.deep.equal(['closed', 'open'])
    } finally {
      store.close()
    }
    const late = await merge(id)
    expect(late.json['code']).to.equal('change/ended')
    expect(merges()).to.deep.equal([])
  })

  it('is merged once where four ask for it at once', async () => {
    const { id } = await asked()
    await approve(id)
    const ends = await Promise.all([merge(id), merge(id), merge(id), merge(id)])
    const good = ends.filter(end => end.exit === 0)
    expect(good.length, ends.map(end => end.out).join('\n')).to.be.greaterThan(0)
    for (const end of ends) expect(end.exit === 0 || ['change/ended', 'approve/not-waiting'].includes(textAt(end.json, 'code') ?? ''), end.out).to.equal(true)
    expect(merges()).to.have.length(1)
  })
})
