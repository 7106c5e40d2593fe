import type { Json } from '../../model/json.ts'
import { canonical, isList, isObject, objectAt, sameJson } from '../../model/json.ts'
import { ApiError } from './api-error.ts'
import { byElement, pathTexts, SEP } from './fields.ts'
import type { Fields } from './fields.ts'
import { ANY, childSchema, resolved } from './schema.ts'
import type { Schema } from './schema.ts'

/**
 * The merge of server-side apply, as structured-merge-diff does it: which fields a configuration sets, which fields two
 * objects differ in, merging a configuration into an object, removing a set of fields.
 */

/** What a value is made of, by element (see Fields): the entries of an object, the items of a set or keyed list, of duplicates the first. */
function partsOf(value: Json | undefined, schema: Schema): ReadonlyMap<string, Json> {
  const items = schema.kind === 'list' && isList(value) ? value.map(item => [itemElement(item, schema), item] as const) : []
  if (schema.kind === 'list') return new Map([...items, ...items.toReversed()])
  return new Map(Object.entries(objectAt(value)).flatMap(([key, item]) => item === undefined ? [] : [[`f:${key}`, item] as const]))
}

/** The element of an item in a set or keyed list. Throws where a key is missing and has no default. */
function itemElement(item: Json, list: Schema): string {
  if (list.set) return `v:${canonical(item)}`
  const key: Record<string, Json> = {}
  for (const name of list.keys ?? []) {
    const value = objectAt(item)[name] ?? list.keyDefaults?.[name]
    if (value === undefined) throw new ApiError(500, `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`)
    key[name] = value
  }
  return `k:${canonical(key)}`
}

/** The type of the part an element names; undefined where the type has no such field. */
function partSchema(schema: Schema, element: string): Schema | undefined {
  return schema.kind === 'list' ? schema.element ?? ANY : childSchema(schema, element.slice(2))
}

/** True for what is owned and merged as one value; of a resolved type. */
function isWhole({ kind, atomic }: Schema): boolean {
  return kind === 'scalar' || atomic === true
}

/** The fields a configuration sets. Throws 500 for a field the type does not have. */
export function fieldSet(value: Json, schema: Schema, path = ''): readonly string[] {
  const known = resolved(schema, value)
  if (isWhole(known)) return []
  return [...partsOf(value, known)].flatMap(([element, item]) => {
    const child = partSchema(known, element)
    if (!child) throw new ApiError(500, `${pathTexts(new Set([path + element])).join('')}: field not declared in schema`)
    const declared = known.fields?.has(element.slice(2)) === true
    const belongs = !declared || isWhole(resolved(child, item)) || item === null || (isObject(item) && nothingIn(item))
    return [...belongs ? [path + element] : [], ...fieldSet(item, child, path + element + SEP)]
  })
}

/** A field that is there or written differently after a change, or that is gone. */
export interface Difference { readonly path: string, readonly gone: boolean }

/** What differs between two objects: for what was added or removed the levels as well as what is below them. */
export function compare([before, after]: readonly [Json | undefined, Json | undefined], schema: Schema, path = ''): readonly Difference[] {
  const known = resolvedFor(before, after, schema)
  const [left, right] = [partsOf(before, known), partsOf(after, known)]
  return [...new Set([...left.keys(), ...right.keys()])].flatMap(element => {
    const [old, now] = [left.get(element), right.get(element)]
    const child = partSchema(known, element) ?? ANY
    const whole = isWhole(resolvedFor(old, now, child)) || (nothingIn(old) && nothingIn(now))
    const differs = old === undefined || now === undefined || (whole && !sameJson(old, now))
    return [...differs ? [{ path: path + element, gone: now === undefined }] : [], ...whole ? [] : compare([old, now], child, path + element + SEP)]
  })
}

function resolvedFor(before: Json | undefined, after: Json | undefined, schema: Schema): Schema {
  return resolved(schema, after === undefined || after === null ? before : after)
}

function nothingIn(value: Json | undefined): boolean {
  if (isList(value)) return value.length === 0
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0)
}

/** Merges a configuration into an object; the configuration wins. */
export function mergeTyped(live: Json | undefined, config: Json | undefined, schema: Schema): Json | undefined {
  if (config === undefined) return live
  if (live === undefined && schema.kind !== 'struct' && schema.kind !== 'list') return config
  const known = resolved(schema, config, live)
  if (isWhole(known) || (nothingIn(live) && nothingIn(config))) return config
  const [left, right] = [partsOf(live, known), partsOf(config, known)]
  const merged = (element: string): Json => mergeTyped(left.get(element), right.get(element), partSchema(known, element) ?? ANY) ?? null
  if (known.kind === 'list') return woven([...left.keys()], [...right.keys()]).map(merged)
  return Object.fromEntries([...new Set([...left.keys(), ...right.keys()])].map(element => [element.slice(2), merged(element)]))
}

/** Keeps the order of the live list and weaves the configuration's new items in after the item they follow there. */
function woven(left: readonly string[], right: readonly string[]): readonly string[] {
  const shared = right.filter(element => left.includes(element))
  const out: string[] = []
  for (let l = 0, r = 0; l < left.length || r < right.length;) {
    const here = left[l]
    const there = right[r]
    if (here !== undefined && !right.includes(here)) { out.push(here); l++; continue }
    if (here !== undefined && there !== undefined && here !== there && shared[0] !== undefined && shared[0] !== here) { l++; continue }
    if (here !== undefined && (here === there || out.includes(here))) l++
    if (there === undefined) continue
    out.push(there)
    r++
    if (shared[0] === there) shared.shift()
  }
  return out
}

/** The value without a set of fields; undefined where nothing is left. */
export function removeFields(value: Json, gone: Fields, schema: Schema): Json | undefined {
  const known = resolved(schema, value)
  if (isWhole(known)) return known.kind === 'scalar' ? value : undefined
  const goneBelow = byElement(gone)
  const left = [...partsOf(value, known)].filter(([element]) => !gone.has(element)).map(([element, item]): readonly [string, Json] => {
    const kids = goneBelow.get(element)
    return [element, kids ? removeFields(item, kids, partSchema(known, element) ?? ANY) ?? null : item]
  })
  if (left.length === 0) return undefined
  return known.kind === 'list' ? left.map(([, item]) => item) : Object.fromEntries(left.map(([element, item]) => [element.slice(2), item]))
}

/** The set with every declared field that has members below it added itself, so that removing removes its level too. */
export function withNamedFields(set: Fields, schema: Schema): Fields {
  const out = new Set(set)
  for (const path of set) {
    let [here, level]: [Schema, string] = [schema, '']
    for (const element of path.split(SEP).slice(0, -1)) {
      level += element
      if (here.kind === 'struct' && here.fields?.has(element.slice(2))) out.add(level)
      here = partSchema(here, element) ?? ANY
      level += SEP
    }
  }
  return out
}
