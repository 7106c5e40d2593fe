import type { Change, ChangeFacts } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import type { RollbackAsk } from '../../model/request.ts'
import { openRepository } from '../publish/repository.ts'
import type { World } from '../world.ts'

const TRIES = 5

/** The change that a rollback undoes; null where it goes back to a state, and for every other change. */
export function undoneBy({ plan: { request } }: Pick<Change, 'plan'>): string | null {
  return request.asks.find((ask): ask is RollbackAsk => ask.kind === 'rollback')?.change ?? null
}

/** Writes on the change that is undone which one undoes it; the other way round the request says it. Can be repeated. */
export function linkRollback(world: World, rollback: Change): Promise<void> {
  return onUndone(world, rollback, facts => facts.rolledBackBy === rollback.id ? null : { ...facts, rolledBackBy: rollback.id })
}

/** Takes that back where the rollback ended before it was merged: the change can be rolled back as before. Can be repeated. */
export function unlinkRollback(world: World, rollback: Change): Promise<void> {
  if (rollback.facts.mergeCommit !== undefined) return Promise.resolve()
  return onUndone(world, rollback, ({ rolledBackBy, ...facts }) => rolledBackBy === rollback.id ? facts : null)
}

async function onUndone(world: World, rollback: Change, next: (facts: ChangeFacts) => ChangeFacts | null): Promise<void> {
  const undone = undoneBy(rollback)
  if (undone === null) return
  for (let tries = 0; tries < TRIES; tries += 1) {
    const change = await world.changes.get(undone)
    const facts = change === null ? null : next(change.facts)
    if (change === null || facts === null) return
    try {
      await world.changes.save({ ...change, facts }, null, [])
      return
    } catch (error) {
      // Whoever was faster has moved the version: what they saved is kept.
      if (!(error instanceof WritError) || error.code !== 'change/lost-lease') throw error
    }
  }
}

/** Says on the change request of the undone change where its rollback is decided on. A forge that does not take the comment keeps nothing from being published. */
export async function tellRolledBack(world: World, rollback: Change, request: { readonly id: string, readonly url: string | null }): Promise<void> {
  const undone = undoneBy(rollback)
  const change = undone === null ? null : await world.changes.get(undone)
  if (change?.facts.changeRequest === undefined) return
  try {
    const { forge, reader } = openRepository(world, change.plan)
    await forge.comment(reader.url, change.facts.changeRequest.id, { key: 'rollback', body: `Rolled back by change/${rollback.id}: ${request.url ?? `change request ${request.id}`}` })
  } catch (error) {
    if (!(error instanceof WritError) || error.code === 'internal/bug') throw error
  }
}
