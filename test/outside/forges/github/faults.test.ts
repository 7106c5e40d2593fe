import { expect } from 'chai'
import { createHmac } from 'node:crypto'
import type { Forge } from '../../../../src/flow/ports.ts'
import { WritError } from '../../../../src/model/error.ts'
import { githubForge } from '../../../../src/outside/forges/github/github.ts'
import { makeGround, TOKEN } from '../../../support/github/ground.ts'
import type { Ground } from '../../../support/github/ground.ts'
import type { Fault } from '../../../support/github/server.ts'

const PULLS = '/repos/{owner}/{repo}/pulls'
const PULL = `${PULLS}/{pull_number}`
const COMMENTS = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['500', { kind: 'status', status: 500 }], ['502', { kind: 'status', status: 502 }], ['503', { kind: 'status', status: 503 }], ['a cut connection', { kind: 'cut' }],
  ['a lost answer', { kind: 'lost' }], ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }], ['429 without', { kind: 'status', status: 429 }],
  ['a secondary limit in words', { kind: 'status', status: 403, message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' }],
  ['a primary limit that is over', { kind: 'status', status: 403, message: 'API rate limit exceeded', headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } }],
]
const errorOf = async (promise: Promise<unknown>): Promise<WritError> => promise.then(() => expect.fail('it did not fail'), (error: unknown) => error instanceof WritError ? error : expect.fail(String(error)))

describe('GitHub when it fails', () => {
  let ground: Ground
  let forge: Forge
  const open = (): Forge => githubForge({ name: 'hub', base: `${ground.server.url}/api/v3`, allow: ['http', 'loopback'], backoff: 2, access: { kind: 'token', token: () => Promise.resolve(TOKEN) }, webhook: () => Promise.resolve('a-secret-of-the-webhook') })
  const put = (id: string | null = null, title = 'Set image'): ReturnType<Forge['put']> => forge.put(ground.repository, id, { change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: ground.heads[0], title, body: 'Because.' })
  const count = (call: string): number => ground.server.asked.filter(one => one === call).length

  beforeEach(async () => {
    ground = await makeGround()
    forge = open()
  })
  afterEach(() => ground.dispose())

  for (const [name, fault] of FAULTS) {
    it(`asks again what only reads: ${name}`, async () => {
      const { id } = await put()
      for (const operation of [PULLS, PULL, `${PULL}/reviews`, '/repos/{owner}/{repo}/commits/{ref}/check-runs', '/repos/{owner}/{repo}/rules/branches/{branch}']) ground.server.break(`GET ${operation}`, fault, 2)
      expect((await forge.find(ground.repository, 'writ/a', 'main'))?.id).to.equal(id)
      expect((await forge.look(ground.repository, id)).info.state).to.equal('open')
    })

    it(`sends what writes once, and ends with one pull request and one comment: ${name}`, async () => {
      ground.server.break(`POST ${PULLS}`, fault)
      const first = await put().catch((error: unknown) => error)
      if (first instanceof WritError) expect(first.retry, first.message).to.equal(true)
      expect(count('POST /repos/acme/apps/pulls')).to.equal(1)
      const { id } = await put()
      ground.server.break(`POST ${COMMENTS}`, fault)
      await forge.comment(ground.repository, id, { key: 'progress', body: 'waits' }).catch(() => undefined)
      await forge.comment(ground.repository, id, { key: 'progress', body: 'waits' })
      ground.server.break(`PATCH ${PULL}`, fault)
      await put(id, 'Another').catch(() => undefined)
      expect(ground.server.asked.filter(call => call.startsWith('PATCH'))).to.have.length(1)
      await put(id, 'Another')
      expect([ground.repositories[0].pulls.length, ground.pull(id).title]).to.deep.equal([1, 'Another'])
      expect(await ground.people.comments(id)).to.have.length(1)
    })
  }

  it('finds what it made where the answer was lost, without being asked again', async () => {
    ground.server.break(`POST ${PULLS}`, { kind: 'lost' })
    const { id } = await put()
    ground.server.break(`POST ${COMMENTS}`, { kind: 'lost' })
    await forge.comment(ground.repository, id, { key: 'progress', body: 'waits' })
    ground.server.break(`PATCH ${PULL}`, { kind: 'lost' })
    expect((await put(id, 'Another')).id).to.equal(id)
    ground.server.break(`PUT ${PULL}/merge`, { kind: 'lost' })
    const merged = await forge.merge(ground.repository, id, { head: ground.heads[0], by: 'ann', commit: null, message: 'Merge it' })
    expect(merged).to.have.nested.property('info.mergedBy', 'writ-bot')
    expect([count('POST /repos/acme/apps/pulls'), count(`PUT /repos/acme/apps/pulls/${id}/merge`)]).to.deep.equal([1, 1])
  })

  it('closes once where the answer was lost', async () => {
    const { id } = await put()
    ground.server.break(`PATCH ${PULL}`, { kind: 'lost' })
    expect(await forge.close(ground.repository, id, 'ann')).to.deep.include({ state: 'closed', closedBy: 'writ-bot' })
    expect(count(`PATCH /repos/acme/apps/pulls/${id}`)).to.equal(1)
  })

  it('merges nothing twice where it cannot know, and says so', async () => {
    const { id } = await put()
    ground.server.break(`PUT ${PULL}/merge`, { kind: 'cut' })
    const error = await errorOf(forge.merge(ground.repository, id, { head: ground.heads[0], by: 'ann', commit: null, message: 'Merge it' }))
    expect([error.code, error.retry, count(`PUT /repos/acme/apps/pulls/${id}/merge`)]).to.deep.equal(['forge/unreachable', true, 1])
    expect(await forge.merge(ground.repository, id, { head: ground.heads[0], by: 'ann', commit: null, message: 'Merge it' })).to.have.nested.property('info.state', 'merged')
  })

  it('adopts what the list does not show yet', async () => {
    ground.state.lag = 3
    ground.server.break(`POST ${PULLS}`, { kind: 'lost' })
    const { id } = await put()
    ground.state.lag = 0
    ground.pull(id).hidden = 2
    expect((await put()).id).to.equal(id)
    expect(ground.repositories[0].pulls).to.have.length(1)
  })

  it('opens one from ten at once, half of whose answers are lost', async () => {
    ground.server.break(`POST ${PULLS}`, { kind: 'lost' }, 5)
    const made = await Promise.all(Array.from({ length: 10 }, () => put()))
    expect(new Set(made.map(({ id }) => id)).size).to.equal(1)
    expect(ground.repositories[0].pulls).to.have.length(1)
  })

  it('says how long a limit lasts where that is too long to wait, by each of its signs', async () => {
    const { id } = await put()
    for (const headers of [{ 'retry-after': '3600' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3600) }]) {
      ground.server.break(`GET ${PULL}`, { kind: 'status', status: 403, message: 'rate limit', headers })
      const error = await errorOf(forge.look(ground.repository, id))
      expect([error.code, error.retry]).to.deep.equal(['forge/limited', true])
      expect(error.message).to.match(/for 3[56]\d\ds /)
    }
  })

  it('ends with forge/unauthorized where the credentials are refused in the middle, and goes on with new ones', async () => {
    const { id } = await put()
    ground.state.tokens.clear()
    expect((await errorOf(forge.look(ground.repository, id))).code).to.equal('forge/unauthorized')
    expect((await errorOf(put(id, 'Another'))).code).to.equal('forge/unauthorized')
    let token = TOKEN
    const rotated = githubForge({ name: 'hub', base: `${ground.server.url}/api/v3`, allow: ['http', 'loopback'], backoff: 2, access: { kind: 'token', token: () => Promise.resolve(token).finally(() => { token = 'the-next-token-of-it' }) }, webhook: () => Promise.resolve(null) })
    ground.state.tokens.set('the-next-token-of-it', { login: 'writ-bot', ends: Number.POSITIVE_INFINITY, repositories: null })
    expect((await rotated.look(ground.repository, id)).info.state).to.equal('open')
  })

  it('is given up where it does not answer in time', async () => {
    const { id } = await put()
    const hasty = githubForge({ name: 'hub', base: `${ground.server.url}/api/v3`, allow: ['http', 'loopback'], timeout: 100, patience: 0, access: { kind: 'token', token: () => Promise.resolve(TOKEN) }, webhook: () => Promise.resolve(null) })
    ground.server.break('every', { kind: 'slow', ms: 500 }, 4)
    const error = await errorOf(hasty.look(ground.repository, id))
    expect([error.code, error.message]).to.satisfy(([code, message]: readonly string[]) => code === 'forge/unreachable' && message?.includes('no answer in time') === true)
  })

  describe('what its webhooks say', () => {
    const event = (payload: unknown, more: { readonly headers?: Readonly<Record<string, string>>, readonly raw?: string } = {}): ReturnType<Forge['readEvent']> => {
      const body = more.raw ?? JSON.stringify(payload)
      const signature = `sha256=${createHmac('sha256', 'a-secret-of-the-webhook').update(body).digest('hex')}`
      return forge.readEvent({ headers: { 'x-github-event': 'pull_request', 'x-github-delivery': 'd-1', 'x-hub-signature-256': signature, ...more.headers }, body })
    }
    const repository = { clone_url: 'https://github.com/acme/apps.git' }
    const said = (request: string | null, branch: string | null): unknown => ({ repository: 'https://github.com/acme/apps.git', request, branch, delivery: 'd-1' })

    for (const [name, payload, expected] of [
      ['a pull request', { repository, pull_request: { number: 7, head: { ref: 'writ/a' } } }, said('7', 'writ/a')],
      ['a comment on one', { repository, issue: { number: 7, pull_request: {} } }, said('7', null)],
      ['a check run', { repository, check_run: { pull_requests: [{ number: 7 }], check_suite: { head_branch: 'writ/a' } } }, said('7', 'writ/a')],
      ['a check suite', { repository, check_suite: { pull_requests: [], head_branch: 'writ/a' } }, said(null, 'writ/a')],
      ['a status', { repository, branches: [{ name: 'writ/a' }] }, said(null, 'writ/a')],
      ['a push', { repository, ref: 'refs/heads/main' }, said(null, 'main')],
      ['a merge group', { repository, merge_group: { base_ref: 'refs/heads/main' } }, said(null, 'main')],
      ['a tag', { repository, ref: 'refs/tags/v1' }, null], ['an issue', { repository, issue: { number: 7 } }, null], ['a ping', { zen: 'x', repository }, null], ['no JSON', undefined, null],
    ] as const) {
      it(`reads ${name}`, async () => { expect(await event(payload, payload === undefined ? { raw: 'x' } : {})).to.deep.equal(expected) })
    }

    it('reads a form, and header names of any case', async () => {
      const raw = new URLSearchParams({ payload: JSON.stringify({ repository, ref: 'refs/heads/main' }) }).toString()
      const signature = `sha256=${createHmac('sha256', 'a-secret-of-the-webhook').update(raw).digest('hex')}`
      expect(await forge.readEvent({ headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-GitHub-Delivery': 'd-1', 'X-Hub-Signature-256': signature }, body: raw })).to.deep.equal(said(null, 'main'))
    })

    it('refuses every other signature, and all of them where there is no secret', async () => {
      const body = JSON.stringify({ repository, ref: 'refs/heads/main' })
      const sha1 = createHmac('sha1', 'a-secret-of-the-webhook').update(body).digest('hex')
      for (const headers of [{ 'x-hub-signature-256': '' }, { 'x-hub-signature-256': 'sha256=' }, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, { 'x-hub-signature-256': `sha1=${sha1}` }, { 'x-hub-signature-256': 'x', 'x-hub-signature': `sha1=${sha1}` }]) {
        expect((await errorOf(event(JSON.parse(body), { headers }))).code, JSON.stringify(headers)).to.equal('forge/unauthorized')
      }
      const open = githubForge({ name: 'hub', base: `${ground.server.url}/api/v3`, allow: ['http', 'loopback'], access: { kind: 'token', token: () => Promise.resolve(TOKEN) }, webhook: () => Promise.resolve(null) })
      const signature = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`
      expect((await errorOf(open.readEvent({ headers: { 'x-hub-signature-256': signature }, body }))).code).to.equal('forge/unauthorized')
    })
  })
})
