import { objectsAt, textAt } from '../../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'

/** The identity in an inventory entry; group, not version, is identity. */
export type InventoryRef = Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>

/**
 * Parses `<namespace>_<name>_<group>_<Kind>` (argocd-flux.md 2): the first `_` ends the namespace, the last begins the kind, the one before
 * it the group. Namespace and group may be empty; a colon in a name (RBAC) is written `__`. Null for anything else.
 */
export function parseInventoryId(id: string): InventoryRef | null {
  const first = id.indexOf('_')
  const last = id.lastIndexOf('_')
  const middle = id.lastIndexOf('_', last - 1)
  if (first < 0 || middle <= first) return null
  const name = id.slice(first + 1, middle).replaceAll('__', ':')
  const kind = id.slice(last + 1)
  if (name === '' || kind === '') return null
  return { namespace: id.slice(0, first) || null, name, group: id.slice(middle + 1, last), kind }
}

/** True where an owner's own list names the object. */
export function inInventory(owner: KubernetesObject, ref: InventoryRef): boolean {
  return objectsAt(owner, 'status', 'inventory', 'entries').some(entry => {
    const listed = parseInventoryId(textAt(entry, 'id') ?? '')
    return listed !== null && listed.group === ref.group && listed.kind === ref.kind && listed.namespace === ref.namespace && listed.name === ref.name
  })
}
