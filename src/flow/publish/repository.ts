import { WritError, isRefusal } from '../../model/error.ts'
import type { Plan } from '../../model/plan.ts'
import type { RepositoryHandle } from '../ports.ts'
import type { World } from '../world.ts'

/** The repository of a plan that was made before. Throws config/invalid where writ.yaml no longer allows it. */
export function openRepository(world: World, plan: Pick<Plan, 'owner'>): RepositoryHandle {
  const handle = world.repositories.open(plan.owner.source.url)
  if (isRefusal(handle)) throw new WritError('config/invalid', `${handle.message} The change was planned when writ.yaml allowed it.`, { hint: handle.hint })
  return handle
}
