import { expect } from 'chai'
import type { Change } from '../../src/model/change.ts'
import type { ObjectChange, Plan } from '../../src/model/plan.ts'
import { text as printed } from '../../src/doors/cli/output.ts'
import { redact } from '../../src/outside/redact.ts'
import { answerLines, describedLines, listLines } from '../../src/views/answer-lines.ts'
import { batchLines } from '../../src/views/batch-lines.ts'
import { changedObject } from '../../src/views/changed-object.ts'
import { changeLines, describeLines } from '../../src/views/change-lines.ts'
import { diffLines } from '../../src/views/diff-lines.ts'
import { changeDocument, changeSummary, nextCommand, planDocument, refusalDocument } from '../../src/views/documents.ts'
import type { ChangeDocument } from '../../src/views/documents.ts'
import type { Line } from '../../src/views/line.ts'
import { approvalSentence, planLines, whatHappens } from '../../src/views/plan-lines.ts'
import { age, table } from '../../src/views/table.ts'
import { change, environment, plan } from '../fixtures/plan.ts'

const text = (lines: readonly Line[]): string => lines.map(line => line.text).join('\n')
const owner = { tool: 'flux', kind: 'Kustomization', cluster: 'c', namespace: 'flux-system', name: 'pay' } as const
const object = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'pay', name: 'api' } as const
const secret: ObjectChange = { object: { group: '', version: 'v1', kind: 'Secret', namespace: 'pay', name: 'db' }, kind: 'changed', fields: [{ path: ['data', 'password'], before: 'b2xk', after: 'bmV3' }], reordered: [] }

/** A plan with something in every part. */
function rich(): Plan {
  return plan({
    environmentClass: 'prod', needs: { count: 2, senior: true, groups: ['platform'], seniorGroup: 'senior', signed: true },
    ownerEvidence: [{ sentence: 'status.resources lists it', at: 'Application argocd/shop' }, { sentence: 'the label names it', at: 'Deployment shop/web metadata' }],
    blast: [
      { path: 'pay', owners: [owner], environments: ['prod'], changes: [{ object, kind: 'changed', fields: [{ path: ['spec', 'replicas'], before: 1, after: 2 }], reordered: ['spec.containers'] }, secret], error: null },
      { path: '', owners: [], environments: [], changes: null, error: 'cannot find base\nmore' },
      { path: 'calm', owners: [owner], environments: ['dev'], changes: [], error: null },
    ],
    alsoShips: { since: 'c'.repeat(40), because: 'it is synced by hand', changes: [{ object, kind: 'added', fields: [], reordered: [] }, { ...secret, kind: 'removed', fields: [] }], hash: 'h' },
    verdicts: [
      { policy: 'a', binding: 'b', object: 'Deployment shop/web', result: 'pass', preExisting: false, severity: null, message: null, file: 'a.yaml' },
      { policy: 'limits', binding: 'b', object: 'Deployment shop/web', result: 'warn', preExisting: true, severity: null, message: 'no limit', file: 'l.yaml' },
    ],
    diff: '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-replicas: 2\n+replicas: 3\n',
  })
}

describe('whole objects in words', () => {
  const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { a: 'b' } }
  const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' } as const
  const request = { ...plan().request, verb: 'apply', asks: [{ kind: 'apply', manifest: 'kind: ConfigMap' }] } as const
  const creates = plan({ request, target: { cluster: 'c', ...ref }, edits: [{ path: [], before: undefined, after: made }] })
  const deletes = plan({ request: { ...request, verb: 'delete', asks: [{ kind: 'delete' }] }, target: { cluster: 'c', ...ref }, edits: [{ path: [], before: made, after: undefined }], notes: ['Git still refers to it: Deployment shop/web (spec.x)'] })

  it('are said to be made, to be deleted, or to change in so many fields', () => {
    expect(changeSummary(change({ plan: creates }))).to.include({ what: 'create', target: 'ConfigMap shop/flags' })
    expect(changeSummary(change({ plan: deletes })).what).to.equal('delete')
    expect(changeSummary(change({ plan: plan({ request }) })).what).to.equal('apply (1 field)')
    expect(text(planLines(deletes))).to.contain('ConfigMap shop/flags on c: delete').and.contain('  note         Git still refers to it: Deployment shop/web (spec.x)')
  })
  it('are shown by name, not with all that they hold', () => {
    expect(text(changedObject({ object: ref, kind: 'added', fields: [{ path: [], before: undefined, after: made }], reordered: [] }))).to.equal('ConfigMap shop/flags (new)')
    expect(text(changedObject({ object: ref, kind: 'removed', fields: [{ path: [], before: made, after: undefined }], reordered: [] }))).to.equal('ConfigMap shop/flags (removed)')
  })
  it('never show what a Secret holds, in JSON either', () => {
    const key = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data: { a: 'c2VjcmV0' } }
    const blast = { path: 'pay', owners: [owner], environments: ['prod'], changes: [{ object: secret.object, kind: 'added', fields: [{ path: [], before: undefined, after: key }], reordered: [] }], error: null } as const
    expect(JSON.stringify(planDocument(plan({ blast: [blast] }), null))).to.not.contain('c2VjcmV0')
  })
  it('are answered one by one where a file holds several', () => {
    const failure = { kind: 'Failure', status: 'failed', code: 'cluster/unknown-kind', message: 'no Gizmo', hint: 'check' } as const
    expect(text(batchLines({ kind: 'Batch', items: [{ object: 'Gizmo x', answer: failure }, { object: 'ConfigMap flags', answer: { kind: 'NoChange', outcome: 'no_changes', message: 'so already', target: { cluster: 'c', ...ref }, next: null } }] }))).to.equal([
      '1 of 2: Gizmo x', 'Error cluster/unknown-kind: no Gizmo', 'Next: check', '', '2 of 2: ConfigMap flags', 'No change: so already',
    ].join('\n'))
  })
})

describe('a plan in words', () => {
  it('has every part a person decides by', () => {
    expect(text(planLines(rich()))).to.equal([
      'Deployment shop/web on c: replicas = 3',
      '  environment  staging (class staging, risk high); it reaches class prod too, whose rules stand',
      '  route        pull-request: environment staging requires GitOps',
      '  owner        Application argocd/shop',
      '               status.resources lists it',
      '               the label names it (Deployment shop/web metadata)',
      `  repository   https://git.example/acme/shop main at ${'a'.repeat(12)}`,
      '  place        apps/web/web.yaml:1',
      '  reason       more traffic',
      '',
      '  --- a/x', '  +++ b/x', '  @@ -1 +1 @@', '  -replicas: 2', '  +replicas: 3',
      '',
      '  rendered     exactly 1 field of 1 object changes (directory 1)',
      '               Deployment shop/web',
      '                 spec.replicas: 2 → 3',
      '  blast radius 2 other consumers change too; 1 other consumer of the same file stays as it is',
      '               pay: Kustomization flux-system/pay; prod',
      '                 Deployment pay/api',
      '                   spec.replicas: 1 → 2',
      '                   spec.containers: reordered, which means nothing here',
      '                 Secret pay/db',
      '                   data.password: changed (not shown)',
      '               (root): no known owner; counts as prod',
      '                 unknown: it did not render before either (cannot find base)',
      `  also ships   2 objects since ${'c'.repeat(12)}, because it is synced by hand`,
      '               the policies have judged it, and an approval covers it',
      '               Deployment pay/api (new)',
      '               Secret pay/db (removed)',
      '  policies     1 pass, 1 warn',
      '               warn limits on Deployment shop/web (was so before): no limit',
      '  approvals    2 by another person of platform, at least one of senior, signed with an SSH key',
      '  then         a change request to main; 2 approvals, then a person merges it',
      '               verified once Application argocd/shop has it and the object is healthy for 1s',
    ].join('\n'))
  })

  it('marks what needs attention', () => {
    const tones = planLines(rich()).filter(line => ['warn', 'bad'].includes(line.tone)).map(line => line.text.trim().split(' ')[0])
    expect(tones).to.include.members(['blast', 'pay:', '(root):', 'unknown:', 'also', 'policies', 'warn'])
    const unknown = planLines(plan({ environment: { ...environment('prod'), name: 'unknown (treated as prod)', known: false } }))
    expect(unknown[1]).to.deep.equal({ text: '  environment  unknown (treated as prod) (class prod, risk critical); it reaches class staging too, whose rules stand', tone: 'warn' })
  })

  it('says who must agree, and what happens', () => {
    expect(approvalSentence({ count: 0, senior: false, groups: [], seniorGroup: 's', signed: false })).to.equal('none needed')
    expect(approvalSentence({ count: 1, senior: false, groups: [], seniorGroup: 's', signed: true })).to.equal('1 by another person, signed with an SSH key')
    const manual = plan({ mergesItself: true, needs: { count: 0, senior: false, groups: [], seniorGroup: 's', signed: false }, owner: { ...plan().owner, delivery: { automated: false, reverts: false, syncedCommit: null, behindBecause: null } } })
    expect(whatHappens(manual)).to.deep.equal(['a change request to main; then Writ merges it by itself', 'shop does not sync by itself: somebody starts the sync; verified once Application argocd/shop has it and the object is healthy for 1s'])
  })

  it('keeps the live object, whole files and values of Secrets out of JSON', () => {
    const json = JSON.stringify(planDocument({ ...rich(), live: { apiVersion: 'v1', kind: 'X', metadata: { annotations: { secret: 'LIVE' } } } }, null))
    expect(json).to.not.contain('LIVE').and.not.contain('b2xk').and.not.contain('bmV3').and.not.contain('replicas: 2\\n"')
    expect(json).to.contain('[not shown]').and.contain('"files":["apps/web/web.yaml"]')
  })

  it('shortens long values and many fields', () => {
    const fields = Array.from({ length: 20 }, (_, i) => ({ path: ['data', `key${i}`], before: undefined, after: 'x'.repeat(300) }))
    const lines = changedObject({ object: { ...object, kind: 'ConfigMap', group: '' }, kind: 'changed', fields, reordered: [] })
    expect(lines).to.have.length(14)
    expect(lines[1]?.text).to.have.length.lessThan(140).and.match(/… \(new\)$/)
    expect(lines[13]?.text).to.equal('  and 8 more fields')
  })
})

describe('a change in words', () => {
  it('ends with whom it waits for and the command that goes on', () => {
    const last = (waiting: Parameters<typeof change>[0]): string | undefined => changeLines(changeDocument(change(waiting))).at(-1)?.text
    expect(last({ waiting: { for: 'people', sentence: 'waits for 1 approval', next: 'writ approve change/abcdefgh' } })).to.equal('Waiting for people: 1 approval. Next: writ approve change/abcdefgh')
    expect(last({ waiting: { for: 'controller', sentence: 'shop is at abc', next: null } })).to.equal('Waiting for the controller: shop is at abc. Next: writ get change/abcdefgh --wait')
    expect(last({ waiting: { for: 'process', sentence: 'another process (h/1) is working on this change', next: null } })).to.match(/^Waiting for another process: /)
    expect(last({ waiting: null })).to.equal('Not finished: it is at approve. Next: writ get change/abcdefgh --wait')
  })

  it('shows branch, request and the command to see the difference', () => {
    const lines = text(changeLines(changeDocument(change({ facts: { branch: 'writ/x', head: 'b'.repeat(40), headBase: 'a'.repeat(40), changeRequest: { id: '7', url: 'https://git.example/7' } } }))))
    expect(lines).to.contain('request      https://git.example/7').and.contain(`see it       in a clone: git fetch https://git.example/acme/shop writ/x && git diff ${'a'.repeat(40)}...${'b'.repeat(40)}`)
    const merged = text(changeLines(changeDocument(change({ step: 'verify', facts: { branch: 'writ/x', mergeCommit: 'd'.repeat(40), mergedAt: '2026-01-01T00:00:00Z' } }))))
    expect(merged).to.contain(`merged       ${'d'.repeat(12)} into main at 2026-01-01T00:00:00Z`).and.contain(`git show ${'d'.repeat(40)}`)
  })

  it('tells what was seen when it was verified, and why it ended otherwise', () => {
    const verified = changeLines(changeDocument(change({ status: 'verified', facts: { verified: { revision: 'e'.repeat(40), mergeCommit: 'd', fields: [], health: 'ok', at: 'T', sentences: ['3 pods ready'] } } })))
    expect(text(verified)).to.contain(`verified     at revision ${'e'.repeat(12)}, T\n               3 pods ready`)
    expect(verified[0]?.tone).to.equal('good')
    const failed = changeLines(changeDocument(change({ status: 'failed', ended: { code: 'verify/timeout', message: 'not seen', evidence: [{ sentence: 'Ready is False', at: 'Application x' }] } })))
    expect(text(failed)).to.match(/ended {8}verify\/timeout: not seen\n {2}Ready is False \(Application x\)\nNext: Repair what the message names last: /)
    expect(nextCommand({ id: 'a', status: 'failed', waiting: null, facts: {} })).to.equal(null)
  })

  it('offers the rollback of a failed change where one could be planned, and names the one that there is', () => {
    const failed = (facts: Change['facts']): ChangeDocument => changeDocument(change({ id: 'abcd2345', status: 'failed', ended: { code: 'verify/failed', message: 'late', evidence: [] }, facts }))
    expect(failed({ rollback: { possible: true, because: null } }).next).to.equal('writ rollback change/abcd2345')
    expect(text(changeLines(failed({ rollback: { possible: true, because: null } })))).to.match(/To take it back: writ rollback change\/abcd2345$/)
    expect(failed({ rollback: { possible: false, because: 'it is gone' } }).next).to.equal(null)
    expect(text(changeLines(failed({ rollback: { possible: false, because: 'it is gone' } })))).to.contain('rollback     cannot be planned: it is gone')
    expect(failed({ rollback: { possible: true, because: null }, rolledBackBy: 'bcde2345' }).next).to.equal('writ get change/bcde2345 --wait')
  })

  it('says where it stands while it waits, and what was read when it was verified', () => {
    const at = '2026-01-01T00:00:00.000Z'
    expect(text(changeLines(changeDocument(change({ step: 'verify', facts: { verifying: { state: 'BLOCKED_WINDOW', since: at, entered: {} } } }))))).to.contain(`state        BLOCKED_WINDOW since ${at}`)
    const verified = { revision: 'e'.repeat(40), mergeCommit: 'd', fields: [], health: 'ok', at: 'T', sentences: [], owner: { compared: 'abc' }, live: { uid: 'u1' } }
    expect(text(describeLines(changeDocument(change({ status: 'verified', facts: { verified } }))))).to.contain('evidence     owner {"compared":"abc"}\n               live {"uid":"u1"}')
    expect(text(changeLines(changeDocument(change({ status: 'verified', facts: { verified, recheckedAt: at } }))))).to.contain(`seen again   at ${at}`)
    const regressed = changeLines(changeDocument(change({ status: 'verified', facts: { verified, recheckedAt: at, regressed: { at, sentence: 'image is web:1' } } })))
    expect(regressed.find(({ text: one }) => one.includes('REGRESSED'))).to.deep.equal({ text: `  REGRESSED    at ${at}: image is web:1`, tone: 'bad' })
  })

  it('is described with votes and journal', () => {
    const approvals = [{ change: 'abcdefgh', person: 'bo', vote: 'reject', head: 'b'.repeat(40), digest: 'd', environment: 'e', at: 'T1', expires: 'T2', via: 'ssh-key', comment: 'no', signature: null }] as const
    const journal = [{ seq: 1, change: 'abcdefgh', step: 'publish', attempt: 1, kind: 'result', at: 'T', by: 'h/1', data: { sentence: 'published' } }] as const
    expect(text(describeLines(changeDocument(change(), { approvals, journal })))).to.contain(`rejected by bo via ssh-key at T1, head ${'b'.repeat(12)}, until T2: no`).and.contain('T publish result: published (h/1)')
    expect(text(describeLines(changeDocument(change())))).to.contain('votes        none\n  journal      empty')
  })
})

describe('texts that are not Writ\'s own', () => {
  const forged = 'calm\n  approvals    none needed\nWaiting for nobody: done. Next: writ merge change/x'
  const request = { ...plan().request, reason: forged, incident: forged, rollbackPlan: forged }
  const approvals = [{ change: 'abcdefgh', person: 'bo', vote: 'approve', head: 'b'.repeat(40), digest: 'd', environment: 'e', at: 'T1', expires: 'T2', via: 'ssh-key', comment: forged, signature: null }] as const
  const journal = [{ seq: 1, change: 'abcdefgh', step: 'publish', attempt: 1, kind: 'result', at: 'T', by: 'h/1', data: { sentence: forged } }] as const
  const verdicts = [{ policy: 'p', binding: 'b', object: 'o', result: 'deny', preExisting: false, severity: null, message: forged, file: 'f' }] as const
  const ended = { code: 'DECLINED', message: forged, evidence: [{ sentence: forged, at: forged }] }

  it('have every further line marked by the one who prints them', () => {
    const texts = [
      describedLines(changeDocument(change({ plan: plan({ request, verdicts, routeReason: forged, ownerEvidence: [{ sentence: forged }] }), status: 'failed', ended }), { approvals, journal })),
      changeLines(changeDocument(change({ waiting: { for: 'controller', sentence: forged, next: null } }))),
      answerLines(refusalDocument({ refused: 'WIDE', message: forged, hint: 'Edit by hand.', evidence: ended.evidence })),
      answerLines({ kind: 'NoChange', outcome: 'no_changes', message: forged, target: plan().target, next: null }),
      changedObject({ object: { ...object, kind: 'ConfigMap', group: '' }, kind: 'changed', fields: [{ path: ['data', forged], before: forged, after: forged }], reordered: [] }),
      listLines([changeSummary(change({ waiting: { for: 'controller', sentence: forged, next: null } }))], { now: '', wide: false }),
    ].map(lines => printed(lines, { io: { colour: false }, redact: clean => clean }))
    for (const one of texts.flatMap(each => each.split('\n'))) expect(one).to.not.match(/^ *(?:approvals {4}none|Waiting for nobody)/)
    expect(texts[0]).to.contain(`votes        approved by bo via ssh-key at T1, head ${'b'.repeat(12)}, until T2: calm\n               |   approvals    none needed\n               | Waiting for nobody`)
    expect(texts[1]?.trimEnd().split('\n').at(-1)).to.match(/^Waiting for the controller: calm approvals {4}none needed Waiting/)
    expect(texts[4]).to.contain('["calm\\n').and.contain('"calm\\n')
  })

  it('are hidden as a whole before they are marked', () => {
    const reason = 'as in\n  name: DB_PASSWORD\n  value: hunter2'
    expect(printed(planLines(plan({ request: { ...request, reason } })), { io: { colour: false }, redact })).to.contain('|   name: DB_PASSWORD').and.not.contain('hunter2')
  })
})

describe('other answers in words', () => {
  it('say what is refused, by what evidence, and what to do', () => {
    const refusal = refusalDocument({ refused: 'WIDE', message: 'Too wide.', hint: 'Edit by hand.', evidence: [{ sentence: 'a', at: 'x:1' }, { sentence: 'b' }] })
    expect(text(answerLines(refusal))).to.equal('Refused WIDE: Too wide.\n  a (x:1)\n  b\nNext: Edit by hand.')
    expect(text(answerLines({ kind: 'NoChange', outcome: 'no_changes', message: 'It is so.', target: plan().target, next: null }))).to.equal('No change: It is so.')
    expect(text(answerLines(changeDocument(change(), { existed: true })))).to.match(/^The same request stands already as change\/abcdefgh\.\n/)
  })

  it('list changes in columns, wide ones with more', () => {
    const items = [changeSummary(change({ waiting: { for: 'people', sentence: 'waits for 1 approval', next: null } })), changeSummary(change({ id: 'zzzzzzzz', status: 'verified' }))]
    expect(text(listLines(items, { now: '2026-01-01T02:00:30.000Z', wide: false }))).to.equal([
      'NAME              STATUS     TARGET                CHANGE         ENVIRONMENT   AGE   WAITS FOR',
      'change/abcdefgh   open       Deployment shop/web   replicas = 3   staging       2h    people: 1 approval',
      'change/zzzzzzzz   verified   Deployment shop/web   replicas = 3   staging       2h    -',
    ].join('\n'))
    expect(text(listLines(items, { now: '2026-01-01T02:00:30.000Z', wide: true, columns: 40 }))).to.contain('ASKED BY').and.contain('argocd/shop')
    expect(text(listLines([], { now: '', wide: false }))).to.equal('No changes.')
  })

  it('keep cells in one line, and name what is empty', () => {
    expect(text(table(['A', 'B'], [['x\ny', ''], ['longer', 'z']]))).to.equal('A        B\nx y      <none>\nlonger   z')
  })

  it('cut the widest column to the terminal, and no further than it says something', () => {
    const rows = [['change/abcdefgh', 'x'.repeat(100), 'y'.repeat(60)], ['b', 'short', 'z']]
    for (const width of [80, 100, 150]) {
      const lines = table(['NAME', 'WAITS FOR', 'CHANGE'], rows, width)
      expect(Math.max(...lines.map(line => line.text.length)), `${width}`).to.equal(width)
      expect(lines[1]?.text).to.match(/^change\/abcdefgh {3}x+…/)
    }
    expect(text(table(['NAME', 'WAITS FOR', 'CHANGE'], rows, 400))).to.equal(text(table(['NAME', 'WAITS FOR', 'CHANGE'], rows)))
    expect(table(['NAME', 'WAITS FOR', 'CHANGE'], rows, 10)[1]?.text).to.equal(`change/abcdefgh   ${'x'.repeat(11)}…   ${'y'.repeat(11)}…`)
  })

  it('show ages as kubectl does', () => {
    const now = '2026-01-10T00:00:00Z'
    const cases: readonly (readonly [string, string])[] = [['2026-01-10T00:00:01Z', '0s'], ['2026-01-09T23:59:00Z', '60s'], ['2026-01-09T23:50:00Z', '10m'], ['2026-01-09T20:00:00Z', '4h'], ['2026-01-01T00:00:00Z', '9d'], ['nonsense', '?']]
    for (const [then, is] of cases) expect(age(then, now)).to.equal(is)
  })

  it('give each line of a diff its tone', () => {
    expect(diffLines('--- a\n+++ b\n@@ @@\n x\n-y\n+z\n').map(line => line.tone)).to.deep.equal(['title', 'title', 'dim', 'plain', 'removed', 'added'])
    expect(diffLines('')).to.deep.equal([])
  })
})
