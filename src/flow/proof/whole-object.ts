import type { Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import { showPath } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import { isObject } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { BlastEntry, FileChange, ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import type { Tree } from '../ports.ts'
import { holds } from '../fields/same-field.ts'
import type { BaseRender } from './base-render.ts'
import { hashOf, shownPath } from './base-render.ts'
import type { Bench } from './bench.ts'
import { blastOf, judgedObjects } from './blast.ts'
import type { Places } from './blast.ts'
import { closureOf } from './closure.ts'
import type { Consumer } from './consumer.ts'
import { otherConsumers } from './consumers.ts'
import type { ProofAsk, ProvenEdits } from './prove-edits.ts'
import { indexTree } from './tree-index.ts'
import type { TreeIndex } from './tree-index.ts'

/** Whose object appears or goes, on which commit. */
export interface WholeAsk extends Omit<ProofAsk, 'edits' | 'wanted'> { readonly places: Places | null }

/** One way to make the object appear or go: files, and where they are edited. */
export interface WholeTrial { readonly files: readonly FileChange[], readonly at: readonly string[], readonly what: string }

/** What is proven, and everything that the source rendered before. */
export interface ProvenWhole extends ProvenEdits { readonly before: readonly KubernetesObject[] }

/** How a trial came out. */
export type WholeOutcome =
  | { readonly kind: 'exact', readonly proven: ProvenWhole }
  /** It is exact for the asked delivery, and others change, too. */
  | { readonly kind: 'shared', readonly proven: ProvenWhole }
  | { readonly kind: 'no', readonly sentence: string }

/**
 * Renders a trial: exactly the asked object must appear (as the manifest says, whatever labels and the like the source adds) or go, and nothing else may change.
 * Then every other consumer, those that read a new file or no longer a removed one among them.
 */
export async function tryWhole(bench: Bench, of: { readonly ask: WholeAsk, readonly base: BaseRender, readonly wanted: KubernetesObject | null }, trial: WholeTrial): Promise<WholeOutcome> {
  const { ask, base, wanted } = of
  const [result] = await bench.render(trial.files, [base.ask])
  if (result?.ok !== true) return { kind: 'no', sentence: `the source does not render with it: ${result?.message ?? 'no answer'}` }
  const before = base.objects.map(({ object }) => object)
  const after = result.objects.map(({ object }) => object)
  const changes = compareRenders(before, after)
  const wrong = wholeDifference({ changes, before, after }, { target: ask.target, wanted, namespace: ask.owner.destination.namespace })
  if (wrong !== null) return { kind: 'no', sentence: wrong }
  const consumers = await consumersWith(bench.index, otherConsumers({ index: bench.index, asked: ask.owner, owners: await ask.owners(), samePath: ask.samePath }), trial.files)
  const blast = await blastOf(ask.places, bench, { consumers, changes: trial.files })
  if (blast.broken !== null) return { kind: 'no', sentence: blast.broken }
  const judged = judgedObjects(before, after, changes)
  const whole = { path: [], before: wanted === null ? judged[0]?.before ?? undefined : undefined, after: wanted === null ? undefined : judged[0]?.after ?? undefined }
  const proven: ProvenWhole = {
    before,
    edits: [whole], files: trial.files, places: trial.at, blast: blast.entries, rendered: { asked: judged, blast: blast.rendered },
    proof: {
      renderer: await bench.info(base.ask), beforeHash: hashOf(before), afterHash: hashOf(after), changes,
      sentence: `exactly one object ${wanted === null ? 'goes' : 'appears'}: ${showRef(ask.target)}`,
    },
  }
  return { kind: blast.entries.length === 0 ? 'exact' : 'shared', proven }
}

/** Two renders and their difference. */
export interface Renders { readonly changes: readonly ObjectChange[], readonly before: readonly KubernetesObject[], readonly after: readonly KubernetesObject[] }

/**
 * What is wrong where not exactly the asked object appears (`wanted` is its manifest) or goes (null); null where all is as asked. `namespace` is where objects
 * go that name none.
 */
export function wholeDifference({ changes, after }: Renders, of: { readonly target: ObjectRef, readonly wanted: KubernetesObject | null, readonly namespace: string | null }): string | null {
  const { target, wanted } = of
  const isTarget = (ref: ObjectRef): boolean => refKey({ ...ref, namespace: target.namespace === null ? null : ref.namespace ?? of.namespace ?? 'default' }) === refKey(target)
  const [own, ...twice] = changes.filter(change => isTarget(change.object))
  const others = changes.filter(change => !isTarget(change.object))
  const [other] = others
  if (other !== undefined && own === undefined && others.length === 1 && other.kind === 'added' && other.object.kind === target.kind) {
    return `the source makes it ${showRef(other.object)}, not ${showRef(target)}: a prefix, suffix or namespace is laid on there`
  }
  if (other !== undefined) return `${showRef(other.object)} ${other.kind === 'changed' ? `changes (${other.fields.map(field => showPath(field.path)).slice(0, 3).join(', ') || other.reordered.join(', ')})` : `is ${other.kind}`}${others.length > 1 ? `, and ${others.length - 1} more` : ''}`
  if (own === undefined) return wanted === null ? 'it has no effect on the object' : 'the source does not render the object from there'
  if (twice.length > 0 || own.kind !== (wanted === null ? 'removed' : 'added')) return `${showRef(own.object)} is ${own.kind}`
  if (wanted === null) return null
  const made = after.find(object => isTarget(refOf(object)))
  const missing = made === undefined ? showRef(target) : firstMissing(made, wanted)
  return missing === null ? null : `the source renders it with another ${missing} than the manifest says: something laid over the resources changes it`
}

/** The first field of a manifest that the rendered object does not hold. Its namespace may be left to the source. */
function firstMissing(made: KubernetesObject, wanted: KubernetesObject): string | null {
  const path = missingIn(made, wanted, [])
  return path === null ? null : showPath(path)
}

function missingIn(made: Json | undefined, wanted: Json | undefined, path: FieldPath): FieldPath | null {
  if (wanted === undefined || holds(path, made, wanted)) return null
  if (!isObject(wanted) || !isObject(made)) return path
  for (const [key, value] of Object.entries(wanted satisfies JsonObject)) {
    const found = missingIn(Object.hasOwn(made, key) ? made[key] : undefined, value, [...path, key])
    if (found !== null) return found
  }
  return path
}

/** The consumers with what they read once files have come or gone. */
export async function consumersWith(index: TreeIndex, consumers: readonly Consumer[], files: readonly FileChange[]): Promise<readonly Consumer[]> {
  if (files.every(({ before, after }) => before !== null && after !== null)) return consumers
  const later = await indexTree(treeWith(index.tree, files), files)
  return consumers.map(consumer => ({ ...consumer, closure: { ...consumer.closure, files: new Set([...consumer.closure.files, ...closureOf(later, consumer.ask).files]) } }))
}

function treeWith(tree: Tree, files: readonly FileChange[]): Tree {
  const gone = new Set(files.filter(({ after }) => after === null).map(({ path }) => path))
  const made = files.filter(({ before, after }) => before === null && after !== null)
  const entries = [...tree.entries.filter(({ path }) => !gone.has(path)), ...made.map(({ path }) => ({ path, kind: 'file' as const, blob: '' }))]
  return {
    commit: tree.commit, entries,
    async read(paths) {
      const known = await tree.read(paths.filter(path => !gone.has(path) && !made.some(file => file.path === path)))
      return new Map([...known, ...made.flatMap(({ path, after }) => after !== null && paths.includes(path) ? [[path, after] as const] : [])])
    },
  }
}

/** SHARED_BASE: the object stands, or would stand, where others read it, and the caller asks for the asked delivery only. */
export function sharedWhole(ask: WholeAsk, { places, blast }: Pick<ProvenEdits, 'places' | 'blast'>): Refusal {
  const count = `${blast.length} other consumer${blast.length === 1 ? ' uses' : 's use'}`
  return refuse('SHARED_BASE', `${showRef(ask.target)} stands in a file that ${count} too.`, [{ sentence: 'it stands here', at: places[0] ?? shownPath(ask.owner.source) }, ...blast.map(sharedEvidence)])
}

function sharedEvidence(entry: BlastEntry): { readonly sentence: string, readonly at: string } {
  const owners = entry.owners.map(showOwner).join(', ')
  const effect = entry.changes === null ? `its effect is unknown: ${entry.error ?? ''}` : `${entry.changes.length} object${entry.changes.length === 1 ? '' : 's'} would change`
  const who = entry.by === undefined ? `${owners === '' ? 'a kustomization that no known owner claims' : owners}: ` : ''
  return { sentence: `${who}${effect}`, at: shownPath(entry) }
}
