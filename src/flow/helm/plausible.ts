import type { ValuePath } from '../../model/helm-set.ts'
import { valueAtPath } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { Planting } from './sentinels.ts'
import type { ValueNode } from './value-nodes.ts'
import { isPrintable, sameKey } from './value-nodes.ts'

const SHORTEST_TEXT = 2
const IMAGE_PARTS = /^(?:tag|version|digest|sha|imageTag|image_tag|imageDigest)$/i

/** The keys whose value stands in a rendered field: as a number, or as a part of its text. */
export function plausibleKeys(nodes: readonly ValueNode[], field: Json | undefined): readonly Planting[] {
  if (!isPrintable(field)) return []
  const text = String(field).toLowerCase()
  return nodes.flatMap(({ path, value }) => {
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const part = String(value).toLowerCase()
    // A value that is itself a template (`tpl`) shows in the field as something else.
    return part === text || (part.length >= SHORTEST_TEXT && text.includes(part)) || part.includes('{{') ? [{ path, value }] : []
  })
}

/** Keys beside those that came through which hold nothing yet and may decide a part of an image: its tag, which templates take from elsewhere then, or its digest. */
export function emptyBeside(nodes: readonly ValueNode[], of: { readonly values: JsonObject, readonly referred: readonly ValuePath[], readonly beside: readonly ValuePath[] }): readonly Planting[] {
  const folders = of.beside.map(path => path.slice(0, -1))
  const inFolder = (path: ValuePath): boolean => folders.some(folder => sameKey(folder, path.slice(0, -1)))
  return emptyKeys(nodes, of).filter(({ path }) => inFolder(path) && IMAGE_PARTS.test(String(path.at(-1))))
}

/** Every key that holds nothing, and every one that a template asks for and that is not there. */
export function emptyKeys(nodes: readonly ValueNode[], of: { readonly values: JsonObject, readonly referred: readonly ValuePath[] }): readonly Planting[] {
  const empty = nodes.filter(({ value }) => value === '' || value === null).map(({ path, value }): Planting => ({ path, value: value === null ? undefined : value }))
  const absent = of.referred.filter(path => valueAtPath(of.values, path) === undefined && isObject(path.length === 1 ? of.values : valueAtPath(of.values, path.slice(0, -1)) ?? {}))
  return [...empty, ...absent.filter(path => !empty.some(one => sameKey(one.path, path))).map((path): Planting => ({ path, value: undefined }))]
}
