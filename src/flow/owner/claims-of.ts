import { isRefusal } from '../../model/error.ts'
import type { Claim } from '../../model/owner.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { chooseOwner } from './choose-owner.ts'
import type { GitOpsTool } from '../ports.ts'
import type { World } from '../world.ts'

/** So long an owner gets to write down what it has just applied, before a mark counts as copied or stale. */
const SECOND_LOOK = 3_000

/**
 * What all tools say about an object. Where marks and lists do not agree, and the owner may just be at work, they are looked at once more (argocd-flux.md 4.5,
 * 4.6). Nobody is asked to refresh: finding an owner writes nothing.
 */
export async function claimsOf(world: Pick<World, 'clock'>, tools: readonly GitOpsTool[], of: { readonly target: Target, readonly live: KubernetesObject }): Promise<readonly Claim[]> {
  const look = async (): Promise<readonly Claim[]> => (await Promise.all(tools.map(tool => tool.claims(of.target, of.live)))).flat()
  const first = await look()
  if (!isRefusal(chooseOwner(of.target, first)) || !(first.some(claim => claim.early === true) || isHandedOver(first))) return first
  await world.clock.sleep(SECOND_LOOK)
  return look()
}

/** One owner lists the object, and its marks name another one: it may be on its way from the one to the other (argocd-flux.md 4.6). */
function isHandedOver(claims: readonly Claim[]): boolean {
  return claims.filter(claim => claim.proof).length === 1 && claims.some(claim => !claim.proof && claim.marked === true)
}
