import type { Edit, FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'

/** The fields that a JSON merge patch sets or takes away (RFC 7386): maps go deeper, null removes, everything else stands as it is, lists whole. */
export function mergePatch(object: Json | undefined, patch: Json, path: FieldPath = []): readonly Edit[] {
  if (!isObject(patch)) return [{ path, before: undefined, after: patch === null ? undefined : patch, typed: true }]
  if (!isObject(object)) return [{ path, before: undefined, after: withoutNulls(patch), typed: true }]
  return Object.entries(patch).flatMap(([key, value]) => value === undefined ? [] : mergePatch(Object.hasOwn(object, key) ? object[key] : undefined, value, [...path, key]))
}

/** Where there is nothing to merge with, the nulls of a patch mean nothing. */
function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => inner === null || inner === undefined ? [] : [[key, withoutNulls(inner)]]))
}
