import type { FieldChange, FieldPath } from '../../model/field.ts'
import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { showJson } from '../../model/json.ts'
import type { RollbackField } from '../../model/request.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import { withoutHash } from '../edit/generators.ts'
import { compareObjects } from '../fields/compare.ts'

/** The leaves in which two states of an object differ, but for names of generated objects in it: those follow from what is generated, and go back with that. */
export function differences(now: KubernetesObject, was: KubernetesObject): readonly FieldChange[] {
  return compareObjects(now, was).fields.filter(field => !follows(field))
}

/** Names of generated objects that differ between two states, as sentences. */
export function followingNotes(now: KubernetesObject, was: KubernetesObject): readonly string[] {
  return compareObjects(now, was).fields.filter(follows).map(({ path, before }) => `${showPath(path)} stays ${showJson(before)}: it follows the content of what is generated; to have that back, roll it back itself`)
}

/** The fields that bring an object from how it is to how it was: the leaves in which the two differ; where those would leave a list in another order that means something, the list as a whole. */
export function fieldsBack(now: KubernetesObject, was: KubernetesObject): readonly RollbackField[] {
  const leaves = differences(now, was)
  const made = leaves.reduce<Json | undefined>((all, { path, after }) => withField(all, path, after), now)
  const lists = isKubernetesObject(made) ? differences(made, was).map(({ path }) => listOf(path)) : []
  const whole = lists.map(path => ({ path, before: fieldAt(now, path), after: fieldAt(was, path) }))
  return outermost([...leaves, ...whole]).map(({ path, before, after }) => ({ path, ...before === undefined ? {} : { now: before }, ...after === undefined ? {} : { was: after } }))
}

const REFERENCES: ReadonlySet<string> = new Set(['configMapRef.name', 'configMapKeyRef.name', 'configMap.name', 'secretRef.name', 'secretKeyRef.name', 'secret.name', 'secret.secretName'])

/** A reference to a generated object under the hash of another content. */
function follows({ path, before, after }: FieldChange): boolean {
  if (typeof before !== 'string' || typeof after !== 'string' || !REFERENCES.has(path.slice(-2).map(String).join('.'))) return false
  return withoutHash(before) !== before && withoutHash(after) !== after && withoutHash(before) === withoutHash(after)
}

/** The list that a path ends in or leads through last. */
function listOf(path: FieldPath): FieldPath {
  const at = path.findLastIndex(step => typeof step !== 'string' || /^\d+$/.test(step))
  return at < 0 ? path : path.slice(0, at)
}

function outermost<T extends { readonly path: FieldPath }>(fields: readonly T[]): readonly T[] {
  return fields.filter((field, i) => !fields.some((one, j) => j !== i && isWithin(field.path, one.path) && (one.path.length < field.path.length || j < i)))
}

function isWithin(path: FieldPath, outer: FieldPath): boolean {
  return outer.length <= path.length && samePath(path.slice(0, outer.length), outer)
}

