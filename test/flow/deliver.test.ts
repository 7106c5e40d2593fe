import { expect } from 'chai'
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { textAt } from '../../src/model/json.ts'
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
    expect([ended.json['status'], textAt(ended.json, 'ended', 'code')], ended.err).to.deep.equal(['superseded', 'NO_CHANGE'])
    expect(merges()).to.deep.equal([])
  })

  it('is refused with file and line where the base no longer parses, and merges nothing', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.commit({ 'prod/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [other\n' })
    const ended = await merge(id)
    expect([ended.exit, ended.json['status']], ended.out + ended.err).to.deep.equal([3, 'refused'])
    expect(textAt(ended.json, 'ended', 'code')).to.equal('RENDER_FAILED')
    expect(textAt(ended.json, 'ended', 'message')).to.match(/prod\/other\.yaml:\d+/)
    expect(merges()).to.deep.equal([])
  })

  it('knows its head on the base where a person merged it by hand', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    git('update-ref', 'refs/heads/main', fact(first, 'head'))
    const ended = await merge(id)
    expect([ended.exit, ended.json['status'], fact(ended, 'mergeCommit')], ended.err).to.deep.equal([0, 'verified', fact(first, 'head')])
    expect(merges()).to.deep.equal([])
  })

  it('merges the approved commit only, whatever somebody else pushed to its branch', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    const branch = fact(first, 'branch')
    const foreign = git('commit-tree', `${fact(first, 'head')}^{tree}`, '-p', fact(first, 'head'), '-m', 'foreign')
    git('update-ref', `refs/heads/${branch}`, foreign)
    const ended = await merge(id)
    expect(ended.json['status'], ended.err).to.equal('verified')
    expect(git('rev-list', 'main').split('\n')).to.include(fact(first, 'head')).and.not.include(foreign)
    expect(stage.tip(branch)).to.equal(foreign)
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

  it('gets over a branch that somebody deleted', async () => {
    const { id, ...first } = await asked()
    await approve(id)
    git('update-ref', '-d', `refs/heads/${fact(first, 'branch')}`)
    const ended = await merge(id)
    expect([ended.exit, ended.json['status']], ended.err).to.deep.equal([0, 'verified'])
    expect(merges()).to.have.length(1)
  })

  it('fails where the server rejects the push, stays open, and is taken up again', async () => {
    const { id } = await asked()
    await approve(id)
    await stage.repository.hook('pre-receive', '#!/bin/sh\necho "main is frozen until Monday" >&2\nexit 1\n')
    const failed = await merge(id)
    expect([failed.exit, failed.json['code']], failed.err).to.deep.equal([1, 'git/push-rejected'])
    expect(failed.out).to.contain('main is frozen until Monday')
    expect(merges()).to.deep.equal([])
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
