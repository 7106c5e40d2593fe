import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, valueAt } from '../../model/json.ts'

/** The object, where it is one; else one without anything in it. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

/** Those entries of an object that have one of the names. */
export function pick(object: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(asObject(object)).filter(([name]) => names.includes(name)))
}

/** The other ones. */
export function omit(object: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(asObject(object)).filter(([name]) => !names.includes(name)))
}

/** The object with more metadata. */
export function withMetadata(object: JsonObject, more: JsonObject): JsonObject {
  return { ...object, metadata: { ...asObject(object['metadata']), ...more } }
}

/** The texts of the list at a path of plain keys. */
export function textsAt(value: Json | undefined, ...keys: readonly string[]): readonly string[] {
  const found = valueAt(value, ...keys)
  return isList(found) ? found.filter(item => typeof item === 'string') : []
}
