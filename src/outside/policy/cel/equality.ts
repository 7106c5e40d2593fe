import { Optional } from '@marcbachmann/cel-js'
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { FieldsOnly } from './values.ts'
import { Unevaluable } from './unevaluable.ts'

/** A value of a Kubernetes type that says by a text when it equals another of its type. */
export interface Comparable { readonly identity: string }

/** CEL equality: numbers compare across types, lists and maps by their parts, values of different types are unequal. */
export function celEquals(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isNumber(a) && isNumber(b)) return sameNumber(numberOf(a), numberOf(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => celEquals(item, b[i]))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof FieldsOnly || b instanceof FieldsOnly) throw new Unevaluable('request and variables cannot be compared as a whole')
  const left = entriesOf(a)
  const right = entriesOf(b)
  if (left !== null && right !== null) return left.size === right.size && [...left].every(([key, value]) => right.has(key) && celEquals(value, right.get(key)))
  return sameValue(a, b)
}

/** CEL membership: an element of a list, or a key of a map. */
export function celIn(value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some(item => celEquals(value, item))
  const entries = typeof container === 'object' && container !== null ? entriesOf(container) : null
  if (entries === null) throw new Unevaluable('no such overload: in is for lists and maps')
  if (container instanceof FieldsOnly) return typeof value === 'string' && container.has(value)
  return isNumber(value) ? entries.has(String(numberOf(value))) : entries.has(value)
}

/** The entries of a map of the input, or of a map that the expression made; null for anything else. */
export function entriesOf(value: object): ReadonlyMap<unknown, unknown> | null {
  if (value instanceof Map) return value
  return value.constructor === Object ? new Map<unknown, unknown>(Object.entries(value)) : null
}

function sameValue(a: object, b: object): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof Duration && b instanceof Duration) return a.seconds === b.seconds && a.nanos === b.nanos
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i])
  if (a instanceof Optional && b instanceof Optional) return a.hasValue() ? b.hasValue() && celEquals(a.value(), b.value()) : !b.hasValue()
  return isComparable(a) && isComparable(b) && a.constructor === b.constructor && a.identity === b.identity
}

function isComparable(value: object): value is Comparable {
  return 'identity' in value && typeof value.identity === 'string'
}

function isNumber(value: unknown): value is number | bigint | UnsignedInt {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof UnsignedInt
}

function sameNumber(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b
  const [integer, double] = typeof a === 'bigint' ? [a, Number(b)] : [BigInt(b), a]
  return Number.isInteger(double) && BigInt(double) === integer
}

function numberOf(value: number | bigint | UnsignedInt): number | bigint {
  return value instanceof UnsignedInt ? value.value : value
}
