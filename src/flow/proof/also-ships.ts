import type { Refusal } from '../../model/error.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { AlsoShips, JudgedObject, Located, RenderedChanges } from '../../model/plan.ts'
import { compareRenders } from '../fields/compare.ts'
import { hashChanges, sha256 } from '../digest.ts'
import type { World } from '../world.ts'
import { environmentName, judgedObjects } from './blast.ts'
import { renderOwner } from './render-owner.ts'

/** The delta, and the whole objects behind it for the policies. */
export interface ShipsAlong { readonly ships: AlsoShips, readonly objects: NonNullable<RenderedChanges['ships']> }

/**
 * What else deploys with a change of an owner that is behind on purpose: the rendered delta since the commit it last synced (DESIGN.md section 2).
 * null where nothing does. A delta that cannot be rendered is refused.
 */
export async function shipsAlong(world: World, located: Pick<Located, 'owner' | 'base'>): Promise<ShipsAlong | Refusal | null> {
  const { owner, base } = located
  const { syncedCommit: since, behindBecause: because } = owner.delivery
  if (because === null || since === null || since === base) return null
  const before = await renderOwner(world, owner, since)
  const after = await renderOwner(world, owner, base)
  if (!before.ok || !after.ok) {
    const message = before.ok ? (after.ok ? '' : after.message) : before.message
    return refuse('RENDER_FAILED', `${showOwner(owner)} is behind, and what else would ship with the change cannot be rendered.`, [{ sentence: message, at: before.ok ? base : since }])
  }
  const [old, now] = [before.objects.map(({ object }) => object), after.objects.map(({ object }) => object)]
  const changes = compareRenders(old, now)
  if (changes.length === 0) return null
  const objects = await byEnvironment(world, owner, judgedObjects(old, now, changes))
  return { ships: { since, because, changes, hash: hashChanges(changes), environments: objects.map(({ environment }) => environment) }, objects }
}

async function byEnvironment(world: World, { destination }: Owner, objects: readonly JudgedObject[]): Promise<ShipsAlong['objects']> {
  const groups = new Map<string, JudgedObject[]>()
  for (const object of objects) {
    const name = await environmentName(world, destination, object.ref.namespace ?? destination.namespace)
    groups.set(name, [...groups.get(name) ?? [], object])
  }
  return [...groups].map(([environment, members]) => ({ environment, objects: members })).sort((a, b) => a.environment < b.environment ? -1 : 1)
}

/** As shipsAlong; a delta that cannot be rendered has a hash that no plan has, so that the change goes back to be planned. */
export async function alsoShips(world: World, located: Pick<Located, 'owner' | 'base'>): Promise<AlsoShips | null> {
  const found = await shipsAlong(world, located)
  if (found === null) return null
  if (!isRefusal(found)) return found.ships
  return { since: located.owner.delivery.syncedCommit ?? '', because: found.message, changes: [], hash: sha256(found.message) }
}
