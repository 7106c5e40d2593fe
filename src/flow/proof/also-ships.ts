import type { Refusal } from '../../model/error.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { AlsoShips, Located } from '../../model/plan.ts'
import { compareRenders } from '../compare.ts'
import { hashChanges, sha256 } from '../digest.ts'
import type { World } from '../world.ts'
import { renderOwner } from './render-owner.ts'

/**
 * What else deploys with a change of an owner that is behind on purpose: the rendered delta since the commit it last synced (DESIGN.md section 2).
 * null where nothing does. A delta that cannot be rendered is refused.
 */
export async function shipsAlong(world: World, located: Pick<Located, 'owner' | 'base'>): Promise<AlsoShips | Refusal | null> {
  const { owner, base } = located
  const { syncedCommit: since, behindBecause: because } = owner.delivery
  if (because === null || since === null || since === base) return null
  const before = await renderOwner(world, owner, since)
  const after = await renderOwner(world, owner, base)
  if (!before.ok || !after.ok) {
    const message = before.ok ? (after.ok ? '' : after.message) : before.message
    return refuse('RENDER_FAILED', `${showOwner(owner)} is behind, and what else would ship with the change cannot be rendered.`, [{ sentence: message, at: before.ok ? base : since }])
  }
  const changes = compareRenders(before.objects.map(({ object }) => object), after.objects.map(({ object }) => object))
  return changes.length === 0 ? null : { since, because, changes, hash: hashChanges(changes) }
}

/** As shipsAlong; a delta that cannot be rendered has a hash that no plan has, so that the change goes back to be planned. */
export async function alsoShips(world: World, located: Pick<Located, 'owner' | 'base'>): Promise<AlsoShips | null> {
  const ships = await shipsAlong(world, located)
  if (!isRefusal(ships)) return ships
  return { since: located.owner.delivery.syncedCommit ?? '', because: ships.message, changes: [], hash: sha256(ships.message) }
}
