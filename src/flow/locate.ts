import { WritError, isRefusal, refuse } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { Claim, Owner } from '../model/owner.ts'
import type { Classified, Located } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import type { Target } from '../model/resource.ts'
import { chooseOwner, unprovenOwner } from './owner/choose-owner.ts'
import { withOrigin } from './owner/built-from.ts'
import { claimsOf } from './owner/claims-of.ts'
import { withManifest } from './owner/declared-at.ts'
import { madeBy } from './owner/made-by.ts'
import { controllerOf, makersOf } from './owner/makers.ts'
import type { Living } from './owner/makers.ts'
import type { GitOpsTool } from './ports.ts'
import { chooseSource } from './proof/choose-source.ts'
import { sourceObstacle } from './owner/source-obstacle.ts'
import { unmanaged } from './owner/unmanaged.ts'
import type { World } from './world.ts'

/** What must be known of an object to find its owner. */
export type Seen = Pick<Classified, 'target' | 'live' | 'environment'>

/**
 * Who deploys the object, and from which commit (argocd-flux.md 4). The owner's own list is proof; marks are evidence at most.
 * Refuses AMBIGUOUS_OWNER, OWNER_NOT_FOUND, OWNER_UNPROVEN, UNMANAGED, UNSUPPORTED (with the key), NON_GIT_SOURCE, SUSPENDED, PINNED, IGNORED, REPOSITORY_UNKNOWN.
 * Throws git/branch-missing where the owner follows a default branch that is not there.
 */
export async function locate<T extends Seen>(world: World, classified: T): Promise<T & Opened | Refusal> {
  const { target, live } = classified
  if (live === null) throw new WritError('internal/bug', `${showRef(target)} is not there, and nobody owns what is not there.`)
  const tools = toolsOf(world, classified)
  if (controllerOf(live) !== undefined) return refuseMade(world, tools, { target, live })
  const claims = await claimsOf(world, tools, { target, live })
  const chosen = chooseOwner(target, claims)
  if (isRefusal(chosen)) return chosen
  const unproven = unprovenOwner(target, claims)
  if (unproven !== null) return unproven
  if (chosen === null) return target.kind === 'PersistentVolumeClaim' && (await makersOf(world, { target, live })).makers.length > 0 ? refuseMade(world, tools, { target, live }) : unmanaged(tools, { ...classified, live }, claims)
  const opened = await openClaimed(world, { target, claim: chosen })
  return isRefusal(opened) ? opened : { ...classified, ...opened }
}

/** What another object makes is not changed: what is to be asked for instead, and who deploys that. */
async function refuseMade(world: World, tools: readonly GitOpsTool[], made: Living): Promise<Refusal> {
  const makers = await makersOf(world, made)
  const root = makers.makers.at(-1)
  const claims = root === undefined ? [] : await claimsOf(world, tools, root)
  const chosen = root === undefined ? null : chooseOwner(root.target, claims)
  return madeBy(made, makers, chosen === null || isRefusal(chosen) ? null : showOwner(chosen.owner))
}

/** The tools that the environment lets own objects. */
export function toolsOf(world: Pick<World, 'tools'>, { environment }: Pick<Seen, 'environment'>): readonly GitOpsTool[] {
  return environment.provider === 'auto' ? world.tools : world.tools.filter(tool => tool.name === environment.provider)
}

/** Reads the owner of a claim whole, for one object, then the tip of its branch. */
export async function openClaimed(world: World, { target, claim }: { readonly target: Target, readonly claim: Claim }): Promise<Opened | Refusal> {
  const tool = world.tools.find(one => one.name === claim.owner.tool)
  if (tool === undefined) throw new WritError('internal/bug', `There is no adapter for ${claim.owner.tool}.`)
  const read = await tool.read(claim.owner, target)
  if (isRefusal(read)) return openOwner(world, { owner: await withOrigin(world, { owner: claim.owner, target }, await withManifest(world, claim.owner, read)), evidence: claim.evidence })
  return openOwner(world, { owner: await chooseSource(world, read, target), evidence: claim.evidence })
}

/** An owner, and the commit of its branch that is read. */
export type Opened = Pick<Located, 'owner' | 'ownerEvidence' | 'base' | 'branch'>

/** The repository and branch of an owner that was read. Refuses what reading it refused, REPOSITORY_UNKNOWN, PINNED, and files of the source that are not honoured. */
export async function openOwner(world: World, { owner, evidence }: { readonly owner: Owner | Refusal, readonly evidence: readonly Evidence[] }): Promise<Opened | Refusal> {
  if (isRefusal(owner)) return { ...owner, evidence: [...owner.evidence, ...evidence] }
  const repository = world.repositories.open(owner.source.url)
  if (isRefusal(repository)) return repository
  const tip = await repository.reader.tip(owner.source.revision)
  if (tip === null) return notABranch(owner, repository.reader.url)
  const obstacle = await sourceObstacle(owner, await repository.reader.tree(tip.commit)) ?? await unpromoted(world, owner)
  if (obstacle !== null) return obstacle
  return { owner, ownerEvidence: evidence, base: tip.commit, branch: tip.branch }
}

/** UNSUPPORTED where people have not promoted what was rendered before: nobody can say what would go along with a change. null where nothing waits, or it is synced at once. */
async function unpromoted(world: World, owner: Owner): Promise<Refusal | null> {
  const { promotion } = owner.delivery
  if (promotion === undefined) return null
  const { branch, url, hydrated, synced } = promotion
  const repository = world.repositories.open(url)
  if (isRefusal(repository)) return repository
  if (hydrated !== null && synced !== null && await repository.reader.contains(synced, hydrated)) return null
  return refuse('UNSUPPORTED', `What was rendered last for ${showOwner(owner)} waits on ${branch}, and would go along with a change: what that is no plan shows.`,
    [{ sentence: `hydrated is ${hydrated ?? 'nothing'}, synced ${synced ?? 'nothing'}`, at: `${showOwner(owner)} spec.sourceHydrator.hydrateTo` }], `Promote ${branch} first, or drop what waits there.`)
}

/** A revision that is no branch of the repository is a tag or a commit: a merge would never deploy. */
function notABranch(owner: Owner, url: string): Refusal {
  if (owner.source.revision === 'HEAD') throw new WritError('git/branch-missing', `${url} has no default branch.`)
  return refuse('PINNED', `${showOwner(owner)} follows '${owner.source.revision}', which is no branch of ${url}.`,
    [{ sentence: `there is no branch '${owner.source.revision}'`, at: url }], 'If it is a tag or a commit, move it by hand or let the owner follow a branch; if it is a misspelt branch, correct the owner.')
}
