import { z } from 'zod'
import { findOwner } from '../flow/owner/find-owner.ts'
import { findSteered } from '../flow/steer/find-steered.ts'
import type { CommitInfo } from '../flow/ports.ts'
import type { World } from '../flow/world.ts'
import type { Change } from '../model/change.ts'
import { isRefusal } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { askedObject } from '../model/plan.ts'
import type { OwnerSource } from '../model/owner.ts'
import type { TargetAsk } from '../model/request.ts'
import { refKey } from '../model/resource.ts'
import type { Target } from '../model/resource.ts'
import { changeSummary, refusalDocument } from '../views/documents.ts'
import type { ChangeSummary, RefusalDocument } from '../views/documents.ts'
import { historyLines } from '../views/history-lines.ts'
import type { HistoryItem } from '../views/history-lines.ts'
import { refusalLines } from '../views/answer-lines.ts'
import { changesWhere } from './changes-where.ts'
import { ClusterName, NamespaceName, TargetInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ target: TargetInput.nullable().default(null), namespace: NamespaceName.nullable().default(null), cluster: ClusterName.nullable().default(null), limit: z.number().int().min(1).max(200).default(50) })

export interface HistoryDocument { readonly kind: 'History', readonly source: { readonly url: string, readonly path: string, readonly branch: string } | null, readonly items: readonly HistoryItem[] }

/** All of the store's changes are looked through for one target; more than these are not kept together in one store. */
const MOST = 1000

/** `writ history [TYPE/NAME]`: the changes of Writ, and for an object or owner the commits to its path and what its controller deployed, other people's too. */
export const history: Operation<z.infer<typeof Input>, HistoryDocument | RefusalDocument> = {
  name: 'history',
  summary: 'Show what changed an object, or everything that Writ changed',
  doors: ALL,
  reads: true,
  doing: 'looking: reading changes, and for an object its owner and the commits of the repository',
  input: Input,
  run: async (caller, { target, limit, ...where }) => {
    const { world } = caller
    const changes = target === null ? await changesWhere(caller, { ...where, limit }) : await changesWhere(caller, { namespace: null, cluster: null, limit: MOST })
    if (target === null) return { kind: 'History', source: null, items: changes.map(change => changeItem(change)) }
    const found = await findHistory(world, target)
    if (isRefusal(found)) return refusalDocument(found)
    const own = changes.filter(change => found.targets.some(one => sameTarget(change, one)))
    const items = [...own.map(change => changeItem(change)), ...found.commits.filter(commit => !own.some(change => isOf(change, commit))).map(commitItem), ...found.deployments]
    items.sort((a, b) => b.at.localeCompare(a.at))
    return { kind: 'History', source: found.source, items: items.slice(0, limit) }
  },
  show: (answer, style) => answer.kind === 'Refusal' ? refusalLines(answer) : historyLines(answer, style),
}

interface Found { readonly source: HistoryDocument['source'], readonly targets: readonly Target[], readonly commits: readonly CommitInfo[], readonly deployments: readonly HistoryItem[] }

/**
 * Whose history it is, and what the owner's controller and its repository tell. An owner that cannot be edited, or is suspended, has a history all the
 * same; without a known repository it is the controller's alone.
 */
async function findHistory(world: World, ask: TargetAsk): Promise<Found | Refusal> {
  const steered = await findSteered(world, ask)
  const exact = isRefusal(steered) || steered.object !== null ? await findOwner(world, ask) : null
  const editable = exact === null || isRefusal(exact) ? null : exact
  if (isRefusal(steered)) return editable === null ? steered : withCommits(world, { source: null, targets: [editable.subject], commits: [], deployments: [] }, editable.owner.source ?? null)
  const { look, object } = steered
  const itself: Target = { cluster: look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name }
  const deployments = look.history.filter(({ at }) => at !== '').map((entry): HistoryItem => ({ kind: 'deployment', at: entry.at, name: `${look.ref.kind.toLowerCase()}/${look.ref.name}`, by: entry.by, what: entry.what, status: entry.status, commit: entry.commit }))
  return withCommits(world, { source: null, targets: object === null ? [itself] : [object, itself], commits: [], deployments }, editable?.owner.source ?? look.source)
}

/** A repository that writ.yaml does not name has no history here. */
async function withCommits(world: World, base: Found, owned: OwnerSource | null): Promise<Found> {
  const repository = owned === null ? null : world.repositories.open(owned.url)
  if (owned === null || repository === null || isRefusal(repository)) return base
  const tip = await repository.reader.tip(owned.revision)
  if (tip === null) return base
  return { ...base, source: { url: owned.url, path: owned.path, branch: tip.branch }, commits: await repository.reader.commits(null, tip.commit, { paths: [owned.path] }) }
}

function sameTarget({ plan }: Change, target: Target): boolean {
  return [plan.target, askedObject(plan).target].some(one => one.cluster === target.cluster && refKey(one) === refKey(target))
}

/** Writ's own commits are told by the change, not twice; only where the change's row says that it is in the base. */
function isOf({ facts }: Change, commit: CommitInfo): boolean {
  return facts.mergeCommit !== undefined && (facts.mergeCommit === commit.sha || facts.heads?.includes(commit.sha) === true)
}

function changeItem(change: Change): HistoryItem {
  const summary: ChangeSummary = changeSummary(change)
  return { kind: 'change', at: change.createdAt, name: `change/${change.id}`, by: summary.requester, what: `${summary.what}: ${summary.target}`, status: change.status, commit: change.facts.mergeCommit ?? null }
}

function commitItem(commit: CommitInfo): HistoryItem {
  return { kind: 'commit', at: commit.at, name: commit.sha.slice(0, 12), by: commit.author, what: commit.subject, status: null, commit: commit.sha }
}
