import type { FieldPath } from '../../model/field.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { isObjectList, keyValue, mergeKeyOf } from './list-keys.ts'
import { quantity } from './quantity.ts'

/** True where two values of one field mean the same to the API server: quantities by amount (`0.5` = `500m`), everything else exactly. */
export function sameField(path: FieldPath, a: Json | undefined, b: Json | undefined): boolean {
  if (sameJson(a, b)) return true
  if (!isQuantityField(path)) return false
  const [left, right] = [amount(a), amount(b)]
  return left !== null && left === right
}

/**
 * True where a value holds everything that is asked: the API server and its webhooks add fields and items beside what was asked (defaults, sidecars).
 * Items of keyed lists are found by their key; other lists have the same length and order. Nothing is the same as empty.
 */
export function holds(path: FieldPath, actual: Json | undefined, wanted: Json): boolean {
  if (sameField(path, actual, wanted)) return true
  if (wanted === null) return actual === undefined
  if (isObject(wanted)) {
    const map = actual ?? {}
    return isObject(map) && Object.entries(wanted).every(([key, value]) => value === undefined || holds([...path, key], Object.hasOwn(map, key) ? map[key] : undefined, value))
  }
  return isList(wanted) && holdsList(path, actual ?? [], wanted)
}

function holdsList(path: FieldPath, actual: Json, wanted: readonly Json[]): boolean {
  if (!isList(actual)) return false
  const name = path.at(-1)
  const key = isObjectList(actual) && isObjectList(wanted) && wanted.length > 0 ? mergeKeyOf(typeof name === 'string' ? name : '', actual, wanted) : null
  if (key === null) return actual.length === wanted.length && wanted.every((item, i) => holds([...path, String(i)], actual[i], item))
  return wanted.every(item => {
    const value = keyValue(item, key)
    return value !== null && holds([...path, { key, value }], actual.find(one => keyValue(one, key) === value), item)
  })
}

/** Single fields that hold an amount, and the maps of amounts of quotas and volumes. */
const AMOUNTS: ReadonlySet<string> = new Set(['sizeLimit', 'divisor', 'averageValue'])
const AMOUNT_MAPS: ReadonlySet<string> = new Set(['hard', 'capacity', 'overhead', 'allocatable'])

function isQuantityField(path: FieldPath): boolean {
  const [last, section] = [path.at(-1), path.at(-2)]
  if (typeof last === 'string' && AMOUNTS.has(last)) return true
  if (typeof section === 'string' && AMOUNT_MAPS.has(section)) return true
  return path.at(-3) === 'resources' && (section === 'limits' || section === 'requests')
}

function amount(value: Json | undefined): bigint | null {
  return typeof value === 'string' || typeof value === 'number' ? quantity(String(value)) : null
}
