import type { Edit } from '../../model/field.ts'
import { fieldAt, showPath, withField } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { isKubernetesObject, refKey, refOf, showRef } from '../../model/resource.ts'
import { compareObjects } from '../fields/compare.ts'
import { cascadeOf, explained, onlyFollows, underOldName } from './cascade.ts'

/** What an edit of files does to a render, measured against what is asked (editing.md 4.2). */
export type RenderVerdict =
  /**
   * Nothing but asked fields change, to the asked values, and what follows them: the name of a generated object and the references to it (CASCADE).
   * `covered` are the edits reached, `changes` says of every change what only follows.
   */
  | { readonly kind: 'exact', readonly covered: readonly Edit[], readonly changes: readonly ObjectChange[] }
  | { readonly kind: 'none' }
  /** Something else changes too; the sentences name it. `covered` are the edits reached all the same, `beside` is true where the target stays as it is. */
  | { readonly kind: 'wide', readonly sentences: readonly string[], readonly covered: readonly Edit[], readonly beside: boolean }

/** A difference of two renders, and what was asked of one object in it. */
export interface Difference {
  readonly changes: readonly ObjectChange[]
  readonly before: readonly KubernetesObject[]
  readonly after: readonly KubernetesObject[]
  /** As it stands in the renders. */
  readonly target: ObjectRef
  /** Everything that is asked and not yet so. */
  readonly edits: readonly Edit[]
}

const SHOWN = 3

/** Exact: the target after is the target before with the reached edits made, and every other object is as it was or follows the target's new name. */
export function judgeDifference(of: Difference): RenderVerdict {
  const isTarget = (object: KubernetesObject): boolean => refKey(refOf(object)) === refKey(of.target)
  const cascade = cascadeOf(of)
  const old = of.before.find(isTarget)
  const now = cascade === null ? of.after.find(isTarget) : of.after.map(object => underOldName(object, cascade)).find(isTarget)
  const changes = cascade === null || old === undefined || now === undefined ? of.changes
    : explained(of.changes, cascade, { object: of.target, kind: 'changed', ...compareObjects(old, now) })
  const others = changes.filter(change => refKey(change.object) !== refKey(of.target) && !onlyFollows(change))
  const covered = of.edits.filter(edit => sameJson(fieldAt(now, edit.path), edit.after) && !sameJson(fieldAt(old, edit.path), edit.after))
  const strange = [...targetSentences(of, { old, now, covered }), ...others.map(sentenceOf)]
  const more = strange.length - SHOWN
  if (strange.length > 0) {
    return { kind: 'wide', sentences: [...strange.slice(0, SHOWN), ...more > 0 ? [`${more} more change`] : []], covered, beside: covered.length === 0 && others.length === changes.length }
  }
  return covered.length === 0 ? { kind: 'none' } : { kind: 'exact', covered, changes }
}

interface Target { readonly old: KubernetesObject | undefined, readonly now: KubernetesObject | undefined, readonly covered: readonly Edit[] }

function targetSentences(of: Difference, { old, now, covered }: Target): readonly string[] {
  const change = of.changes.find(one => refKey(one.object) === refKey(of.target))
  const expected = covered.reduce<Json | undefined>((object, edit) => withField(object, edit.path, edit.after), old)
  if (expected === undefined && now === undefined) return []
  if (now === undefined || !isKubernetesObject(expected)) return change === undefined ? [] : [sentenceOf(change)]
  const fields = sameButEmpty(expected, now, covered) ? [] : compareObjects(expected, now).fields
  return fields.map(field => field.after === undefined ? `${showPath(field.path)} of ${showRef(of.target)} goes` : `${showPath(field.path)} of ${showRef(of.target)} becomes ${shown(field.after)}`)
}

/** Renderers differ in whether a map that has become empty is left: both are what was asked. */
function sameButEmpty(expected: KubernetesObject, now: KubernetesObject, covered: readonly Edit[]): boolean {
  if (compareObjects(expected, now).fields.length === 0) return true
  const removed = covered.filter(edit => edit.after === undefined)
  const pruned = removed.reduce<Json | undefined>((object, edit) => prune(object, edit), expected)
  return isKubernetesObject(pruned) && compareObjects(pruned, now).fields.length === 0
}

function prune(object: Json | undefined, edit: Edit): Json | undefined {
  const parent = edit.path.slice(0, -1)
  const value = fieldAt(object, parent)
  const empty = (isObject(value) && Object.keys(value).length === 0) || (isList(value) && value.length === 0)
  return empty && parent.length > 0 ? prune(withField(object, parent, undefined), { ...edit, path: parent }) : object
}

function sentenceOf(change: ObjectChange): string {
  const name = showRef(change.object)
  return change.kind === 'changed' ? `${name} ${[...change.fields.map(field => showPath(field.path)), ...change.reordered].join(', ')} changes too` : `${name} is ${change.kind}`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
