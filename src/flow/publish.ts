import type { Change, ChangeFacts, StepResult } from '../model/change.ts'
import { WritError, isRefusal } from '../model/error.ts'
import type { Plan } from '../model/plan.ts'
import { changeRequestText, commitText } from './publish/change-request-text.ts'
import { branchName } from './digest.ts'
import { isNoChange, plan as makePlan } from './plan.ts'
import type { RepositoryHandle } from './ports.ts'
import { openRepository } from './publish/repository.ts'
import { withBranchLease } from './publish/repository-lease.ts'
import { tellRolledBack } from './rollback/link-rollback.ts'
import type { StepContext } from './step.ts'

/**
 * Puts the change on its own branch and opens the change request. On a base that moved since the plan, the edit is made and proven
 * again on the new tip, never rebased (editing.md 4.5). A repeat after a crash finds the commit that was made before: the same input
 * gives the same, and of signatures that differ each time the first one stays.
 */
export async function publish(context: StepContext): Promise<StepResult> {
  const { world, change } = context
  const repository = openRepository(world, change.plan)
  return withBranchLease(world, { url: repository.reader.url, branch: change.plan.branch }, () => publishLocked(context, repository))
}

async function publishLocked(context: StepContext, repository: RepositoryHandle): Promise<StepResult> {
  const current = await currentPlan(context, repository)
  if ('kind' in current) return current
  const { world, change } = context
  const branch = branchName(current, change.id)
  const head = await repository.writer.commit(current.base, current.files, { ...commitText(change, current), again: change.facts.heads ?? [] })
  const known = await ownHeads(context, repository, branch)
  // Ahead of the push: a head that was pushed must be known as ours even if this process dies in between.
  await context.note({ branch, heads: [...new Set([...(change.facts.heads ?? []), head])] })
  if (known !== head) {
    const pushed = await repository.writer.push(branch, head, known)
    if (pushed.kind === 'moved') return movedBranch(branch)
  }
  const { people, redact } = context.world
  const text = changeRequestText({ change: { ...change, plan: current, facts: { ...context.change.facts, branch, head } }, people, can: repository.forge.can, redact })
  const request = await openChangeRequest(change, repository, text).catch(async (error: unknown) => {
    // What is on the forge now is said, whatever the forge says to the change request.
    await context.note({ pushed: head })
    throw error
  })
  if ('kind' in request) return request
  await tellRolledBack(world, { ...change, plan: current }, request)
  const facts: ChangeFacts = { branch, head, headBase: current.base, changeRequest: request }
  return { kind: 'done', facts, plan: current, sentence: `published ${head.slice(0, 12)} on ${branch}, change request ${request.url ?? `${repository.forge.name}/${request.id}`}` }
}

/** The plan on today's tip: the one that stands if the base did not move, else made again. */
async function currentPlan({ world, change }: StepContext, repository: RepositoryHandle): Promise<Plan | StepResult> {
  const tip = await repository.reader.tip(change.plan.branch)
  if (tip === null) throw new WritError('git/branch-missing', `The branch ${change.plan.branch} of ${repository.reader.url} does not exist.`)
  if (tip.commit === change.plan.base && change.facts.heads === undefined) return change.plan
  const again = await makePlan(world, change.plan.request)
  if (isRefusal(again)) return { kind: 'refused', code: again.refused, message: again.message, evidence: again.evidence }
  if (isNoChange(again)) return { kind: 'ended', status: 'superseded', code: 'NO_CHANGE', message: `${again.message} (by another commit)`, evidence: [] }
  return again
}

/** The remote head of our branch where it is ours or absent; a commit that Writ did not push is never overwritten. */
async function ownHeads({ change }: StepContext, repository: RepositoryHandle, branch: string): Promise<string | null> {
  const remote = await repository.reader.tip(branch)
  if (remote === null) return null
  if (change.facts.heads?.includes(remote.commit) === true) return remote.commit
  throw new WritError('git/foreign-commits', `The branch ${branch} is at ${remote.commit.slice(0, 12)}, a commit that Writ did not make for change/${change.id}.`)
}

function movedBranch(branch: string): StepResult {
  return { kind: 'waiting', retryAfter: 500, waiting: { for: 'process', sentence: `${branch} moved while it was pushed; looking again`, next: null } }
}

async function openChangeRequest(change: Change, repository: RepositoryHandle, text: ReturnType<typeof changeRequestText>): Promise<{ id: string, url: string | null } | StepResult> {
  const url = repository.reader.url
  const { forge } = repository
  const found = change.facts.changeRequest === undefined ? await forge.find(url, text.branch, text.base) : (await forge.look(url, change.facts.changeRequest.id)).info
  if (found?.state === 'closed') {
    return {
      kind: 'ended', status: 'rejected', code: 'DECLINED', evidence: [],
      message: `change request ${found.url ?? found.id} was closed${found.closedBy === null ? '' : ` by ${found.closedBy}`}`,
    }
  }
  if (found === null) {
    const opened = await forge.put(url, null, text)
    return { id: opened.id, url: opened.url }
  }
  if (found.state === 'open') await forge.put(url, found.id, text)
  return { id: found.id, url: found.url ?? change.facts.changeRequest?.url ?? null }
}
