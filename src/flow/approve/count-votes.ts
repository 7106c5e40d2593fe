import type { Change } from '../../model/change.ts'
import { countApprovals } from './approval.ts'
import type { World } from '../world.ts'

/** Which votes on the present head hold now; every signature is verified again. */
export async function countVotes(world: World, change: Change): ReturnType<typeof countApprovals> {
  const approvals = await world.approvals.list(change.id)
  return countApprovals({ change, approvals, people: world.people, now: world.clock.now(), signatures: world.signatures })
}
