import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import { openRepository } from './publish/repository.ts'
import { unlinkRollback } from './rollback/link-rollback.ts'
import type { World } from './world.ts'

/** Closes what an ended change left open on its forge. Safe to repeat; a forge that does not answer leaves it for the next time. */
export async function tidy(world: World, change: Change): Promise<Change> {
  if (change.status === 'open' || change.facts.tidied === true) return change
  const request = change.facts.changeRequest
  if (request !== undefined && change.facts.branch !== undefined) {
    try {
      const repository = openRepository(world, change.plan)
      const found = await repository.forge.find(repository.reader.url, change.facts.branch, change.plan.branch)
      if (found?.state === 'open') await repository.forge.close(repository.reader.url, found.id, 'Writ')
    } catch (error) {
      if (error instanceof WritError) return change
      throw error
    }
  }
  await unlinkRollback(world, change)
  try {
    return await world.changes.save({ ...change, facts: { ...change.facts, tidied: true } }, null, [])
  } catch (error) {
    // Somebody else was faster: what stands now is what they saved.
    if (error instanceof WritError && error.code === 'change/lost-lease') return await world.changes.get(change.id) ?? change
    throw error
  }
}
