import type { Json, JsonObject } from '../../model/json.ts'
import { canonical, isList, isObject, sameJson } from '../../model/json.ts'
import { keyValue, mergeKeyOf } from '../fields/list-keys.ts'
import { alignment } from './alignment.ts'
import type { Place, TextEdit } from './place.ts'

/**
 * The smallest edits that make one value of another at a place, in the order in which they are to be made: maps key by key, lists by their
 * merge key or by what is alike, so that a leaf that changes rewrites none of its neighbours. `undefined` stands for nothing being there.
 */
export function editsBetween(before: Json | undefined, after: Json | undefined, place: Place): readonly TextEdit[] {
  if (after === undefined) return before === undefined ? [] : [{ op: 'remove', place }]
  if (before === undefined) return [{ op: 'add', place, value: after }]
  if (sameJson(before, after)) return []
  if (isObject(before) && isObject(after) && keysOf(before).length > 0 && keysOf(after).length > 0) return mapEdits(before, after, place)
  if (isList(before) && isList(after) && before.length > 0 && after.length > 0) return listEdits(before, after, place)
  return [{ op: 'set', place, value: after }]
}

/** What comes before what goes, so that no map is ever empty on the way. */
function mapEdits(before: JsonObject, after: JsonObject, place: Place): readonly TextEdit[] {
  const own = (map: JsonObject, key: string): Json | undefined => Object.hasOwn(map, key) ? map[key] : undefined
  const kept = keysOf(after).flatMap(key => editsBetween(own(before, key), own(after, key), below(place, key)))
  const gone = keysOf(before).filter(key => own(after, key) === undefined)
  return [...kept, ...gone.map(key => ({ op: 'remove' as const, place: below(place, key) }))]
}

/** From the end to the start, so that the indices before an edit still hold. */
function listEdits(before: readonly Json[], after: readonly Json[], place: Place): readonly TextEdit[] {
  const key = mergeKeyOf(listName(place), before, after)
  const [old, now] = [before.map(itemOf), after.map(itemOf)]
  const steps = alignment({ before: old.length, after: now.length, cost: (i, j) => costOf(old[i] ?? NOTHING, now[j] ?? NOTHING, key) })
  return steps.toReversed().flatMap((step): readonly TextEdit[] => {
    const there = below(place, step.before)
    if (step.kind === 'gone') return [{ op: 'remove', place: there }]
    if (step.kind === 'new') return [{ op: 'add', place: there, value: after[step.after] ?? null }]
    return editsBetween(before[step.before] ?? null, after[step.after] ?? null, there)
  })
}

const NAMES = ['name', 'id', 'key']
const DIFFERENT = 3

/** An item as it is compared: its text, and its leaves with their paths. */
interface Item { readonly value: Json, readonly text: string, readonly leaves: readonly string[] }

const NOTHING: Item = itemOf(null)

function itemOf(value: Json): Item {
  return { value, text: canonical(value), leaves: isList(value) || isObject(value) ? leavesOf(value, '') : [] }
}

/** What it costs to make one item of another, where to take one out and put another in costs 2. */
function costOf(before: Item, after: Item, key: string | null): number {
  if (before.text === after.text) return 0
  const [old, now] = [before.value, after.value]
  if (key !== null) return keyValue(old, key) === keyValue(now, key) ? 0.5 : DIFFERENT
  if (isObject(old) && isObject(now)) {
    const name = NAMES.find(each => keyValue(old, each) !== null && keyValue(now, each) !== null)
    if (name !== undefined) return keyValue(old, name) === keyValue(now, name) ? 0.5 + unlikeness(before, after) / 10 : DIFFERENT
    return 0.5 + 2 * unlikeness(before, after)
  }
  if (isList(old) && isList(now)) return 0.5 + 2 * unlikeness(before, after)
  return 1.5
}

/** 0 where two values have all leaves in common, 1 where they have none. */
function unlikeness(before: Item, after: Item): number {
  const all = new Set(after.leaves)
  return 1 - before.leaves.filter(leaf => all.has(leaf)).length / Math.max(1, before.leaves.length, after.leaves.length)
}

function leavesOf(value: Json, path: string): readonly string[] {
  if (isList(value)) return value.flatMap((item, i) => leavesOf(item, `${path}/${i}`))
  if (isObject(value)) return keysOf(value).flatMap(key => leavesOf(value[key] ?? null, `${path}/${key}`))
  return [`${path}=${JSON.stringify(value)}`]
}

function keysOf(map: JsonObject): readonly string[] {
  return Object.keys(map).filter(key => map[key] !== undefined)
}

function below(place: Place, step: string | number): Place {
  return place.inner === null ? { ...place, steps: [...place.steps, step] } : { ...place, inner: below(place.inner, step) }
}

function listName(place: Place): string {
  if (place.inner !== null) return listName(place.inner)
  const last = place.steps.at(-1)
  return typeof last === 'string' ? last : ''
}
