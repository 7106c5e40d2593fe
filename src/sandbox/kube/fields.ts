import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'

/**
 * A set of paths, as managedFields hold them: `own` are the elements of this level that belong to the set, `kids` the sets
 * below. Elements are spelled as in FieldsV1: `f:name`, `k:{"name":"a"}`, `v:"text"`.
 */
export interface Fields { readonly own: ReadonlySet<string>, readonly kids: ReadonlyMap<string, Fields> }

export const NO_FIELDS: Fields = { own: new Set(), kids: new Map() }

export function isEmpty(set: Fields): boolean {
  return set.own.size === 0 && set.kids.size === 0
}

/** A set that is being made. */
export class FieldSet implements Fields {
  readonly own: Set<string>
  readonly kids = new Map<string, Fields>()

  constructor(own: Iterable<string> = []) {
    this.own = new Set(own)
  }

  /** What is below an element; an empty set is nothing. */
  put(element: string, below: Fields): void {
    if (!isEmpty(below)) this.kids.set(element, below)
  }
}

export function union(a: Fields, b: Fields): Fields {
  const out = new FieldSet([...a.own, ...b.own])
  for (const [key, kid] of [...a.kids, ...b.kids]) out.put(key, union(out.kids.get(key) ?? NO_FIELDS, kid))
  return out
}

/** What is in `a` and not in `b`; a path below one of `b` stays. */
export function difference(a: Fields, b: Fields): Fields {
  const out = new FieldSet([...a.own].filter(key => !b.own.has(key)))
  for (const [key, kid] of a.kids) out.put(key, difference(kid, b.kids.get(key) ?? NO_FIELDS))
  return out
}

export function intersection(a: Fields, b: Fields): Fields {
  const out = new FieldSet([...a.own].filter(key => b.own.has(key)))
  for (const [key, kid] of a.kids) out.put(key, intersection(kid, b.kids.get(key) ?? NO_FIELDS))
  return out
}

/** Without the named top-level fields and all below them. */
export function withoutRoots(set: Fields, roots: readonly string[]): Fields {
  const stays = (key: string): boolean => !roots.includes(key.slice(2))
  return { own: new Set([...set.own].filter(stays)), kids: new Map([...set.kids].filter(([key]) => stays(key))) }
}

/** FieldsV1 of the set. */
export function fieldsToJson(set: Fields): JsonObject {
  const out: Record<string, Json> = {}
  for (const key of [...new Set([...set.own, ...set.kids.keys()])].sort()) {
    const kid = set.kids.get(key)
    out[key] = kid ? { ...(set.own.has(key) ? { '.': {} } : {}), ...fieldsToJson(kid) } : {}
  }
  return out
}

/** Reads FieldsV1. */
export function fieldsFromJson(json: Json | undefined): Fields {
  const out = new FieldSet()
  for (const [key, value] of Object.entries(isObject(json) ? json : {})) {
    if (key === '.' || !isObject(value)) continue
    if ('.' in value || Object.keys(value).length === 0) out.own.add(key)
    out.put(key, fieldsFromJson(value))
  }
  return out
}

/** Every path of the set as the server prints it, e.g. `.spec.containers[name="a"].image`; a level before what is below it. */
export function pathsOf(set: Fields, prefix = ''): readonly string[] {
  const here = [...set.own].sort().map(key => prefix + elementText(key))
  const below = [...set.kids.keys()].sort().flatMap(key => pathsOf(set.kids.get(key) ?? NO_FIELDS, prefix + elementText(key)))
  return [...here, ...below]
}

function elementText(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  if (!element.startsWith('k:')) return `[${rest}]`
  const keys: unknown = JSON.parse(rest)
  return `[${Object.entries(keys ?? {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
