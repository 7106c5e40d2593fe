import { isRefusal } from '../../model/error.ts'
import { fieldAt, samePath, wholeOf } from '../../model/field.ts'
import { canonical, sameJson } from '../../model/json.ts'
import type { BlastEntry, ObjectChange, Plan } from '../../model/plan.ts'
import { isKubernetesObject, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { hashChanges } from '../digest.ts'
import { readersOf } from './readers.ts'
import { compareRenders } from '../fields/compare.ts'
import type { RenderResult, RepositoryReader } from '../ports.ts'
import type { World } from '../world.ts'
import { openBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { blastOf } from './blast.ts'
import { askAfter, otherConsumers, renderAsk, unread } from './consumers.ts'
import { findTarget, isAlreadySo } from './target.ts'
import { judgeDifference } from './verdict.ts'
import { consumersWith, wholeDifference } from './whole-object.ts'
import type { Renders } from './whole-object.ts'

export type MergeProof =
  | { readonly exact: true, readonly changes: readonly ObjectChange[], readonly blast: readonly BlastEntry[] }
  /** `broken`: the base itself does not render, whatever the change. */
  | { readonly exact: false, readonly why: string, readonly broken?: true }

/**
 * Proves a merge result beside the base it goes into: it must differ in exactly the files, fields and blast radius of the plan (DESIGN.md section 2).
 * `mergedTree` is the tree of merging the published head into `baseCommit`.
 */
export async function proveMerge(world: World, plan: Plan, merge: { readonly baseCommit: string, readonly mergedTree: string }): Promise<MergeProof> {
  const repository = world.repositories.open(plan.owner.source.url)
  if (isRefusal(repository)) return { exact: false, why: repository.message }
  const bench = await openBench(world, repository.reader, merge.baseCommit)
  try {
    return await proveMergeOn(world, { plan, bench, reader: repository.reader, ...merge })
  } finally {
    await bench.dispose()
  }
}

interface Merge { readonly plan: Plan, readonly bench: Bench, readonly reader: RepositoryReader, readonly baseCommit: string, readonly mergedTree: string }

async function proveMergeOn(world: World, { plan, bench, reader, baseCommit, mergedTree }: Merge): Promise<MergeProof> {
  const files = await reader.changes(baseCommit, mergedTree)
  const strange = files.find(({ path }) => !plan.files.some(file => file.path === path))
  if (strange !== undefined) return { exact: false, why: `${strange.path} would change, which is not part of the plan` }
  const ask = renderAsk(bench.index, plan.owner)
  const [before] = await bench.render([], [ask])
  const later = await askAfter(bench.index, plan.owner, { ask, changes: files, reread: unread })
  if (typeof later === 'string') return { exact: false, why: `the merge result would not be honoured: ${later}` }
  const [after] = await bench.render(files, [later])
  if (before?.ok !== true) return { exact: false, why: `the base does not render: ${before?.message ?? ''}`, broken: true }
  if (after?.ok !== true) return { exact: false, why: `the merge result does not render: ${after?.message ?? ''}` }
  const [old, now] = [before.objects.map(({ object }) => object), after.objects.map(({ object }) => object)]
  const changes = compareRenders(old, now)
  const wrong = wholeOf(plan.edits) === null ? wrongFields(plan, { before, changes, old, now }) : wrongWhole(plan, { before: old, after: now, changes })
  if (wrong !== null) return { exact: false, why: wrong }
  const others = otherConsumers({ index: bench.index, asked: plan.owner, owners: await readersOf(world, bench, plan), samePath: 'other' })
  const blast = await blastOf(world, bench, { consumers: await consumersWith(bench.index, others, files), changes: files })
  if (blast.broken !== null) return { exact: false, why: blast.broken }
  if (blastKey(blast.entries) !== blastKey(plan.blast)) return { exact: false, why: 'the effect on other consumers is not the one that was planned' }
  return { exact: true, changes, blast: blast.entries }
}

interface Rendered { readonly before: RenderResult & { readonly ok: true }, readonly changes: readonly ObjectChange[], readonly old: readonly KubernetesObject[], readonly now: readonly KubernetesObject[] }

/** Why the fields that change are not exactly the asked ones, from the values that the plan saw; null where they are. */
function wrongFields(plan: Plan, { before, changes, old, now }: Rendered): string | null {
  const [target, ...others] = findTarget(before.objects, plan.target, plan.owner.destination)
  if (target === undefined || others.length > 0) return `the base renders ${showRef(plan.target)} ${others.length === 0 ? 'no more' : 'more than once'}`
  const open = plan.edits.filter(edit => !isAlreadySo(edit))
  const verdict = judgeDifference({ changes, before: old, after: now, target: refOf(target.object), edits: open })
  if (verdict.kind === 'wide') return verdict.sentences.join('; ')
  if (verdict.kind === 'none' || !open.every(edit => verdict.covered.some(done => samePath(done.path, edit.path)))) return 'not every asked field would change'
  const moved = open.find(edit => !sameJson(edit.before, fieldAt(target.object, edit.path)))
  return moved === undefined ? null : `the base now holds ${JSON.stringify(fieldAt(target.object, moved.path) ?? null)}`
}

/** The very object of the plan must appear or go: a manifest that somebody changed meanwhile is another one. */
function wrongWhole(plan: Plan, renders: Renders): string | null {
  const edit = wholeOf(plan.edits)
  const wanted = isKubernetesObject(edit?.after) ? edit.after : null
  const wrong = wholeDifference(renders, { target: plan.target, wanted, namespace: plan.owner.destination.namespace })
  if (wrong !== null) return wrong
  const [change] = renders.changes
  const [field] = change?.fields ?? []
  return sameJson(field?.before, edit?.before) && sameJson(field?.after, edit?.after) ? null : `${showRef(plan.target)} is no longer as it was planned`
}

/** Equal for the same effect on the same consumers, whatever the order they are found in. */
function blastKey(entries: readonly BlastEntry[]): string {
  const keys = entries.map(entry => canonical({
    path: entry.path, owners: entry.owners.map(owner => `${owner.tool}/${owner.cluster}/${owner.namespace}/${owner.name}`).sort(),
    environments: entry.environments, changes: entry.changes === null ? null : hashChanges(entry.changes),
  }))
  return keys.sort().join('\n')
}
