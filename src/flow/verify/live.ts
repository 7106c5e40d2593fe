import type { Change, ChangeFacts, StepResult, Waiting } from '../../model/change.ts'
import { milliseconds } from '../../model/environment.ts'
import { showOwner } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import { lookLive } from './look-live.ts'
import type { LiveLook } from './look-live.ts'
import { contentAt } from './rendered-content.ts'
import type { Verification } from './verification.ts'
import { clear, ended, isGone, short, takeBack, waitForController, waitForPeople } from './answers.ts'
import type { Seen } from './answers.ts'
import { entering, iso } from './clock.ts'
import { settle, trigger, triggerOrWait } from './trigger.ts'
import { unseen } from './trouble.ts'

/** After its one hard refresh was taken an owner that is Synced on a wrong live value has this long to correct it; and this long to take it. */
const HARD_REFRESH_GRACE = 5_000
const HARD_REFRESH_PATIENCE = 60_000
/** A rollout must be seen failing this long before it counts as failed, where the environment says nothing. */
const FAILING_FOR = '60s'
const LONGEST_POLL = 10 * 60_000

/** The resource itself, always last: an owner's word is not enough (argocd-flux.md 6.4). */
export async function judgeLive(v: Verification, { seen, found }: Seen): Promise<StepResult> {
  const look = await lookLive(v)
  switch (look.kind) {
    case 'different': return falselySynced(v, look.sentence, { seen, found })
    case 'unserved': return unseen(v, look.sentence)
    case 'unmet': return waitForController(v, { state: 'ROLLOUT_WAIT', sentence: look.sentence }, { seen, found })
    case 'paused': return waitForPeople(v, { state: 'BLOCKED_PAUSED', sentence: look.sentence }, found)
    case 'failing': return failingRollout(v, look, { seen, found })
    case 'healthy': return stable(v, look, { seen, found })
  }
}

/** An owner that has applied ours and waits for it to become healthy: what it waits for in vain is seen long before its own time is up. */
export async function failingEarly(v: Verification, { seen, found }: Seen): Promise<StepResult | null> {
  const look = await lookLive(v)
  return look.kind === 'failing' ? failingRollout(v, look, { seen, found }) : null
}

/**
 * The owner says Synced at a revision whose source holds the value, and the live object does not: one hard refresh, then failed. An edit by hand that the owner
 * has not noticed yet looks the same: it has the time again, whenever the refresh was.
 */
async function falselySynced(v: Verification, sentence: string, { seen, found }: Seen): Promise<StepResult> {
  const { hardRefreshedAt: asked, differsSince } = v.change.facts
  const began = typeof differsSince === 'string' ? differsSince : iso(v.now)
  const owner = showOwner(v.change.plan.owner)
  if (asked === undefined) {
    const refused = await trigger(v, 'hard')
    return waitForController(v, { state: 'SYNC_WAIT', sentence: `${sentence}, although ${owner} says it is in sync${refused}` }, { seen, found: { ...found, hardRefreshedAt: iso(v.now), differsSince: began } })
  }
  const since = v.now - Math.max(Date.parse(asked), Date.parse(began))
  if (since < (seen.pending ? HARD_REFRESH_PATIENCE : HARD_REFRESH_GRACE)) return waitForController(v, { state: 'SYNC_WAIT', sentence }, { seen, found: { ...found, differsSince: began } })
  return ended(v, seen, { code: 'verify/false-synced', message: `FALSE_SYNCED: ${owner} says it is in sync at ${short(seen.revision ?? '')}, but ${sentence}; a hard refresh did not change that.` })
}

/** What its controller has given up is over at once. What may still pass (no room for a pod) is given twice the time. */
function failingRollout(v: Verification, look: LiveLook & { readonly kind: 'failing' }, { seen, found }: Seen): StepResult {
  if (look.over === 'back') return ended(v, seen, { code: 'verify/rolled-back', message: `ROLLED_BACK: the version of before was put back: ${look.sentence}.${takeBack(v)}` })
  if (look.over === 'failed') return ended(v, seen, { code: 'verify/failed', message: `FAILED: the rollout fails, and is not tried again: ${look.sentence}.${takeBack(v)}` })
  const since = v.change.facts.failingSince
  const wait = { state: 'ROLLOUT_WAIT' as const, sentence: `failing: ${look.sentence}` }
  if (typeof since !== 'string') return waitForController(v, wait, { seen, found: { ...found, failingSince: iso(v.now) } })
  const confirmed = milliseconds(v.change.plan.environment.verify.failing ?? FAILING_FOR) * (look.slow ? 2 : 1)
  if (v.now - Date.parse(since) < confirmed) return waitForController(v, wait, { seen, found: { ...found, failingSince: since } })
  return ended(v, seen, { code: 'verify/failed', message: `FAILED: the rollout fails: ${look.sentence}.${takeBack(v)}` })
}

/**
 * Healthy at two looks, the stability time apart or more, with the same uid and generation: nothing was asked of the object in between,
 * also where nobody looked. Anything else starts the time again.
 */
async function stable(v: Verification, look: LiveLook & { readonly kind: 'healthy' }, { seen, found }: Seen): Promise<StepResult> {
  const { plan, facts } = v.change
  const needed = milliseconds(plan.environment.verify.stability)
  const since = facts.healthySince
  const settled = { ...found, ...clear(v, 'failingSince', 'differsSince'), ...entering(v, 'STABILISING'), ...typeof facts.timeUpAt === 'string' ? { timeUpAt: null } : {} }
  const wait = (left: number, more: ChangeFacts = {}): StepResult => ({ kind: 'waiting', waiting: settling(plan), facts: { ...settled, ...more }, retryAfter: Math.max(200, Math.min(left, 5000)) })
  if (typeof since !== 'string' || facts.healthyOf !== look.version) return wait(needed, { healthySince: iso(v.now), healthyOf: look.version, ...await askOnceMore(v) })
  const left = Math.max(Date.parse(since) + needed - v.now, pendingAfterDeletion(v, seen))
  if (left > 0) return wait(left)
  const moved = await movedOn(v, { seen, found })
  // What is live stays as seen: the next look need not begin anew.
  if (moved !== null) return moved.kind === 'waiting' ? { ...moved, facts: { ...moved.facts, healthySince: since, healthyOf: look.version } } : moved
  const revision = seen.revision ?? ''
  const sentences = [
    seen.generated === true ? `${showOwner(plan.owner)} has generated ${showRef(plan.target)} as ${plan.branch} has it at ${revision}` : revision === v.ours ? `${showOwner(plan.owner)} is at ${revision}, the merge` : `${showOwner(plan.owner)} is at ${revision}, which contains the merge ${v.ours}`,
    isGone(plan.edits) ? `the source at that revision does not hold ${showRef(plan.target)}` : 'the source at that revision holds the asked values',
    ...look.seen,
    look.sentence,
    `seen so at ${since} and at ${iso(v.now)}, ${isGone(plan.edits) ? 'and it was not made again' : 'with no change to the object'} in between (stability ${plan.environment.verify.stability})`,
    ...seen.notes,
  ]
  const verified = { revision, mergeCommit: v.ours, fields: look.fields, health: look.sentence, at: iso(v.now), sentences, ...seen.tuple === undefined ? {} : { owner: seen.tuple }, live: look.tuple }
  const recheckAt = iso(v.now + pollOf(seen.times?.poll))
  if ((facts.refreshes ?? 0) > 0 || facts.hardRefreshedAt !== undefined || facts.goneAskedAt !== undefined) await settle(v)
  return { kind: 'done', sentence: `verified: ${look.sentence} at ${short(revision)}`, facts: { ...found, verified, recheckAt } }
}

function pollOf(poll: number | undefined): number {
  return Math.min(LONGEST_POLL, poll ?? 180_000)
}

/** A deleted object must stay away through one more look of its owner: that look is asked for, so that nobody waits a whole interval. */
async function askOnceMore(v: Verification): Promise<ChangeFacts> {
  if (!isGone(v.change.plan.edits) || v.change.facts.goneAskedAt !== undefined) return {}
  const refused = await trigger(v, 'normal')
  return { goneAskedAt: iso(v.now), ...refused === '' ? {} : { goneUnasked: true } }
}

/** What is left of the time in which the owner may make it again: until it has taken the request, or its own interval where it may not be asked. */
function pendingAfterDeletion({ change, now }: Verification, seen: Seen['seen']): number {
  const { goneAskedAt, goneUnasked } = change.facts
  if (goneAskedAt === undefined) return 0
  const interval = Date.parse(goneAskedAt) + pollOf(seen.times?.poll) - now
  return seen.pending || goneUnasked === true ? Math.max(0, interval) : 0
}

/** The branch as it is now: where it no longer holds the change, what is live today will not last, and is not called verified; the owner is asked to go there. */
async function movedOn(v: Verification, { seen, found }: Seen): Promise<StepResult | null> {
  const { plan, facts } = v.change
  const tip = await v.reader.tip(plan.branch)
  if (tip === null || tip.commit === seen.revision || tip.commit === facts.contentAt) return null
  const content = await contentAt(v, tip.commit)
  if (content.kind !== 'different') return null
  const sentence = `live and healthy, but ${plan.branch} has moved on to ${short(tip.commit)}, where ${content.sentence}; ${showOwner(plan.owner)} will deploy that`
  return triggerOrWait(v, { state: 'SOURCE_WAIT', sentence }, { seen, found })
}

function settling({ edits, environment }: Change['plan']): Waiting {
  return { for: 'controller', sentence: `${isGone(edits) ? 'gone' : 'live and healthy'}; watching for ${environment.verify.stability} that it stays so`, next: null }
}
