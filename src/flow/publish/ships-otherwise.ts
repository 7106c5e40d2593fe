import type { StepResult } from '../../model/change.ts'
import { WritError, isRefusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { Plan } from '../../model/plan.ts'
import { alsoShips } from '../proof/also-ships.ts'
import { republish } from './republish.ts'
import type { World } from '../world.ts'

/**
 * What a merge must not bring without an approval (DESIGN.md section 2): the owner is looked at again, because it may have been paused, or its window closed,
 * since the plan. null where nothing ships beside the change but what was planned, or less. A suspended owner keeps the merge waiting then: it cannot be planned anew.
 */
export async function shipsOtherwise(world: World, plan: Plan, tip: string): Promise<StepResult | null> {
  const owner = await ownerNow(world, plan)
  const ships = await alsoShips(world, { owner, base: tip })
  if (ships === null || ships.hash === (plan.alsoShips?.hash ?? null)) return null
  if (owner.suspended === undefined) return republish('what else ships with the change is not what was planned')
  return {
    kind: 'waiting', retryAfter: 10_000,
    waiting: { for: 'people', sentence: `${showOwner(owner)} has been suspended (${owner.suspended.path}) since the plan, and other commits would ship with the change when it is resumed, which nobody has approved; it is merged once that is resumed`, next: null },
  }
}

/** The owner as it stands; as it was planned where it cannot be looked at now. */
async function ownerNow(world: World, { owner, target }: Plan): Promise<Owner> {
  try {
    const tool = world.tools.find(one => one.name === owner.tool)
    const read = await tool?.read(owner, target, 'suspended')
    if (read === undefined || isRefusal(read)) return owner
    const synced = read.sources === undefined ? read.delivery.syncedCommit : read.sources.find(({ source }) => source.index === owner.source.index)?.syncedCommit ?? null
    const behindBecause = read.suspended === undefined ? read.delivery.behindBecause : `it is suspended (${read.suspended.path})`
    return { ...owner, delivery: { ...read.delivery, syncedCommit: synced, behindBecause }, ...read.suspended === undefined ? {} : { suspended: read.suspended } }
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return owner
    throw error
  }
}
