import type { Json } from '../../model/json.ts'
import { isList, isObject, objectAt, omit, sameJson, textAt, valueAt } from '../../model/json.ts'
import { ApiError, badRequest } from './api-error.ts'

/** RFC 7386. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const out: Record<string, Json | undefined> = { ...objectAt(target) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else if (value !== undefined) out[key] = mergePatch(out[key], value)
  }
  return out
}

/** RFC 6902. Throws 422 for an operation that cannot be done, as the server does: without details. */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!isList(operations)) throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return operations.reduce<Json>(step, target)
}

function step(object: Json, operation: Json): Json {
  const [path, from] = [textAt(operation, 'path'), textAt(operation, 'from')].map(pointer)
  const value = valueAt(operation, 'value') ?? null
  switch (textAt(operation, 'op')) {
    case 'add': return put(object, path, { value, insert: true })
    case 'replace': return put(object, path, { value, insert: false })
    case 'remove': return put(object, path, 'remove')
    case 'copy': return put(object, path, { value: read(object, from), insert: true })
    case 'move': return put(put(object, from, 'remove'), path, { value: read(object, from), insert: true })
    case 'test':
      if (sameJson(read(object, path), value)) return object
      throw rejected()
    default: throw badRequest(`Unexpected kind: ${textAt(operation, 'op') ?? 'unknown'}`)
  }
}

/** The keys of a JSON pointer; undefined where it is none. */
function pointer(text: string | undefined): readonly string[] | undefined {
  return text === undefined || (text !== '' && !text.startsWith('/')) ? undefined : text.split('/').slice(1).map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

type Change = 'remove' | { readonly value: Json, readonly insert: boolean }

/** Changes the place at `path`; what is not inserted must be there. */
function put(here: Json, path: readonly string[] | undefined, change: Change): Json {
  if (path === undefined) throw rejected()
  const [key, ...rest] = path
  if (key === undefined) return change === 'remove' ? here : change.value
  const inserts = change !== 'remove' && change.insert && rest.length === 0
  const child = childOf(here, key)
  const takes = isObject(here) || (isList(here) && (key === '-' || key === String(here.length)))
  if (child === undefined && !(inserts && takes)) throw rejected()
  const next = rest.length > 0 ? put(child ?? null, rest, change) : change === 'remove' ? undefined : change.value
  if (isObject(here)) return next === undefined ? omit(here, [key]) : { ...here, [key]: next }
  if (!isList(here)) throw rejected()
  return here.toSpliced(key === '-' ? here.length : Number(key), inserts ? 0 : 1, ...next === undefined ? [] : [next])
}

/** What stands under one key of a pointer; undefined where nothing does. */
function childOf(here: Json | undefined, key: string): Json | undefined {
  return isList(here) && /^(?:0|[1-9]\d*)$/.test(key) ? here[Number(key)] : valueAt(here, key)
}

function read(object: Json, path: readonly string[] | undefined): Json {
  const found = path?.reduce<Json | undefined>(childOf, object)
  if (path === undefined || found === undefined) throw rejected()
  return found
}

function rejected(): ApiError {
  return new ApiError(422, 'the server rejected our request due to an error in our request', { details: {} })
}
