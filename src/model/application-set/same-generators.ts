import { isList, isObject, sameJson } from '../json.ts'
import type { Json } from '../json.ts'

/**
 * True where two versions of `spec.generators` give the same. The controller writes the set back when it was asked to generate, and its types then add
 * empty templates and leave out what says nothing; only the elements of a list are what people wrote, down to the empty value.
 */
export function sameGenerators(a: Json | undefined, b: Json | undefined): boolean {
  return sameJson(telling(a) ?? null, telling(b) ?? null)
}

function telling(value: Json | undefined): Json | undefined {
  if (isList(value)) return value.map(one => telling(one) ?? null)
  if (!isObject(value)) return value === null || value === '' || value === false ? undefined : value
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const kept = key === 'elements' ? one : telling(one)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
