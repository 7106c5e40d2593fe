import type { Json, JsonObject } from '../../model/json.ts'
import { canonical, isList, isObject, sameJson } from '../../model/json.ts'
import { ApiError } from './api-error.ts'
import { FieldCollector, NO_FIELDS } from './fields.ts'
import type { Fields } from './fields.ts'
import { ANY, childSchema, resolved } from './schema.ts'
import type { Schema } from './schema.ts'

/**
 * The merge of server-side apply, as structured-merge-diff does it: which fields a configuration sets, which fields two
 * objects differ in, merging a configuration into an object, removing a set of fields.
 */

type Path = readonly string[]

/** The element of an item in a set or keyed list. Throws where a key is missing and has no default. */
function itemElement(item: Json, list: Schema): string {
  if (list.set) return `v:${canonical(item)}`
  const key: Record<string, Json> = {}
  for (const name of list.keys ?? []) {
    const value = (isObject(item) ? item[name] : undefined) ?? list.keyDefaults?.[name]
    if (value === undefined) throw new ApiError(500, `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`)
    key[name] = value
  }
  return `k:${canonical(key)}`
}

/** Items by element, in order; of duplicates the first. */
function indexed(value: Json | undefined, list: Schema): ReadonlyMap<string, Json> {
  const out = new Map<string, Json>()
  for (const item of isList(value) ? value : []) {
    const element = itemElement(item, list)
    if (!out.has(element)) out.set(element, item)
  }
  return out
}

/** The fields a configuration sets. Throws the server's answer for a field the type does not have. */
export function fieldSet(value: Json, schema: Schema): Fields {
  const set = new FieldCollector()
  collectSet(value, schema, { path: [], set })
  return set.set()
}

function collectSet(value: Json, schema: Schema, { path, set }: { readonly path: Path, readonly set: FieldCollector }): void {
  const known = resolved(schema, value)
  if (known.kind === 'scalar' || known.kind === 'any' || known.atomic) return set.add(path)
  if (known.kind === 'list') {
    for (const [element, item] of indexed(value, known)) {
      collectSet(item, known.element ?? ANY, { path: [...path, element], set })
      set.add([...path, element])
    }
    return
  }
  for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
    if (item === undefined) continue
    const here = [...path, `f:${key}`]
    const child = childSchema(known, key)
    if (!child) throw new NotDeclared(here)
    collectSet(item, child, { path: here, set })
    if (item === null || (isObject(item) && Object.keys(item).length === 0) || !known.fields?.has(key)) set.add(here)
  }
}

/** A configuration names a field its type does not have. */
export class NotDeclared extends Error {
  constructor(path: Path) {
    super(`${path.map(part => part.startsWith('f:') ? `.${part.slice(2)}` : `[${part.slice(2)}]`).join('')}: field not declared in schema`)
    this.name = 'NotDeclared'
  }
}

/** What differs between two objects. `added` and `removed` hold the levels as well as what is below them. */
export interface Comparison { readonly added: Fields, readonly modified: Fields, readonly removed: Fields }

interface Collectors { readonly added: FieldCollector, readonly modified: FieldCollector, readonly removed: FieldCollector }

export function compare(before: Json, after: Json, schema: Schema): Comparison {
  const to = { added: new FieldCollector(), modified: new FieldCollector(), removed: new FieldCollector() }
  compareAt([before, after], schema, { path: [], to })
  return { added: to.added.set(), modified: to.modified.set(), removed: to.removed.set() }
}

type Pair = readonly [Json | undefined, Json | undefined]

function compareAt([before, after]: Pair, schema: Schema, { path, to }: { readonly path: Path, readonly to: Collectors }): void {
  const known = after === undefined || after === null ? resolved(schema, before) : resolved(schema, after)
  const leaf = known.kind === 'scalar' || known.kind === 'any' || known.atomic === true || (nothingIn(before) && nothingIn(after))
  if (before === undefined) to.added.add(path)
  else if (after === undefined) to.removed.add(path)
  else if (leaf && !sameJson(before, after)) to.modified.add(path)
  if (leaf) return
  if (known.kind === 'list') {
    const left = indexed(before, known)
    const right = indexed(after, known)
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      compareAt([left.get(element), right.get(element)], known.element ?? ANY, { path: [...path, element], to })
    }
    return
  }
  const left = isObject(before) ? before : {}
  const right = isObject(after) ? after : {}
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (left[key] === undefined && right[key] === undefined) continue
    compareAt([left[key], right[key]], childSchema(known, key) ?? ANY, { path: [...path, `f:${key}`], to })
  }
}

function nothingIn(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  if (isList(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

/** Merges a configuration into an object; the configuration wins. */
export function mergeTyped(live: Json | undefined, config: Json | undefined, schema: Schema): Json | undefined {
  if (config === undefined) return live
  if (live === undefined && !hasStructure(schema)) return config
  const known = resolved(schema, config, live)
  if (known.kind === 'scalar' || known.kind === 'any' || known.atomic || (nothingIn(live) && nothingIn(config))) return config
  if (known.kind === 'list') return mergeLists(live, config, known)
  const left = isObject(live) ? live : {}
  const right = isObject(config) ? config : {}
  const out: Record<string, Json> = {}
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const child = mergeTyped(left[key], right[key], childSchema(known, key) ?? ANY)
    if (child !== undefined) out[key] = child
  }
  return out
}

function hasStructure(schema: Schema): boolean {
  return schema.kind === 'struct' || schema.kind === 'list'
}

/** Keeps the order of the live list and weaves the configuration's new items in after the item they follow there. */
function mergeLists(live: Json | undefined, config: Json, list: Schema): Json {
  const left = indexed(live, list)
  const right = indexed(config, list)
  const leftOrder = [...left.keys()]
  const rightOrder = [...right.keys()]
  const shared = rightOrder.filter(element => left.has(element))
  const out: Json[] = []
  const merged = new Set<string>()
  const take = (element: string): void => {
    const item = mergeTyped(left.get(element), right.get(element), list.element ?? ANY)
    if (item !== undefined) out.push(item)
  }
  for (let l = 0, r = 0; l < leftOrder.length || r < rightOrder.length;) {
    const here = leftOrder[l]
    const there = rightOrder[r]
    if (here !== undefined && !right.has(here)) { take(here); l++; continue }
    if (here !== undefined && there !== undefined && here !== there && shared[0] !== undefined && shared[0] !== here) { l++; continue }
    if (here !== undefined && (here === there || merged.has(here))) l++
    if (there === undefined) continue
    merged.add(there)
    take(there)
    r++
    if (shared[0] === there) shared.shift()
  }
  return out
}

/** The value without a set of fields; undefined where nothing is left. */
export function removeFields(value: Json, gone: Fields, schema: Schema): Json | undefined {
  const known = resolved(schema, value)
  if (known.kind === 'scalar' || known.kind === 'any') return value
  if (known.atomic) return undefined
  if (known.kind === 'list') {
    const left: Json[] = []
    for (const item of isList(value) ? value : []) {
      const kept = keptChild({ item, element: itemElement(item, known) }, gone, known.element ?? ANY)
      if (kept !== undefined) left.push(kept)
    }
    return left.length > 0 ? left : undefined
  }
  const out: Record<string, Json> = {}
  for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
    const kept = item === undefined ? undefined : keptChild({ item, element: `f:${key}` }, gone, childSchema(known, key) ?? ANY)
    if (kept !== undefined) out[key] = kept
  }
  return Object.keys(out).length > 0 ? out : undefined
}

function keptChild({ item, element }: { readonly item: Json, readonly element: string }, gone: Fields, schema: Schema): Json | undefined {
  if (gone.own.has(element)) return undefined
  const below = gone.kids.get(element)
  return below ? removeFields(item, below, schema) ?? null : item
}

/** The set with every declared field that has members below it added itself, so that removing removes its level too. */
export function withNamedFields(set: Fields, schema: Schema | undefined): Fields {
  const own = new Set(set.own)
  const kids = new Map<string, Fields>()
  for (const [element, kid] of set.kids) {
    const name = element.slice(2)
    if (element.startsWith('f:') && schema?.fields?.has(name)) own.add(element)
    const below = element.startsWith('f:') ? schema && childSchema(schema, name) : schema?.element
    kids.set(element, withNamedFields(kid, below))
  }
  return { own, kids: kids.size > 0 ? kids : NO_FIELDS.kids }
}

/** The object, where a merge left anything at all. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}
