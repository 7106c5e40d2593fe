import { isList, textAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { nameOf } from '../api.ts'

/** `status.inventory.entries`: `<ns>_<name>_<group>_<Kind>`, a colon in a name as two underscores. */
export function inventoryOf(objects: readonly KubernetesObject[]): readonly JsonObject[] {
  return objects.map(object => {
    const ref = nameOf(object)
    return { id: `${ref.namespace ?? ''}_${ref.name.replaceAll(':', '__')}_${ref.group}_${ref.kind}`, v: ref.version }
  })
}

/** Reads entries back: the first underscore ends the namespace, the last starts the kind, the last but one the group. */
export function inventoryRefs(entries: Json | undefined): readonly ObjectRef[] {
  return (isList(entries) ? entries : []).map(entry => {
    const id = textAt(entry, 'id') ?? ''
    const first = id.indexOf('_')
    const last = id.lastIndexOf('_')
    const group = id.lastIndexOf('_', last - 1)
    return {
      namespace: id.slice(0, first) || null, name: id.slice(first + 1, group).replaceAll('__', ':'),
      group: id.slice(group + 1, last), kind: id.slice(last + 1), version: textAt(entry, 'v') ?? '',
    }
  })
}
