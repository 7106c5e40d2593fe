import { isObject, sameJson } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'

/** The merge patch (RFC 7386) that makes one object of another: null takes a field away, lists are whole. */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: Record<string, Json | undefined> = {}
  for (const key of Object.keys(from)) if (to[key] === undefined) patch[key] = null
  for (const [key, value] of Object.entries(to)) {
    const old = from[key]
    if (value !== undefined && !sameJson(old, value)) patch[key] = isObject(value) ? mergePatch(isObject(old) ? old : {}, value) : value
  }
  return patch
}
