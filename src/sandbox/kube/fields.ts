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

/** Collects paths into a set. */
export class FieldCollector {
  private readonly own = new Set<string>()
  private readonly kids = new Map<string, FieldCollector>()

  add(path: readonly string[]): void {
    const [first, ...rest] = path
    if (first === undefined) return
    if (rest.length === 0) this.own.add(first)
    else this.kid(first).add(rest)
  }

  set(): Fields {
    return { own: this.own, kids: new Map([...this.kids].map(([key, kid]) => [key, kid.set()])) }
  }

  private kid(key: string): FieldCollector {
    const known = this.kids.get(key)
    if (known) return known
    const made = new FieldCollector()
    this.kids.set(key, made)
    return made
  }
}

export function union(a: Fields, b: Fields): Fields {
  const kids = new Map(a.kids)
  for (const [key, kid] of b.kids) {
    const other = kids.get(key)
    kids.set(key, other ? union(other, kid) : kid)
  }
  return { own: new Set([...a.own, ...b.own]), kids }
}

/** What is in `a` and not in `b`; a path below one of `b` stays. */
export function difference(a: Fields, b: Fields): Fields {
  const kids = new Map<string, Fields>()
  for (const [key, kid] of a.kids) {
    const other = b.kids.get(key)
    const left = other ? difference(kid, other) : kid
    if (!isEmpty(left)) kids.set(key, left)
  }
  return { own: new Set([...a.own].filter(key => !b.own.has(key))), kids }
}

export function intersection(a: Fields, b: Fields): Fields {
  const kids = new Map<string, Fields>()
  for (const [key, kid] of a.kids) {
    const other = b.kids.get(key)
    const both = other ? intersection(kid, other) : NO_FIELDS
    if (!isEmpty(both)) kids.set(key, both)
  }
  return { own: new Set([...a.own].filter(key => b.own.has(key))), kids }
}

/** Without the named top-level fields and all below them. */
export function withoutRoots(set: Fields, roots: readonly string[]): Fields {
  const gone = new Set(roots.map(root => `f:${root}`))
  return { own: new Set([...set.own].filter(key => !gone.has(key))), kids: new Map([...set.kids].filter(([key]) => !gone.has(key))) }
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
  const own = new Set<string>()
  const kids = new Map<string, Fields>()
  for (const [key, value] of Object.entries(isObject(json) ? json : {})) {
    if (key === '.' || !isObject(value)) continue
    const inner = Object.keys(value).filter(name => name !== '.')
    if ('.' in value || inner.length === 0) own.add(key)
    if (inner.length > 0) kids.set(key, fieldsFromJson(value))
  }
  return { own, kids }
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
