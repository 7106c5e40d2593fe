import type { ChangeFacts } from '../../model/change.ts'
import { milliseconds } from '../../model/environment.ts'
import type { OwnerTimes, VerifyState } from '../../model/observation.ts'
import { count } from './health-parts.ts'
import type { Verification } from './verification.ts'

/** What an owner that says nothing of its times is given (argocd-flux.md 7.1). */
const TIMES: OwnerTimes = { source: 7 * 60_000, sync: 10 * 60_000, rollout: 11 * 60_000, poll: 3 * 60_000 }
const PROGRESS_DEADLINE = 600
/** A controller that does not let itself be watched is asked again after 2 s, then ever more seldom (2 s → ×1.5 → 15 s). */
const FIRST_POLL = 2000
const LONGEST_POLL = 15_000

/** States that only people, or a time that they set, end: they have no deadline. */
export function isPeople(state: VerifyState): boolean {
  return state.startsWith('BLOCKED_') || state === 'UNREACHABLE'
}

/** How long the change may be in a state: by its owner's own spec, unless the environment says otherwise. `total`: from the merge on, whatever the state. */
export interface Limit { readonly ms: number, readonly total: boolean, readonly said: string }

export function limitOf(v: Verification, state: VerifyState, given: OwnerTimes | undefined): Limit {
  const { syncTimeout, verify } = v.change.plan.environment
  if (syncTimeout !== undefined) return { ms: milliseconds(syncTimeout), total: true, said: syncTimeout }
  const part = partOf(state)
  const own = verify.deadlines?.[part]
  if (own !== undefined) return { ms: milliseconds(own), total: false, said: own }
  const times = given ?? TIMES
  const ms = part === 'rollout' ? Math.max(times.rollout, progressDeadline(v)) : times[part]
  return { ms, total: false, said: shown(ms) }
}

function partOf(state: VerifyState): 'source' | 'sync' | 'rollout' {
  if (state === 'SOURCE_WAIT') return 'source'
  return state === 'ROLLOUT_WAIT' || state === 'STABILISING' ? 'rollout' : 'sync'
}

/** The workload's own deadline and a minute. */
function progressDeadline({ change }: Verification): number {
  const { live } = change.plan
  return ((live === null ? 0 : count(live, 'spec', 'progressDeadlineSeconds')) || PROGRESS_DEADLINE) * 1000 + 60_000
}

function shown(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds % 60 === 0 ? `${seconds / 60}m` : seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

/** The state that the change is in now, and since when it has been in each. Time that people took is nobody's deadline. */
export function entering(v: Verification, state: VerifyState): ChangeFacts {
  const before = v.change.facts.verifying
  if (before?.state === state) return {}
  const at = iso(v.now)
  const freed = before !== undefined && isPeople(before.state) && !isPeople(state)
  const entered = freed ? {} : before?.entered ?? {}
  return { verifying: { state, since: at, entered: { ...entered, [state]: entered[state] ?? at } }, ...freed ? { clockFrom: at } : {} }
}

/** Since when a limit counts. */
export function countsSince(v: Verification, state: VerifyState, limit: Limit): number {
  const { facts, createdAt } = v.change
  const before = facts.verifying
  if (before !== undefined && isPeople(before.state) && !isPeople(state)) return v.now
  const start = Math.max(Date.parse(facts.mergedAt ?? createdAt), Date.parse(facts.clockFrom ?? '') || 0)
  return limit.total ? start : Date.parse(before?.entered[state] ?? iso(v.now))
}

/** When to look again where no watch says so earlier; a fifth of jitter (argocd-flux.md 7.1). */
export function pollAfter(v: Verification): number {
  const { facts, createdAt } = v.change
  const since = Math.max(Date.parse(facts.mergedAt ?? createdAt), Date.parse(facts.verifying?.since ?? '') || 0, Date.parse(facts.refreshedAt ?? '') || 0)
  const base = Math.min(LONGEST_POLL, FIRST_POLL + Math.max(0, v.now - since) / 2)
  return Math.round(base * (0.8 + v.world.clock.random() * 0.4))
}

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
