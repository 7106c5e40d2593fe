import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import { openRepository } from './publish/repository.ts'
import { tellProgress } from './publish/tell-progress.ts'
import { unlinkRollback } from './rollback/link-rollback.ts'
import type { World } from './world.ts'

/** True for an ended change that still has something open on its forge, or something to say there: a process died, or the forge did not answer. */
export function isUntidy({ status, facts }: Change): boolean {
  return status !== 'open' && (facts.tidied !== true || facts.untold !== undefined)
}

/** Says how a change ended, and closes what it left open on its forge. Safe to repeat; a forge that does not answer leaves it for the next time. */
export async function tidy(world: World, ended: Change): Promise<Change> {
  if (ended.status === 'open') return ended
  const change = await told(world, ended)
  if (change.facts.tidied === true) return change
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

async function told(world: World, change: Change): Promise<Change> {
  try {
    return await tellProgress(world, change, null)
  } catch (error) {
    if (error instanceof WritError && error.code === 'change/lost-lease') return await world.changes.get(change.id) ?? change
    throw error
  }
}
