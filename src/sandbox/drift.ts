import { isList, isObject, sameJson } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'

/**
 * True where the live object holds all that the desired one says. What the server added (defaults, status) does not count;
 * quantities are compared by their amount.
 */
export function holds(live: Json | undefined, desired: Json | undefined): boolean {
  if (desired === undefined || desired === null || isEmpty(desired)) return true
  if (isObject(desired)) return isObject(live) && Object.keys(desired).every(key => holds(live[key], desired[key]))
  if (isList(desired)) return isList(live) && desired.every((item, i) => holds(partner(live, item, i), item)) && (named(desired) || live.length === desired.length)
  return sameJson(live, desired) || sameAmount(live, desired)
}

function isEmpty(value: Json): boolean {
  return isList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}

function named(list: readonly Json[]): boolean {
  return list.every(item => isObject(item) && typeof item['name'] === 'string')
}

function partner(live: readonly Json[], item: Json, index: number): Json | undefined {
  if (!isObject(item) || typeof item['name'] !== 'string') return live[index]
  return live.find(other => isObject(other) && other['name'] === item['name'])
}

function sameAmount(a: Json | undefined, b: Json | undefined): boolean {
  const [first, second] = [amount(a), amount(b)]
  return first !== null && first === second
}

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4, Pi: 1024 ** 5,
}

function amount(value: Json | undefined): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const found = /^([0-9]+(?:\.[0-9]+)?)(n|u|m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(String(value))
  return found === null ? null : Number(found[1]) * (UNITS[found[2] ?? ''] ?? Number.NaN)
}

/** The JSON merge patch that makes `before` into `after`: what is gone is null, lists are replaced whole. */
export function mergePatch(before: Json | undefined, after: JsonObject): JsonObject {
  const old = isObject(before) ? before : {}
  const patch: Record<string, Json> = {}
  for (const key of Object.keys(old)) if (after[key] === undefined) patch[key] = null
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined || sameJson(old[key], value)) continue
    patch[key] = isObject(value) ? mergePatch(old[key], value) : value
  }
  return patch
}
