import { isRefusal } from '../../model/error.ts'
import type { Plan, Through } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import { hashChanges } from '../digest.ts'
import { isNoChange, plan as makePlan } from '../plan.ts'
import type { World } from '../world.ts'

/**
 * Why an edit of an owner's manifest no longer reaches what was planned; null where it does, and for every other plan. What the owner deploys has a source of its own,
 * which may have moved since: the plan is made again and compared. Reads only.
 */
export async function stillReaches(world: World, plan: Plan): Promise<string | null> {
  const [first] = plan.through ?? []
  if (first === undefined) return null
  const again = await makePlan(world, plan.request)
  const what = `what the edit of ${showRef(plan.target)} reaches`
  if (isRefusal(again)) return `${what} is not what was planned: ${again.message}`
  if (isNoChange(again)) return `${what} is so already`
  return effectOf(again.through) === effectOf(plan.through) ? null : `${what} is not what was planned`
}

function effectOf(through: readonly Through[] = []): string {
  return through.map(({ changes }) => hashChanges(changes)).join(' ')
}
