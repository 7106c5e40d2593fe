import type { ValuePath } from '../../model/helm-set.ts'
import { withValue } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { isPrintable } from './value-nodes.ts'

/** A key that gets a value of its own, to see where it arrives; `value` is what it holds, undefined where it is not there. */
export interface Planting {
  readonly path: ValuePath
  readonly value: Json | undefined
  /** What is planted where the key holds nothing that shows its form. */
  readonly form?: 'number'
  /** A version that what is planted looks like, for templates that compare versions (`semverCompare`). */
  readonly like?: string
}

/** What stands in a key for one render. */
export interface Planted extends Planting { readonly as: string | number }

/** Values with every planting in them that has a place there. */
export interface PlantedValues { readonly values: JsonObject, readonly planted: readonly Planted[] }

/** A rendered text as what the template says itself and the keys that came through. */
export type Token = string | Planted

const PRIMES = primes(1009, 9973)

/**
 * Puts a value into each key that no other value can be mistaken for, in the form of the one that is there, so that templates take it the same way: a prime
 * for a number, the last number in a text (`1.27` becomes `1.1009`), a word where there is none (editing.md 4.2).
 */
export function plant(values: JsonObject, plantings: readonly Planting[], avoid: string): PlantedValues {
  const free = PRIMES.filter(prime => !avoid.includes(String(prime)))
  let result = values
  const planted: Planted[] = []
  for (const planting of plantings) {
    const prime = free[planted.length]
    if (prime === undefined) break
    const as = sentinel(planting, prime)
    const next = withValue(result, planting.path, as)
    if (!isObject(next)) continue
    result = next
    planted.push({ ...planting, as })
  }
  return { values: result, planted }
}

function sentinel({ value, form, like }: Planting, prime: number): string | number {
  if (typeof value === 'number') return prime
  if (like !== undefined) return numbered(like, prime)
  if (typeof value !== 'string' || value === '') return form === 'number' ? prime : `zzb${prime}q`
  return /\d/.test(value) ? numbered(value, prime) : `zzb${prime}q`
}

function numbered(text: string, prime: number): string {
  return text.replace(/\d+(?=\D*$)/, String(prime))
}

/** The tokens of a rendered field; null where nothing that was planted came through. */
export function harvest(field: Json | undefined, planted: readonly Planted[]): readonly Token[] | null {
  if (!isPrintable(field)) return null
  const text = String(field)
  return tokensOf({ text, shown: text }, planted, one => String(one.as)) ?? tokensOf({ text: text.toLowerCase(), shown: text }, planted, one => String(one.as).toLowerCase())
}

function tokensOf({ text, shown }: { readonly text: string, readonly shown: string }, planted: readonly Planted[], written: (one: Planted) => string): readonly Token[] | null {
  const here = planted.filter(one => text.includes(written(one)))
  if (here.length === 0) return null
  const tokens: Token[] = []
  let literal = ''
  for (let i = 0; i < text.length;) {
    const found = longest(here.filter(one => text.startsWith(written(one), i)), written)
    if (found === null) { literal += shown.charAt(i++); continue }
    if (literal !== '') tokens.push(literal)
    tokens.push(found)
    literal = ''
    i += written(found).length
  }
  return literal === '' ? tokens : [...tokens, literal]
}

function longest(found: readonly Planted[], written: (one: Planted) => string): Planted | null {
  return found.reduce<Planted | null>((best, one) => best === null || written(one).length > written(best).length ? one : best, null)
}

function primes(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_none, i) => from + i).filter(number => {
    for (let by = 2; by * by <= number; by++) if (number % by === 0) return false
    return true
  })
}
