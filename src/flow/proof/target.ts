import type { Edit, FieldPath, Step } from '../../model/field.ts'
import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import { isList, sameJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Destination } from '../../model/owner.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { isKubernetesObject, refOf } from '../../model/resource.ts'
import type { Refusal } from '../../model/error.ts'
import { WritError, refuse } from '../../model/error.ts'
import type { RenderedObject } from '../ports.ts'
import { compareObjects } from '../fields/compare.ts'
import { isObjectList, keyValue, mergeKeyOf, orderMeansNothing } from '../fields/list-keys.ts'
import { sameField } from '../fields/same-field.ts'

/** The objects of a render that are the target. Where the manifest names no namespace, it is deployed to the owner's. */
export function findTarget(objects: readonly RenderedObject[], target: ObjectRef, destination: Pick<Destination, 'namespace'>): readonly RenderedObject[] {
  return objects.filter(({ object }) => {
    const ref = refOf(object)
    return ref.group === target.group && ref.kind === target.kind && ref.name === target.name
      && (target.namespace === null || (ref.namespace ?? destination.namespace ?? 'default') === target.namespace)
  })
}

/**
 * The edits with what the render holds now, the asked value in the type the field has (a number stays a number), and a subtree as the leaves in which it
 * differs: what a comparison of the renders will show. Throws usage/bad-argument where two of them are about one field.
 */
export function settleEdits(edits: readonly Edit[], object: KubernetesObject): readonly Edit[] | Refusal {
  checkApart(edits)
  const already: Edit[] = []
  const renames: Edit[] = []
  let wanted: Json | undefined = object
  for (const edit of edits) {
    const before = fieldAt(object, edit.path)
    if (edit.before !== undefined && !sameField(edit.path, edit.before, before) && !sameField(edit.path, before, edit.after)) {
      return refuse('STALE', `${showPath(edit.path)} is no longer ${JSON.stringify(edit.before)}.`, [{ sentence: `the render at the base holds ${JSON.stringify(before ?? null)}` }])
    }
    const after = edit.typed === true ? edit.after : isText(object, edit.path) ? asText(edit.after) : inTypeOf(before, edit.after)
    const place = renamedItem(object, edit.path)
    if (sameField(edit.path, before, after)) already.push({ path: edit.path, before, after })
    else if (place !== null && before !== undefined && after !== undefined) renames.push({ path: place, before, after })
    else wanted = withField(wanted, edit.path, after)
  }
  const rank = (edit: Edit): number => edits.findIndex(asked => startsWith(asked.path, edit.path) || startsWith(edit.path, asked.path))
  return [...[...already, ...isKubernetesObject(wanted) ? inAskedOrder(object, wanted) : []].sort((a, b) => rank(a) - rank(b)), ...renames]
}

/** Two edits of one field, or of one item by its place in a list that another edit shortens, mean something else in another order. */
function checkApart(edits: readonly Edit[]): void {
  for (const [i, edit] of edits.entries()) {
    const other = edits.slice(i + 1).find(one => startsWith(one.path, edit.path) || startsWith(edit.path, one.path) || isShifted(edit, one) || isShifted(one, edit))
    if (other === undefined) continue
    const pair = samePath(edit.path, other.path) ? `${showPath(edit.path)} is asked for twice` : `${showPath(edit.path)} and ${showPath(other.path)} touch each other`
    throw new WritError('usage/bad-argument', `${pair}.`, { hint: 'Ask for one of them, or for one after the other.' })
  }
}

function isShifted(gone: Edit, other: Edit): boolean {
  return gone.after === undefined && isNumber(gone.path.at(-1)) && isNumber(other.path[gone.path.length - 1]) && startsWith(other.path, gone.path.slice(0, -1))
}

function isNumber(step: Step | undefined): boolean {
  return typeof step === 'string' && /^\d+$/.test(step)
}

/** The place by number of an item whose name changes: it stays where and as it is, under another name. Null for every other field. */
function renamedItem(object: KubernetesObject, path: FieldPath): FieldPath | null {
  const [name, item, key] = path.slice(-3)
  const list = fieldAt(object, path.slice(0, -2))
  if (item === undefined || typeof key !== 'string' || !isObjectList(list)) return null
  if (typeof item === 'string') return typeof name === 'string' && mergeKeyOf(name, list) === key ? path : null
  const index = list.findIndex(one => keyValue(one, item.key) === item.value)
  return key !== item.key || index < 0 ? null : [...path.slice(0, -2), String(index), key]
}

/** The leaves that differ; a list whose order means something and would come out in another one than was asked, as a whole. */
function inAskedOrder(object: KubernetesObject, wanted: KubernetesObject): readonly Edit[] {
  const { fields } = compareObjects(object, wanted)
  const made = fields.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), object)
  const lists = fields.flatMap(({ path }) => path.flatMap((step, i) => (typeof step === 'string' ? [] : [path.slice(0, i)])))
    .filter((path, i, all) => all.findIndex(one => samePath(one, path)) === i && !sameOrder(path, fieldAt(made, path), fieldAt(wanted, path)))
  const outer = lists.filter(path => !lists.some(one => one.length < path.length && startsWith(path, one)))
  return [...fields.filter(field => !outer.some(path => startsWith(field.path, path))), ...outer.map(path => ({ path, before: fieldAt(object, path), after: fieldAt(wanted, path) }))]
}

function sameOrder(path: FieldPath, made: Json | undefined, wanted: Json | undefined): boolean {
  const name = path.at(-1)
  if (!isList(made) || !isList(wanted) || typeof name !== 'string' || orderMeansNothing(name, wanted)) return true
  const key = mergeKeyOf(name, made, wanted)
  return key === null || sameJson(made.map(item => keyValue(item, key)), wanted.map(item => keyValue(item, key)))
}

function startsWith(path: FieldPath, prefix: FieldPath): boolean {
  return samePath(path.slice(0, prefix.length), prefix)
}

/** True where the render already means what is asked. */
export function isAlreadySo(edit: Edit): boolean {
  return sameField(edit.path, edit.before, edit.after)
}

/** Labels, annotations and the data of ConfigMaps are texts whatever they look like. */
function isText({ kind, apiVersion }: KubernetesObject, path: FieldPath): boolean {
  const holder = path.at(-2)
  if (path.length === 2 && holder === 'data') return kind === 'ConfigMap' && apiVersion === 'v1'
  return path.at(-3) === 'metadata' && (holder === 'labels' || holder === 'annotations')
}

function asText(after: Json | undefined): Json | undefined {
  return typeof after === 'number' || typeof after === 'boolean' ? String(after) : after
}

function inTypeOf(before: Json | undefined, after: Json | undefined): Json | undefined {
  return typeof before === 'number' && typeof after === 'string' && String(Number(after)) === after ? Number(after) : after
}
