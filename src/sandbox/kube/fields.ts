import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'

/**
 * A set of paths, as managedFields hold them. A path is its elements one after the other, parted by SEP and spelled as in
 * FieldsV1: `f:name`, `k:{"name":"a"}`, `v:"text"`.
 */
export type Fields = ReadonlySet<string>

export const SEP = '\0'

export function union(...sets: readonly Fields[]): Fields {
  return new Set(sets.flatMap(set => [...set]))
}

/** What is in `a` and not in `b`; a path below one of `b` stays. */
export function difference(a: Fields, b: Fields): Fields {
  return new Set([...a].filter(path => !b.has(path)))
}

export function intersection(a: Fields, b: Fields): Fields {
  return new Set([...a].filter(path => b.has(path)))
}

/** Without the named top-level fields and all below them. */
export function withoutRoots(set: Fields, roots: readonly string[]): Fields {
  return new Set([...set].filter(path => !roots.some(root => `${path}${SEP}`.startsWith(`f:${root}${SEP}`))))
}

/** The sets below the elements that paths of a set begin with; an empty one where nothing is below. */
export function byElement(set: Fields): ReadonlyMap<string, Fields> {
  const out = new Map<string, Set<string>>()
  for (const path of set) {
    const end = path.indexOf(SEP)
    const element = end < 0 ? path : path.slice(0, end)
    const kids = out.get(element) ?? new Set()
    out.set(element, end < 0 ? kids : kids.add(path.slice(end + 1)))
  }
  return out
}

/** FieldsV1 of the set. */
export function fieldsToJson(set: Fields): JsonObject {
  const elements = [...byElement(set)].sort(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(elements.map(([element, kids]) => [element, { ...(kids.size > 0 && set.has(element) ? { '.': {} } : {}), ...fieldsToJson(kids) }]))
}

/** Reads FieldsV1. */
export function fieldsFromJson(json: Json | undefined): Fields {
  const paths = Object.entries(isObject(json) ? json : {}).filter(([element]) => element !== '.').flatMap(([element, kids]) => {
    const belongs = isObject(kids) && ('.' in kids || Object.keys(kids).length === 0)
    return [...belongs ? [element] : [], ...[...fieldsFromJson(kids)].map(path => element + SEP + path)]
  })
  return new Set(paths)
}

/** Every path of the set as the server prints it, e.g. `.spec.containers[name="a"].image`; what ends at a level before what goes on below it. */
export function pathTexts(set: Fields): readonly string[] {
  const place = (path: string): string => path.replaceAll(/[^\0]+(?=\0)/g, '~$&')
  return [...set].sort((a, b) => place(a) < place(b) ? -1 : 1).map(path => path.split(SEP).map(elementText).join(''))
}

function elementText(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  if (!element.startsWith('k:')) return `[${rest}]`
  const keys: unknown = JSON.parse(rest)
  return `[${Object.entries(keys ?? {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
