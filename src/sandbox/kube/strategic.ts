import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, omit, pick, sameJson, valueAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import { ANY, childSchema } from './schema.ts'
import type { Schema } from './schema.ts'

const ORDER = '$setElementOrder/'
const DELETE = '$deleteFromPrimitiveList/'
type Items = readonly Json[]

/** Kubernetes' strategic merge patch: lists merge by the keys of the schema, and the patch may hold `$` directives. */
export function strategicPatch(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  const directive = patch['$patch']
  if (directive === 'replace') return omit(patch, ['$patch'])
  if (directive === 'delete') return {}
  if (directive !== undefined) throw unknownDirective(directive)
  const out: Record<string, Json | undefined> = { ...retained(original, patch) }
  const names = Object.keys(patch).map(key => [ORDER, DELETE].reduce((name, prefix) => name.startsWith(prefix) ? name.slice(prefix.length) : name, key))
  for (const name of new Set(names)) {
    if (name.startsWith('$')) continue
    const [value, order, gone] = [patch[name], patch[ORDER + name], patch[DELETE + name]]
    const field = childSchema(schema, name) ?? ANY
    const before = out[name]
    if (value === null) delete out[name]
    else if (value !== undefined) out[name] = mergedValue(before, value, field)
    if (order !== undefined) out[name] = reordered(out[name], { name, order, patch: value, before }, field)
    const items = out[name]
    if (isList(items) && isList(gone)) out[name] = items.filter(item => !gone.some(other => sameJson(other, item)))
    if (out[name] === undefined) delete out[name]
  }
  return out
}

function unknownDirective(directive: Json): Error {
  return badRequest(`unrecognized type: ${JSON.stringify(directive)}`)
}

function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys']
  if (keys === undefined) return original
  const names = isList(keys) ? keys.map(String) : []
  const stray = Object.entries(patch).some(([key, value]) => value !== null && !key.startsWith('$') && !names.includes(key))
  if (!isList(keys) || stray) throw badRequest('invalid patch format of retainKeys')
  return pick(original, names)
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
  const entries = Object.entries(patch).flatMap(([key, value]) => value === undefined || value === null || key.startsWith('$') ? [] : [[key, cleaned(value)] as const])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function mergedList(original: Items, patch: Items, list: Schema): Items {
  const key = list.mergeKey ?? 'set'
  if (key === 'set') {
    const merged = [...original, ...patch].filter((item, i, all) => all.findIndex(other => sameJson(other, item)) === i)
    return inOrder(merged, patch, { server: original, key })
  }
  const directives = patch.map(item => valueAt(item, '$patch')).filter(name => name !== undefined)
  const plain = patch.filter(item => valueAt(item, '$patch') === undefined)
  const unknown = directives.find(name => name !== 'replace' && name !== 'delete')
  if (unknown !== undefined) throw unknownDirective(unknown)
  if (directives.includes('replace')) return plain
  const kept = original.filter(other => !patch.some(item => !plain.includes(item) && sameKey(other, item, key)))
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

interface Ordering { readonly name: string, readonly order: Json, readonly patch: Json | undefined, readonly before: Json | undefined }

/** A merged list with a `$setElementOrder`: what the order names stands in that order. */
function reordered(merged: Json | undefined, { name, order, patch, before }: Ordering, list: Schema): Items | undefined {
  if (!isList(order)) throw badRequest(`invalid patch format of setElementOrder list for ${name}`)
  const key = list.mergeKey ?? 'set'
  if (isList(patch) && patch.some(item => !(isObject(item) && item['$patch'] !== undefined) && !order.some(entry => sameKey(entry, item, key)))) {
    throw badRequest(`The order in patch list:\n${JSON.stringify(patch)}\n doesn't match ${ORDER} list:\n${JSON.stringify(order)}\n`)
  }
  return isList(merged) ? inOrder(merged, order, { server: isList(before) ? before : [], key }) : undefined
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
