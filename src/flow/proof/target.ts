import type { Edit, FieldPath } from '../../model/field.ts'
import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { Destination } from '../../model/owner.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { isKubernetesObject, refOf } from '../../model/resource.ts'
import type { Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import type { RenderedObject } from '../ports.ts'
import { compareObjects } from '../compare.ts'
import { sameField } from '../same-field.ts'

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
 * differs: what a comparison of the renders will show.
 */
export function settleEdits(edits: readonly Edit[], object: KubernetesObject): readonly Edit[] | Refusal {
  const already: Edit[] = []
  let wanted: Json | undefined = object
  for (const edit of edits) {
    const before = fieldAt(object, edit.path)
    if (edit.before !== undefined && !sameField(edit.path, edit.before, before) && !sameField(edit.path, before, edit.after)) {
      return refuse('STALE', `${showPath(edit.path)} is no longer ${JSON.stringify(edit.before)}.`, [{ sentence: `the render at the base holds ${JSON.stringify(before ?? null)}` }])
    }
    const after = edit.typed === true ? edit.after : isText(object, edit.path) ? asText(edit.after) : inTypeOf(before, edit.after)
    if (sameField(edit.path, before, after)) already.push({ path: edit.path, before, after })
    else wanted = withField(wanted, edit.path, after)
  }
  const rank = (edit: Edit): number => edits.findIndex(asked => startsWith(asked.path, edit.path) || startsWith(edit.path, asked.path))
  return [...already, ...isKubernetesObject(wanted) ? compareObjects(object, wanted).fields : []].sort((a, b) => rank(a) - rank(b))
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
