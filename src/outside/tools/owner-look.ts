import type { ServedKind } from '../../flow/ports.ts'
import { showJson, textAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { oneLine } from './conditions.ts'

/** What identifies the state of an owner's object that was read: a write under its resourceVersion fails where it is no longer that. */
export function identityOf(kind: ServedKind, object: KubernetesObject): { readonly kind: Pick<ObjectRef, 'group' | 'version' | 'kind'>, readonly object: KubernetesObject, readonly uid: string, readonly resourceVersion: string } {
  const { group, version, kind: name } = kind
  return { kind: { group, version, kind: name }, object, uid: textAt(object, 'metadata', 'uid') ?? '', resourceVersion: textAt(object, 'metadata', 'resourceVersion') ?? '' }
}

/** A text of a history entry in one line, without secrets; what is not there is said. */
export function words(entry: JsonObject, ...keys: readonly string[]): string {
  return keys.map(key => entry[key]).filter(value => value !== undefined && value !== null && value !== '').map(value => oneLine(showJson(value))).join(' ')
}
