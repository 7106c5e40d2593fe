import { expect } from 'chai'
import type { ChangeRequestText, MergeAsk } from '../../../../src/model/forge.ts'
import { WritError } from '../../../../src/model/error.ts'
import { TOKEN, gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'
import type { GitlabUnderTest } from '../../../forges/gitlab/under-test.ts'
import { bareGit } from '../../../forges/gitlab/git.ts'
import { failureOf } from '../../../contracts/failure.ts'

const REQUESTS = /^POST \/projects\/[^/]+\/merge_requests$/

describe('GitLab', () => {
  let lab: GitlabUnderTest
  beforeEach(async () => { lab = await gitlabUnderTest() })
  afterEach(() => lab.dispose())

  const text = (more: Partial<ChangeRequestText> = {}): ChangeRequestText => ({ change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: lab.heads[0], title: 'Set image of web', body: 'Because.', ...more })
  const put = async (): Promise<string> => (await lab.one.put(lab.repository, null, text())).id
  const ask = (more: Partial<MergeAsk> = {}): MergeAsk => ({ head: lab.heads[0], by: 'ann', commit: null, message: 'Merge change aaaaaaaa\n\nWrit-Change: aaaaaaaa\n', ...more })
  const errorOf = (work: Promise<unknown>): Promise<WritError> => work.then(() => expect.fail('it did not fail'), (error: unknown) => error instanceof WritError ? error : expect.fail(String(error)))
  const times = (call: RegExp): number => lab.server.state.asked.filter(one => call.test(one)).length

  describe('when answers are lost, cut or late', () => {
    it('finds the merge request that was made although the answer never came', async () => {
      lab.server.state.faults.push({ on: REQUESTS, times: 1, what: 'lost' })
      expect(await put()).to.equal('1')
      expect(lab.project.requests.length).to.equal(1)
      expect(times(REQUESTS)).to.equal(1)
    })

    for (const what of ['cut', { status: 500 }, { status: 502 }] as const) {
      it(`sends what opens one only once, and says that it is not known: ${JSON.stringify(what)}`, async () => {
        lab.server.state.faults.push({ on: REQUESTS, times: 1, what })
        const error = await errorOf(lab.one.put(lab.repository, null, text()))
        expect([error.code, error.retry]).to.deep.equal([what === 'cut' ? 'forge/unreachable' : 'forge/failed', true])
        expect(times(REQUESTS)).to.equal(1)
        expect(await put()).to.equal('1')
      })
    }

    it('does nothing twice where the token is refused in the middle', async () => {
      lab.server.state.faults.push({ on: REQUESTS, times: 1, what: { status: 401, body: { message: '401 Unauthorized' } } })
      expect(await failureOf(lab.one.put(lab.repository, null, text()))).to.equal('forge/unauthorized')
      expect(await put()).to.equal('1')
      lab.server.state.faults.push({ on: /^POST .*\/notes$/, times: 1, what: { status: 401, body: { message: '401 Unauthorized' } } })
      expect(await failureOf(lab.one.comment(lab.repository, '1', { key: 'x', body: 'x' }))).to.equal('forge/unauthorized')
      await lab.one.comment(lab.repository, '1', { key: 'x', body: 'x' })
      expect((await lab.people.comments('1')).length).to.equal(1)
    })

    it('merges once, however often it is asked after an error of the server', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /^PUT .*\/merge$/, times: 1, what: { status: 502 } })
      expect(await failureOf(lab.one.merge(lab.repository, id, ask()))).to.equal('forge/failed')
      expect((await lab.one.merge(lab.repository, id, ask())).kind).to.equal('merged')
      expect((await lab.other.merge(lab.repository, id, ask())).kind).to.equal('merged')
    })

    it('finds the merge that was made although the answer never came', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /\/merge$/, times: 1, what: 'lost' })
      expect(await lab.one.merge(lab.repository, id, ask())).to.have.deep.nested.property('info.state', 'merged')
      expect(times(/^PUT .*\/merge$/)).to.equal(1)
    })

    it('finds a text and a close that arrived although the answer never came', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /^PUT /, times: 2, what: 'lost' })
      await lab.one.put(lab.repository, id, text({ title: 'Another' }))
      expect(lab.request(id).title).to.equal('Another')
      expect(await lab.one.close(lab.repository, id, 'ann')).to.deep.include({ state: 'closed', closedBy: 'writ-bot' })
      expect(times(/^PUT /)).to.equal(2)
    })

    it('leaves one comment where the answer was lost, and where two were made at once', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /^POST .*\/notes$/, times: 1, what: 'lost' })
      await lab.one.comment(lab.repository, id, { key: 'progress', body: 'waits' })
      await Promise.all([1, 2, 3, 4].map(n => (n % 2 === 0 ? lab.one : lab.other).comment(lab.repository, id, { key: 'other', body: 'said' })))
      expect((await lab.people.comments(id)).length).to.equal(2)
    })

    it('reads again where reading failed', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /^GET /, times: 1, what: 'cut' }, { on: /^GET /, times: 1, what: { status: 503 } }, { on: /versions$/, times: 1, what: { status: 429, headers: { 'retry-after': '0' } } })
      expect((await lab.one.look(lab.repository, id)).info.id).to.equal(id)
    })

    for (const headers of [{ 'retry-after': '600' }, { 'ratelimit-remaining': '0', 'ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 600) }]) {
      it(`says how long a limit lasts instead of waiting for it: ${Object.keys(headers).join(', ')}`, async () => {
        lab.server.state.faults.push({ on: /./, times: 1, what: { status: 429, headers, body: { message: 'Retry later' } } })
        const error = await errorOf(lab.one.find(lab.repository, 'writ/a', 'main'))
        expect([error.code, error.retry]).to.deep.equal(['forge/limited', true])
        expect(error.message).to.match(/for [56]\d\ds .*Retry later/)
      })
    }
  })

  it('keeps the oldest of those that were opened at the same moment, and takes the others back', async () => {
    lab.server.state.blindOpens = 5
    const opened = await Promise.all(Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? lab.one : lab.other).put(lab.repository, null, text())))
    expect(new Set(opened.map(({ id }) => id))).to.deep.equal(new Set(['1']))
    expect(lab.project.requests.filter(({ state }) => state === 'opened').length).to.equal(1)
    expect(await lab.one.find(lab.repository, 'writ/a', 'main')).to.deep.include({ id: '1', state: 'open' })
  })

  for (const paging of ['link', 'keyset', 'header'] as const) {
    it(`reads lists whole, page by page: ${paging}`, async () => {
      const id = await put()
      await lab.one.comment(lab.repository, id, { key: 'progress', body: 'waits' })
      for (let n = 0; n < 25; n += 1) lab.request(id).notes.unshift({ id: n, body: `${n}`, system: false, author: lab.user('ada'), at: '2020-01-01T00:00:00.000Z' })
      lab.server.state.largestPage = 10
      lab.server.state.paging = paging
      await lab.other.comment(lab.repository, id, { key: 'progress', body: 'is done' })
      expect(lab.request(id).notes.slice(25).map(({ body }) => body)).to.deep.equal(['<!-- writ:progress -->\nis done'])
    })
  }

  it('finds its own note behind more than a page of others, and takes a right that was taken since', async () => {
    const id = await put()
    for (let n = 0; n <= lab.crowd.page; n += 1) await lab.crowd.comment(id, 'ada', `seen ${n}`)
    await lab.one.comment(lab.repository, id, { key: 'progress', body: 'waits' })
    await lab.other.comment(lab.repository, id, { key: 'progress', body: 'is done' })
    expect((await lab.people.comments(id)).length).to.equal(lab.crowd.page + 2)
    await lab.people.review(id, 'ada', 'approve')
    await lab.crowd.permit('ada', 'read')
    expect((await lab.one.look(lab.repository, id)).reviews.map(({ writes }) => writes)).to.deep.equal([false])
  })

  it('reads a webhook that GitLab has signed, as often as it comes, and no other', async () => {
    const id = await put()
    const event = lab.faults.event(id)
    const read = await lab.one.readEvent(event)
    expect(read).to.deep.include({ repository: lab.repository, request: id, branch: 'writ/a' })
    expect(await lab.other.readEvent(event)).to.deep.equal(read)
    expect(await failureOf(lab.one.readEvent({ ...event, body: `${event.body} ` }))).to.equal('forge/unauthorized')
  })

  it('edits no note of another person that looks like its own', async () => {
    const id = await put()
    lab.request(id).notes.push({ id: 1, body: '<!-- writ:progress -->\nmine', system: false, author: lab.user('eve'), at: lab.server.state.now() })
    await lab.one.comment(lab.repository, id, { key: 'progress', body: 'waits' })
    expect(await lab.people.comments(id)).to.deep.equal(['<!-- writ:progress -->\nmine', '<!-- writ:progress -->\nwaits'])
  })

  it('lets no text become a quick action, and cuts a title that is too long', async () => {
    const body = 'Because:\n/merge\n  /close\n> /approve\nsee /etc/hosts\n/Assign @eve'
    const { id } = await lab.one.put(lab.repository, null, text({ title: 'é'.repeat(300), body }))
    expect(lab.request(id).description).to.equal('Because:\n\\/merge\n  \\/close\n> \\/approve\nsee /etc/hosts\n\\/Assign @eve')
    expect(lab.request(id).title).to.equal(`${'é'.repeat(254)}…`)
    await lab.one.comment(lab.repository, id, { key: 'progress', body })
    const asked = lab.server.state.asked.length
    await lab.one.put(lab.repository, id, text({ title: 'é'.repeat(300), body }))
    expect(lab.server.state.asked.slice(asked).some(call => !call.startsWith('GET '))).to.equal(false)
  })

  it('sends no text again that GitLab keeps without its line ends', async () => {
    const { id } = await lab.one.put(lab.repository, null, text({ title: ' Set image ', body: 'One\r\ntwo\n\n' }))
    expect([lab.request(id).title, lab.request(id).description]).to.deep.equal(['Set image', 'One\ntwo'])
    await lab.other.put(lab.repository, null, text({ title: ' Set image ', body: 'One\r\ntwo\n\n' }))
    expect(times(/^PUT /)).to.equal(0)
  })

  describe('projects', () => {
    it('says that a project moved, and never follows it there', async () => {
      lab.server.state.renamed.set(lab.project.path, 'shop/elsewhere')
      lab.project.path = 'shop/elsewhere'
      const error = await errorOf(lab.one.find(lab.repository, 'writ/a', 'main'))
      expect([error.code, error.message]).to.deep.equal(['forge/failed', 'Forge lab says that it is elsewhere now (GET /projects/shop%2Fplatform%2Fapps/merge_requests, HTTP 302).'])
      expect(times(/./)).to.equal(1)
    })

    it('says that a project is archived', async () => {
      const id = await put()
      lab.project.archived = true
      for (const work of [lab.one.put(lab.repository, null, text({ branch: 'writ/b' })), lab.one.close(lab.repository, id, 'ann'), lab.one.comment(lab.repository, id, { key: 'progress', body: 'x' })]) {
        expect((await errorOf(work)).message).to.equal('The project shop/platform/apps is archived: nothing can be changed in it.')
      }
      expect((await lab.one.look(lab.repository, id)).mergeable).to.deep.equal({ is: 'no', because: 'the project is archived' })
    })

    it('says that a project is not there for the token', async () => {
      const error = await errorOf(lab.one.put(lab.repository.replace('apps', 'none'), null, text()))
      expect([error.code, error.message]).to.deep.equal(['forge/failed', 'There is no project shop/platform/none, or the token of Writ may not see it.'])
    })

    it('says a branch that does not exist in the words of GitLab', async () => {
      expect((await errorOf(lab.one.put(lab.repository, null, text({ branch: 'writ/none' })))).message).to.contain('Branch writ/none does not exist')
    })

    it('never shows the token', async () => {
      lab.server.state.tokens.clear()
      const error = await errorOf(lab.one.find(lab.repository, 'writ/a', 'main'))
      expect([error.code, JSON.stringify([error.message, error.hint, error.data]).includes(TOKEN)]).to.deep.equal(['forge/unauthorized', false])
    })
  })

  describe('merging', () => {
    const base = (): string => bareGit(lab.project.folder).ref('main') ?? ''
    for (const [mergeMethod, squash, parents] of [['merge', 'default_off', 2], ['merge', 'always', 2], ['rebase_merge', 'default_off', 2], ['ff', 'default_off', 1], ['ff', 'always', 1]] as const) {
      it(`names the commit that the base got: ${mergeMethod}, squash ${squash}`, async () => {
        Object.assign(lab.project, { mergeMethod, squash })
        const id = await put()
        const merged = await lab.one.merge(lab.repository, id, ask())
        expect(merged).to.have.nested.property('info.mergeCommit', base())
        expect(bareGit(lab.project.folder).run('rev-list', '--parents', '-n1', base()).split(' ').length - 1).to.equal(parents)
        if (mergeMethod !== 'ff') expect(bareGit(lab.project.folder).run('log', '-1', '--format=%B', base())).to.contain('Writ-Change: aaaaaaaa')
      })
    }

    it('says why not: conflicts that Git finds, a rebase, a draft, threads, approvals, a right', async () => {
      const id = await put()
      const b = await lab.one.put(lab.repository, null, text({ branch: 'writ/b', head: lab.heads[2] }))
      const because = async (): Promise<unknown> => lab.one.merge(lab.repository, b.id, ask({ head: lab.heads[2] }))
      lab.request(b.id).draft = true
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'it is a draft' })
      Object.assign(lab.request(b.id), { draft: false, threadsOpen: true })
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'its threads are not all resolved' })
      lab.request(b.id).threadsOpen = false
      lab.project.approvalsRequired = 2
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'approvals are missing' })
      expect((await lab.one.look(lab.repository, b.id)).mergeable).to.deep.equal({ is: 'no', because: '2 approvals are missing by the rules of the project' })
      lab.project.approvalsRequired = 0
      lab.project.mergeLevels.set('main', 60)
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'the user of the token may not merge into main' })
      lab.project.mergeLevels.set('main', 40)
      expect((await lab.one.merge(lab.repository, id, ask())).kind).to.equal('merged')
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'it conflicts with the base' })
      expect(await lab.one.merge(lab.repository, b.id, ask({ head: lab.heads[0] }))).to.deep.equal({ kind: 'moved' })
      await lab.people.close(b.id, 'ada')
      expect(await because()).to.deep.equal({ kind: 'blocked', because: 'it is closed' })
    })

    it('says moved where the head moves between the look and the merge', async () => {
      const id = await put()
      lab.server.state.faults.push({ on: /\/merge$/, times: 1, what: { status: 409, body: { message: 'SHA does not match HEAD of source branch: abc' } } })
      expect(await lab.one.merge(lab.repository, id, ask())).to.deep.equal({ kind: 'moved' })
    })

    it('puts it on the merge train where the project has one, once, and waits there', async () => {
      lab.project.trains = true
      const id = await put()
      expect(await lab.one.merge(lab.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'it is in the merge train (fresh)' })
      expect(await lab.one.merge(lab.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'it is in the merge train (fresh)' })
      expect(times(/^POST .*merge_trains/)).to.equal(1)
      expect(times(/^PUT .*\/merge$/)).to.equal(0)
      expect((await lab.one.look(lab.repository, id)).waitsToMerge).to.equal('it is in the merge train (fresh)')
    })

    it('says that it merges by itself where a person has set that', async () => {
      const id = await put()
      lab.request(id).autoMerge = true
      expect((await lab.one.look(lab.repository, id)).waitsToMerge).to.equal('it is set to merge by itself once its checks pass')
    })

    it('does not know yet while GitLab computes', async () => {
      const id = await put()
      lab.request(id).checked = ''
      expect((await lab.one.look(lab.repository, id)).mergeable).to.deep.equal({ is: 'unknown', because: null })
      expect((await lab.one.look(lab.repository, id)).mergeable).to.deep.equal({ is: 'yes', because: null })
      lab.request(id).state = 'locked'
      expect(await lab.one.look(lab.repository, id)).to.deep.include({ mergeable: { is: 'unknown', because: 'it is being merged' } }).and.to.have.deep.nested.property('info.state', 'open')
    })
  })

  it('finds nothing of forks, and asks for no change request of another form', async () => {
    expect(await failureOf(lab.one.merge(lab.repository, '0', ask()))).to.equal('change/not-found')
    expect(await failureOf(lab.one.comment(lab.repository, '1/merge', { key: 'x', body: 'x' }))).to.equal('change/not-found')
    expect(times(/./)).to.equal(0)
  })
})

describe('a GitLab below a path, and in groups of groups', () => {
  it('is spoken with at its own API, by the path of the project without its own', async () => {
    const lab = await gitlabUnderTest({ below: '/tools/gitlab', path: 'a/b/c/d' })
    try {
      const text: ChangeRequestText = { change: 'a', branch: 'writ/a', base: 'main', head: lab.heads[0], title: 'x', body: 'y' }
      const opened = await lab.one.put(lab.repository, null, text)
      expect(opened.url).to.equal(`${lab.server.url}/a/b/c/d/-/merge_requests/1`)
      expect(await lab.one.find('git@127.0.0.1:a/b/c/d.git', 'writ/a', 'main')).to.deep.equal(opened)
      expect(lab.server.state.asked.every(call => call.includes('/projects/a%2Fb%2Fc%2Fd/'))).to.equal(true)
    } finally {
      await lab.dispose()
    }
  })
})
