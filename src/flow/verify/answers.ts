import type { ChangeFacts, StepResult } from '../../model/change.ts'
import type { FailureCode } from '../../model/codes.ts'
import type { Evidence } from '../../model/error.ts'
import { showPath, wholeOf } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { showJson } from '../../model/json.ts'
import type { Observation, VerifyState } from '../../model/observation.ts'
import { showOwner } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import type { Verification } from './verification.ts'
import { countsSince, entering, iso, limitOf, pollAfter } from './clock.ts'

/** A change whose time is up gets this much more: a process that comes back after a night must not end it by one unlucky look. */
const LAST_CHANCE = 15_000

/** What one look found, to be told or kept. */
export interface Seen { readonly seen: Observation, readonly found: ChangeFacts }

/** Why the change waits, in one of the states of argocd-flux.md 7. */
export interface Wait { readonly state: VerifyState, readonly sentence: string, readonly next?: string | null }

/** Waits for the owner or the rollout; ends the change where the time is up. Whatever was healthy before no longer counts. */
export function waitForController(v: Verification, { state, sentence }: Wait, { seen, found }: { readonly seen: Observation | null, readonly found: ChangeFacts }): StepResult {
  const limit = limitOf(v, state, seen?.times)
  const up = v.now - countsSince(v, state, limit) > limit.ms
  const last = v.change.facts.timeUpAt
  if (up && typeof last === 'string' && v.now - Date.parse(last) >= LAST_CHANCE) {
    const where = limit.total ? '' : ` in ${state}`
    return ended(v, seen, { code: 'verify/timeout', message: `TIMED_OUT: merged, but not seen live within ${limit.said}${where}. What failed last: ${sentence}.` })
  }
  const timeUp: ChangeFacts = up && typeof last !== 'string' ? { timeUpAt: iso(v.now) } : !up && typeof last === 'string' ? { timeUpAt: null } : {}
  return { kind: 'waiting', waiting: { for: 'controller', sentence, next: null }, ...changed(v, sentence, { ...found, ...timeUp, ...entering(v, state) }), retryAfter: Math.min(pollAfter(v), up ? 2000 : Infinity) }
}

/** People have no deadline, and neither has a window that opens when it opens. */
export function waitForPeople(v: Verification, { state, sentence, next = null }: Wait, found: ChangeFacts = {}): StepResult {
  return { kind: 'waiting', waiting: { for: 'people', sentence, next }, ...changed(v, sentence, { ...found, ...entering(v, state) }), retryAfter: Math.max(2000, pollAfter(v)) }
}

/** Only the facts that are new: a look that saw the same writes nothing. */
function changed(v: Verification, lastUnmet: string, found: ChangeFacts): { facts?: ChangeFacts } {
  // What was seen without interruption until now, was interrupted, unless this look has seen it, too.
  const facts: ChangeFacts = { ...clear(v, 'failingSince', 'differsSince'), ...found, ...clear(v, 'healthySince'), ...(v.change.facts.lastUnmet === lastUnmet ? {} : { lastUnmet }) }
  return Object.keys(facts).length === 0 ? {} : { facts }
}

/** Takes a fact back that no longer holds. */
export function clear(v: Verification, ...facts: readonly ('healthySince' | 'failingSince' | 'differsSince' | 'refusedSince' | 'missingSince' | 'failingAtSince' | 'unreachableSince')[]): ChangeFacts {
  return Object.fromEntries(facts.filter(fact => typeof v.change.facts[fact] === 'string').map(fact => [fact, null]))
}

/** An end of the change; the message begins with the state's own word. */
export function ended(v: Verification, seen: Observation | null, why: { readonly code: FailureCode, readonly message: string }): StepResult & { readonly kind: 'ended' } {
  return { kind: 'ended', status: why.code === 'verify/superseded' ? 'superseded' : 'failed', ...why, evidence: evidenceOf(v, seen) }
}

function evidenceOf(v: Verification, seen: Observation | null): readonly Evidence[] {
  const at = showOwner(v.change.plan.owner)
  const state = v.change.facts.verifying
  return [
    ...seen === null ? [] : [{ sentence: `observed revision ${seen.revision ?? 'none'}, merge ${v.ours}`, at }],
    ...v.change.plan.edits.map(edit => ({ sentence: `asked: ${wanted(edit)}`, at: showRef(v.change.plan.target) })),
    ...seen === null ? [] : seen.unmet.map(sentence => ({ sentence, at })),
    ...seen?.failure == null ? [] : [{ sentence: seen.failure.sentence, at }],
    ...state === undefined ? [] : [{ sentence: `last state ${state.state}, since ${state.since}` }],
    ...seen?.tuple === undefined ? [] : [{ sentence: `read: ${JSON.stringify(seen.tuple)}`, at }],
  ]
}

/** True where the object itself shall be gone. */
export function isGone(edits: readonly Edit[]): boolean {
  const whole = wholeOf(edits)
  return whole !== null && whole.after === undefined
}

function wanted({ path, after }: Edit): string {
  if (path.length === 0) return after === undefined ? 'that it is deleted' : 'that it is made'
  return after === undefined ? `that ${showPath(path)} goes` : `${showPath(path)} = ${showJson(after)}`
}

/** The end of a message about a failure that is this change's own. */
export function takeBack(v: Verification): string {
  return ` To take the change back: git revert -m 1 ${short(v.ours)}.`
}

/** A commit as people read it. */
export function short(commit: string): string {
  return commit.slice(0, 12)
}
