import { expect } from 'chai'
import type { ChangeRequestText, Forge } from '../../src/flow/ports.ts'
import { failureOf } from './failure.ts'

/** A forge under test. `one` and `other` are two connections to the same forge, as two processes have. */
export interface ForgeUnderTest {
  readonly one: Forge
  readonly other: Forge
  /** A repository with the branches `main`, `writ/a` and `writ/b`, as the forge is told its URL; `heads` are commits on the branches. */
  readonly repository: string
  readonly elsewhere: string
  readonly heads: readonly [string, string, string]
  readonly dispose: () => Promise<void>
}

/** What every forge promises, wherever its change requests live. */
export function forgeContract(name: string, make: () => Promise<ForgeUnderTest>): void {
  describe(`the forge contract on ${name}`, () => {
    let forge: ForgeUnderTest
    beforeEach(async () => { forge = await make() })
    afterEach(() => forge.dispose())
    openContract(() => forge)
    endContract(() => forge)
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
}

function endContract(now: () => ForgeUnderTest): void {
  it('closes for good and says who did it, as often as it is asked', async () => {
    const { one, other, repository, heads } = now()
    const { id } = await one.put(repository, null, text(now()))
    const closed = await one.close(repository, id, 'ann')
    expect(closed).to.deep.include({ id, state: 'closed', closedBy: 'ann', mergeCommit: null })
    expect(await other.close(repository, id, 'bo')).to.deep.equal(closed)
    expect(await one.put(repository, id, text(now(), { head: heads[1] }))).to.deep.equal(closed)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(closed)
  })

  it('shows the open one before one that has ended, then the merged one before a closed one', async () => {
    const { one, repository, heads } = now()
    if (one.can.mergedBy !== 'writ') return
    const first = await one.put(repository, null, text(now()))
    await one.merge(repository, first.id, { commit: heads[2], by: 'ann', head: heads[0], message: '' })
    const second = await one.put(repository, null, text(now(), { head: heads[1] }))
    expect(second.id).not.to.equal(first.id)
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.equal(second)
    await one.close(repository, second.id, 'bo')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: first.id, state: 'merged' })
  })

  it('shows the newest of those that were closed', async () => {
    const { one, repository, heads } = now()
    await one.close(repository, (await one.put(repository, null, text(now()))).id, 'ann')
    const second = await one.put(repository, null, text(now(), { head: heads[1] }))
    await one.close(repository, second.id, 'bo')
    expect(await one.find(repository, 'writ/a', 'main')).to.deep.include({ id: second.id, closedBy: 'bo' })
  })

  it('records a merge once, with its first merge commit', async () => {
    const { one, other, repository, heads } = now()
    if (one.can.mergedBy !== 'writ') return
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
    if (one.can.mergedBy !== 'writ') return
    const { id } = await one.put(repository, null, text(now()))
    await one.close(repository, id, 'bo')
    expect(await one.merge(repository, id, { commit: heads[2], by: 'ann', head: heads[0], message: '' })).to.have.deep.nested.property('info.mergeCommit', heads[2])
  })
}
