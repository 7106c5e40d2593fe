import { expect } from 'chai'
import type { Approvals, Changes, Lease, Leases } from '../../src/flow/ports.ts'
import type { Change } from '../../src/model/change.ts'
import { failureOf } from './failure.ts'
import { aChange, anApproval, anEntry } from './samples.ts'

/** A store under test: `again` opens a second connection to the same data, as another process would. */
interface StoreUnderTest { readonly changes: Changes, readonly leases: Leases, readonly approvals: Approvals }
interface StoreMaker {
  open(): Promise<{ readonly one: StoreUnderTest, readonly other: StoreUnderTest, readonly dispose: () => Promise<void> }>
}

/** What every store promises, whatever the database below it. */
export function storeContract(name: string, maker: StoreMaker): void {
  describe(`the store contract on ${name}`, () => {
    let one: StoreUnderTest
    let other: StoreUnderTest
    let dispose: () => Promise<void>
    beforeEach(async () => { ({ one, other, dispose } = await maker.open()) })
    afterEach(() => dispose())

    describe('changes', () => { changesContract(() => ({ one, other })) })
    describe('saving and the journal', () => { journalContract(() => ({ one, other })) })
    describe('leases', () => { leasesContract(() => ({ one, other })) })
    describe('fences', () => { fenceContract(() => ({ one, other })) })
    describe('votes', () => { approvalsContract(() => ({ one, other })) })
  })
}

type Pair = () => { readonly one: StoreUnderTest, readonly other: StoreUnderTest }

function changesContract(pair: Pair): void {
  it('gives back a change exactly as it was added', async () => {
    const change = aChange({ id: 'aaaaaaaa', waiting: { for: 'people', sentence: 'waits for 1 approval', next: null }, facts: { branch: 'b', heads: ['1', '2'] } })
    expect(await pair().one.changes.add(change, [])).to.deep.equal(change)
    expect(await pair().other.changes.get('aaaaaaaa')).to.deep.equal(change)
  })

  it('gives null for a change that is not there', async () => {
    expect(await pair().one.changes.get('nothere2')).to.equal(null)
  })

  it('gives the one that stands when a change with the same key is added, and keeps one', async () => {
    const first = aChange({ id: 'aaaaaaaa', key: 'k' })
    await pair().one.changes.add(first, [])
    expect(await pair().other.changes.add(aChange({ id: 'bbbbbbbb', key: 'k' }), [])).to.deep.equal(first)
    expect(await pair().one.changes.get('bbbbbbbb')).to.equal(null)
  })

  it('supersedes nothing when it gives the one that stands', async () => {
    await pair().one.changes.add(aChange({ id: 'aaaaaaaa', key: 'k' }), [])
    await pair().one.changes.add(aChange({ id: 'cccccccc', key: 'l' }), [])
    await pair().one.changes.add(aChange({ id: 'bbbbbbbb', key: 'k' }), ['cccccccc'])
    expect((await pair().one.changes.get('cccccccc'))?.status).to.equal('open')
  })

  it('takes the key again once the change that had it has ended', async () => {
    const first = await pair().one.changes.add(aChange({ id: 'aaaaaaaa', key: 'k' }), [])
    await pair().one.changes.save({ ...first, status: 'cancelled' }, null, [])
    expect((await pair().one.changes.add(aChange({ id: 'bbbbbbbb', key: 'k' }), [])).id).to.equal('bbbbbbbb')
  })

  it('ends what it supersedes, naming the new change, and its driver can write no more', async () => {
    const old = await pair().one.changes.add(aChange({ id: 'aaaaaaaa', key: 'k=1' }), [])
    await pair().other.changes.add(aChange({ id: 'bbbbbbbb', key: 'k=2', createdAt: '2026-01-02T00:00:00.000Z' }), ['aaaaaaaa'])
    const ended = await pair().one.changes.get('aaaaaaaa')
    expect(ended).to.deep.include({ status: 'superseded', waiting: null, updatedAt: '2026-01-02T00:00:00.000Z' })
    expect(ended?.ended?.message).to.contain('bbbbbbbb')
    expect(await failureOf(pair().one.changes.save({ ...old, step: 'merge' }, null, []))).to.equal('change/lost-lease')
  })

  it('leaves alone what has ended already when it is named among the superseded', async () => {
    const old = await pair().one.changes.add(aChange({ id: 'aaaaaaaa', key: 'k=1' }), [])
    await pair().one.changes.save({ ...old, status: 'verified' }, null, [])
    await pair().one.changes.add(aChange({ id: 'bbbbbbbb', key: 'k=2' }), ['aaaaaaaa'])
    expect((await pair().one.changes.get('aaaaaaaa'))?.status).to.equal('verified')
  })

  it('finds ids by their beginning and takes no wildcard', async () => {
    for (const id of ['abcdefgh', 'abcxxxxx', 'zzzzzzzz']) await pair().one.changes.add(aChange({ id, key: id }), [])
    expect(await pair().one.changes.find('abc')).to.deep.equal(['abcdefgh', 'abcxxxxx'])
    expect(await pair().one.changes.find('abcdefgh')).to.deep.equal(['abcdefgh'])
    for (const prefix of ['%', '_', 'abc%', 'ABC', "a' or 1=1 --", 'abcdefghi']) expect(await pair().one.changes.find(prefix), prefix).to.deep.equal([])
    expect(await pair().one.changes.find('')).to.have.length(3)
  })

  it('lists the newest first, by status, up to the limit', async () => {
    const day = (n: number): string => `2026-01-0${n}T00:00:00.000Z`
    for (const n of [2, 3, 1]) await pair().one.changes.add(aChange({ id: `c${n}`, key: `${n}`, createdAt: day(n) }), [])
    const second = await pair().one.changes.get('c2')
    if (second !== null) await pair().one.changes.save({ ...second, status: 'verified' }, null, [])
    const ids = (changes: readonly Change[]): string[] => changes.map(c => c.id)
    expect(ids(await pair().other.changes.list({ limit: 10 }))).to.deep.equal(['c3', 'c2', 'c1'])
    expect(ids(await pair().other.changes.list({ limit: 2 }))).to.deep.equal(['c3', 'c2'])
    expect(ids(await pair().other.changes.list({ status: 'open', limit: 10 }))).to.deep.equal(['c3', 'c1'])
  })

  it('adds one change when many ask for the same at once', async () => {
    const { one, other } = pair()
    const added = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).changes.add(aChange({ id: `id${i}`, key: 'same' }), [])))
    expect(new Set(added.map(c => c.id)).size).to.equal(1)
    expect(await one.changes.list({ limit: 100 })).to.have.length(1)
  })
}

function journalContract(pair: Pair): void {
  it('raises the version with every save and keeps all that was changed', async () => {
    const added = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    const saved = await pair().one.changes.save({ ...added, step: 'merge', facts: { head: 'h' }, updatedAt: '2026-02-01T00:00:00.000Z' }, null, [])
    expect(saved.version).to.equal(added.version + 1)
    expect(await pair().other.changes.get('aaaaaaaa')).to.deep.equal(saved)
    expect(saved).to.deep.include({ step: 'merge', facts: { head: 'h' } })
  })

  it('refuses a save from an older version, entries included', async () => {
    const added = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    await pair().one.changes.save(added, null, [anEntry()])
    expect(await failureOf(pair().other.changes.save({ ...added, step: 'close' }, null, [anEntry()]))).to.equal('change/lost-lease')
    expect((await pair().one.changes.get('aaaaaaaa'))?.step).to.equal('publish')
    expect(await pair().one.changes.journal('aaaaaaaa')).to.have.length(1)
  })

  it('lets one of many saves from the same version through', async () => {
    const { one, other } = pair()
    const added = await one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : other).changes.save(added, null, [anEntry()])))
    expect(results.filter(r => r.status === 'fulfilled')).to.have.length(1)
    expect(await one.changes.journal('aaaaaaaa')).to.have.length(1)
  })

  it('numbers journal entries of a change from 1 in the order of writing', async () => {
    let change = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    const another = await pair().one.changes.add(aChange({ id: 'bbbbbbbb', key: 'b' }), [])
    change = await pair().one.changes.save(change, null, [anEntry({ attempt: 1 }), anEntry({ attempt: 2, kind: 'result', data: { ok: true, list: [1, null] } })])
    await pair().other.changes.save(another, null, [anEntry({ change: 'bbbbbbbb' })])
    await pair().other.changes.save(change, null, [anEntry({ attempt: 3 })])
    const journal = await pair().one.changes.journal('aaaaaaaa')
    expect(journal.map(e => [e.seq, e.attempt])).to.deep.equal([[1, 1], [2, 2], [3, 3]])
    expect(journal[1]).to.deep.equal({ ...anEntry({ attempt: 2, kind: 'result', data: { ok: true, list: [1, null] } }), seq: 2 })
    expect((await pair().one.changes.journal('bbbbbbbb')).map(e => e.seq)).to.deep.equal([1])
  })

  it('does not save a change that was never added', async () => {
    expect(await failureOf(pair().one.changes.save(aChange({ id: 'nothere2' }), null, []))).to.equal('change/not-found')
  })

  it('writes no entry of another change under the change that is saved', async () => {
    const added = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    expect(await failureOf(pair().one.changes.save(added, null, [anEntry({ change: 'bbbbbbbb' })]))).to.equal('internal/bug')
  })
}

function leasesContract(pair: Pair): void {
  it('gives a lease to one at a time and names the holder to the other', async () => {
    const lease = await taken(pair().one, 'repo main')
    expect(await pair().other.leases.take('repo main')).to.deep.equal({ holder: 'host/one' })
    expect(await pair().one.leases.take('repo main'), 'not even to the same process twice').to.deep.equal({ holder: 'host/one' })
    expect(lease.lost()).to.equal(false)
    await taken(pair().other, 'repo dev')
    await lease.release()
    await taken(pair().other, 'repo main')
  })

  it('raises the fence with every taking, over all leases', async () => {
    const fences: number[] = []
    for (const name of ['a', 'b', 'a', 'a']) {
      const lease = await taken(fences.length % 2 === 0 ? pair().one : pair().other, name)
      fences.push(lease.fence)
      await lease.release()
    }
    expect(fences).to.deep.equal([...new Set(fences)].toSorted((a, b) => a - b))
  })

  it('can release twice without taking it from the next holder', async () => {
    const first = await taken(pair().one, 'a')
    await first.release()
    const second = await taken(pair().other, 'a')
    await first.release()
    expect(await pair().one.leases.take('a')).to.deep.equal({ holder: 'host/other' })
    expect(second.lost()).to.equal(false)
  })

  it('gives a lease to exactly one of many who ask at once', async () => {
    const { one, other } = pair()
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? one : other).leases.take('a')))
    expect(answers.filter(answer => 'fence' in answer)).to.have.length(1)
  })
}

function fenceContract(pair: Pair): void {
  it('saves under the lease that is held', async () => {
    const lease = await taken(pair().one, 'a')
    const added = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    expect((await pair().one.changes.save(added, lease.fence, [])).version).to.equal(added.version + 1)
  })

  it('refuses a save under a lease that was given back, taken by another, or never was', async () => {
    const added = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    const first = await taken(pair().one, 'a')
    await first.release()
    expect(await failureOf(pair().one.changes.save(added, first.fence, [])), 'given back').to.equal('change/lost-lease')
    await taken(pair().other, 'a')
    expect(await failureOf(pair().one.changes.save(added, first.fence, [])), 'taken').to.equal('change/lost-lease')
    expect(await failureOf(pair().one.changes.save(added, 999, [])), 'never').to.equal('change/lost-lease')
  })

  it('refuses a save under an older lease of another name once a newer fence has written', async () => {
    let change = await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), [])
    const old = await taken(pair().one, 'repo main')
    const young = await taken(pair().other, 'repo release')
    change = await pair().other.changes.save(change, young.fence, [])
    expect(await failureOf(pair().one.changes.save(change, old.fence, []))).to.equal('change/lost-lease')
  })
}

function approvalsContract(pair: Pair): void {
  beforeEach(async () => { await pair().one.changes.add(aChange({ id: 'aaaaaaaa' }), []) })

  it('gives votes back exactly, in the order in which they were given', async () => {
    const votes = [anApproval({ person: 'bo' }), anApproval({ person: 'cy', via: 'ssh-key', signature: { document: '{}', armoured: 'x' }, comment: 'fine' })]
    for (const vote of votes) await pair().one.approvals.add(vote)
    expect(await pair().other.approvals.list('aaaaaaaa')).to.deep.equal(votes)
    expect(await pair().other.approvals.list('bbbbbbbb')).to.deep.equal([])
  })

  it('takes the same approval again without a second row', async () => {
    await pair().one.approvals.add(anApproval())
    await pair().other.approvals.add(anApproval({ at: '2026-01-01T00:05:00.000Z', expires: '2026-01-02T00:05:00.000Z' }))
    expect(await pair().one.approvals.list('aaaaaaaa')).to.have.length(1)
  })

  const VOTES_OF_THEIR_OWN = [
    { name: 'a rejection after an approval', vote: { vote: 'reject' } },
    { name: 'an approval of the next head', vote: { head: 'head2' } },
    { name: 'an approval of another digest', vote: { digest: 'digest2' } },
    { name: 'an approval after the first one expired', vote: { at: '2026-01-03T00:00:00.000Z', expires: '2026-01-04T00:00:00.000Z' } },
    { name: 'a signed approval after one without signature', vote: { via: 'ssh-key', signature: { document: '{}', armoured: 'x' } } },
    { name: 'an approval by another person', vote: { person: 'cy' } },
  ] as const
  for (const { name, vote } of VOTES_OF_THEIR_OWN) {
    it(`keeps ${name} beside the first`, async () => {
      await pair().one.approvals.add(anApproval())
      await pair().one.approvals.add(anApproval(vote))
      expect(await pair().one.approvals.list('aaaaaaaa')).to.deep.equal([anApproval(), anApproval(vote)])
    })
  }

  it('takes no vote on a change that is not there', async () => {
    expect(await failureOf(pair().one.approvals.add(anApproval({ change: 'nothere2' })))).to.equal('change/not-found')
  })
}

async function taken(store: StoreUnderTest, name: string): Promise<Lease> {
  const answer = await store.leases.take(name)
  if ('holder' in answer) throw new Error(`${name} is held by ${answer.holder}`)
  return answer
}
