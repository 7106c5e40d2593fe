import { isList, isObject } from './json.ts'
import type { Json } from './json.ts'

/**
 * What Writ knows of the keys of one object of an owner's spec. `known` are honoured or cannot change what is deployed;
 * `off` can, and are passed over only where they are empty or false. A key in neither is not understood, whatever its value.
 */
export interface SpecKeys { readonly known: readonly string[], readonly off: readonly string[] }

/** The path of the first key that this version does not honour, or null. */
export function unhonouredKey(value: Json | undefined, path: string, keys: SpecKeys): string | null {
  if (value === undefined || value === null) return null
  if (!isObject(value)) return path
  const found = Object.keys(value).find(key => !keys.known.includes(key) && !(keys.off.includes(key) && isOff(value[key])))
  return found === undefined ? null : `${path}.${found}`
}

/** A value that means the same as its absence. */
function isOff(value: Json | undefined): boolean {
  return value === undefined || value === null || value === false || value === '' || (isList(value) && value.length === 0)
}
