import type { Change, ChangeFacts } from '../../model/change.ts'
import { WritError, isRefusal } from '../../model/error.ts'
import { wholeOf } from '../../model/field.ts'
import type { Plan, PlanResult } from '../../model/plan.ts'
import { changeKey, sameFields, sha256 } from '../digest.ts'
import { isNoChange } from '../plan.ts'
import { planRollback } from '../roll-back.ts'
import { submit } from '../submit.ts'
import type { World } from '../world.ts'

/** What a controller or a rollout says no to; a change that was only not seen in time may be waiting for something else. */
const FAILED: ReadonlySet<string> = new Set(['verify/failed', 'verify/rolled-back'])
const OFFERED: ReadonlySet<string> = new Set([...FAILED, 'verify/timeout', 'verify/false-synced'])
/** A failure of long ago was dealt with by people. */
const OPENED_WITHIN = 3_600_000
const TRIES = 5

/** True for a change that failed after its merge and of which nobody has looked yet whether it can be taken back. A rollback that fails is not rolled back: that would go round in a circle. */
export function lacksOffer({ status, ended, facts, plan }: Change): boolean {
  return status === 'failed' && ended !== null && OFFERED.has(ended.code) && facts.mergeCommit !== undefined && facts.rollback === undefined
    && plan.request.verb !== 'rollback' && plan.steer === undefined && wholeOf(plan.edits) === null
}

/**
 * Plans the rollback of a failed change, and keeps on it whether that is possible. Where the environment says so it is also asked for, by whoever asked for the
 * change: once, whatever dies in between, because its id follows from the change's. What cannot be looked at now is left for the next time.
 */
export async function offerRollback(world: World, change: Change): Promise<{ readonly change: Change, readonly opened: string | null }> {
  const id = rollbackId(change.id)
  if (await world.changes.get(id) !== null) return { change: await keep(world, change.id, { rollback: { possible: true, because: null }, rolledBackBy: id }), opened: id }
  const planned = await tried(() => planRollback(world, wishOf(change)))
  if (planned === null) return { change, opened: null }
  const because = isRefusal(planned) || isNoChange(planned) ? planned.message : planned instanceof WritError ? planned.message : null
  if (because !== null) return { change: await keep(world, change.id, { rollback: { possible: false, because } }), opened: null }
  const plan = planOf(planned)
  const opened = plan !== null && await opens(world, change, plan) ? (await submit(world, plan, id)).change.id : null
  return { change: await keep(world, change.id, { rollback: { possible: true, because: null }, ...opened === null ? {} : { rolledBackBy: opened } }), opened }
}

function wishOf({ id, ended, plan: { request } }: Change): Parameters<typeof planRollback>[1] {
  return { to: { kind: 'undo', change: id }, target: null, scope: null, overwrite: false, requester: request.requester, incident: request.incident, rollbackPlan: null, reason: `change/${id} failed (${ended?.code ?? ''})` }
}

/** A failure that may pass is null; one that stays is an answer. */
async function tried(plan: () => Promise<PlanResult>): Promise<PlanResult | WritError | null> {
  try {
    return await plan()
  } catch (error) {
    if (!(error instanceof WritError) || error.code === 'internal/bug') throw error
    return error.retry || /\/(?:unreachable|unauthorized|limited|locked|timeout|failed|no-renderer|no-scratch)$/.test(error.code) ? null : error
  }
}

function planOf(planned: PlanResult | WritError): Plan | null {
  return isRefusal(planned) || planned instanceof WritError || isNoChange(planned) ? null : planned
}

/** Only a fresh failure, where the environment says so, and where nobody has asked for other values of the same fields: theirs would be superseded. */
async function opens(world: World, { ended, updatedAt }: Change, plan: Plan): Promise<boolean> {
  if (plan.environment.rollback !== 'open' || ended === null || !FAILED.has(ended.code) || world.clock.now() - Date.parse(updatedAt) > OPENED_WITHIN) return false
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  const key = changeKey(plan)
  return !open.some(other => other.key !== key && other.facts.mergeCommit === undefined && sameFields(other.plan, plan))
}

/** The id of the one rollback that Writ opens by itself for a change: 8 characters of [a-z2-7], as of every change. */
function rollbackId(change: string): string {
  return [...sha256(`rollback of ${change}`).matchAll(/../g)].slice(0, 8).map(([byte]) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(parseInt(byte, 16) % 32)).join('')
}

async function keep(world: World, id: string, facts: ChangeFacts): Promise<Change> {
  for (let tries = 0; ; tries += 1) {
    const change = await world.changes.get(id)
    if (change === null) throw new WritError('change/not-found', `There is no change ${id}.`)
    try {
      return await world.changes.save({ ...change, facts: { ...facts, ...change.facts } }, null, [])
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== 'change/lost-lease' || tries >= TRIES) throw error
    }
  }
}
