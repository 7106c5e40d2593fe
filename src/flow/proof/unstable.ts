import type { FieldPath } from '../../model/field.ts'
import { showPath, withField } from '../../model/field.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { isKubernetesObject, refKey, refOf, showRef } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'

/** A part of a render that is another one each time: chance and the clock are asked. */
export type Unstable =
  | { readonly kind: 'field', readonly object: ObjectRef, readonly path: FieldPath }
  /** The name: what stands before and behind the part that differs; `others` are objects of which both renders say the same. */
  | { readonly kind: 'name', readonly object: ObjectRef, readonly start: string, readonly end: string, readonly others: ReadonlySet<string> }

/** What stands in comparisons for what differs from render to render. */
export const VARIES = '(differs from render to render)'

/** What differs between two renders of the same. An object whose name differs is known by the rest of its name. */
export function unstableParts(first: readonly KubernetesObject[], second: readonly KubernetesObject[]): readonly Unstable[] {
  const names = unstableNames(first, second)
  const fields = compareRenders(masked(first, names), masked(second, names)).flatMap(change => change.fields.map(({ path }): Unstable => ({ kind: 'field', object: change.object, path })))
  return [...names, ...fields]
}

/** The objects with a fixed word for what differs, so that the rest can be compared. */
export function masked(objects: readonly KubernetesObject[], unstable: readonly Unstable[]): readonly KubernetesObject[] {
  if (unstable.length === 0) return objects
  return objects.map(object => {
    const named = unstable.reduce((one, part) => part.kind === 'name' && fits(one, part) ? renamed(one, part) : one, object)
    const key = refKey(refOf(named))
    const fields = unstable.filter(part => part.kind === 'field' && part.path.length > 0 && refKey(part.object) === key)
    return fields.reduce((one, part) => {
      const next = part.kind === 'field' ? withField(one, part.path, VARIES) : one
      return isKubernetesObject(next) ? next : one
    }, named)
  })
}

/** What differs, for people. */
export function unstableNote(part: Unstable): string {
  return part.kind === 'field' ? `${showPath(part.path)} of ${showRef(part.object)}` : `the name of ${showRef({ ...part.object, name: `${part.start}…${part.end}` })}`
}

function unstableNames(first: readonly KubernetesObject[], second: readonly KubernetesObject[]): readonly Unstable[] {
  const changes = compareRenders(first, second)
  const now = new Set(second.map(object => refKey(refOf(object))))
  const others = new Set(first.map(object => refKey(refOf(object))).filter(key => now.has(key)))
  const added = changes.filter(({ kind }) => kind === 'added').map(({ object }) => object)
  const found: Unstable[] = []
  for (const { object } of changes.filter(({ kind }) => kind === 'removed')) {
    const at = added.findIndex(other => other.kind === object.kind && other.group === object.group && other.namespace === object.namespace)
    const [other] = at < 0 ? [] : added.splice(at, 1)
    if (other !== undefined) found.push({ kind: 'name', object, ...around(object.name, other.name), others })
  }
  return found
}

/** What two names have in common at their ends. */
function around(a: string, b: string): { readonly start: string, readonly end: string } {
  let start = 0
  while (start < a.length && start < b.length && a.charAt(start) === b.charAt(start)) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.charAt(a.length - 1 - end) === b.charAt(b.length - 1 - end)) end++
  // A letter that is the same by chance belongs to what differs.
  const dash = a.slice(0, start).lastIndexOf('-') + 1
  const tail = a.slice(a.length - end)
  return { start: a.slice(0, dash), end: tail.includes('-') ? tail.slice(tail.indexOf('-')) : '' }
}

function fits(object: KubernetesObject, { object: known, start, end, others }: Extract<Unstable, { kind: 'name' }>): boolean {
  const ref = refOf(object)
  return ref.kind === known.kind && ref.group === known.group && ref.namespace === known.namespace && ref.name.length === known.name.length
    && ref.name.startsWith(start) && ref.name.endsWith(end) && !others.has(refKey(ref))
}

function renamed(object: KubernetesObject, { start, end }: Extract<Unstable, { kind: 'name' }>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name: `${start}…${end}` } }
}
