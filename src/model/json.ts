/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object; keys that are absent read as undefined. */
export interface JsonObject { readonly [key: string]: Json | undefined }

/** True for a JSON object (not null, not a list). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for a JSON list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** Structural equality; the order of keys carries no meaning, the order of lists does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a).filter(k => a[k] !== undefined)
  const others = Object.keys(b).filter(k => b[k] !== undefined)
  return keys.length === others.length && keys.every(k => Object.hasOwn(b, k) && sameJson(a[k], b[k]))
}

/** JSON text with sorted keys and no white space: equal values give equal text (RFC 8785 for the values that occur here). */
export function canonical(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const keys = Object.keys(value).filter(k => value[k] !== undefined).sort()
  return `{${keys.map(k => `${JSON.stringify(k)}:${canonical(value[k])}`).join(',')}}`
}

/** The text at a path of plain keys, or undefined where any part is missing or it is not a string. */
export function textAt(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys)
  return typeof found === 'string' ? found : undefined
}

/** The value at a path of plain keys (own properties only), or undefined where any part is missing. */
export function valueAt(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = value
  for (const key of keys) {
    if (!isObject(here) || !Object.hasOwn(here, key)) return undefined
    here = here[key]
  }
  return here
}

/** The objects of the list at a path of plain keys; none where there is no list. */
export function objectsAt(value: Json | undefined, ...keys: readonly string[]): readonly JsonObject[] {
  const found = valueAt(value, ...keys)
  return isList(found) ? found.filter(isObject) : []
}

/** The texts of the list at a path of plain keys; none where there is no list. */
export function textsAt(value: Json | undefined, ...keys: readonly string[]): readonly string[] {
  const found = valueAt(value, ...keys)
  return isList(found) ? found.filter(item => typeof item === 'string') : []
}

/** The object at a path of plain keys; one with nothing in it where there is none. */
export function objectAt(value: Json | undefined, ...keys: readonly string[]): JsonObject {
  const found = valueAt(value, ...keys)
  return isObject(found) ? found : {}
}

/** Those entries of an object that have one of the names. */
export function pick(object: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(objectAt(object)).filter(([name]) => names.includes(name)))
}

/** The other ones. */
export function omit(object: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(objectAt(object)).filter(([name]) => !names.includes(name)))
}

/** A value as a person reads it: a text bare, anything else as JSON; `nothing` where there is none. */
export function showJson(value: Json | undefined): string {
  return value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a parser gives, as plain JSON; what JSON has no word for becomes null. */
export function plainJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)]))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
