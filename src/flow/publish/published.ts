import type { Change, StepResult } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestInfo } from '../../model/forge.ts'
import type { CommitInfo, RepositoryHandle } from '../ports.ts'
import { openRepository } from './repository.ts'
import { lookAtRequest } from './request-look.ts'
import type { World } from '../world.ts'

/** The commit on the base that carries a change, and who put it there where that was not Writ. */
export interface Carried { readonly commit: string, readonly outside: { readonly by: string, readonly email: string } | null }

/**
 * The commit on the base that carries this change: Writ's own merge that was pushed, the forge's, which may hold the change in another commit than the head (squash,
 * rebase), or what somebody made with git; the head itself where the base was moved forward to it. Null where the base does not contain it.
 */
export async function carriedBy(change: Change, repository: RepositoryHandle, of: { readonly tip: string, readonly request: ChangeRequestInfo | null }): Promise<Carried | null> {
  const { tip, request } = of
  const { mergeIntents = [], head } = change.facts
  if (request?.state === 'merged' && request.mergeCommit !== null && repository.forge.can.mergedBy === 'forge' && await repository.reader.contains(tip, request.mergeCommit)) {
    return { commit: request.mergeCommit, outside: { by: request.mergedBy ?? 'somebody', email: '' } }
  }
  for (const commit of mergeIntents.toReversed()) {
    if (await repository.reader.contains(tip, commit)) return { commit, outside: null }
  }
  if (head === undefined || !await repository.reader.contains(tip, head)) return null
  const merge = (await repository.reader.commits(head, tip)).find(commit => commit.parents.length > 1 && commit.parents.includes(head))
  return { commit: merge?.sha ?? head, outside: whoOf(merge) }
}

function whoOf(commit: CommitInfo | undefined): { by: string, email: string } {
  return commit === undefined ? { by: 'somebody', email: '' } : { by: commit.author, email: commit.email }
}

/** The carrier of a published change as the base is now; null where nothing was published or the base does not contain it. */
export async function carrierOf(world: World, change: Change): Promise<Carried | null> {
  // What is done to an owner is in no branch.
  if (change.facts.head === undefined || change.plan.steer !== undefined) return null
  const repository = openRepository(world, change.plan)
  const tip = await repository.reader.tip(change.plan.branch)
  return tip === null ? null : carriedBy(change, repository, { tip: tip.commit, request: (await lookAtRequest(change, repository))?.info ?? null })
}

/**
 * Whether the branch of a change still is what people look at: at the head that is voted on. Deleting it is how people say no where
 * there is no button. Throws git/foreign-commits where somebody pushed to it: a reviewer may have seen another content than was signed for.
 */
export async function lostBranch(world: World, change: Change): Promise<StepResult | null> {
  const { branch, head } = change.facts
  if (branch === undefined || head === undefined) return null
  const at = await openRepository(world, change.plan).reader.tip(branch)
  if (at === null) return { kind: 'ended', status: 'rejected', code: 'DECLINED', message: `its branch ${branch} was deleted`, evidence: [] }
  if (at.commit === head) return null
  throw new WritError('git/foreign-commits', `The branch ${branch} is at ${at.commit.slice(0, 12)}, not at ${head.slice(0, 12)}, the commit that is voted on.`, {
    hint: `Move the branch back to ${head}, or end the change with writ cancel change/${change.id}.`,
  })
}
