import { expect } from 'chai'
import { forgeVotes } from '../../../src/flow/approve/forge-votes.ts'
import type { Change } from '../../../src/model/change.ts'
import type { Person } from '../../../src/model/config.ts'
import type { ChangeRequestLook, Review } from '../../../src/model/forge.ts'

const HEAD = 'a'.repeat(40)
const change = { id: 'aaaaaaaa', facts: { head: HEAD }, plan: { digest: 'd', environment: { name: 'prod', approvalLifetime: '24h' } } } as unknown as Change
const person = (name: string, login?: string): Person => ({ name, kind: 'human', groups: [], aliases: { os: [], ssh: [], forge: login === undefined ? {} : { hub: login }, oidc: [], kube: [] } })
const PEOPLE = [person('ada', 'Ada-L'), person('bo', 'bo'), person('twin-1', 'twin'), person('twin-2', 'TWIN'), person('cy')]

function review(login: string, more: Partial<Review> & { readonly bot?: boolean } = {}): Review {
  const { bot = false, ...rest } = more
  return { by: { login, bot }, verdict: 'approved', commit: HEAD, at: '2026-01-02T03:04:05.000Z', writes: true, url: null, ...rest }
}

function read(...reviews: readonly Review[]): ReturnType<typeof forgeVotes> {
  return forgeVotes(change, { reviews } as unknown as ChangeRequestLook, { forge: 'hub', people: PEOPLE })
}

describe('reviews on a forge as votes', () => {
  it('take the person whose login it is, in any case, and hold as long as the environment says', () => {
    expect(read(review('ada-l')).votes).to.deep.equal([{
      change: 'aaaaaaaa', person: 'ada', vote: 'approve', head: HEAD, digest: 'd', environment: 'prod', at: '2026-01-02T03:04:05.000Z', expires: '2026-01-03T03:04:05.000Z',
      via: 'forge', comment: null, signature: null,
    }])
  })

  it('count who asks for changes against it', () => {
    const { votes, against } = read(review('bo', { verdict: 'changes-requested' }), review('ada-l'))
    expect([votes.map(vote => vote.person), against]).to.deep.equal([['ada'], ['bo']])
  })

  for (const [why, one, reason] of [
    ['a bot', review('bo', { bot: true }), /bot/],
    ['somebody who may not write', review('bo', { writes: false }), /may not write/],
    ['an unknown login', review('mallory'), /people\.yaml/],
    ['a login that two persons have', review('twin'), /no one person/],
    ['another commit', review('bo', { commit: 'b'.repeat(40) }), /present head/],
    ['another commit, against it', review('bo', { commit: 'b'.repeat(40), verdict: 'changes-requested' }), /present head/],
    ['a login on another forge', review('cy'), /aliases\.forge\.hub/],
  ] as const) {
    it(`are nobody's vote from ${why}`, () => {
      const { votes, against, ignored } = read(one)
      expect([votes, against]).to.deep.equal([[], []])
      expect(ignored[0]?.reason).to.match(reason)
    })
  }

  it('are none where there is no change request', () => {
    expect(forgeVotes(change, null, { forge: 'hub', people: PEOPLE })).to.deep.equal({ votes: [], against: [], ignored: [] })
  })
})
