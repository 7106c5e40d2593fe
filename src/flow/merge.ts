import type { Change, StepResult } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import type { ChangeRequestLook } from '../model/forge.ts'
import { countVotes } from './approve/count-votes.ts'
import { mergeText, noReply } from './publish/change-request-text.ts'
import { mergeGate } from './approve/merge-gate.ts'
import { carriedBy, lostBranch } from './publish/published.ts'
import type { Carried } from './publish/published.ts'
import type { RepositoryHandle } from './ports.ts'
import { proveMerge } from './prove.ts'
import { shipsOtherwise } from './publish/ships-otherwise.ts'
import { openRepository } from './publish/repository.ts'
import { republish } from './publish/republish.ts'
import { withBranchLease } from './publish/repository-lease.ts'
import { lookAtRequest, requestObstacle } from './publish/request-look.ts'
import type { StepContext } from './step.ts'
import { stillReaches } from './through/still-reaches.ts'
import type { World } from './world.ts'

/**
 * Merges the present head where its gates are passed: approvals current, merge asked by a person (or automatic in dev and test), and the merge
 * result rendered beside today's base differs in exactly the asked change and the declared blast. Otherwise back to publish (DESIGN.md section 2).
 */
export async function merge(context: StepContext): Promise<StepResult> {
  const { world, change } = context
  const repository = openRepository(world, change.plan)
  return withBranchLease(world, { url: repository.reader.url, branch: change.plan.branch }, () => mergeLocked(context, repository))
}

async function mergeLocked(context: StepContext, repository: RepositoryHandle): Promise<StepResult> {
  const { world, change } = context
  const head = required(change.facts.head, 'head')
  const tip = await repository.reader.tip(change.plan.branch)
  if (tip === null) throw new WritError('git/branch-missing', `The branch ${change.plan.branch} of ${repository.reader.url} does not exist.`)
  const request = await lookAtRequest(change, repository)
  const there = await carriedBy(change, repository, { tip: tip.commit, request: request?.info ?? null })
  if (there !== null) return finish(context, repository, { ...there, request })
  const obstacle = requestObstacle(change, request) ?? (request?.info.state === 'merged' ? notThereYet(request) : null)
  if (obstacle !== null) return obstacle
  const lost = await lostBranch(world, change)
  if (lost !== null) return lost
  const waiting = await mergeGate(context, repository, request)
  if (waiting !== null) return waiting
  const tree = await repository.reader.mergeTree(tip.commit, head)
  if (tree === null) return republish(`${change.plan.branch} moved and conflicts with the change`)
  const proof = await proveMerge(world, change.plan, { baseCommit: tip.commit, mergedTree: tree })
  if (!proof.exact && proof.broken === true) return brokenBase(proof.why)
  if (!proof.exact) return republish(`the merge with ${change.plan.branch} would not be exactly the asked change: ${proof.why}`)
  if (await world.policies.bundle() !== change.plan.policyBundle) return republish('the policies changed since the plan')
  const ships = await shipsOtherwise(world, change.plan, tip.commit)
  if (ships !== null) return ships
  const beside = await stillReaches(world, change.plan)
  if (beside !== null) return republish(beside)
  return repository.forge.can.mergedBy === 'forge' ? mergeOnForge(context, repository, head) : push(context, repository, { tip: tip.commit, head, tree })
}

/** The forge says merged, and the base that was just read does not hold it: one of the two is a moment behind. */
function notThereYet({ info }: ChangeRequestLook): StepResult {
  return { kind: 'waiting', retryAfter: 2000, waiting: { for: 'forge', sentence: `change request ${info.url ?? info.id} is merged, and ${info.base} does not show it yet`, next: null } }
}

/** Only where the environment lets Writ merge by itself: in the others people merge on the forge. */
async function mergeOnForge(context: StepContext, repository: RepositoryHandle, head: string): Promise<StepResult> {
  const { world, change } = context
  const { message } = mergeText(change, { by: merger(world, change), at: '' })
  const id = required(change.facts.changeRequest?.id, 'change request')
  const result = await repository.forge.merge(repository.reader.url, id, { head, by: merger(world, change).name, commit: null, message })
  if (result.kind === 'blocked') return { kind: 'waiting', retryAfter: 5000, waiting: { for: 'forge', sentence: `${repository.forge.name} does not merge it: ${result.because}`, next: null } }
  // Which commit it became, and whether the base shows it, is what the next look says.
  const sentence = result.kind === 'moved' ? `the head or ${change.plan.branch} moved while it was merged; looking again` : `merged on ${repository.forge.name}; looking at ${change.plan.branch}`
  return { kind: 'waiting', retryAfter: result.kind === 'moved' ? 500 : 50, waiting: { for: 'forge', sentence, next: null } }
}

async function push(context: StepContext, repository: RepositoryHandle, what: { readonly tip: string, readonly head: string, readonly tree: string }): Promise<StepResult> {
  const { world, change } = context
  const commit = await repository.writer.mergeCommit(what.tip, what.head, what.tree, mergeText(change, { by: merger(world, change), at: new Date(world.clock.now()).toISOString() }))
  // Ahead of the push, so that a process that resumes knows which commit on the base is this merge.
  await context.note({ mergeIntent: commit, mergeIntents: [...change.facts.mergeIntents ?? [], commit] })
  const pushed = await repository.writer.push(change.plan.branch, commit, what.tip)
  if (pushed.kind === 'pushed') return finish(context, repository, { commit, outside: null, request: null })
  return {
    kind: 'waiting', retryAfter: 50 + Math.floor(context.world.clock.random() * 250),
    waiting: { for: 'process', sentence: `${change.plan.branch} moved while the merge was pushed; merging again`, next: null },
  }
}

async function finish({ world, change }: StepContext, repository: RepositoryHandle, { commit, outside, request }: Carried & { readonly request: ChangeRequestLook | null }): Promise<StepResult> {
  const { forge, reader: { url } } = repository
  const id = change.facts.changeRequest?.id
  if (id !== undefined && forge.can.mergedBy === 'writ') await forge.merge(url, id, { head: change.facts.head ?? '', by: outside?.by ?? change.facts.mergeAskedBy?.person ?? 'Writ', commit, message: '' })
  const facts = { mergeCommit: commit, mergedAt: new Date(world.clock.now()).toISOString() }
  const onForge = request?.info.state === 'merged' && forge.can.mergedBy === 'forge'
  if (outside === null) return { kind: 'done', sentence: `merged into ${change.plan.branch} as ${commit.slice(0, 12)}`, facts }
  // Read once more after the merge (reliability.md R4): what counted before may have been withdrawn in between, or never have been there.
  const { missing } = await countVotes(world, change, { forge: forge.name, request })
  const without = missing === null ? '' : `, without ${missing}`
  const where = onForge ? `on ${forge.name}` : 'outside Writ'
  return { kind: 'done', sentence: `${outside.by} merged it into ${change.plan.branch} ${where}, as ${commit.slice(0, 12)}${without}`, facts: { ...facts, ...onForge && missing === null ? { mergedBy: outside.by } : { mergedOutside: { by: outside.by, missing } } } }
}

/** Who merges: the person who asked for it, else Writ itself. */
function merger(world: World, change: Change): { readonly name: string, readonly email: string } {
  const name = change.facts.mergeAskedBy?.person
  if (name === undefined) return world.committer
  return { name, email: world.people.find(person => person.name === name)?.email ?? noReply(name) }
}

/** Somebody else broke the base: the change and its approvals are as good as before, so it waits for the repair. */
function brokenBase(why: string): StepResult {
  return { kind: 'waiting', retryAfter: 5000, waiting: { for: 'people', sentence: `${why}; it is merged once that is repaired`, next: null } }
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new WritError('internal/bug', `The change reached merge without ${name}.`)
  return value
}
