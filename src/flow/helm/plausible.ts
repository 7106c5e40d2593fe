import type { ValuePath } from '../../model/helm-set.ts'
import { valueAtPath } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { Planting } from './sentinels.ts'
import type { ValueNode } from './value-nodes.ts'
import { isPrintable, sameKey } from './value-nodes.ts'

const SHORTEST_TEXT = 2
const TAGS = /^(?:tag|version|imageTag|image_tag)$/i
const DIGESTS = /^(?:digest|sha|imageDigest)$/i
const NAMES = /^(?:registry|imageRegistry|repository|image)$/i
const IMAGE_PARTS = /^(?:tag|version|digest|sha|imageTag|image_tag|imageDigest)$/i

/** The keys whose value stands in a rendered field: as a number, or as a part of its text. A value that is itself a template (`tpl`) shows in the field as something else. */
export function plausibleKeys(nodes: readonly ValueNode[], field: Json | undefined): readonly Planting[] {
  return keysWhere(nodes, field, (part, text) => part === text || (part.length >= SHORTEST_TEXT && text.includes(part)) || part.includes('{{'))
}

/** The keys whose value is one character that stands in a longer text. */
export function shortKeys(nodes: readonly ValueNode[], field: Json | undefined): readonly Planting[] {
  return keysWhere(nodes, field, (part, text) => part.length === 1 && part !== text && text.includes(part))
}

function keysWhere(nodes: readonly ValueNode[], field: Json | undefined, fits: (part: string, text: string) => boolean): readonly Planting[] {
  if (!isPrintable(field)) return []
  const text = String(field).toLowerCase()
  return nodes.flatMap(({ path, value }) => (typeof value === 'string' || typeof value === 'number') && fits(String(value).toLowerCase(), text) ? [{ path, value }] : [])
}

/** The empty keys that are called like the parts of an image, a part after the other: the one that is asked for first. */
export function emptyImageParts(nodes: readonly ValueNode[], of: { readonly values: JsonObject, readonly referred: readonly ValuePath[], readonly isPinned: boolean }): readonly (readonly Planting[])[] {
  const empty = emptyKeys(nodes, of)
  const [tags, digests, names] = [TAGS, DIGESTS, NAMES].map(part => empty.filter(({ path }) => part.test(String(path.at(-1)))))
  return (of.isPinned ? [digests, tags, names] : [tags, names]).flatMap(part => part === undefined || part.length === 0 ? [] : [part])
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
