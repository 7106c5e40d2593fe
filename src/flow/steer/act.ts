import type { Change, StepResult } from '../../model/change.ts'
import { isRefusal, WritError } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import { PAUSE_MARK, showHold } from '../../model/steering.ts'
import type { OwnerLook, PauseSwitch } from '../../model/steering.ts'
import { sameJson, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { countVotes } from '../approve/count-votes.ts'
import { isNoChange } from '../plan.ts'
import type { StepContext } from '../step.ts'
import type { World } from '../world.ts'
import { lookAt } from './find-steered.ts'
import { isThrown, pausePatch, readMark, resumePatch } from './pause-mark.ts'
import { planSteer } from './plan-steer.ts'
import { askOf } from './steer-plan.ts'

const AGAIN = 200
/** Between two looks at a closed window, in milliseconds. */
const WINDOW_WATCH = 10_000

/**
 * Does what was approved: looks first whether it is done already, plans again what is not, writes the intent ahead, and does it once. Approvals are
 * counted anew; a plan that has become another one goes back to be approved.
 */
export async function act(context: StepContext): Promise<StepResult> {
  const { world, change } = context
  const votes = await countVotes(world, change, null)
  if (votes.rejectedBy !== null) return { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `rejected by ${votes.rejectedBy}`, evidence: [] }
  if (votes.missing !== null) return { kind: 'back', to: 'approve', forget: [], sentence: `an approval no longer holds: ${votes.missing} missing` }
  const look = await lookAt(world, change.plan.owner)
  if (look === null || look.uid !== change.plan.owner.uid) return gone(change)
  if (change.facts.actedAt !== undefined && isDone(change, look)) return { kind: 'done', facts: {}, sentence: doneSentence(change) }
  const first = pausedMeanwhile(change, look)
  if (first !== null) return first
  const closed = heldBack(change, look)
  if (closed !== null) return closed
  // A sync that was begun may have brought some of what it shows already: that is no other plan.
  const standing = change.plan.steer?.verb === 'sync' && change.facts.actedAt !== undefined ? null : await stillSo(context)
  if (standing !== null) return standing
  await context.note({ actedAt: new Date(world.clock.now()).toISOString() })
  try {
    await doIt(world, change, look)
  } catch (error) {
    if (!(error instanceof WritError) || (error.code !== 'cluster/conflict' && error.code !== 'sync/not-started')) throw error
    // Somebody wrote the owner in between, or it is in the middle of another sync: the next look decides anew.
    return { kind: 'waiting', retryAfter: error.code === 'cluster/conflict' ? AGAIN : 2000, waiting: { for: 'controller', sentence: error.message, next: null } }
  }
  return { kind: 'done', facts: {}, sentence: doneSentence(change) }
}

/** A window that has closed since the sync was asked for: it is carried out once that opens, as it was approved. */
function heldBack({ plan }: Change, { ref, window }: OwnerLook): StepResult | null {
  if (plan.steer?.verb !== 'sync' || window === null || window.manual) return null
  return { kind: 'waiting', retryAfter: WINDOW_WATCH, waiting: { for: 'controller', sentence: `BLOCKED_WINDOW: ${showOwner(ref)} may not sync now: ${showHold(window)}`, next: null } }
}

/**
 * A pause that began after this one was asked for: whoever asked did not know of it, and did not ask to take it over. Of two that are asked for at once so only
 * the first is carried out; and a process that comes back late takes over nothing that was begun since.
 */
function pausedMeanwhile({ id, plan }: Change, { ref, object }: OwnerLook): StepResult | null {
  const mark = plan.steer?.verb === 'suspend' ? readMark(object) : null
  if (mark === null || mark.change === id || mark.change === plan.steer?.takesOver || !isThrown(object, mark)) return null
  const sentence = `change/${mark.change} has paused ${showOwner(ref)} until ${mark.until}, after this pause was asked for`
  return { kind: 'refused', code: 'CONFLICT', message: `${sentence}; that one stands.`, evidence: [{ sentence, at: showOwner(ref) }] }
}

function isDone({ id, plan }: Change, look: OwnerLook): boolean {
  switch (plan.steer?.verb) {
    case 'suspend': return readMark(look.object)?.change === id && plan.steer.pause !== null && isThrown(look.object, plan.steer.pause)
    case 'resume': return valueAt(look.object, 'metadata', 'annotations', PAUSE_MARK) === undefined && plan.steer.pause !== null && !isThrown(look.object, plan.steer.pause)
    default: return look.syncOf === id
  }
}

/** What was approved must still be what would be planned now, and still have a time to come. */
async function stillSo({ world, change }: StepContext): Promise<StepResult | null> {
  const ask = askOf(change.plan)
  if (ask.until !== null && Date.parse(ask.until) <= world.clock.now()) {
    return { kind: 'ended', status: 'failed', code: 'act/too-late', message: `The pause was to end at ${ask.until}, before it could begin.`, evidence: [] }
  }
  const again = await planSteer(world, ask)
  if (isRefusal(again)) return { kind: 'refused', code: again.refused, message: again.message, evidence: again.evidence }
  if (isNoChange(again)) return { kind: 'ended', status: 'superseded', code: 'NO_CHANGE', message: again.message, evidence: [] }
  if (again.digest === change.plan.digest) return null
  return { kind: 'back', to: 'record', forget: ['head', 'actedAt'], plan: again, sentence: 'the owner is not as it was when this was asked for; recording it anew' }
}

async function doIt(world: World, { id, plan }: Change, look: OwnerLook): Promise<void> {
  const { steer } = plan
  if (steer?.verb === 'sync') {
    const tool = world.tools.find(one => one.name === look.ref.tool)
    // An owner that chooses its commit by itself must know the newest one first.
    if (plan.owner.delivery.automated) await tool?.refresh(plan.owner, `writ-${id}`, 'normal')
    return tool?.sync(plan.owner, { change: id, by: plan.request.requester.person ?? plan.request.requester.alias, revision: plan.base, prune: steer.prune })
  }
  if (steer === undefined || steer.pause === null) throw new WritError('internal/bug', `change/${id} pauses nothing.`)
  if (steer.verb === 'suspend') return pauseOwner(world, { look, pause: steer.pause, change: id, until: steer.until ?? '' })
  await resumeOwner(world, look, steer.pause)
}

async function pauseOwner(world: World, { look, pause, change, until }: { readonly look: OwnerLook, readonly pause: PauseSwitch, readonly change: string, readonly until: string }): Promise<void> {
  const kept = await patch(world, look, pausePatch(look, { v: 1, change, until, ...pause }))
  if (!isThrown(kept, pause)) throw notKept(look, pause)
}

/** Puts back what was there before a pause, and only that. */
export async function resumeOwner(world: World, look: OwnerLook, pause: PauseSwitch): Promise<void> {
  const kept = await patch(world, look, resumePatch(look, pause))
  if (isThrown(look.object, pause) && !sameJson(valueAt(kept, ...pause.path) ?? null, pause.before)) throw notKept(look, pause)
}

async function patch(world: World, look: OwnerLook, body: JsonObject): Promise<KubernetesObject> {
  const kind = await world.clusters.named(look.ref.cluster).served(look.kind.group, look.kind.kind)
  if (kind === null) throw new WritError('cluster/not-found', `${showOwner(look.ref)} is no longer served by cluster ${look.ref.cluster}.`)
  return world.servers.named(look.ref.cluster).patch(kind, { namespace: look.ref.namespace, name: look.ref.name }, body)
}

function notKept(look: OwnerLook, { path }: PauseSwitch): WritError {
  return new WritError('act/not-kept', `${showOwner(look.ref)} did not keep ${path.join('.')}.`)
}

function gone({ plan }: Change): StepResult {
  return { kind: 'ended', status: 'failed', code: 'verify/owner-changed', message: `${showOwner(plan.owner)} was deleted, or made anew.`, evidence: [] }
}

function doneSentence({ plan }: Change): string {
  const name = showOwner(plan.owner)
  switch (plan.steer?.verb) {
    case 'suspend': return `paused ${name} until ${plan.steer.until ?? ''}`
    case 'resume': return `put back what ${name} had before its pause`
    default: return `asked ${name} to sync ${plan.base.slice(0, 12)}`
  }
}
