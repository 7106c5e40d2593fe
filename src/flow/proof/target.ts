import type { Edit } from '../../model/field.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { Destination } from '../../model/owner.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import type { Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import type { RenderedObject } from '../ports.ts'
import { sameField } from '../same-field.ts'

/** The objects of a render that are the target. Where the manifest names no namespace, it is deployed to the owner's. */
export function findTarget(objects: readonly RenderedObject[], target: ObjectRef, destination: Pick<Destination, 'namespace'>): readonly RenderedObject[] {
  return objects.filter(({ object }) => {
    const ref = refOf(object)
    return ref.group === target.group && ref.kind === target.kind && ref.name === target.name
      && (target.namespace === null || (ref.namespace ?? destination.namespace ?? 'default') === target.namespace)
  })
}

/** The edits with what the render holds now, and the asked value in the type the field has (a number stays a number). */
export function settleEdits(edits: readonly Edit[], object: KubernetesObject): readonly Edit[] | Refusal {
  const settled: Edit[] = []
  for (const edit of edits) {
    const before = fieldAt(object, edit.path)
    if (edit.before !== undefined && !sameField(edit.path, edit.before, before) && !sameField(edit.path, before, edit.after)) {
      return refuse('STALE', `${showPath(edit.path)} is no longer ${JSON.stringify(edit.before)}.`, [{ sentence: `the render at the base holds ${JSON.stringify(before ?? null)}` }])
    }
    settled.push({ path: edit.path, before, after: inTypeOf(before, edit.after) })
  }
  return settled
}

/** True where the render already means what is asked. */
export function isAlreadySo(edit: Edit): boolean {
  return edit.before !== undefined && sameField(edit.path, edit.before, edit.after)
}

function inTypeOf(before: Json | undefined, after: Json): Json {
  return typeof before === 'number' && typeof after === 'string' && String(Number(after)) === after ? Number(after) : after
}
