import { environmentNow, requireRole } from '../flow/approve/roles.ts'
import type { World } from '../flow/world.ts'
import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import { changeDocument } from '../views/documents.ts'
import type { ChangeDocument } from '../views/documents.ts'
import type { Caller } from './operation.ts'

/** The change that a person names by id or the beginning of one. Throws change/not-found, change/ambiguous, and identity/… for whoever may not look at it. */
export async function findChange({ world, identity }: Pick<Caller, 'world' | 'identity'>, name: string): Promise<Change> {
  const id = name.replace(/^change\//, '')
  const ids = await world.changes.find(id)
  if (ids.length > 1 && !ids.includes(id)) {
    throw new WritError('change/ambiguous', `${ids.length} changes begin with ${id}: ${ids.slice(0, 8).map(one => `change/${one}`).join(', ')}${ids.length > 8 ? ', …' : ''}.`)
  }
  const found = ids.includes(id) ? id : ids[0]
  const change = found === undefined ? null : await world.changes.get(found)
  if (change === null) throw new WritError('change/not-found', `There is no change ${id}.`)
  requireRole('viewer', identity, { environment: environmentNow(world, change.plan.environment), what: `look at change/${change.id}` })
  return change
}

/** A change as it is printed; one that a person rejected, with what that person had to say. */
export async function withVotes(world: World, change: Change): Promise<ChangeDocument> {
  return changeDocument(change, change.status === 'rejected' ? { approvals: await world.approvals.list(change.id) } : {})
}
