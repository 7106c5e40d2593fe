import type { Approval, Change, JournalEntry } from '../model/change.ts'
import { nextOf } from '../model/codes.ts'
import type { Evidence } from '../model/error.ts'
import { textAt } from '../model/json.ts'
import { showOwner } from '../model/owner.ts'
import type { ChangeDocument } from './documents.ts'
import { line, nextLines, row } from './line.ts'
import type { Line, Tone } from './line.ts'
import { planTitle } from './plan-lines.ts'

/** A change for a person: where it stands, where to look, and whom it waits for as the last line. */
export function changeLines(change: ChangeDocument): readonly Line[] {
  const { plan, facts } = change
  const requester = plan.request.requester
  return [
    line(`change/${change.id} ${change.status}: ${planTitle(plan)}`, change.status === 'open' ? 'title' : toneOf(change.status)),
    ...row('environment', [`${plan.environment.name} (class ${plan.environmentClass})`]),
    ...row('asked by', [`${requester.person ?? requester.alias} at ${change.createdAt}${plan.request.reason === null ? '' : `: ${plan.request.reason}`}`]),
    ...plan.request.incident === null ? [] : row('incident', [plan.request.incident]),
    ...plan.request.rollbackPlan === null ? [] : row('take back', [plan.request.rollbackPlan]),
    ...row('owner', [showOwner(plan.owner)]),
    ...row('place', plan.places),
    ...whereToLook(change),
    ...facts.mergeCommit === undefined ? [] : row('merged', [`${facts.mergeCommit.slice(0, 12)} into ${plan.branch}${facts.mergedAt === undefined ? '' : ` at ${facts.mergedAt}`}`, ...outsideLines(facts)]),
    ...verifiedLines(change),
    ...regressedLines(change.facts),
    ...stateLines(change),
    ...endedLines(change),
    ...backLines(change),
    ...waitingLines(change),
  ]
}

/** Nobody may overlook that a merge went past the gates. */
function outsideLines({ mergedOutside }: ChangeDocument['facts']): readonly string[] {
  if (mergedOutside === undefined) return []
  return [`outside Writ by ${mergedOutside.by}${mergedOutside.missing === null ? '' : `, without ${mergedOutside.missing}`}`]
}

/** What `describe` adds: votes, and the journal. */
export function describeLines(change: ChangeDocument): readonly Line[] {
  return [
    ...row('digest', [change.plan.digest]),
    ...tupleLines(change),
    ...row('votes', change.approvals === undefined || change.approvals.length === 0 ? ['none'] : change.approvals.map(vote)),
    ...row('journal', change.journal === undefined || change.journal.length === 0 ? ['empty'] : change.journal.map(entry)),
  ]
}

/** Whom an open change waits for, and the command that goes on: one line, the last. */
export function waitingLines(change: Pick<ChangeDocument, 'status' | 'waiting' | 'next' | 'step'>): readonly Line[] {
  if (change.status !== 'open') return []
  const { waiting } = change
  const next = change.next === null ? '' : ` Next: ${change.next}`
  if (waiting === null) return [line(`Not finished: it is at ${change.step}.${next}`, 'warn')]
  if (waiting.for === 'time') return [line(`In force: ${waiting.sentence}. To end it before: ${change.next ?? ''}`, 'good')]
  const whom = waiting.for === 'people' ? 'people' : waiting.for === 'process' ? 'another process' : `the ${waiting.for}`
  // The last line is read by scripts and stays one line, whatever a controller says.
  const sentence = waiting.sentence.replace(/^waits for /, '').replaceAll(/\s*\n\s*/g, ' ')
  return [line(`Waiting for ${whom}: ${sentence}${/[.!?]$/.test(sentence) ? '' : '.'}${next}`, 'warn')]
}

/** Evidence as indented sentences with their places. */
export function evidenceLines(evidence: readonly Evidence[]): readonly Line[] {
  return evidence.map(({ sentence, at }) => line(`  ${sentence}${at === undefined ? '' : ` (${at})`}`))
}

function whereToLook({ plan, facts }: ChangeDocument): readonly Line[] {
  const { branch, head } = facts
  if (branch === undefined) return []
  const request = facts.changeRequest
  const url = plan.owner.source.url
  // By its id: FETCH_HEAD is whatever was fetched last.
  const see = facts.mergeCommit === undefined ? `git fetch ${url} ${branch} && git diff ${facts.headBase ?? plan.base}...${head ?? 'FETCH_HEAD'}` : `git fetch ${url} ${plan.branch} && git show ${facts.mergeCommit}`
  return [
    ...row('branch', [`${branch}${head === undefined ? '' : ` at ${head.slice(0, 12)}`}`]),
    ...row('repository', [url]),
    ...request === undefined ? [] : row('request', [request.url ?? request.id]),
    ...row('see it', [`in a clone: ${see}`]),
  ]
}

function verifiedLines({ facts }: ChangeDocument): readonly Line[] {
  const seen = facts.verified
  if (seen === undefined) return []
  return row('verified', [seen.revision === '' ? seen.at : `at revision ${seen.revision.slice(0, 12)}, ${seen.at}`, ...seen.sentences], 'good')
}

/** What was true at the verification is no longer: nobody may take the word of then for the state of now. */
function regressedLines({ regressed, recheckedAt }: ChangeDocument['facts']): readonly Line[] {
  if (regressed !== undefined) return row('REGRESSED', [`at ${regressed.at}: ${regressed.sentence}`], 'bad')
  return recheckedAt === undefined ? [] : row('seen again', [`at ${recheckedAt}`])
}

/** Where a merged change stands on its way into the cluster. */
function stateLines({ status, facts }: ChangeDocument): readonly Line[] {
  const { verifying } = facts
  return status !== 'open' || verifying === undefined ? [] : row('state', [`${verifying.state} since ${verifying.since}`])
}

/** What was read at the last look, as it was read. */
function tupleLines({ facts: { verified } }: ChangeDocument): readonly Line[] {
  if (verified === undefined) return []
  return row('evidence', [...verified.owner === undefined ? [] : [`owner ${JSON.stringify(verified.owner)}`], ...verified.live === undefined ? [] : [`live ${JSON.stringify(verified.live)}`]], 'dim')
}

function endedLines(change: ChangeDocument): readonly Line[] {
  if (change.ended === null) return []
  const said = (change.approvals ?? []).flatMap(({ vote: choice, person, comment }) => choice === 'reject' && comment !== null ? [`${person}: ${comment}`] : [])
  const next = nextOf(change.ended.code)
  return [
    ...row('ended', [`${change.ended.code}: ${change.ended.message}`], toneOf(change.status)), ...change.status === 'rejected' ? row('comment', said) : [],
    ...evidenceLines(change.ended.evidence), ...next === null ? [] : nextLines(next),
  ]
}

/** How a failed change is taken back, ready to be typed; or what does so already. */
function backLines({ id, facts }: ChangeDocument): readonly Line[] {
  if (facts.rolledBackBy !== undefined) return row('rolled back', [`by change/${facts.rolledBackBy}`])
  if (facts.rollback === undefined) return []
  return facts.rollback.possible ? [line(`To take it back: writ rollback change/${id}`, 'warn')] : row('rollback', [`cannot be planned: ${facts.rollback.because ?? 'nothing of it is left'}`])
}

function toneOf(status: Change['status']): Tone {
  if (status === 'verified') return 'good'
  return status === 'cancelled' || status === 'superseded' ? 'warn' : 'bad'
}

function vote(approval: Approval): string {
  const comment = approval.comment === null ? '' : `: ${approval.comment}`
  return `${approval.vote === 'approve' ? 'approved' : 'rejected'} by ${approval.person} via ${approval.via} at ${approval.at}, head ${approval.head.slice(0, 12)}, until ${approval.expires}${comment}`
}

function entry(one: JournalEntry): string {
  const said = textAt(one.data, 'sentence') ?? textAt(one.data, 'message')
  return `${one.at} ${one.step} ${one.kind}${said === undefined ? '' : `: ${said}`} (${one.by})`
}
