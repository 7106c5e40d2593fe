import { expect } from 'chai'
import type { ChangeRequestText } from '../../../../src/model/forge.ts'
import { WritError } from '../../../../src/model/error.ts'
import { makeGround } from '../../../support/github/ground.ts'
import type { Ground } from '../../../support/github/ground.ts'
import { gitText } from '../../../support/github/git.ts'
import { nextId } from '../../../support/github/state.ts'
import type { RuleState } from '../../../support/github/state.ts'

const text = (ground: Ground, more: Partial<ChangeRequestText> = {}): ChangeRequestText => ({ change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: ground.heads[0], title: 'Set image of web', body: 'Because.', ...more })
const errorOf = async (promise: Promise<unknown>): Promise<WritError> => promise.then(() => expect.fail('it did not fail'), (error: unknown) => error instanceof WritError ? error : expect.fail(String(error)))

describe('what is special to GitHub', () => {
  let ground: Ground
  let id: string
  beforeEach(async () => {
    ground = await makeGround()
    id = (await ground.one.put(ground.repository, null, text(ground))).id
  })
  afterEach(() => ground.dispose())
  const look = (): ReturnType<Ground['one']['look']> => ground.one.look(ground.repository, id)
  const ask = (message = 'Merge it\n\nWrit-Change: aaaaaaaa'): Parameters<Ground['one']['merge']>[2] => ({ head: ground.heads[0], by: 'ann', commit: null, message })
  const rule = (rules: readonly RuleState[]): void => { ground.repositories[0].rules.set('main', [...rules]) }

  describe('its look', () => {
    it('computes mergeability by Git, and says unknown until it has', async () => {
      ground.pull(id).computed = ''
      expect((await look()).mergeable).to.deep.equal({ is: 'unknown', because: null })
      expect((await look()).mergeable).to.deep.equal({ is: 'yes', because: null })
      await ground.people.merge((await ground.one.put(ground.repository, null, text(ground, { branch: 'writ/b' }))).id, 'ada', 'merge')
      await look()
      expect((await look()).mergeable).to.deep.equal({ is: 'no', because: 'it conflicts with the base' })
    })

    it('says that a draft is one, and merges none', async () => {
      ground.pull(id).draft = true
      expect((await look()).mergeable).to.deep.equal({ is: 'no', because: 'it is a draft' })
      expect(await ground.one.merge(ground.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'Pull Request is still a draft' })
    })

    it('marks Apps and bots, asks nobody what they may do, and counts none as a writer', async () => {
      ground.state.accounts.set('renovate[bot]', { login: 'renovate[bot]', id: 99, type: 'Bot' })
      ground.repositories[0].roles.set('renovate[bot]', 'write')
      ground.pull(id).reviews.push({ id: nextId(), by: 'renovate[bot]', state: 'APPROVED', commit: ground.heads[0], at: new Date().toISOString() })
      expect((await look()).reviews.map(({ by, writes }) => [by, writes])).to.deep.equal([[{ login: 'renovate[bot]', bot: true }, false]])
      expect(ground.server.asked.filter(call => call.includes('collaborators'))).to.deep.equal([])
    })

    it('takes a right that was taken away since the review', async () => {
      await ground.people.review(id, 'ada', 'approve')
      ground.repositories[0].roles.delete('ada')
      expect((await look()).reviews.map(({ by, writes }) => [by.login, writes])).to.deep.equal([['ada', false]])
    })

    it('lets nothing stand of a reviewer whose latest word was dismissed', async () => {
      await ground.people.review(id, 'ada', 'approve')
      ground.pull(id).reviews.push({ id: nextId(), by: 'ada', state: 'DISMISSED', commit: ground.heads[0], at: new Date(Date.now() + 1000).toISOString() })
      expect((await look()).reviews).to.deep.equal([])
    })

    it('knows what is required by a protection and by rulesets, and from which App', async () => {
      ground.repositories[0].protection.set('main', [{ context: 'build', app_id: 7 }, { context: 'lint', app_id: null }])
      rule([{ type: 'required_status_checks', parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'e2e', integration_id: 7 }, { context: 'docs' }] } }])
      ground.repositories[0].runs.set(ground.heads[0], [
        { name: 'build', status: 'completed', conclusion: 'success', app: 7 }, { name: 'e2e', status: 'completed', conclusion: 'success', app: 8 }, { name: 'extra', status: 'in_progress', conclusion: null, app: 8 },
      ])
      await ground.people.status(ground.heads[0], 'lint', 'failure')
      const { checks } = await look()
      expect(checks.map(({ name, state, required }) => `${name} ${state}${required ? ' required' : ''}`)).to.have.members([
        'build passed required', 'lint failed required', 'e2e passed', 'extra pending', 'e2e pending required', 'docs pending required',
      ])
    })

    it('lets the worst of several runs of one name count', async () => {
      const run = (status: string, conclusion: string | null): { readonly name: string, readonly status: string, readonly conclusion: string | null, readonly app: number } => ({ name: 'build', status, conclusion, app: 7 })
      const state = async (...runs: readonly ReturnType<typeof run>[]): Promise<readonly string[]> => {
        ground.repositories[0].runs.set(ground.heads[0], [...runs])
        return (await look()).checks.map(check => check.state)
      }
      expect(await state(run('completed', 'success'), run('completed', 'skipped'), run('completed', 'neutral'))).to.deep.equal(['passed'])
      expect(await state(run('completed', 'success'), run('queued', null))).to.deep.equal(['pending'])
      for (const conclusion of ['failure', 'cancelled', 'timed_out', 'action_required']) expect(await state(run('queued', null), run('completed', conclusion)), conclusion).to.deep.equal(['failed'])
    })

    it('takes GitHub\'s own word for what is required where check runs may not be read', async () => {
      ground.state.hideRuns = true
      ground.repositories[0].protection.set('main', [{ context: 'build', app_id: null }])
      await look()
      expect((await look()).checks).to.deep.equal([{ name: 'build', state: 'pending', required: true, url: null }])
      ground.repositories[0].runs.set(ground.heads[0], [{ name: 'build', status: 'completed', conclusion: 'success', app: 7 }])
      expect((await look()).checks).to.deep.equal([{ name: 'build', state: 'passed', required: true, url: null }])
    })

    it('says that people have set auto-merge, or put it into the merge queue', async () => {
      ground.pull(id).autoMerge = 'ada'
      expect((await look()).waitsToMerge).to.equal('auto-merge is on, set by ada')
      ground.pull(id).autoMerge = null
      expect((await look()).waitsToMerge).to.equal(null)
      rule([{ type: 'merge_queue' }])
      expect((await look()).waitsToMerge).to.equal(null)
      ground.pull(id).queued = 2
      expect((await look()).waitsToMerge).to.equal('it is in the merge queue at position 2 (awaiting checks)')
    })

    it('asks only for what has changed since the look before', async () => {
      await look()
      await look()
      ground.server.asked.length = 0
      await look()
      expect(ground.server.asked).to.have.length.greaterThan(5)
      expect(ground.server.asked.filter(call => !call.endsWith(' 304'))).to.deep.equal([])
      await ground.people.review(id, 'ada', 'approve')
      expect((await look()).reviews).to.have.length(1)
    })

    it('shows a target branch that is gone as closed by nobody who is known', async () => {
      await ground.one.close(ground.repository, id, 'ann')
      ground.pull(id).closedBy = null
      expect((await look()).info).to.deep.include({ state: 'closed', closedBy: null })
    })
  })

  describe('its merge', () => {
    for (const [allowed, parents] of [[['merge', 'squash', 'rebase'], 2], [['squash', 'rebase'], 1], [['rebase'], 1]] as const) {
      it(`goes the first way of ${allowed.join(', ')}`, async () => {
        const [repository] = ground.repositories
        repository.methods = allowed
        const result = await ground.one.merge(ground.repository, id, ask())
        const commit = result.kind === 'merged' ? result.info.mergeCommit ?? '' : ''
        expect(await gitText(['rev-parse', 'main'], { cwd: repository.folder })).to.equal(commit)
        expect((await gitText(['rev-list', '--parents', '-n', '1', commit], { cwd: repository.folder })).split(' ')).to.have.length(parents + 1)
        expect(ground.server.asked.filter(call => call.startsWith('PUT'))).to.have.length(1)
      })
    }

    it('keeps to the ways of the rulesets', async () => {
      rule([{ type: 'required_linear_history' }, { type: 'pull_request', parameters: { allowed_merge_methods: ['merge', 'squash'], required_approving_review_count: 0, dismiss_stale_reviews_on_push: false, require_code_owner_review: false, require_last_push_approval: false, required_review_thread_resolution: false } }])
      expect(await ground.one.merge(ground.repository, id, ask())).to.have.nested.property('info.state', 'merged')
      rule([{ type: 'required_linear_history' }, { type: 'pull_request', parameters: { allowed_merge_methods: ['merge'], required_approving_review_count: 0, dismiss_stale_reviews_on_push: false, require_code_owner_review: false, require_last_push_approval: false, required_review_thread_resolution: false } }])
      const other = await ground.one.put(ground.repository, null, text(ground, { branch: 'later' }))
      expect(await ground.one.merge(ground.repository, other.id, { ...ask(), head: ground.heads[1] })).to.deep.equal({ kind: 'blocked', because: 'the repository and its rules allow no way of merging' })
    })

    it('tries the next way where one is refused that nobody had announced, and never a third time', async () => {
      ground.server.break('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { kind: 'status', status: 405, message: 'Merge commits are not allowed on this repository.' })
      expect(await ground.one.merge(ground.repository, id, ask())).to.have.nested.property('info.state', 'merged')
    })

    it('reads "modified" of head and base as moved', async () => {
      for (const [status, message] of [[405, 'Base branch was modified. Review and try the merge again.'], [409, 'Head branch was modified. Review and try the merge again.'], [409, 'sha did not match']] as const) {
        ground.server.break('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { kind: 'status', status, message })
        expect(await ground.one.merge(ground.repository, id, ask()), message).to.deep.equal({ kind: 'moved' })
      }
    })

    it('is in its own words what rules hold back', async () => {
      rule([{ type: 'pull_request', parameters: { required_approving_review_count: 1, dismiss_stale_reviews_on_push: false, require_code_owner_review: false, require_last_push_approval: false, required_review_thread_resolution: false } }])
      expect(await ground.one.merge(ground.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'At least 1 approving review is required by reviewers with write access.' })
      await look()
      expect((await look()).mergeable).to.deep.equal({ is: 'no', because: 'reviews, checks or rules of the base hold it back' })
      await ground.people.review(id, 'ada', 'approve')
      expect((await ground.one.merge(ground.repository, id, ask())).kind).to.equal('merged')
    })

    it('goes through the merge queue where the base has one: with the head that is asked for, and once', async () => {
      rule([{ type: 'merge_queue' }])
      await ground.people.require(['e2e'])
      expect(await ground.one.merge(ground.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'Forge hub says: Required status check "e2e" is expected.' })
      await ground.people.status(ground.heads[0], 'e2e', 'success')
      const queued = { kind: 'blocked', because: 'it is in the merge queue at position 1 (awaiting checks)' }
      for (const forge of [ground.one, ground.other]) expect(await forge.merge(ground.repository, id, ask())).to.deep.equal(queued)
      expect((await look()).waitsToMerge).to.equal(queued.because)
      expect(ground.server.asked.filter(call => call.startsWith('PUT'))).to.deep.equal([])
      await ground.people.merge(id, 'ada', 'squash')
      expect((await ground.one.merge(ground.repository, id, ask())).kind).to.equal('merged')
    })

    it('merges nothing that was closed', async () => {
      await ground.people.close(id, 'ada')
      expect(await ground.one.merge(ground.repository, id, ask())).to.deep.equal({ kind: 'blocked', because: 'it is closed' })
    })
  })

  describe('what it refuses', () => {
    it('is said with the right that is missing', async () => {
      ground.repositories[0].roles.set('writ-bot', 'read')
      const error = await errorOf(ground.one.put(ground.repository, id, text(ground, { title: 'Another' })))
      expect([error.code, error.message]).to.deep.equal(['forge/unauthorized', 'Forge hub does not allow it (PATCH /api/v3/repos/acme/apps/pulls/1): Resource not accessible by personal access token (HTTP 403); it needs pull_requests: write'])
    })

    it('is said of a repository that was renamed, and nothing is sent elsewhere', async () => {
      ground.state.renamed.set('acme/apps', 1)
      for (const call of [() => ground.one.find(ground.repository, 'writ/a', 'main'), () => ground.one.put(ground.repository, null, text(ground)), look]) {
        const error = await errorOf(call())
        expect([error.code, error.message]).to.satisfy(([code, message]: readonly string[]) => code === 'forge/failed' && message?.includes('says that it is elsewhere now') === true)
        expect(error.hint).to.contain('renamed or moved')
      }
    })

    it('is said of an archive, of what is hidden, and of a branch that has nothing new', async () => {
      ground.repositories[0].archived = true
      const archived = await errorOf(ground.one.put(ground.repository, id, text(ground, { title: 'Another' })))
      expect([archived.code, archived.message]).to.satisfy(([code, message]: readonly string[]) => code === 'forge/failed' && message?.includes('as an archive') === true)
      ground.repositories[0].archived = false
      const hidden = await errorOf(ground.one.find(ground.repository.replace('apps', 'nowhere'), 'writ/a', 'main'))
      expect([hidden.code, hidden.message]).to.deep.equal(['forge/failed', 'Forge hub shows no repository acme/nowhere.'])
      expect((await errorOf(ground.one.look(ground.repository.replace('apps', 'nowhere'), '1'))).message).to.equal('Forge hub shows no repository acme/nowhere.')
      const empty = await errorOf(ground.one.put(ground.repository, null, text(ground, { branch: 'main' })))
      expect([empty.code, empty.message]).to.satisfy(([code, message]: readonly string[]) => code === 'forge/failed' && message?.includes('No commits between main and main') === true)
      expect((await errorOf(ground.one.put(ground.repository, null, text(ground, { branch: 'gone' })))).message).to.contain('Validation Failed')
    })

    it('never holds a token, also where the forge gives it back', async () => {
      ground.server.break('GET /repos/{owner}/{repo}/pulls/{pull_number}', { kind: 'status', status: 422, message: 'bad token ghp_0123456789abcdefghijklmnopqrstuvwxyz' })
      const error = await errorOf(look())
      expect(`${error.message} ${error.hint} ${JSON.stringify(error.data)} ${String(error.stack)}`).not.to.contain('ghp_0123')
    })
  })

  it('finds the merged one behind more than a page of closed ones', async () => {
    await ground.people.merge(id, 'ada', 'squash')
    const [repository] = ground.repositories
    for (let i = 0; i < 130; i += 1) repository.pulls.push({ ...ground.pull(id), number: repository.pulls.length + 1, merged: null, closedBy: 'ada', reviews: [], comments: [] })
    expect(await ground.one.find(ground.repository, 'writ/a', 'main')).to.deep.include({ id, state: 'merged', mergedBy: 'ada' })
    expect(ground.server.asked.filter(call => call === 'GET /repos/acme/apps/pulls').length).to.be.at.least(2)
  })

  it('leaves the comments of others alone, also where they carry the mark', async () => {
    ground.pull(id).comments.push({ id: nextId(), by: 'eve', body: '<!-- writ:progress -->\nnot Writ' })
    await ground.one.comment(ground.repository, id, { key: 'progress', body: 'waits' })
    expect(await ground.people.comments(id)).to.deep.equal(['<!-- writ:progress -->\nnot Writ', '<!-- writ:progress -->\nwaits'])
  })
})
