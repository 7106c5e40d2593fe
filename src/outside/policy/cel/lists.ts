import { Optional } from '@marcbachmann/cel-js'
import { Duration } from '@marcbachmann/cel-js/evaluator'
import { celEquals, celIn } from './equality.ts'
import { badValue } from './register.ts'
import type { Overload, Pay } from './register.ts'

type List = readonly unknown[]

/** The functions of the libraries `lists` and `sets`, those of lists from Kubernetes 1.34 included. */
export function lists(pay: Pay): readonly Overload[] {
  return [
    ['list.isSorted(): bool', (list: List) => list.every((item, i) => i === 0 || order(list[i - 1], item) <= 0)],
    ['list.sum(): dyn', sum],
    ['list.min(): dyn', (list: List) => extreme(list, -1)],
    ['list.max(): dyn', (list: List) => extreme(list, 1)],
    ['list.indexOf(dyn): int', (list: List, value: unknown) => BigInt(list.findIndex(item => celEquals(item, value)))],
    ['list.lastIndexOf(dyn): int', (list: List, value: unknown) => BigInt(list.findLastIndex(item => celEquals(item, value)))],
    ['list.slice(int, int): list', slice],
    ['list.flatten(): list', (list: List) => flatten(list, 1, pay)],
    ['list.flatten(int): list', (list: List, depth: bigint) => flatten(list, Number(depth), pay)],
    ['list.distinct(): list', (list: List) => list.filter((item, i) => list.findIndex(other => celEquals(other, item)) === i)],
    ['list.sort(): list', (list: List) => list.toSorted(order)],
    ['list.reverse(): list', (list: List) => list.toReversed()],
    ['list.first(): optional<dyn>', (list: List) => list.length === 0 ? Optional.none() : Optional.of(list[0])],
    ['list.last(): optional<dyn>', (list: List) => list.length === 0 ? Optional.none() : Optional.of(list.at(-1))],
    ['writ_sortBy(list, list): list', (list: List, keys: List) => list.map((item, i) => ({ item, key: keys[i] })).sort((a, b) => order(a.key, b.key)).map(pair => pair.item)],
    ['writ_range(int): list<int>', (count: bigint) => range(count, pay)],
    ['writ_setsContains(list, list): bool', contains],
    ['writ_setsEquivalent(list, list): bool', (a: List, b: List) => contains(a, b) && contains(b, a)],
    ['writ_setsIntersects(list, list): bool', (a: List, b: List) => a.some(item => celIn(item, b))],
  ]
}

function contains(all: List, some: List): boolean {
  return some.every(item => celIn(item, all))
}

function slice(list: List, from: bigint, to: bigint): List {
  if (from < 0n || to < from || to > BigInt(list.length)) throw badValue(`slice(${from}, ${to}) is out of the range of ${list.length} elements`)
  return list.slice(Number(from), Number(to))
}

function range(count: bigint, pay: Pay): bigint[] {
  pay(Math.max(0, Number(count)))
  return Array.from({ length: Math.max(0, Number(count)) }, (_, i) => BigInt(i))
}

function flatten(list: List, depth: number, pay: Pay): unknown[] {
  pay(list.length)
  const flat: unknown[] = []
  for (const item of list) {
    if (!Array.isArray(item) || depth < 1) flat.push(item)
    else for (const inner of flatten(item, depth - 1, pay)) flat.push(inner)
  }
  return flat
}

function sum(list: List): unknown {
  if (list.length === 0) return 0n
  if (list.every(item => typeof item === 'bigint')) return list.reduce((a: bigint, b) => a + b, 0n)
  if (list.every(item => typeof item === 'number')) return list.reduce((a: number, b) => a + b, 0)
  if (list.every(item => item instanceof Duration)) return list.reduce((a, b) => a.addDuration(b))
  throw badValue('sum() needs elements of one kind of number')
}

function extreme(list: List, direction: -1 | 1): unknown {
  if (list.length === 0) throw badValue('min() and max() need at least one element')
  return list.reduce((best, item) => order(item, best) === direction ? item : best)
}

/** -1, 0 or 1 for two values of one ordered type. */
function order(a: unknown, b: unknown): -1 | 0 | 1 {
  const left = rank(a)
  const right = rank(b)
  if (typeof left !== typeof right) throw badValue('values of different types have no order')
  if (left === right) return 0
  return left < right ? -1 : 1
}

function rank(value: unknown): bigint | number | string | boolean {
  if (value instanceof Date || value instanceof Duration) return Number(value)
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  throw badValue('only numbers, texts, truth values and times have an order')
}
