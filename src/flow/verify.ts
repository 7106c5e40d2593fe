import type { Change, ChangeFacts, StepResult, Waiting } from '../model/change.ts'
import { milliseconds } from '../model/environment.ts'
import { WritError } from '../model/error.ts'
import type { Evidence } from '../model/error.ts'
import { showPath, wholeOf } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { showJson } from '../model/json.ts'
import type { Observation } from '../model/observation.ts'
import { showOwner } from '../model/owner.ts'
import { showRef } from '../model/resource.ts'
import { liveTarget } from './live-target.ts'
import { openRepository } from './repository.ts'
import { laterCommit } from './later-commit.ts'
import { lookLive } from './look-live.ts'
import type { LiveLook } from './look-live.ts'
import { contentAt } from './rendered-content.ts'
import type { Content } from './rendered-content.ts'
import type { Verification } from './verification.ts'
import type { World } from './world.ts'

/** The owner is triggered at most so often, and not again before this time has passed (argocd-flux.md 5.1). */
const MAX_REFRESHES = 3
const REFRESH_SPACING = 10_000
/** After its one hard refresh was taken an owner that is Synced on a wrong live value has this long to correct it; and this long to take it. */
const HARD_REFRESH_GRACE = 5_000
const HARD_REFRESH_PATIENCE = 60_000
/** A rollout must be seen failing this long before it counts as failed. */
const FAILING_FOR = 60_000
/** A change whose time is up gets this much more: a process that comes back after a night must not end it by one unlucky look. */
const LAST_CHANCE = 15_000

/**
 * One look at a merged change; called again until it ends (argocd-flux.md 6, 7). Verified means, all of it seen: the observed revision
 * contains our merge commit, the source at that revision still holds the asked values, the live object has them, its rollout is
 * healthy, and all that for the environment's stability time in at least two looks.
 */
export async function verify(world: World, change: Change): Promise<StepResult> {
  const v = begin(world, change)
  try {
    const seen = await v.tool.observe(change.plan.owner, liveTarget(change.plan), isGone(change.plan.edits) ? 'gone' : 'there')
    return await decide(v, seen)
  } catch (error) {
    // What may pass by itself is waited for, until the time of the environment is up.
    if (error instanceof WritError && error.retry) return waitForController(v, `cannot be looked at now: ${error.message}`, {})
    throw error
  }
}

function begin(world: World, change: Change): Verification {
  const ours = change.facts.mergeCommit
  const tool = world.tools.find(one => one.name === change.plan.owner.tool)
  if (ours === undefined || tool === undefined) throw new WritError('internal/bug', `The change reached verify without ${tool === undefined ? `an adapter for ${change.plan.owner.tool}` : 'a merge commit'}.`)
  return { world, change, ours, tool, reader: openRepository(world, change.plan).reader, cluster: world.clusters.named(change.plan.target.cluster), now: world.clock.now() }
}

async function decide(v: Verification, seen: Observation): Promise<StepResult> {
  const { plan, facts } = v.change
  const name = showOwner(plan.owner)
  if (!seen.unchanged) return failed(v, seen, `OWNER_CHANGED: ${name} no longer deploys ${plan.owner.source.path || '/'} of ${plan.owner.source.url} at ${plan.owner.source.revision}.`)
  const place = await placeOf(v, seen.revision)
  if (place === 'rewritten') return reverted(v, seen, `The branch ${plan.branch} no longer contains the merge ${short(v.ours)}: its history was rewritten.`)
  const broken = await failedAtOurs(v, seen)
  if (broken !== null) return failed(v, seen, `${name} cannot deploy the merge: ${broken}`)
  if (place !== 'contains') {
    if (seen.blocked?.code === 'BLOCKED_SUSPENDED') return waitForPeople(v, seen.blocked)
    return triggerOrWait(v, `${name} is at ${seen.revision === null ? 'no commit' : short(seen.revision)}, not yet at ${short(v.ours)}`, { seen, found: {} })
  }
  const content = await contentOf(v, seen.revision)
  if (content.kind === 'different') return overtaken(v, content, seen)
  if (content.kind === 'unknown') return waitForController(v, content.sentence, {})
  const found: ChangeFacts = seen.revision === null || facts.contentAt === seen.revision ? {} : { contentAt: seen.revision }
  if (!seen.accepted) {
    if (seen.blocked !== null) return waitForPeople(v, seen.blocked, found)
    return triggerOrWait(v, `${name}: ${seen.unmet[0] ?? 'not accepted'}`, { seen, found })
  }
  return judgeLive(v, seen, found)
}

/** Where an observed revision stands to our merge. `rewritten` where the branch itself has lost it. */
async function placeOf(v: Verification, revision: string | null): Promise<'contains' | 'behind' | 'rewritten'> {
  if (revision === null) return 'behind'
  if (await v.reader.contains(revision, v.ours)) return 'contains'
  if (await v.reader.contains(v.ours, revision)) return 'behind'
  const tip = await v.reader.tip(v.change.plan.branch)
  return tip !== null && await v.reader.contains(tip.commit, v.ours) ? 'behind' : 'rewritten'
}

/** The controller's text where it failed for good at a revision that contains ours. A failure elsewhere is not this change's end. */
async function failedAtOurs(v: Verification, seen: Observation): Promise<string | null> {
  if (seen.failure?.permanent !== true || seen.failure.revision === null) return null
  return await v.reader.contains(seen.failure.revision, v.ours) ? seen.failure.sentence : null
}

/** What the source holds at the observed revision; a revision that was seen to hold the asked values is not rendered again. */
async function contentOf(v: Verification, revision: string | null): Promise<Content> {
  return revision === null || v.change.facts.contentAt === revision ? { kind: 'same' } : contentAt(v, revision)
}

/** The source holds another value at the observed revision: say which commit did it, and whether it took the change back. */
async function overtaken(v: Verification, content: Content & { readonly kind: 'different' }, seen: Observation): Promise<StepResult> {
  const revision = seen.revision ?? v.ours
  const later = await laterCommit(v, revision)
  const by = later === null ? `at ${short(revision)}` : `by ${short(later.sha)} (${later.author}: ${later.subject})`
  if (content.takenBack) return reverted(v, seen, `REVERTED: the change was taken back ${by}: ${content.sentence}.`)
  return { kind: 'ended', status: 'superseded', code: 'verify/superseded', message: `The field was given another value ${by}: ${content.sentence}.`, evidence: evidenceOf(v, seen) }
}

async function judgeLive(v: Verification, seen: Observation, found: ChangeFacts): Promise<StepResult> {
  const look = await lookLive(v)
  switch (look.kind) {
    case 'different': return falselySynced(v, look.sentence, { seen, found: { ...found, ...clear(v, 'failingSince') } })
    case 'unmet': return waitForController(v, look.sentence, { ...found, ...clear(v, 'failingSince') })
    case 'paused': return waitForPeople(v, { sentence: look.sentence, next: null }, { ...found, ...clear(v, 'failingSince') })
    case 'failing': return failingRollout(v, look.sentence, { seen, found })
    case 'healthy': return stable(v, look, { seen, found })
  }
}

interface Seen { readonly seen: Observation, readonly found: ChangeFacts }

/** The owner says Synced at a revision whose source holds the value, and the live object does not: one hard refresh, then failed. */
async function falselySynced(v: Verification, sentence: string, { seen, found }: Seen): Promise<StepResult> {
  const asked = v.change.facts.hardRefreshedAt
  if (asked === undefined) {
    const refused = await trigger(v, 'hard')
    return waitForController(v, `${sentence}, although ${showOwner(v.change.plan.owner)} says it is in sync${refused}`, { ...found, hardRefreshedAt: iso(v.now) })
  }
  const since = v.now - Date.parse(asked)
  if (since < (seen.pending ? HARD_REFRESH_PATIENCE : HARD_REFRESH_GRACE)) return waitForController(v, sentence, found)
  return failed(v, seen, `FALSE_SYNCED: ${showOwner(v.change.plan.owner)} says it is in sync at ${short(seen.revision ?? '')}, but ${sentence}; a hard refresh did not change that.`)
}

function failingRollout(v: Verification, sentence: string, { seen, found }: Seen): StepResult {
  const since = v.change.facts.failingSince
  if (typeof since !== 'string') return waitForController(v, `failing: ${sentence}`, { ...found, failingSince: iso(v.now) })
  if (v.now - Date.parse(since) < FAILING_FOR) return waitForController(v, `failing: ${sentence}`, found)
  return failed(v, seen, `The rollout fails: ${sentence}.`)
}

/**
 * Healthy at two looks, the stability time apart or more, with the same uid and generation: nothing was asked of the object in between,
 * also where nobody looked. Anything else starts the time again.
 */
async function stable(v: Verification, look: LiveLook & { readonly kind: 'healthy' }, { seen, found }: Seen): Promise<StepResult> {
  const { plan, facts } = v.change
  const needed = milliseconds(plan.environment.verify.stability)
  const since = facts.healthySince
  if (typeof since !== 'string' || facts.healthyOf !== look.version) {
    return { kind: 'waiting', waiting: settling(plan), facts: { ...found, ...clear(v, 'failingSince'), healthySince: iso(v.now), healthyOf: look.version }, retryAfter: Math.max(200, Math.min(needed, 5000)) }
  }
  const left = Date.parse(since) + needed - v.now
  if (left > 0) return { kind: 'waiting', waiting: settling(plan), facts: found, retryAfter: Math.max(200, Math.min(left, 5000)) }
  const moved = await movedOn(v, seen.revision)
  if (moved !== null) return moved
  const revision = seen.revision ?? ''
  const sentences = [
    revision === v.ours ? `${showOwner(plan.owner)} is at ${revision}, the merge` : `${showOwner(plan.owner)} is at ${revision}, which contains the merge ${v.ours}`,
    isGone(plan.edits) ? `the source at that revision does not hold ${showRef(plan.target)}` : 'the source at that revision holds the asked values',
    ...look.seen,
    look.sentence,
    `seen so at ${since} and at ${iso(v.now)}, ${isGone(plan.edits) ? 'and it was not made again' : 'with no change to the object'} in between (stability ${plan.environment.verify.stability})`,
    ...seen.notes,
  ]
  const verified = { revision, mergeCommit: v.ours, fields: look.fields, health: look.sentence, at: iso(v.now), sentences }
  return { kind: 'done', sentence: `verified: ${look.sentence} at ${short(revision)}`, facts: { ...found, verified } }
}

/** The branch as it is now: where it no longer holds the change, what is live today will not last, and is not called verified. */
async function movedOn(v: Verification, revision: string | null): Promise<StepResult | null> {
  const { plan } = v.change
  const tip = await v.reader.tip(plan.branch)
  if (tip === null || tip.commit === revision) return null
  const content = await contentOf(v, tip.commit)
  if (content.kind !== 'different') return null
  return waitForController(v, `live and healthy, but ${plan.branch} has moved on to ${short(tip.commit)}, where ${content.sentence}; ${showOwner(plan.owner)} will deploy that`, {})
}

function settling({ edits, environment }: Change['plan']): Waiting {
  return { for: 'controller', sentence: `${isGone(edits) ? 'gone' : 'live and healthy'}; watching for ${environment.verify.stability} that it stays so`, next: null }
}

/** Asks the owner to look, where that is due; then waits for it. */
async function triggerOrWait(v: Verification, sentence: string, { seen, found }: Seen): Promise<StepResult> {
  const { refreshes = 0, refreshedAt } = v.change.facts
  const due = refreshes < MAX_REFRESHES && (refreshedAt === undefined || v.now - Date.parse(refreshedAt) >= REFRESH_SPACING)
  const said = [sentence, ...(seen.failure === null ? [] : [seen.failure.sentence]), ...seen.notes].join('; ')
  if (!due) return waitForController(v, said, found)
  const refused = await trigger(v, 'normal')
  return waitForController(v, `${said}${refused}`, { ...found, refreshes: refreshes + 1, refreshedAt: iso(v.now) })
}

/** Triggers the owner; where that is not allowed it will still look by itself, and the text says so. */
async function trigger(v: Verification, how: 'normal' | 'hard'): Promise<string> {
  try {
    await v.tool.refresh(v.change.plan.owner, `${v.change.id}-${v.world.clock.newId()}`, how)
    return ''
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return '; Writ may not trigger it, so it waits for its own poll'
    throw error
  }
}

/** Waits for the owner or the rollout; ends the change where the environment's time is up. Whatever was healthy before no longer counts. */
function waitForController(v: Verification, sentence: string, found: ChangeFacts): StepResult {
  const { plan, facts, createdAt } = v.change
  const since = Date.parse(facts.mergedAt ?? createdAt)
  const up = v.now - since > milliseconds(plan.environment.syncTimeout)
  if (up && facts.timeUpAt !== undefined && v.now - Date.parse(facts.timeUpAt) >= LAST_CHANCE) {
    return { kind: 'ended', status: 'failed', code: 'verify/timeout', message: `Merged, but not seen live within ${plan.environment.syncTimeout}. What failed last: ${sentence}.`, evidence: [{ sentence }] }
  }
  const last = up && facts.timeUpAt === undefined ? { timeUpAt: iso(v.now) } : {}
  return { kind: 'waiting', waiting: { for: 'controller', sentence, next: null }, ...changed(v, sentence, { ...found, ...last }), retryAfter: Math.min(pollAfter(v), up ? 2000 : Infinity) }
}

/** People have no deadline. */
function waitForPeople(v: Verification, what: { readonly sentence: string, readonly next: string | null }, found: ChangeFacts = {}): StepResult {
  return { kind: 'waiting', waiting: { for: 'people', sentence: what.sentence, next: what.next }, ...changed(v, what.sentence, found), retryAfter: Math.max(2000, pollAfter(v)) }
}

/** Only the facts that are new: a look that saw the same writes nothing. */
function changed(v: Verification, lastUnmet: string, found: ChangeFacts): { facts?: ChangeFacts } {
  const facts: ChangeFacts = { ...found, ...clear(v, 'healthySince'), ...(v.change.facts.lastUnmet === lastUnmet ? {} : { lastUnmet }) }
  return Object.keys(facts).length === 0 ? {} : { facts }
}

function clear(v: Verification, fact: 'healthySince' | 'failingSince'): ChangeFacts {
  return typeof v.change.facts[fact] === 'string' ? { [fact]: null } : {}
}

/** Half a second at first, a tenth of the time waited later, at most 15 s; a fifth of jitter (argocd-flux.md 7.1). */
function pollAfter(v: Verification): number {
  const since = Math.max(Date.parse(v.change.facts.mergedAt ?? v.change.createdAt), Date.parse(v.change.facts.refreshedAt ?? '') || 0)
  const base = Math.min(15_000, Math.max(500, (v.now - since) / 10))
  return Math.round(base * (0.9 + v.world.clock.random() / 5))
}

function failed(v: Verification, seen: Observation, message: string): StepResult {
  return { kind: 'ended', status: 'failed', code: 'verify/failed', message, evidence: evidenceOf(v, seen) }
}

function reverted(v: Verification, seen: Observation, message: string): StepResult {
  return { kind: 'ended', status: 'failed', code: 'verify/reverted', message, evidence: evidenceOf(v, seen) }
}

function evidenceOf(v: Verification, seen: Observation): readonly Evidence[] {
  const at = showOwner(v.change.plan.owner)
  return [
    { sentence: `observed revision ${seen.revision ?? 'none'}, merge ${v.ours}`, at },
    ...v.change.plan.edits.map(edit => ({ sentence: `asked: ${wanted(edit)}`, at: showRef(v.change.plan.target) })),
    ...seen.unmet.map(sentence => ({ sentence, at })),
    ...(seen.failure === null ? [] : [{ sentence: seen.failure.sentence, at }]),
  ]
}

/** True where the object itself shall be gone. */
function isGone(edits: readonly Edit[]): boolean {
  const whole = wholeOf(edits)
  return whole !== null && whole.after === undefined
}

function wanted({ path, after }: Edit): string {
  if (path.length === 0) return after === undefined ? 'that it is deleted' : 'that it is made'
  return after === undefined ? `that ${showPath(path)} goes` : `${showPath(path)} = ${showJson(after)}`
}

function short(commit: string): string {
  return commit.slice(0, 12)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
