import type { Change, StepResult } from '../model/change.ts'
import { countVotes } from './approve/count-votes.ts'
import { openRepository } from './publish/repository.ts'
import { carrierOf, lostBranch } from './publish/published.ts'
import type { StepContext } from './step.ts'
import type { World } from './world.ts'

/** Waits until enough people approved the present head and digest. The votes are verified anew at every look. */
export async function approve({ world, change }: StepContext): Promise<StepResult> {
  const closed = await closedByPerson(world, change)
  if (closed !== null) return closed
  // Somebody may have merged it with git: the next step finds out who, and records what was missing.
  if (await carrierOf(world, change) !== null) return { kind: 'done', facts: {}, sentence: `its commit is in ${change.plan.branch} already` }
  const lost = await lostBranch(world, change)
  if (lost !== null) return lost
  const votes = await countVotes(world, change)
  if (votes.rejectedBy !== null) return { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `rejected by ${votes.rejectedBy}`, evidence: [] }
  if (votes.missing === null) {
    const by = votes.counted.map(approval => approval.person).join(', ')
    return { kind: 'done', facts: {}, sentence: by === '' ? 'no approval needed' : `approved by ${by}` }
  }
  const key = change.plan.needs.signed ? ' --key FILE' : ''
  return {
    kind: 'waiting', retryAfter: 2000,
    waiting: { for: 'people', sentence: `waits for ${votes.missing}`, next: `writ approve change/${change.id}${key}` },
  }
}

/** A change request that a person closed on the forge ends the change: it is never opened again by itself. */
export async function closedByPerson(world: World, change: Change): Promise<StepResult | null> {
  if (change.facts.branch === undefined) return null
  const repository = openRepository(world, change.plan)
  const request = await repository.forge.find(repository.reader.url, change.facts.branch)
  if (request?.state !== 'closed') return null
  const by = request.closedBy === null ? '' : ` by ${request.closedBy}`
  return { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `change request ${request.url ?? request.id} was closed${by}`, evidence: [] }
}
