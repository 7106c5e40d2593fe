import { expect } from 'chai'
import { WritError } from '../../src/model/error.ts'
import type { ForgeUnderTest } from './forge.ts'
import { failureOf } from './failure.ts'

/** What people do in numbers. `page`: as many entries as one page of the forge's lists holds. */
export interface ForgeCrowd {
  readonly page: number
  comment(id: string, by: 'ada', text: string): Promise<void>
  permit(by: 'ada' | 'bo', may: 'write' | 'read'): Promise<void>
}

/** What goes wrong once, with the next call of its kind. */
export interface ForgeFaults {
  /** It is done, and the answer never comes. */
  lose(what: 'open' | 'text' | 'comment' | 'merge' | 'close'): void
  /** The forge takes nothing for so many seconds; once. */
  limit(seconds: number): void
  /** The credentials are refused once. */
  refuse(): void
  /** A webhook about a change request, signed with the forge's secret. */
  event(id: string): { readonly headers: Readonly<Record<string, string>>, readonly body: string }
}

type Text = Parameters<ForgeUnderTest['one']['put']>[2]

function text(forge: ForgeUnderTest, more: Partial<Text> = {}): Text {
  return { change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: forge.heads[0], title: 'Set image of web', body: 'Because.\n\nWrit-Change: aaaaaaaa', ...more }
}

/** More of everything than fits on one page, and rights that change; for every forge with people. */
export function forgeCrowdContract(name: string, make: () => Promise<ForgeUnderTest & { readonly crowd: ForgeCrowd }>): void {
  describe(`the forge contract with many people on ${name}`, () => {
    let forge: ForgeUnderTest & { readonly crowd: ForgeCrowd }
    let id: string
    beforeEach(async () => {
      forge = await make()
      id = (await forge.one.put(forge.repository, null, text(forge))).id
    })
    afterEach(() => forge.dispose())

    it('finds the latest word of a reviewer behind more than a page of others', async () => {
      const people = forge.people ?? expect.fail('nobody reviews here')
      await people.review(id, 'ada', 'approve')
      for (let i = 0; i <= forge.crowd.page; i += 1) await people.review(id, 'bo', 'comment')
      await people.review(id, 'ada', 'request-changes')
      expect((await forge.one.look(forge.repository, id)).reviews.map(({ by, verdict }) => [by.login, verdict])).to.deep.equal([['ada', 'changes-requested']])
    })

    it('finds its own comment behind more than a page of others', async () => {
      for (let i = 0; i <= forge.crowd.page; i += 1) await forge.crowd.comment(id, 'ada', `seen ${i}`)
      await forge.one.comment(forge.repository, id, { key: 'progress', body: 'waits' })
      await forge.other.comment(forge.repository, id, { key: 'progress', body: 'is synced' })
      const said = await forge.people?.comments(id) ?? []
      expect(said.filter(body => body.includes('writ:progress'))).to.have.length(1)
      expect(said).to.have.length(forge.crowd.page + 2)
    })

    it('takes a right that was taken away since the review', async () => {
      await forge.people?.review(id, 'ada', 'approve')
      await forge.crowd.permit('ada', 'read')
      expect((await forge.one.look(forge.repository, id)).reviews.filter(({ writes }) => writes)).to.deep.equal([])
    })
  })
}

/** Answers that are lost, limits, credentials that end, webhooks; for forges whose failures can be arranged. */
export function forgeFaultContract(name: string, make: () => Promise<ForgeUnderTest & { readonly faults: ForgeFaults }>): void {
  describe(`the forge contract under faults on ${name}`, () => {
    let forge: ForgeUnderTest & { readonly faults: ForgeFaults }
    beforeEach(async () => { forge = await make() })
    afterEach(() => forge.dispose())
    const open = async (): Promise<string> => (await forge.one.put(forge.repository, null, text(forge))).id

    it('has one change request, one text and one comment where every answer was lost once', async () => {
      forge.faults.lose('open')
      await forge.one.put(forge.repository, null, text(forge)).catch(() => undefined)
      const { id } = await forge.other.put(forge.repository, null, text(forge))
      expect((await forge.one.find(forge.repository, 'writ/a', 'main'))?.id).to.equal(id)
      forge.faults.lose('text')
      await forge.one.put(forge.repository, id, text(forge, { title: 'Another' })).catch(() => undefined)
      forge.faults.lose('comment')
      await forge.one.comment(forge.repository, id, { key: 'progress', body: 'waits' }).catch(() => undefined)
      await forge.one.comment(forge.repository, id, { key: 'progress', body: 'waits' })
      expect(await forge.people?.comments(id)).to.have.length(1)
    })

    it('has merged once, and closed once, where the answer was lost', async () => {
      const id = await open()
      forge.faults.lose('merge')
      const ask = { head: forge.heads[0], by: 'ann', commit: null, message: 'Merge it' }
      await forge.one.merge(forge.repository, id, ask).catch(() => undefined)
      const merged = await forge.one.merge(forge.repository, id, ask)
      expect(merged).to.have.nested.property('info.mergedBy', 'writ-bot')
      const second = await forge.one.put(forge.repository, null, text(forge, { branch: 'writ/b', head: forge.heads[2] }))
      forge.faults.lose('close')
      await forge.one.close(forge.repository, second.id, 'ann').catch(() => undefined)
      expect(await forge.one.close(forge.repository, second.id, 'ann')).to.deep.include({ state: 'closed', closedBy: 'writ-bot' })
    })

    it('says how long a limit lasts that is too long to wait for, and goes on after it', async () => {
      const id = await open()
      forge.faults.limit(3600)
      const error = await forge.one.put(forge.repository, id, text(forge, { title: 'Another' })).then(() => expect.fail('it did not fail'), (thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(WritError).and.to.deep.include({ code: 'forge/limited', retry: true })
      expect(String(error)).to.contain('3600s')
      expect((await forge.one.put(forge.repository, id, text(forge, { title: 'Another' }))).state).to.equal('open')
    })

    it('says that its credentials are refused in the middle, and goes on with good ones', async () => {
      const id = await open()
      forge.faults.refuse()
      expect(await failureOf(forge.one.put(forge.repository, id, text(forge, { title: 'Another' })))).to.equal('forge/unauthorized')
      expect((await forge.one.put(forge.repository, id, text(forge, { title: 'Another' }))).state).to.equal('open')
    })

    it('reads a webhook as the hint that it is, as often as it comes, and none with another signature', async () => {
      const id = await open()
      const event = forge.faults.event(id)
      const read = await forge.one.readEvent(event)
      expect(read).to.deep.include({ repository: forge.repository, request: id, branch: 'writ/a' })
      expect(await forge.other.readEvent(event)).to.deep.equal(read)
      expect(await failureOf(forge.one.readEvent({ ...event, body: `${event.body} ` }))).to.equal('forge/unauthorized')
      expect(await failureOf(forge.one.readEvent({ ...event, headers: {} }))).to.equal('forge/unauthorized')
    })
  })
}
