import type { Change, ChangeFacts, VotesSeen } from '../../../model/change.ts'
import { nextOf } from '../../../model/codes.ts'
import type { VerifyState } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import { code, words } from './inert.ts'
import { showsAll } from './page-input.ts'
import type { PageInput } from './page-input.ts'
import { counted, fit, folded, join, pageLimit, table } from './part.ts'
import { takeBackCommand } from './take-back.ts'

const MOST_NAMES = 20
const MOST_EVIDENCE = 8
const ENDS = { rejected: 'Declined', cancelled: 'Cancelled', superseded: 'Superseded', failed: 'Failed', refused: 'Refused' } as const
/** By the state alone: the sentences of controllers change with every look, and a comment that is written anew each time helps nobody. */
const STATES: Readonly<Record<VerifyState, string>> = {
  SOURCE_WAIT: 'the owner has not seen the merge yet', HYDRATE_WAIT: 'it is being rendered into another branch', SYNC_WAIT: 'the owner is bringing it to the cluster', CHILD_WAIT: 'an owner below is bringing it to the cluster',
  ROLLOUT_WAIT: 'it is rolling out', STABILISING: 'it is live and healthy, and watched for a while', UNREACHABLE: 'the cluster does not answer',
  BLOCKED_SUSPENDED: 'the owner is suspended', BLOCKED_WINDOW: 'a sync window is closed', BLOCKED_MANUAL_SYNC: 'somebody must start the sync', BLOCKED_PAUSED: 'the rollout is paused', BLOCKED_PROMOTION: 'somebody must promote it', BLOCKED_DEPENDENCY: 'it waits for what it depends on',
}

/** The one comment that is kept true: where the change stands, who has decided, and what was seen when. The same change gives the same text. */
export function progressComment({ change, can, redact }: Omit<PageInput, 'people'>): string {
  const text = join([standing(change, redact), votesOf(change), table(['when (UTC)', 'what'], timeline(change)), evidenceOf(change, redact)])
  return fit([{ text, left: { rank: 1, brief: `${standing(change, redact)}\n\nWhat happened when does not fit here: ${showsAll(change)}.` } }], pageLimit(can))
}

type Redact = PageInput['redact']

function standing(change: Change, redact: Redact): string {
  const { status, facts, ended } = change
  if (status === 'open') return open(change, redact)
  if (status === 'verified') return verified(facts, redact, change.id)
  const why = ended === null ? '' : `: ${words(redact(ended.message))}`
  const next = ended === null ? null : nextOf(ended.code)
  const what = next === null ? '' : `What to do: ${words(next)}`
  const merged = facts.mergeCommit === undefined || status !== 'failed' ? '' : `To take it back: \`${takeBackCommand(change.id)}\`.`
  return join([`**${ENDS[status]}**${why}`, [what, merged].filter(text => text !== '').join(' ')])
}

function open({ step, waiting, facts, id, plan }: Change, redact: Redact): string {
  if (step === 'verify' && waiting?.for !== 'people') {
    const state = facts.verifying?.state
    return `**Merged**, and on its way into the cluster${state === undefined ? '' : `: ${STATES[state]}`}.`
  }
  if (waiting === null) return '**Open**.'
  const sentence = words(redact(waiting.sentence.replace(/^waits for /, '')))
  const who = waiting.for === 'people' ? 'Waiting for people' : waiting.for === 'forge' ? 'Waiting' : 'On its way'
  const how = step === 'approve' && (facts.votes?.against ?? []).length === 0 ? ` To approve, review the present head here, or use \`writ approve change/${id}${plan.needs.signed ? ' --key FILE' : ''}\`.` : waiting.next === null || /^https?:/.test(waiting.next) ? '' : ` Next: ${code(redact(waiting.next))}.`
  return `**${who}**: ${sentence}.${how}`
}

function verified({ verified: seen, regressed }: ChangeFacts, redact: Redact, id: string): string {
  if (regressed !== undefined) return `**It is no longer so**: ${words(redact(regressed.sentence))}. It was verified before. To take the change back: \`${takeBackCommand(id)}\`.`
  return seen === undefined ? '**Verified**.' : `**Verified**: the live fields are as asked, and it is ${words(redact(seen.health))}.`
}

function votesOf({ facts, plan }: Change): string {
  const votes = facts.votes
  if (votes === undefined || votes.head !== facts.head || plan.needs.count === 0) return ''
  const lines = [`- Approved by ${votes.approved.length === 0 ? 'nobody yet' : names(votes.approved.map(one => one.person))} (${counted(plan.needs.count, 'approval')} needed)`]
  if (votes.missing !== null) lines.push(`- Missing: ${words(votes.missing)}`)
  if (votes.against.length > 0) lines.push(`- Changes asked for by ${names(votes.against)}`)
  for (const { who, reason } of votes.ignored.slice(0, MOST_NAMES)) lines.push(`- Does not count: ${code(who)}: ${words(reason)}`)
  return lines.join('\n')
}

function names(of: readonly string[]): string {
  const more = of.length > MOST_NAMES ? ` and ${of.length - MOST_NAMES} more` : ''
  return of.slice(0, MOST_NAMES).map(name => code(name)).join(', ') + more
}

function timeline(change: Change): readonly (readonly string[])[] {
  const { plan, facts, createdAt, status, ended } = change
  const { requester } = plan.request
  const events: { readonly at: string, readonly what: string }[] = [{ at: createdAt, what: `asked by ${code(requester.person ?? requester.alias, 'cell')}` }]
  for (const { person, at, via } of approvalsOf(facts)) events.push({ at, what: `approved by ${code(person, 'cell')} (${VIA[via]})` })
  if (facts.mergedAt !== undefined) events.push({ at: facts.mergedAt, what: mergeWords(change) })
  for (const [state, at] of Object.entries(facts.verifying?.entered ?? {})) events.push({ at, what: `${stateWords(state)}: ${code(showOwner(plan.owner), 'cell')}` })
  if (facts.verified !== undefined) events.push({ at: facts.verified.at, what: '**verified**' })
  if (facts.regressed !== undefined) events.push({ at: facts.regressed.at, what: '**no longer so**' })
  if (status !== 'open' && status !== 'verified' && facts.endedAt !== undefined) events.push({ at: facts.endedAt, what: `**${ENDS[status].toLowerCase()}** (${code(ended?.code ?? status, 'cell')})` })
  return events.toSorted((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0).map(({ at, what }) => [code(utc(at), 'cell'), what])
}

const VIA: Readonly<Record<VotesSeen['approved'][number]['via'], string>> = { 'forge': 'review here', 'ssh-key': 'signed', 'os-user': 'on the command line' }

function approvalsOf({ votes, head }: ChangeFacts): VotesSeen['approved'] {
  return votes === undefined || votes.head !== head ? [] : votes.approved.slice(0, MOST_NAMES)
}

function mergeWords({ plan, facts }: Change): string {
  const by = facts.mergedOutside?.by ?? facts.mergedBy ?? facts.mergeAskedBy?.person ?? null
  const who = by === null ? '' : ` by ${code(by, 'cell')}`
  const missing = facts.mergedOutside?.missing ?? null
  const past = missing === null ? '' : `, **without ${words(missing, 'cell')}**`
  return `merged${who} into ${code(plan.branch, 'cell')} as ${code((facts.mergeCommit ?? '').slice(0, 12), 'cell')}${past}`
}

function stateWords(state: string): string {
  const known: Readonly<Record<string, string>> = STATES
  return known[state] ?? code(state, 'cell')
}

/** What was seen at the end: for whom it did not go as asked. */
function evidenceOf({ status, ended }: Change, redact: Redact): string {
  if (status !== 'failed' || ended === null || ended.evidence.length === 0) return ''
  const lines = ended.evidence.slice(0, MOST_EVIDENCE).map(({ sentence, at }) => `- ${words(redact(sentence))}${at === undefined ? '' : ` (${code(redact(at))})`}`)
  return folded('What was seen last', lines.join('\n'))
}

/** `2026-01-01 10:00:00`. */
function utc(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}
