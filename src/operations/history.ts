import { z } from 'zod'
import { findOwner } from '../flow/find-owner.ts'
import type { CommitInfo } from '../flow/ports.ts'
import type { World } from '../flow/world.ts'
import type { Change } from '../model/change.ts'
import { isRefusal, refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import { askedObject } from '../model/plan.ts'
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

/** `writ history [TYPE/NAME]`: the changes of Writ, and for an object the commits to its owner's path, which are other people's too. */
export const history: Operation<z.infer<typeof Input>, HistoryDocument | RefusalDocument> = {
  name: 'history',
  summary: 'Show what changed an object, or everything that Writ changed',
  doors: ALL,
  reads: true,
  doing: 'looking: reading changes, and for an object its owner and the commits of the repository',
  input: Input,
  run: async ({ world }, { target, limit, ...where }) => {
    const changes = target === null ? await changesWhere(world, { ...where, limit }) : await world.changes.list({ limit: MOST })
    if (target === null) return { kind: 'History', source: null, items: changes.map(change => changeItem(change)) }
    const found = await findOwner(world, target)
    if (isRefusal(found)) return refusalDocument(found)
    const { base, branch, owner: { source } } = found
    if (source === undefined || base === null || branch === null) return refusalDocument({ ...found.obstacle ?? refuse('UNSUPPORTED', `${showOwner(found.owner)} cannot be read.`), evidence: found.evidence })
    const commits = await commitsOf(world, source.url, { to: base, path: source.path })
    if (isRefusal(commits)) return refusalDocument(commits)
    const own = changes.filter(change => sameTarget(change, found.subject))
    const items = [...own.map(change => changeItem(change)), ...commits.filter(commit => !own.some(change => isOf(change, commit))).map(commitItem)]
    items.sort((a, b) => b.at.localeCompare(a.at))
    return { kind: 'History', source: { url: source.url, path: source.path, branch }, items: items.slice(0, limit) }
  },
  show: (answer, style) => answer.kind === 'Refusal' ? refusalLines(answer) : historyLines(answer, style),
}

async function commitsOf(world: World, url: string, of: { readonly to: string, readonly path: string }): Promise<readonly CommitInfo[] | Refusal> {
  const repository = world.repositories.open(url)
  return isRefusal(repository) ? repository : repository.reader.commits(null, of.to, of.path)
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
