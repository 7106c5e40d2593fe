import type { Document } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import type { Edit, FieldPath, Step } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { ownValue, valueForAllUses } from './anchored-scalar.ts'
import type { AnchoredScalar } from './anchored-scalar.ts'
import { descend } from './descend.ts'
import { editsBetween } from './edits-between.ts'
import type { Candidate, Place, TextEdit, YamlSteps } from './place.ts'
import { isDigits, making, reachOf } from './reach.ts'
import type { Source } from './source.ts'
import { valueOf } from './source.ts'

/** What is looked for: one field of one rendered object, what it holds and what it shall hold; undefined: it is not there, or shall go. */
export interface Sought {
  readonly target: ObjectRef
  readonly path: FieldPath
  readonly before: Json | undefined
  readonly after: Json | undefined
  /** The object as it renders now. */
  readonly object: KubernetesObject
  /** All objects that render beside it, itself among them. */
  readonly objects: readonly KubernetesObject[]
  /** Everything that is asked and not yet so, this edit among it. */
  readonly edits: readonly Edit[]
}

/** A place that was looked at: one that can be tried, or one that holds the field but in a form that is not edited. */
export type Look =
  | { readonly kind: 'candidate', readonly candidate: Candidate }
  | { readonly kind: 'blocked', readonly code: RefusalCode, readonly at: string, readonly sentence: string, /** Ways around it. */ readonly instead?: readonly Candidate[] }

/** Where a candidate would lie: everything but the edits. */
export interface Layer extends Omit<Candidate, 'changes'> {
  /** Puts a place of an inline patch into the file that holds it. */
  readonly wrap?: (place: Place) => Place
}

/** A value sought at a path below a node of a document. */
export interface Spot {
  readonly source: Source
  readonly document: number
  /** The way to where `path` begins. */
  readonly start: YamlSteps
  readonly path: FieldPath
}

/** Looks for the sought value at one spot, or, where the field is to be made, for what would hold it; null where there is neither. */
export function lookAt(spot: Spot, sought: Pick<Sought, 'before' | 'after'>, layer: Layer): Look | null {
  const document = spot.source.documents[spot.document]
  if (document === undefined) return null
  const reach = reachOf(documentValue(document), [...spot.start.map(String), ...spot.path])
  if (reach.steps.length < spot.start.length) return null
  if (sought.before === undefined && reach.rest.length > 0) return sought.after === undefined ? null : additionAt(spot, reach, { after: sought.after, layer })
  if (sought.before === undefined || reach.rest.length > 0 || !sameJson(reach.here, sought.before)) return null
  // Items stay named by their key, so that a key that is given twice is seen.
  const found = descend(document, [...spot.start, ...spot.path].map((step, i) => typeof step === 'string' ? reach.steps[i] ?? step : step))
  if (found.kind === 'absent') return null
  if (found.kind === 'blocked') {
    const at = `${layer.file}:${spot.source.lineOf(found.offset)}`
    const anchored = found.code === 'ALIAS' || found.code === 'ANCHOR'
    const instead = anchored ? aroundAnchor({ ...spot, steps: reach.steps, file: layer.file }, sought.after, layer) : found.code === 'MERGE' ? overMerged(spot, { steps: reach.steps, document }, { after: sought.after, layer }) : []
    return { kind: 'blocked', code: found.code, at, sentence: found.sentence, instead }
  }
  const place: Place = { document: spot.document, steps: found.steps, inner: null }
  return candidateOf(layer, editsBetween(sought.before, sought.after, place))
}

/** What can be done about a scalar that is anchored or an alias: the value for all uses, or one of its own. */
function aroundAnchor(at: AnchoredScalar, after: Json | undefined, { wrap, tier: _tier, ...layer }: Layer): readonly Candidate[] {
  if (after === undefined || wrap !== undefined) return []
  const [all, own] = [valueForAllUses(at, after), ownValue(at, after)]
  return [
    ...all === null ? [] : [{ ...layer, what: `${layer.what}, all uses of its anchor`, tier: 'last' as const, changes: [all] }],
    ...own === null ? [] : [{ ...layer, what: `${layer.what}, apart from its anchor`, tier: 'last' as const, changes: [own], note: `the same value stood in other places by a YAML anchor (${layer.file}), and still does there` }],
  ]
}

/** A key that comes through a merge key may be given beside it: it then counts before the one that is merged. Only where the merged map itself holds the field. */
function overMerged(spot: Spot, { steps, document }: { readonly steps: YamlSteps, readonly document: Document }, { after, layer }: { readonly after: Json | undefined, readonly layer: Layer }): readonly Candidate[] {
  if (after === undefined || descend(document, steps.slice(0, -1)).kind !== 'found') return []
  const added = candidateOf({ ...layer, what: `${layer.what}, beside the merge key`, tier: 'last' }, [{ op: 'add', place: { document: spot.document, steps, inner: null }, value: after }])
  return added.kind === 'candidate' ? [added.candidate] : []
}

/** A candidate whose edits all lie in the layer's file. */
export function candidateOf({ wrap, ...layer }: Layer, edits: readonly TextEdit[]): Look {
  const wrapped = edits.map(edit => ({ ...edit, place: wrap?.(edit.place) ?? edit.place }))
  return { kind: 'candidate', candidate: { ...layer, changes: [{ file: layer.file, edits: wrapped }] } }
}

/** A new key, or a new item with all that is in it. An item that a path only leads through is not made: it stands somewhere else. */
function additionAt(spot: Spot, reach: ReturnType<typeof reachOf>, of: { readonly after: Json, readonly layer: Layer }): Look | null {
  const through = reach.rest.slice(0, -1).some(step => typeof step !== 'string' || isDigits(step))
  const edit = through ? null : making(reach, of.after, { document: spot.document, inner: null })
  return edit === null ? null : candidateOf(of.layer, [edit])
}

const VALUES = new WeakMap<Document, Json>()

/** What a document holds; read once. */
export function documentValue(document: Document): Json {
  const known = VALUES.get(document)
  if (known !== undefined) return known
  const value = valueOf(document.contents, document)
  VALUES.set(document, value)
  return value
}

/** The value at steps below another. */
export function valueBelow(value: Json, steps: YamlSteps): Json | undefined {
  return steps.reduce<Json | undefined>((here, step) => typeof step === 'number' ? (isList(here) ? here[step] : undefined) : isObject(here) ? here[step] : undefined, value)
}

/** Where the manifest of an object begins in a document: at its root, or at an item of a list kind; none where it is not there. */
export function manifestStarts(document: Document, matches: (manifest: Json) => boolean): readonly YamlSteps[] {
  const value = documentValue(document)
  const items = typeof value === 'object' && value !== null && 'items' in value ? value['items'] : undefined
  if (Array.isArray(items)) return items.flatMap((item: Json, i) => matches(item) ? [['items', i]] : [])
  return matches(value) ? [[]] : []
}

/** The last key of a path. */
export function leafKey(path: readonly Step[]): string {
  const last = path.at(-1)
  return typeof last === 'string' ? last : ''
}
