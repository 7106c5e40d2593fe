import type { Change, StepResult } from '../../model/change.ts'
import type { ChangeRequestLook } from '../../model/forge.ts'
import type { RepositoryHandle } from '../ports.ts'

/** The change request of a change as its forge shows it now; null where none was opened yet. */
export async function lookAtRequest(change: Change, repository: RepositoryHandle): Promise<ChangeRequestLook | null> {
  const { branch, changeRequest } = change.facts
  if (branch === undefined) return null
  const { forge, reader: { url } } = repository
  if (changeRequest !== undefined) return forge.look(url, changeRequest.id)
  // A process that died between opening it and writing that down left one that only its branch tells.
  const found = await forge.find(url, branch, change.plan.branch)
  return found === null ? null : forge.look(url, found.id)
}

/** A change request that a person closed ends the change: it is never opened again by itself. One that shall go to another branch is not what was planned. */
export function requestObstacle(change: Change, look: ChangeRequestLook | null): StepResult | null {
  if (look === null) return null
  const { info } = look
  if (info.state === 'closed') {
    return { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `change request ${info.url ?? info.id} was closed${info.closedBy === null ? '' : ` by ${info.closedBy}`}`, evidence: [] }
  }
  if (info.state === 'merged' || info.base === change.plan.branch) return null
  return {
    kind: 'waiting', retryAfter: 10_000,
    waiting: { for: 'people', sentence: `somebody set the target of change request ${info.url ?? info.id} to ${info.base}; it was planned and proven for ${change.plan.branch}: set it back, or close it`, next: null },
  }
}
