import type { FieldChange, FieldPath } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { isObjectList, keyValue, mergeKeyOf, orderMeansNothing } from './list-keys.ts'

/** All that differs between two renders, exactly: nothing is normalised, quantities are compared as written (DESIGN.md section 5). */
export function compareRenders(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly ObjectChange[] {
  const old = byAddress(before)
  const now = byAddress(after)
  const changes: ObjectChange[] = []
  for (const key of new Set([...old.keys(), ...now.keys()])) changes.push(...compareSame(old.get(key) ?? [], now.get(key) ?? []))
  return changes
}

/** The leaves that differ between two versions of one object, and the lists whose order alone differs. */
export function compareObjects(before: KubernetesObject, after: KubernetesObject): Pick<ObjectChange, 'fields' | 'reordered'> {
  const found: Found = { fields: [], reordered: [] }
  if (before !== after) compareMaps({ before, after }, [], found)
  return found
}

interface Found { readonly fields: FieldChange[], readonly reordered: string[] }

/** Group, not version, is identity; objects that one render holds twice are paired in their order. */
function byAddress(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const found = new Map<string, KubernetesObject[]>()
  for (const object of objects) {
    const key = refKey(refOf(object))
    const same = found.get(key)
    if (same === undefined) found.set(key, [object])
    else same.push(object)
  }
  return found
}

function compareSame(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly ObjectChange[] {
  const changes: ObjectChange[] = []
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const old = before[i]
    const now = after[i]
    if (old === undefined && now !== undefined) changes.push({ object: refOf(now), kind: 'added', fields: [{ path: [], before: undefined, after: now }], reordered: [] })
    else if (old !== undefined && now === undefined) changes.push({ object: refOf(old), kind: 'removed', fields: [{ path: [], before: old, after: undefined }], reordered: [] })
    else if (old !== undefined && now !== undefined) {
      const { fields, reordered } = compareObjects(old, now)
      if (fields.length > 0 || reordered.length > 0) changes.push({ object: refOf(now), kind: 'changed', fields, reordered })
    }
  }
  return changes
}

interface Two<T> { readonly before: T, readonly after: T }

function compareValues({ before, after }: Two<Json | undefined>, path: FieldPath, found: Found): void {
  if (isObject(before) && isObject(after)) compareMaps({ before, after }, path, found)
  else if (isList(before) && isList(after)) compareLists({ before, after }, path, found)
  else if (!sameJson(before, after)) found.fields.push({ path, before, after })
}

function compareMaps({ before, after }: Two<JsonObject>, path: FieldPath, found: Found): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compareValues({ before: own(before, key), after: own(after, key) }, [...path, key], found)
  }
}

function compareLists({ before, after }: Two<readonly Json[]>, path: FieldPath, found: Found): void {
  const last = path.at(-1)
  const name = typeof last === 'string' ? last : ''
  const key = isObjectList(before) && isObjectList(after) ? mergeKeyOf(name, before, after) : null
  if (key !== null) compareKeyed({ before, after, key, name }, path, found)
  else if (before.length === after.length) before.forEach((item, i) => { compareValues({ before: item, after: after[i] }, [...path, String(i)], found) })
  else found.fields.push({ path, before, after })
}

interface KeyedLists extends Two<readonly Json[]> { readonly key: string, readonly name: string }

function compareKeyed({ before, after, key, name }: KeyedLists, path: FieldPath, found: Found): void {
  const keys = (items: readonly Json[]): readonly (string | number)[] => items.flatMap(item => keyValue(item, key) ?? [])
  const oldKeys = keys(before)
  const newKeys = keys(after)
  for (const value of new Set([...oldKeys, ...newKeys])) {
    compareValues({ before: before[oldKeys.indexOf(value)], after: after[newKeys.indexOf(value)] }, [...path, { key, value }], found)
  }
  const commonBefore = oldKeys.filter(value => newKeys.includes(value))
  const commonAfter = newKeys.filter(value => oldKeys.includes(value))
  if (sameJson(commonBefore, commonAfter)) return
  if (orderMeansNothing(name, [...before, ...after])) found.reordered.push(showPath(path))
  else found.fields.push({ path, before, after })
}

function own(map: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}
