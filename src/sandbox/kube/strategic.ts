import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import { ANY, childSchema } from './schema.ts'
import type { Schema } from './schema.ts'

const ORDER = '$setElementOrder/'
const DELETE = '$deleteFromPrimitiveList/'
type Items = readonly Json[]

/** Kubernetes' strategic merge patch: lists merge by the keys of the schema, and the patch may hold `$` directives. */
export function strategicPatch(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  const directive = patch['$patch']
  if (directive === 'replace') return withoutKeys(patch, ['$patch'])
  if (directive === 'delete') return {}
  if (directive !== undefined) throw badRequest(`unrecognized type: ${JSON.stringify(directive)}`)
  const out: Record<string, Json | undefined> = { ...retained(original, patch) }
  const rest: Record<string, Json | undefined> = withoutKeys(patch, ['$retainKeys'])
  for (const key of Object.keys(rest).filter(name => name.startsWith(ORDER))) {
    const field = key.slice(ORDER.length)
    const ordered = mergedInOrder(field, { original: out[field], patch: rest[field], order: rest[key] }, schema)
    if (ordered !== undefined) out[field] = ordered
    delete rest[key]
    delete rest[field]
  }
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue
    if (key.startsWith(DELETE)) {
      const field = key.slice(DELETE.length)
      const items = out[field]
      if (isList(items) && isList(value)) out[field] = items.filter(item => !value.some(gone => sameJson(gone, item)))
    } else if (value === null) delete out[key]
    else out[key] = mergedValue(out[key], value, childSchema(schema, key) ?? ANY)
  }
  return out
}

function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys']
  if (keys === undefined) return original
  if (!isList(keys)) throw badRequest('invalid patch format of retainKeys')
  const stray = Object.entries(patch).find(([key, value]) => value !== null && !key.startsWith('$') && !keys.includes(key))
  if (stray) throw badRequest('invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)))
}

function mergedValue(original: Json | undefined, patch: Json, schema: Schema): Json | undefined {
  if (isObject(patch) && isObject(original)) return strategicPatch(original, patch, schema)
  if (isList(patch) && isList(original) && schema.mergeKey) return mergedList(original, patch, schema)
  return cleaned(patch)
}

/** A new value without its directives and nulls; undefined where it is a directive itself. */
function cleaned(patch: Json): Json | undefined {
  if (isList(patch)) return patch.map(cleaned).filter(item => item !== undefined)
  if (!isObject(patch)) return patch
  if (patch['$patch'] !== undefined) return undefined
  const out: Record<string, Json> = {}
  for (const [key, value] of Object.entries(patch)) {
    const item = value === undefined || value === null || key.startsWith('$') ? undefined : cleaned(value)
    if (item !== undefined) out[key] = item
  }
  return out
}

function mergedList(original: Items, patch: Items, list: Schema): Items {
  const key = list.mergeKey ?? 'set'
  if (key === 'set') {
    const merged = [...original, ...patch].filter((item, i, all) => all.findIndex(other => sameJson(other, item)) === i)
    return inOrder(merged, patch, { server: original, key })
  }
  const plain: Json[] = []
  let kept = original
  let replace = false
  for (const item of patch) {
    const directive = isObject(item) ? item['$patch'] : undefined
    if (directive === undefined) plain.push(item)
    else if (directive === 'replace') replace = true
    else if (directive === 'delete') kept = kept.filter(other => !sameKey(other, item, key))
    else throw badRequest(`unrecognized type: ${JSON.stringify(directive)}`)
  }
  if (replace) return plain
  const merged: Json[] = [...kept]
  for (const item of plain) {
    if (!isObject(item) || item[key] === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`)
    const at = merged.findIndex(other => sameKey(other, item, key))
    const known = merged[at]
    if (isObject(known)) merged[at] = strategicPatch(known, item, list.element ?? ANY)
    else merged.push(cleaned(item) ?? item)
  }
  return inOrder(merged, plain, { server: kept, key })
}

/** A list with a `$setElementOrder`: merged as usual, then what the order names stands in that order. */
function mergedInOrder(field: string, lists: { readonly original: Json | undefined, readonly patch: Json | undefined, readonly order: Json | undefined }, schema: Schema): Json | undefined {
  const { original, patch, order } = lists
  const list = childSchema(schema, field) ?? ANY
  if (!isList(order)) throw badRequest(`invalid patch format of setElementOrder list for ${field}`)
  const key = list.mergeKey ?? 'set'
  if (isList(patch) && patch.some(item => !(isObject(item) && item['$patch'] !== undefined) && !order.some(entry => sameKey(entry, item, key)))) {
    throw badRequest(`The order in patch list:\n${JSON.stringify(patch)}\n doesn't match ${ORDER} list:\n${JSON.stringify(order)}\n`)
  }
  const merged = isList(original) ? (isList(patch) ? mergedValue(original, patch, list) : original) : isList(patch) ? cleaned(patch) : undefined
  return isList(merged) ? inOrder(merged, order, { server: isList(original) ? original : [], key }) : undefined
}

/** Items that `order` names in its order, the others in the server's, woven together by the server's order. */
function inOrder(merged: Items, order: Items, { server, key }: { readonly server: Items, readonly key: string }): Items {
  const place = (list: Items, item: Json): number => list.findIndex(other => sameKey(other, item, key))
  const ours = merged.filter(item => place(order, item) >= 0).sort((a, b) => place(order, a) - place(order, b))
  const theirs = merged.filter(item => place(order, item) < 0).sort((a, b) => place(server, a) - place(server, b))
  const out: Json[] = []
  for (const next of ours) {
    const here = place(server, next)
    const later = theirs.findIndex(item => place(server, item) < 0 || place(server, item) >= here)
    out.push(...theirs.splice(0, here < 0 ? 0 : later < 0 ? theirs.length : later), next)
  }
  return [...out, ...theirs]
}

function sameKey(a: Json, b: Json, key: string): boolean {
  if (key === 'set') return sameJson(a, b)
  return isObject(a) && isObject(b) && a[key] !== undefined && sameJson(a[key], b[key])
}

function withoutKeys(object: JsonObject, keys: readonly string[]): Record<string, Json | undefined> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}
