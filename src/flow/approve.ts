import type { Change, ChangeFacts, StepResult, VotesSeen } from '../model/change.ts'
import type { ChangeRequestLook } from '../model/forge.ts'
import { countVotes } from './approve/count-votes.ts'
import type { VoteCount } from './approve/count-votes.ts'
import type { RepositoryHandle } from './ports.ts'
import { carrierOf, lostBranch } from './publish/published.ts'
import { openRepository } from './publish/repository.ts'
import { lookAtRequest, requestObstacle } from './publish/request-look.ts'
import type { StepContext } from './step.ts'

/** Waits until enough people approved the present head and digest. The votes are read and verified anew at every look. */
export async function approve({ world, change }: StepContext): Promise<StepResult> {
  const repository = change.plan.steer === undefined ? openRepository(world, change.plan) : null
  const request = repository === null ? null : await lookAtRequest(change, repository)
  const obstacle = requestObstacle(change, request)
  if (obstacle !== null) return obstacle
  // Somebody may have merged it: the next step finds out who, and records what was missing.
  if (request?.info.state === 'merged' || await carrierOf(world, change) !== null) return { kind: 'done', facts: {}, sentence: `its commit is in ${change.plan.branch} already` }
  const lost = await lostBranch(world, change)
  if (lost !== null) return lost
  const votes = await countVotes(world, change, repository === null ? null : { forge: repository.forge.name, request })
  const result = rejected(votes) ?? waitsFor(change, votes, { request, repository }) ?? approved(votes)
  return result.kind === 'done' || result.kind === 'waiting' ? { ...result, facts: newVotes(change, votes) } : result
}

/** Whose votes hold, where that is not what stands in the facts: a look that saw the same writes nothing. */
function newVotes({ facts }: Change, { counted, missing, against, ignored, reviews }: VoteCount): ChangeFacts {
  const votes: VotesSeen = {
    head: facts.head ?? '', missing, against,
    approved: counted.map(({ person, at, via }) => ({ person, at, via })),
    ignored: [...ignored.map(({ approval, reason }) => ({ who: approval.person, reason })), ...reviews.ignored.map(({ login, reason }) => ({ who: login, reason }))],
  }
  return JSON.stringify(votes) === JSON.stringify(facts.votes) ? {} : { votes }
}

/** The end of a change that a person voted against. */
export function rejected({ rejectedBy }: VoteCount): StepResult | null {
  return rejectedBy === null ? null : { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `rejected by ${rejectedBy}`, evidence: [] }
}

function approved({ counted }: VoteCount): StepResult {
  const by = counted.map(approval => approval.person).join(', ')
  return { kind: 'done', facts: {}, sentence: by === '' ? 'no approval needed' : `approved by ${by}` }
}

/** For whom it waits: who asks for changes comes first, since no number of approvals helps then. */
function waitsFor(change: Change, votes: VoteCount, { request, repository }: { readonly request: ChangeRequestLook | null, readonly repository: RepositoryHandle | null }): StepResult | null {
  if (votes.against.length > 0) return waiting(`${votes.against.join(' and ')} ${votes.against.length === 1 ? 'asks' : 'ask'} for changes on the change request`, request?.info.url ?? null)
  if (votes.missing === null) return null
  const key = change.plan.needs.signed ? ' --key FILE' : ''
  const onForge = repository?.forge.can.reviews === true && request?.info.url != null ? `review it on ${request.info.url}, or ` : ''
  return waiting(`waits for ${votes.missing}`, `${onForge}writ approve change/${change.id}${key}`)
}

function waiting(sentence: string, next: string | null): StepResult {
  return { kind: 'waiting', retryAfter: 2000, waiting: { for: 'people', sentence, next } }
}
