import type { FieldChange } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import { sameJson } from '../../model/json.ts'
import type { ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { withoutHash } from '../edit/generators.ts'

/** A generated object that got another name because its content changed (editing.md 4.2, CASCADE). */
export interface Cascade { readonly from: string, readonly to: string }

/** The new name of a generated ConfigMap; null where it kept its name, or where it cannot be told what became of it. */
export function cascadeOf(of: { readonly before: readonly KubernetesObject[], readonly after: readonly KubernetesObject[], readonly target: ObjectRef }): Cascade | null {
  const { target } = of
  if (target.kind !== 'ConfigMap' || target.group !== '' || withoutHash(target.name) === target.name) return null
  if (of.after.some(object => refKey(refOf(object)) === refKey(target))) return null
  const old = new Set(of.before.map(object => refKey(refOf(object))))
  const [found, ...others] = of.after.map(refOf).filter(ref => !old.has(refKey(ref)) && ref.kind === target.kind && ref.group === target.group
    && ref.namespace === target.namespace && ref.name !== withoutHash(ref.name) && withoutHash(ref.name) === withoutHash(target.name))
  return found === undefined || others.length > 0 ? null : { from: target.name, to: found.name }
}

/** The object under the name that it had. */
export function underOldName(object: KubernetesObject, { from, to }: Cascade): KubernetesObject {
  return object.kind === 'ConfigMap' && object.metadata['name'] === to ? { ...object, metadata: { ...object.metadata, name: from } } : object
}

/**
 * The changes with the new name as what it is: one object that changed, whose name follows its content, and references that follow the name.
 * `target` is what the comparison of the two versions of the generated object gave.
 */
export function explained(changes: readonly ObjectChange[], { from, to }: Cascade, target: ObjectChange): readonly ObjectChange[] {
  const isTarget = ({ object }: ObjectChange): boolean => object.kind === target.object.kind && object.group === target.object.group
    && object.namespace === target.object.namespace && (object.name === from || object.name === to)
  const name: FieldChange = { path: ['metadata', 'name'], before: from, after: to }
  const rest = changes.filter(change => !isTarget(change)).map(change => {
    const follows = change.fields.filter(field => sameJson(field.before, from) && sameJson(field.after, to)).map(field => showPath(field.path))
    return follows.length === 0 ? change : { ...change, follows }
  })
  return [{ ...target, fields: [...target.fields, name], follows: [showPath(name.path)] }, ...rest]
}

/** True where nothing of a change but references to the new name is there. */
export function onlyFollows(change: ObjectChange): boolean {
  return change.kind === 'changed' && change.reordered.length === 0 && change.follows?.length === change.fields.length
}
