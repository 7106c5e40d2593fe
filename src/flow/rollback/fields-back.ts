import type { FieldPath } from '../../model/field.ts'
import { fieldAt, samePath, withField } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { RollbackField } from '../../model/request.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import { compareObjects } from '../fields/compare.ts'

/** The fields that bring an object from how it is to how it was: the leaves in which the two differ; where those would leave a list in another order that means something, the list as a whole. */
export function fieldsBack(now: KubernetesObject, was: KubernetesObject): readonly RollbackField[] {
  const leaves = compareObjects(now, was).fields
  const made = leaves.reduce<Json | undefined>((all, { path, after }) => withField(all, path, after), now)
  const lists = isKubernetesObject(made) ? compareObjects(made, was).fields.map(({ path }) => listOf(path)) : []
  const whole = lists.map(path => ({ path, before: fieldAt(now, path), after: fieldAt(was, path) }))
  return outermost([...leaves, ...whole]).map(({ path, before, after }) => ({ path, ...before === undefined ? {} : { now: before }, ...after === undefined ? {} : { was: after } }))
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

