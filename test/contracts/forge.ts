import { expect } from 'chai'
import type { Forge } from '../../src/flow/ports.ts'
import type { ChangeRequestText } from '../../src/model/forge.ts'
import { failureOf } from './failure.ts'

/** A forge under test. `one` and `other` are two connections to the same forge, as two processes have. */
export interface ForgeUnderTest {
  readonly one: Forge
  readonly other: Forge
  /** A repository with the branches `main`, `writ/a` and `writ/b`, as the forge is told its URL; `heads` are commits on the branches. */
  readonly repository: string
  readonly elsewhere: string
  /** The first is where `writ/a` stands, the second a later commit for it, the third where `writ/b` stands. */
  readonly heads: readonly [string, string, string]
  /** Puts a branch of `repository` at a commit. */
  readonly move: (branch: string, commit: string) => Promise<void>
  /** What people and machines do on a forge that has them; null where the forge has none. */
  readonly people: ForgePeople | null
  readonly dispose: () => Promise<void>
}

/** A forge with people. */
type PeopledForge = ForgeUnderTest & { readonly people: ForgePeople }

/** Acts on `repository`. ada and bo may write, eve may not. */
export interface ForgePeople {
  review(id: string, by: 'ada' | 'bo' | 'eve', verdict: 'approve' | 'request-changes' | 'comment'): Promise<void>
  dismiss(id: string, by: 'ada' | 'bo'): Promise<void>
  /** Sets a status on a commit. */
  status(commit: string, name: string, state: 'pending' | 'success' | 'failure'): Promise<void>
  /** From now on `main` takes nothing without these statuses. */
  require(names: readonly string[]): Promise<void>
  merge(id: string, by: 'ada', how: 'merge' | 'squash'): Promise<void>
  close(id: string, by: 'ada'): Promise<void>
  retarget(id: string, base: string): Promise<void>
  comments(id: string): Promise<readonly string[]>
}

/** What every forge promises, wherever its change requests live; and what only those can where people review and merge. */
export function forgeContract(name: string, reviews: 'people review' | 'nobody reviews', make: () => Promise<ForgeUnderTest>): void {
  describe(`the forge contract on ${name}`, () => {
    let forge: ForgeUnderTest
    beforeEach(async () => { forge = await make() })
    afterEach(() => forge.dispose())
    openContract(() => forge)
    endContract(() => forge)
    if (reviews === 'nobody reviews') recordContract(() => forge)
    else {
      const peopled = (): PeopledForge => ({ ...forge, people: forge.people ?? expect.fail('nobody reviews here') })
      lookContract(peopled)
      mergeContract(peopled)
    }
  })
}

function text(forge: ForgeUnderTest, more: Partial<ChangeRequestText> = {}): ChangeRequestText {
  return { change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: forge.heads[0], title: 'Set image of web', body: 'Because.\n\nWrit-Change: aaaaaaaa', ...more }
}

function openContract(now: () => ForgeUnderTest): void {
  it('says of itself what it can do', () => {
    expect(now().one.kind).to.be.oneOf(['plain', 'github', 'gitlab', 'gitea'])
    expect(now().one.can.mergedBy).to.be.oneOf(['writ', 'forge'])
  })

  it('finds nothing where nothing was opened', async () => {
    expect(await now().one.find(now().repository, 'writ/a', 'main')).to.equal(null)
    expect(await now().one.find(now().repository, '', 'main')).to.equal(null)
  })

  it('opens a change request that every process finds', async () => {
    const { one, other, repository, heads } = now()
    const opened = await one.put(repository, null, text(now()))
    expect(opened).to.deep.include({ state: 'open', head: heads[0], base: 'main', mergeCommit: null, closedBy: null })
    expect(opened.id).to.match(/^\d+$/)
    expect(await other.find(repository, 'writ/a', 'main')).to.deep.equal(opened)
  })

  it('adopts the open one of the same branch, with the text and head of now', async () => {
    const { one, other, repository, heads } = now()
    const opened = await one.put(repository, null, text(now()))
    await now().move('writ/a', heads[1])
    const again = await other.put(repository, null, text(now(), { head: heads[1], title: 'Another title' }))
    expect(again).to.deep.equal({ ...opened, head: heads[1] })
  })

  it('opens one for a branch when many ask at once', async () => {
    const { one, other, repository } = now()
    const opened = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : other).put(repository, null, text(now()))))
    expect(new Set(opened.map(request => request.id)).size).to.equal(1)
  })

  it('keeps branches and repositories apart', async () => {
    const { one, repository, elsewhere, heads } = now()
    const a = await one.put(repository, null, text(now()))
    const b = await one.put(repository, null, text(now(), { branch: 'writ/b', head: heads[2] }))
    const c = await one.put(elsewhere, null, text(now()))
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(a)
    expect(await one.find(repository, 'writ/b', 'main')).to.deep.equal(b)
    expect(await one.find(elsewhere, 'writ/a', 'main')).to.deep.equal(c)
    expect(b.id).not.to.equal(a.id)
  })

  it('brings head and text of an open one up to date, as often as it is asked', async () => {
    const { one, other, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    await now().move('writ/a', heads[1])
    for (let i = 0; i < 2; i++) expect(await one.put(repository, id, text(now(), { head: heads[1] }))).to.deep.include({ id, head: heads[1], state: 'open' })
    expect(await other.find(repository, 'writ/a', 'main')).to.deep.include({ head: heads[1] })
  })

  it('knows no change request that is not there, or is in another repository', async () => {
    const { one, repository, elsewhere } = now()
    const { id } = await one.put(repository, null, text(now()))
    for (const [where, which] of [[repository, '999999'], [repository, 'x'], [repository, ''], [repository, `${id} or 1=1`], [elsewhere, id]] as const) {
      expect(await failureOf(one.put(where, which, text(now()))), `${where} ${which}`).to.equal('change/not-found')
      expect(await failureOf(one.close(where, which, 'ann')), `${where} ${which}`).to.equal('change/not-found')
    }
    expect((await one.find(repository, 'writ/a', 'main'))?.state).to.equal('open')
  })

  it('shows a new one without reviews', async () => {
    const { one, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    expect(await one.look(repository, id)).to.deep.include({ reviews: [], checks: [], waitsToMerge: null }).and.to.have.deep.nested.property('info.head', heads[0])
    expect(await failureOf(one.look(repository, '999999'))).to.equal('change/not-found')
    expect(await failureOf(one.look(repository, '../1'))).to.equal('change/not-found')
  })
}

function endContract(now: () => ForgeUnderTest): void {
  it('closes for good and says who did it, as often as it is asked', async () => {
    const { one, other, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    const closed = await one.close(repository, id, 'ann')
    expect(closed).to.deep.include({ id, state: 'closed', mergeCommit: null, mergedBy: null })
    expect(closed.closedBy).to.equal(one.can.mergedBy === 'writ' ? 'ann' : 'writ-bot')
    expect(await other.close(repository, id, 'bo')).to.deep.equal(closed)
    expect(await one.put(repository, id, text(now(), { head: heads[1] }))).to.deep.equal(closed)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(closed)
  })

  it('shows the newest of those that were closed', async () => {
    const { one, repository, heads } = now()
    await one.close(repository, (await one.put(repository, null, text(now()))).id, 'ann')
    const second = await one.put(repository, null, text(now(), { head: heads[1] }))
    await one.close(repository, second.id, 'bo')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: second.id, closedBy: one.can.mergedBy === 'writ' ? 'bo' : 'writ-bot' })
  })
}

/** Where Writ merges and pushes itself, and the forge keeps the record of it. */
function recordContract(now: () => ForgeUnderTest): void {
  it('shows the open one before one that has ended, then the merged one before a closed one', async () => {
    const { one, repository, heads } = now()
    const first = await one.put(repository, null, text(now()))
    await one.merge(repository, first.id, { commit: heads[2], by: 'ann', head: heads[0], message: '' })
    const second = await one.put(repository, null, text(now(), { head: heads[1] }))
    expect(second.id).not.to.equal(first.id)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(second)
    await one.close(repository, second.id, 'bo')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: first.id, state: 'merged' })
  })

  it('records a merge once, with its first merge commit', async () => {
    const { one, other, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    const merged = await one.merge(repository, id, { commit: heads[2], by: 'ann', head: heads[0], message: '' })
    expect(merged).to.deep.include({ kind: 'merged' })
    const info = merged.kind === 'merged' ? merged.info : null
    expect(info).to.deep.include({ id, state: 'merged', mergeCommit: heads[2], mergedBy: 'ann', closedBy: null })
    expect(await other.merge(repository, id, { commit: heads[2], by: 'bo', head: heads[0], message: '' })).to.deep.equal(merged)
    expect(await other.close(repository, id, 'bo')).to.deep.equal(info)
    expect(await failureOf(other.merge(repository, id, { commit: heads[1], by: 'bo', head: heads[0], message: '' }))).to.equal('internal/bug')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(info)
  })

  it('records a merge that was pushed also where somebody closed it in between', async () => {
    const { one, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    await one.close(repository, id, 'bo')
    expect(await one.merge(repository, id, { commit: heads[2], by: 'ann', head: heads[0], message: '' })).to.have.deep.nested.property('info.mergeCommit', heads[2])
  })
}

/** What the flow decides by; only where people review on the forge. */
function lookContract(now: () => PeopledForge): void {
  it('gives the latest word of each person on the commit that it was given for', async () => {
    const { one, repository, heads, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.review(id, 'ada', 'request-changes')
    await people.review(id, 'ada', 'comment')
    await people.review(id, 'bo', 'approve')
    await people.review(id, 'ada', 'approve')
    const { reviews } = await one.look(repository, id)
    expect(reviews.map(({ by, verdict, commit, writes }) => [by.login, by.bot, verdict, commit, writes])).to.have.deep.members([['ada', false, 'approved', heads[0], true], ['bo', false, 'approved', heads[0], true]])
    expect(reviews.every(({ at }) => Math.abs(Date.parse(at) - Date.now()) < 120_000)).to.equal(true)
  })

  it('says for which commit a review was when the branch has moved since', async () => {
    const { one, repository, heads, people, move } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.review(id, 'ada', 'approve')
    await move('writ/a', heads[1])
    const look = await one.look(repository, id)
    expect(look.info.head).to.equal(heads[1])
    expect(look.reviews.filter(({ commit }) => commit === heads[1])).to.deep.equal([])
  })

  it('tells who may not write, and leaves out what was dismissed', async () => {
    const { one, repository, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.review(id, 'eve', 'approve')
    await people.review(id, 'ada', 'request-changes')
    await people.dismiss(id, 'ada')
    expect((await one.look(repository, id)).reviews.map(({ by, writes }) => [by.login, writes])).to.deep.equal([['eve', false]])
  })

  it('gives the newest status of each name, and what the base waits for', async () => {
    const { one, repository, heads, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.status(heads[0], 'build', 'failure')
    await people.status(heads[0], 'build', 'success')
    await people.status(heads[0], 'lint', 'pending')
    await people.require(['build', 'e2e'])
    const { checks } = await one.look(repository, id)
    expect(checks.map(({ name, state, required }) => [name, state, required])).to.have.deep.members([['build', 'passed', true], ['e2e', 'pending', true], ['lint', 'pending', false]])
  })

  it('shows another target that somebody gave it', async () => {
    const { one, repository, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.retarget(id, 'writ/b')
    expect((await one.look(repository, id)).info.base).to.equal('writ/b')
  })

  it('keeps one comment of a key, edited in place, beside those of people', async () => {
    const { one, other, repository, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await one.comment(repository, id, { key: 'progress', body: 'waits' })
    await other.comment(repository, id, { key: 'progress', body: 'is synced' })
    await one.comment(repository, id, { key: 'progress', body: 'is synced' })
    await one.comment(repository, id, { key: 'other', body: 'else' })
    expect(await failureOf(one.comment(repository, '999999', { key: 'progress', body: 'x' }))).to.equal('change/not-found')
    const said = await people.comments(id)
    expect(said.map(body => body.replace(/^<!--.*-->\s*/, ''))).to.deep.equal(['is synced', 'else'])
  })
}

function mergeContract(now: () => PeopledForge): void {
  it('merges the head that is asked for, once', async () => {
    const { one, other, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    const ask = { head: heads[0], by: 'ann', commit: null, message: 'Merge change aaaaaaaa: x\n\nWrit-Change: aaaaaaaa\n' }
    const merged = await settled(() => one.merge(repository, id, ask))
    expect(merged).to.have.nested.property('info.state', 'merged')
    expect(merged).to.have.nested.property('info.mergedBy', 'writ-bot')
    expect(await other.merge(repository, id, ask)).to.deep.equal(merged)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(merged.kind === 'merged' ? merged.info : null)
  })

  it('merges no other head', async () => {
    const { one, repository, heads, move } = now()
    const { id } = await one.put(repository, null, text(now()))
    await move('writ/a', heads[1])
    expect(await one.merge(repository, id, { head: heads[0], by: 'ann', commit: null, message: 'x' })).to.deep.equal({ kind: 'moved' })
    expect((await one.look(repository, id)).info.state).to.equal('open')
  })

  it('says in its own words what keeps it from merging', async () => {
    const { one, repository, heads, people } = now()
    const { id } = await one.put(repository, null, text(now()))
    await people.require(['e2e'])
    const result = await one.merge(repository, id, { head: heads[0], by: 'ann', commit: null, message: 'x' })
    expect(result.kind).to.equal('blocked')
    expect(result.kind === 'blocked' ? result.because : '').to.match(/\w{3}/)
  })

  for (const how of ['merge', 'squash'] as const) {
    it(`shows what a person did: ${how}`, async () => {
      const { one, repository, people } = now()
        const { id } = await one.put(repository, null, text(now()))
      await people.merge(id, 'ada', how)
      const { info } = await one.look(repository, id)
      expect(info).to.deep.include({ state: 'merged', mergedBy: 'ada', closedBy: null })
      expect(info.mergeCommit).to.match(/^[0-9a-f]{40}$/)
    })
  }

  it('shows who closed it, and opens another where it is asked to', async () => {
    const { one, repository, people } = now()
    const first = await one.put(repository, null, text(now()))
    await people.close(first.id, 'ada')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: first.id, state: 'closed', closedBy: 'ada' })
    const second = await one.put(repository, null, text(now()))
    expect(second.id).not.to.equal(first.id)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: second.id, state: 'open' })
  })
}

/** A forge that has just taken a push may still be computing whether it merges. */
async function settled(merge: () => ReturnType<Forge['merge']>): ReturnType<Forge['merge']> {
  for (let tries = 0; ; tries += 1) {
    const result = await merge()
    if (result.kind !== 'blocked' || tries === 50) return result
    await new Promise(resolve => { setTimeout(resolve, 100) })
  }
}
