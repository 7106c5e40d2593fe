import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkVoter, countApprovals, documentOf, readDocument } from '../../src/flow/approve/approval.ts'
import type { ApprovalCount } from '../../src/flow/approve/approval.ts'
import type { Approval, Change } from '../../src/model/change.ts'
import type { Person } from '../../src/model/config.ts'
import { WritError } from '../../src/model/error.ts'
import { canonical } from '../../src/model/json.ts'
import type { ApprovalNeed } from '../../src/model/plan.ts'
import { openSignatures } from '../../src/outside/signatures.ts'
import { aChange, aPlan, anApproval } from '../contracts/samples.ts'

const NOW = Date.parse('2026-01-01T12:00:00.000Z')
const HEAD = 'head1'
const OF_TEAM = { environment: 'other', count: 1, senior: false, groups: ['team'], seniorGroup: 'senior' }
const NEED: ApprovalNeed = { count: 1, senior: false, groups: [], seniorGroup: 'senior', signed: false }

// ann asked for the change of the samples.
const PEOPLE: readonly Person[] = [
  someone('ann', ['team', 'senior']), someone('bo', ['team']), someone('cy', ['senior']), someone('di', ['team', 'senior']), someone('ed', []),
  { ...someone('robot', ['team', 'senior']), kind: 'ai' },
]

describe('counting approvals', () => {
  const none = { signer: () => Promise.resolve(null) }
  function count(approvals: readonly Approval[], need: Partial<ApprovalNeed> = {}, more: Partial<Parameters<typeof countApprovals>[0]> = {}): Promise<ApprovalCount> {
    return countApprovals({ change: waiting(need), approvals, people: PEOPLE, now: NOW, signatures: none, ...more })
  }
  async function reasonOf(approval: Partial<Approval>, need: Partial<ApprovalNeed> = {}, more: Partial<Parameters<typeof countApprovals>[0]> = {}): Promise<string | undefined> {
    const result = await count([anApproval(approval)], need, more)
    expect(result.counted).to.deep.equal([])
    expect(result.rejectedBy).to.equal(null)
    expect(result.missing).to.match(/^1 approval/)
    expect(result.ignored).to.have.length(1)
    return result.ignored[0]?.reason
  }

  it('counts an approval of the present head by another person', async () => {
    expect(await count([anApproval()])).to.deep.equal({ counted: [anApproval()], missing: null, rejectedBy: null, ignored: [] })
  })

  it('needs nothing where nothing is needed', async () => {
    expect((await count([], { count: 0 })).missing).to.equal(null)
  })

  const NOT_COUNTED: readonly { name: string, vote: Partial<Approval>, need?: Partial<ApprovalNeed>, reason: RegExp }[] = [
    { name: 'another change', vote: { change: 'bbbbbbbb' }, reason: /another change/ },
    { name: 'another head', vote: { head: 'head0' }, reason: /another head/ },
    { name: 'another digest', vote: { digest: 'digest0' }, reason: /would be deployed has changed/ },
    { name: 'another environment', vote: { environment: 'shop-prod' }, reason: /another environment/ },
    { name: 'the requester', vote: { person: 'ann' }, reason: /ann asked for this change/ },
    { name: 'somebody unknown', vote: { person: 'zoe' }, reason: /not in people.yaml/ },
    { name: 'a machine', vote: { person: 'robot' }, reason: /not a human/ },
    { name: 'a person outside the allowed groups', vote: { person: 'ed' }, need: { groups: ['team'] }, reason: /ed is not in team, who approve for shop-staging/ },
    { name: 'an expired approval', vote: { expires: '2026-01-01T12:00:00.000Z' }, reason: /expired at 2026/ },
    { name: 'an approval without a readable expiry', vote: { expires: 'tomorrow' }, reason: /expired/ },
    { name: 'an expiry that only a lenient reader understands', vote: { expires: '2026-01-02' }, reason: /expired/ },
    { name: 'an approval that holds longer than the environment allows', vote: { expires: '2026-01-09T00:00:00.000Z' }, reason: /longer than shop-staging allows/ },
    { name: 'the OS user\'s word where a signature is asked for', vote: {}, need: { signed: true }, reason: /not signed/ },
    { name: 'a row that says ssh-key and has no signature', vote: { via: 'ssh-key' }, reason: /not signed/ },
  ]
  for (const { name, vote, need, reason } of NOT_COUNTED) {
    it(`does not count ${name}`, async () => { expect(await reasonOf(vote, need)).to.match(reason) })
  }

  it('counts nothing before anything was published', async () => {
    const result = await count([anApproval()], {}, { change: { ...waiting({}), facts: {} } })
    expect(result.counted).to.deep.equal([])
    expect(result.missing).to.not.equal(null)
  })

  it('knows the requester by alias too, where people.yaml came to know or renamed the person later', async () => {
    for (const person of [null, 'former-name']) {
      const change = waiting({})
      const request = { ...change.plan.request, requester: { ...change.plan.request.requester, person, alias: 'os-bo' } }
      expect(await reasonOf({ person: 'bo' }, {}, { change: { ...change, plan: { ...change.plan, request } } })).to.contain('bo asked for this change')
    }
  })

  it('looks at the groups of now, not of then', async () => {
    const demoted = PEOPLE.map(person => person.name === 'bo' ? { ...person, groups: [] } : person)
    expect((await count([anApproval()], { groups: ['team'] })).missing).to.equal(null)
    expect((await count([anApproval()], { groups: ['team'] }, { people: demoted })).missing).to.equal('1 approval by a member of team')
  })

  it('counts one vote a person', async () => {
    const result = await count([anApproval(), anApproval({ at: '2026-01-01T01:00:00.000Z' })], { count: 2 })
    expect(result.counted).to.have.length(1)
    expect(result.missing).to.equal('1 approval by another person')
    expect(result.ignored.map(one => one.reason)).to.deep.equal(['bo has approved already'])
  })

  it('counts a valid vote also after an invalid one of the same person', async () => {
    expect((await count([anApproval({ expires: '2026-01-01T01:00:00.000Z' }), anApproval()])).missing).to.equal(null)
  })

  const MISSING: readonly { need: Partial<ApprovalNeed>, by: readonly string[], missing: string | null }[] = [
    { need: { senior: true }, by: [], missing: '1 approval by a member of senior' },
    { need: { senior: true }, by: ['bo'], missing: '1 approval by a member of senior' },
    { need: { senior: true }, by: ['bo', 'ed'], missing: '1 approval by a member of senior' },
    { need: { senior: true }, by: ['cy'], missing: null },
    { need: { senior: true, count: 0 }, by: [], missing: '1 approval by a member of senior' },
    { need: { senior: true, count: 2 }, by: [], missing: '2 approvals, one of them by a member of senior' },
    { need: { senior: true, count: 2 }, by: ['cy'], missing: '1 approval by another person' },
    { need: { senior: true, count: 2 }, by: ['bo'], missing: '1 approval by a member of senior' },
    { need: { senior: true, count: 2 }, by: ['bo', 'cy'], missing: null },
    { need: { senior: true, groups: ['team'] }, by: ['bo'], missing: '1 approval by a member of senior who is also in team' },
    { need: { senior: true, groups: ['team'] }, by: ['cy'], missing: '1 approval by a member of senior who is also in team' },
    { need: { senior: true, groups: ['team'] }, by: ['di'], missing: null },
    { need: { senior: true, groups: ['team', 'senior'] }, by: ['cy'], missing: null },
    { need: { count: 2, groups: ['team', 'ops'] }, by: [], missing: '2 approvals by members of team or ops' },
    { need: { count: 2 }, by: [], missing: '2 approvals by other people' },
    { need: { beside: [OF_TEAM] }, by: [], missing: '1 approval by another person' },
    { need: { beside: [OF_TEAM] }, by: ['cy'], missing: '1 approval by a member of team for other' },
    { need: { beside: [OF_TEAM] }, by: ['bo'], missing: null },
    { need: { groups: ['senior'], beside: [OF_TEAM] }, by: ['bo'], missing: '1 approval by a member of senior' },
    { need: { groups: ['senior'], beside: [OF_TEAM] }, by: ['bo', 'cy'], missing: null },
    { need: { groups: ['senior'], beside: [OF_TEAM] }, by: ['di'], missing: null },
    { need: { groups: ['senior'], beside: [{ ...OF_TEAM, senior: true, seniorGroup: 'leads' }] }, by: ['di'], missing: '1 approval by a member of leads who is also in team for other' },
  ]
  for (const { need, by, missing } of MISSING) {
    it(`misses ${missing ?? 'nothing'} of ${JSON.stringify(need)} after ${by.join(' and ') || 'nobody'}`, async () => {
      expect((await count(by.map(person => anApproval({ person })), need)).missing).to.equal(missing)
    })
  }

  it('lets the first rejection of the present head win, before and after any approval', async () => {
    const reject = anApproval({ person: 'di', vote: 'reject' })
    for (const votes of [[reject], [anApproval(), reject], [reject, anApproval()], [reject, anApproval({ person: 'cy', vote: 'reject' }), anApproval({ person: 'di' })]]) {
      expect((await count(votes)).rejectedBy).to.equal('di')
    }
  })

  it('stops at a rejection whose time or digest has passed, but not at one of another head or by one who has no say', async () => {
    expect((await count([anApproval({ vote: 'reject', expires: '2025-01-01T00:00:00.000Z', digest: 'old' })])).rejectedBy).to.equal('bo')
    for (const vote of [{ head: 'head0' }, { person: 'robot' }, { person: 'zoe' }, { person: 'ann' }]) {
      expect((await count([anApproval({ vote: 'reject', ...vote })])).rejectedBy, JSON.stringify(vote)).to.equal(null)
    }
    expect((await count([anApproval({ vote: 'reject', person: 'ed' })], { groups: ['team'] })).rejectedBy).to.equal(null)
  })

  for (const { name, code } of [{ name: 'ann', code: 'approve/own-change' }, { name: 'robot', code: 'approve/not-human' }, { name: 'zoe', code: 'identity/unknown' }, { name: 'ed', code: 'approve/not-entitled' }] as const) {
    it(`tells ${name} at once: ${code}`, () => {
      expect(() => { checkVoter(waiting({ groups: ['team'] }), name, PEOPLE) }).to.throw(WritError, name).with.property('code', code)
    })
  }
  it('tells an entitled person nothing', () => { checkVoter(waiting({ groups: ['team'] }), 'bo', PEOPLE) })
})

describe('signed approvals', () => {
  let dir: string
  let people: readonly Person[]
  let change: Change
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-approvals-'))
    for (const name of ['bo', 'cy']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)])
    people = PEOPLE.map(person => ['bo', 'cy'].includes(person.name) ? { ...person, aliases: { ...person.aliases, ssh: [readFileSync(join(dir, `${person.name}.pub`), 'utf8').trim()] } } : person)
    change = waiting({ signed: true, senior: true })
  })
  after(() => rm(dir, { recursive: true }))

  async function signedBy(name: string, more: Partial<Approval> = {}): Promise<Approval> {
    const expires = '2026-01-02T00:00:00.000Z'
    const document = canonical({ ...documentOf(change, more.vote ?? 'approve', expires) })
    const armoured = await openSignatures({ people }).sign(document, join(dir, name))
    return anApproval({ person: name, via: 'ssh-key', expires, signature: { document, armoured }, ...more })
  }
  function count(approvals: readonly Approval[], among = people): Promise<ApprovalCount> {
    return countApprovals({ change, approvals, people: among, now: NOW, signatures: openSignatures({ people: among }) })
  }

  it('count where the signature holds', async () => {
    expect(await count([await signedBy('cy')])).to.deep.include({ missing: null, ignored: [] })
  })

  it('count also where an editor ended the document with a line break before it was signed', async () => {
    const document = `${canonical({ ...documentOf(change, 'approve', '2026-01-02T00:00:00.000Z') })}\n`
    const armoured = await openSignatures({ people }).sign(document, join(dir, 'cy'))
    expect((await count([await signedBy('cy', { signature: { document, armoured } })])).missing).to.equal(null)
  })

  it('do not count for another person than the signer', async () => {
    const forged = { ...await signedBy('bo'), person: 'cy' }
    const result = await count([forged])
    expect(result.missing).to.equal('1 approval by a member of senior')
    expect(result.ignored[0]?.reason).to.contain('not one of cy\'s keys')
  })

  for (const field of ['change', 'head', 'digest', 'environment', 'expires', 'vote'] as const) {
    it(`do not count where the row's ${field} is not the one that was signed`, async () => {
      const genuine = await signedBy('cy')
      const document = readDocument(genuine.signature?.document ?? '')
      const other = canonical({ ...document, [field]: field === 'expires' ? '2026-01-01T13:00:00.000Z' : field === 'vote' ? 'reject' : 'other' })
      const armoured = await openSignatures({ people }).sign(other, join(dir, 'cy'))
      const result = await count([{ ...genuine, signature: { document: other, armoured } }])
      expect(result.counted).to.deep.equal([])
      expect(result.ignored[0]?.reason).to.contain('says something else')
    })
  }

  it('do not count where a rejection was turned into an approval', async () => {
    const rejected = await signedBy('cy', { vote: 'reject' })
    expect((await count([{ ...rejected, vote: 'approve' }])).counted).to.deep.equal([])
  })

  it('no longer count once the key was taken out of people.yaml', async () => {
    const vote = await signedBy('cy')
    expect((await count([vote], PEOPLE)).missing).to.equal('1 approval by a member of senior')
  })

  for (const { name, text } of [
    { name: 'nothing', text: '' }, { name: 'no JSON', text: 'approve' }, { name: 'a list', text: '[]' }, { name: 'white space', text: '{ "v": 1 }' },
    { name: 'another version', text: document({ v: 2 }) }, { name: 'a key too many', text: document({ also: 'x' }) }, { name: 'a key too few', text: document({ head: undefined }) },
    { name: 'an unknown vote', text: document({ vote: 'maybe' }) }, { name: 'a time in words', text: document({ expires: 'tomorrow' }) }, { name: 'a number for a name', text: document({ change: 1 }) },
    { name: 'a key twice', text: document({}).replace('{', '{"change":"bbbbbbbb",') }, { name: 'two line breaks', text: `${document({})}\n\n` },
  ]) {
    it(`are not read from a document with ${name}`, () => {
      expect(() => readDocument(text)).to.throw(WritError).with.property('code', 'approve/bad-signature')
    })
  }

  it('are read as they were written', () => {
    const wanted = documentOf(waiting({}), 'approve', '2026-01-02T00:00:00.000Z')
    expect(readDocument(canonical({ ...wanted }))).to.deep.equal(wanted)
    expect(readDocument(`${canonical({ ...wanted })}\n`)).to.deep.equal(wanted)
  })

  it('cannot be asked for before anything was published', () => {
    expect(() => documentOf(aChange(), 'approve', '2026-01-02T00:00:00.000Z')).to.throw(WritError).with.property('code', 'approve/not-waiting')
  })
})

function someone(name: string, groups: readonly string[]): Person {
  return { name, kind: 'human', groups: [...groups], aliases: { os: [`os-${name}`], ssh: [], forge: {}, oidc: [], kube: [] } }
}

function waiting(need: Partial<ApprovalNeed>): Change {
  return aChange({ step: 'approve', facts: { head: HEAD }, plan: aPlan({ needs: { ...NEED, ...need } }) })
}

function document(more: Readonly<Record<string, string | number | undefined>>): string {
  return canonical({ ...documentOf(waiting({}), 'approve', '2026-01-02T00:00:00.000Z'), ...more })
}
