import type { Change } from '../../model/change.ts'
import type { ChangeRequestLook } from '../../model/forge.ts'
import { countApprovals } from './approval.ts'
import type { ApprovalCount } from './approval.ts'
import { forgeVotes } from './forge-votes.ts'
import type { ForgeVotes } from './forge-votes.ts'
import type { World } from '../world.ts'

/** All votes on the present head: those that Writ keeps, every signature verified again, and the reviews on the forge. */
export interface VoteCount extends ApprovalCount, Pick<ForgeVotes, 'against'> { readonly reviews: ForgeVotes }

/** Which votes hold now. `look`: the change request as its forge shows it, with the name of the forge; null where there is none. */
export async function countVotes(world: World, change: Change, look: { readonly forge: string, readonly request: ChangeRequestLook | null } | null): Promise<VoteCount> {
  const reviews = forgeVotes(change, look?.request ?? null, { forge: look?.forge ?? '', people: world.people })
  const approvals = [...await world.approvals.list(change.id), ...reviews.votes]
  const count = await countApprovals({ change, approvals, people: world.people, now: world.clock.now(), signatures: world.signatures })
  return { ...count, against: reviews.against, reviews }
}
