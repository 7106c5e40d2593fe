import { expect } from 'chai'
import type { Forge } from '../../../../src/flow/ports.ts'
import type { ChangeRequestText } from '../../../../src/model/forge.ts'
import { gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'
import type { GitlabUnderTest } from '../../../forges/gitlab/under-test.ts'

/** Which word counts for which head: GitLab keeps no commit with an approval. */
describe('the reviews of a GitLab', () => {
  let lab: GitlabUnderTest
  let id: string
  beforeEach(async () => {
    lab = await gitlabUnderTest()
    const text: ChangeRequestText = { change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: lab.heads[0], title: 'Set image of web', body: 'Because.' }
    id = (await lab.one.put(lab.repository, null, text)).id
  })
  afterEach(() => lab.dispose())

  const said = async (): Promise<readonly unknown[]> => (await lab.one.look(lab.repository, id)).reviews.map(({ by, verdict, commit }) => [by.login, verdict, lab.heads.indexOf(commit)])
  const push = async (head: 0 | 1): Promise<void> => {
    await lab.move('writ/a', lab.heads[head])
    await lab.one.find(lab.repository, 'writ/a', 'main')
  }

  for (const times of [true, false]) {
    describe(times ? 'that tells when approvals were given' : 'that tells it only in its notes', () => {
      beforeEach(() => { lab.server.state.approvalTimes = times })

      it('places an approval by the pushes around it', async () => {
        await lab.people.review(id, 'ada', 'approve')
        expect(await said()).to.deep.equal([['ada', 'approved', 0]])
        await push(1)
        expect(await said()).to.deep.equal([['ada', 'approved', 0]])
        await lab.people.review(id, 'bo', 'approve')
        expect(await said()).to.deep.equal([['ada', 'approved', 0], ['bo', 'approved', 1]])
      })

      it('counts no approval for a head that was pushed again after it', async () => {
        await lab.people.review(id, 'ada', 'approve')
        await push(1)
        await push(0)
        expect(await said()).to.deep.equal([])
        // GitLab takes no second approval beside the first: it is revoked first.
        lab.request(id).approvals = []
        await lab.people.review(id, 'ada', 'approve')
        expect(await said()).to.deep.equal([['ada', 'approved', 0]])
      })

      it('counts an approval for the head that GitLab showed then, not for a push that it had not noticed', async () => {
        lab.server.state.lag = 3
        await lab.move('writ/a', lab.heads[1])
        await lab.people.review(id, 'ada', 'approve')
        while ((await lab.one.look(lab.repository, id)).info.head !== lab.heads[1]) expect((await said()).length).to.equal(1)
        expect(await said()).to.deep.equal([['ada', 'approved', 0]])
      })
    })
  }

  it('believes no note that a person wrote', async () => {
    lab.server.state.approvalTimes = false
    await lab.people.review(id, 'ada', 'approve')
    await push(1)
    lab.request(id).notes.push({ id: 1, body: 'approved this merge request', system: false, author: lab.user('ada'), at: lab.server.state.now() })
    expect(await said()).to.deep.equal([['ada', 'approved', 0]])
  })

  it('counts an approval of unknown time where there never was another head, and nowhere else', async () => {
    lab.server.state.approvalTimes = false
    await lab.people.review(id, 'ada', 'approve')
    lab.request(id).notes.splice(0)
    expect(await said()).to.deep.equal([['ada', 'approved', 0]])
    await push(1)
    expect(await said()).to.deep.equal([])
  })

  it('shows none that a push took away', async () => {
    lab.project.resetApprovals = true
    await lab.people.review(id, 'ada', 'approve')
    await push(1)
    expect(await said()).to.deep.equal([])
  })

  it('keeps changes that were asked for on their head, also beside an approval', async () => {
    await lab.people.review(id, 'ada', 'request-changes')
    expect(await said()).to.deep.equal([['ada', 'changes-requested', 0]])
    lab.request(id).approvals.push({ user: lab.user('ada'), at: lab.server.state.now() })
    expect(await said()).to.deep.equal([['ada', 'changes-requested', 0]])
    lab.request(id).notes.splice(0)
    await push(1)
    // When it was said cannot be seen: it stands against the present head.
    expect(await said()).to.deep.equal([['ada', 'changes-requested', 1]])
  })

  it('says who may push: members from Developer on, in every group above, active, and not past their time', async () => {
    const rights = async (): Promise<boolean | undefined> => (await lab.one.look(lab.repository, id)).reviews[0]?.writes
    await lab.people.review(id, 'bo', 'approve')
    const bo = lab.project.members.get(lab.user('bo').id) ?? expect.fail('bo')
    for (const [change, writes] of [[{}, true], [{ level: 20 }, false], [{ level: 30, state: 'blocked' }, false], [{ state: 'active', membership: 'awaiting' }, false], [{ membership: 'active', expires: '2020-01-01' }, false], [{ expires: '2999-01-01' }, true]] as const) {
      Object.assign(bo, change)
      expect(await rights(), JSON.stringify(change)).to.equal(writes)
    }
    lab.project.members.delete(lab.user('bo').id)
    expect(await rights()).to.equal(false)
  })

  it('says who is a bot: by GitLab\'s own word, and by the names of its access tokens', async () => {
    const ada = lab.user('ada')
    const bots = async (forge: Forge): Promise<readonly boolean[]> => (await forge.look(lab.repository, id)).reviews.map(({ by }) => by.bot)
    await lab.people.review(id, 'ada', 'approve')
    expect(await bots(lab.one)).to.deep.equal([false])
    lab.server.state.users.set(ada.id, { ...ada, bot: true })
    expect(await bots(lab.other)).to.deep.equal([true])
  })

  it('asks once only who is a bot, since GitLab limits that, and each time who may push', async () => {
    await lab.people.review(id, 'ada', 'approve')
    for (let n = 0; n < 3; n += 1) await said()
    const asked = (call: RegExp): number => lab.server.state.asked.filter(one => call.test(one)).length
    expect([asked(/^GET \/users\//), asked(/\/members\/all\//)]).to.deep.equal([1, 3])
  })

  it('asks for notes only where it needs them', async () => {
    await lab.people.review(id, 'ada', 'approve')
    const before = lab.server.state.asked.length
    await said()
    expect(lab.server.state.asked.slice(before).filter(call => call.endsWith('/notes'))).to.deep.equal([])
  })
})

describe('the checks of a GitLab', () => {
  let lab: GitlabUnderTest
  let id: string
  beforeEach(async () => {
    lab = await gitlabUnderTest()
    id = (await lab.one.put(lab.repository, null, { change: 'a', branch: 'writ/a', base: 'main', head: lab.heads[0], title: 'x', body: 'y' })).id
  })
  afterEach(() => lab.dispose())

  const checks = async (): Promise<readonly unknown[]> => (await lab.one.look(lab.repository, id)).checks.map(({ name, state, required }) => [name, state, required])
  const set = (name: string, status: string, allowFailure = false): void => { lab.project.statuses.push({ id: lab.server.newId(), sha: lab.heads[0], name, status, allowFailure, at: lab.server.state.now() }) }

  it('wait for the pipeline of the head where the project merges nothing without one', async () => {
    lab.project.pipelineMustPass = true
    expect(await checks()).to.deep.equal([['pipeline', 'pending', true]])
    set('build', 'running')
    expect(await checks()).to.deep.equal([['build', 'pending', false], ['pipeline', 'pending', true]])
    set('build', 'success')
    set('lint', 'failed', true)
    expect(await checks()).to.deep.equal([['build', 'passed', false], ['lint', 'passed', false], ['pipeline', 'passed', true]])
    set('deploy', 'canceled')
    expect((await checks()).slice(-2)).to.deep.equal([['deploy', 'failed', false], ['pipeline', 'failed', true]])
    await lab.move('writ/a', lab.heads[1])
    await lab.one.find(lab.repository, 'writ/a', 'main')
    expect(await checks()).to.deep.equal([['pipeline', 'pending', true]])
  })

  it('take a pipeline that was skipped where the project does', async () => {
    lab.project.pipelineMustPass = true
    set('build', 'skipped')
    expect((await checks()).at(-1)).to.deep.equal(['pipeline', 'failed', true])
    lab.project.skippedPasses = true
    expect((await checks()).at(-1)).to.deep.equal(['pipeline', 'passed', true])
  })

  it('are those of commits alone where the edition has no others, and an unknown state is a failure', async () => {
    Object.assign(lab.project, { edition: 'free' })
    set('build', 'never-seen')
    expect(await checks()).to.deep.equal([['build', 'failed', false]])
  })
})
