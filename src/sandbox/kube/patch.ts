import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson, textAt } from '../../model/json.ts'
import { ApiError, badRequest } from './api-error.ts'

/** RFC 7386. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const out: Record<string, Json | undefined> = { ...(isObject(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else if (value !== undefined) out[key] = mergePatch(out[key], value)
  }
  return out
}

/** RFC 6902. Throws 422 for an operation that cannot be done, as the server does: without details. */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!isList(operations)) throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return operations.reduce<Json>((object, operation) => step(object, operation), target)
}

function step(object: Json, operation: Json): Json {
  const path = pointer(textAt(operation, 'path'))
  const value = isObject(operation) ? operation['value'] : undefined
  switch (textAt(operation, 'op')) {
    case 'add': return put(object, path, { value: value ?? null, insert: true })
    case 'replace': return put(put(object, path, 'test'), path, { value: value ?? null, insert: false })
    case 'remove': return put(object, path, 'remove')
    case 'copy': return put(object, path, { value: read(object, pointer(textAt(operation, 'from'))), insert: true })
    case 'move': {
      const from = pointer(textAt(operation, 'from'))
      return put(put(object, from, 'remove'), path, { value: read(object, from), insert: true })
    }
    case 'test': {
      if (!sameJson(read(object, path), value ?? null)) throw rejected()
      return object
    }
    default: throw badRequest(`Unexpected kind: ${textAt(operation, 'op') ?? 'unknown'}`)
  }
}

function pointer(text: string | undefined): readonly string[] {
  if (text === undefined || (text !== '' && !text.startsWith('/'))) throw rejected()
  return text.split('/').slice(1).map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

type Change = 'test' | 'remove' | { readonly value: Json, readonly insert: boolean }

/** Changes the place at `path`; `test` only demands that it exists. */
function put(here: Json, path: readonly string[], change: Change): Json {
  const [key, ...rest] = path
  if (key === undefined) return change === 'test' || change === 'remove' ? here : change.value
  if (isList(here)) return putInList(here, [key, ...rest], change)
  if (!isObject(here)) throw rejected()
  const child = here[key]
  if (rest.length > 0) {
    if (child === undefined) throw rejected()
    return { ...here, [key]: put(child, rest, change) }
  }
  if (typeof change === 'object') return { ...here, [key]: change.value }
  if (child === undefined) throw rejected()
  if (change === 'test') return here
  const { [key]: _gone, ...left } = here
  return left
}

function putInList(here: readonly Json[], [key = '', ...rest]: readonly string[], change: Change): Json {
  const inserting = typeof change === 'object' && change.insert && rest.length === 0
  const index = key === '-' && inserting ? here.length : /^(0|[1-9][0-9]*)$/.test(key) ? Number(key) : -1
  const child = here[index]
  if (inserting && index >= 0 && index <= here.length) return here.toSpliced(index, 0, change.value)
  if (child === undefined) throw rejected()
  if (rest.length > 0) return here.with(index, put(child, rest, change))
  if (change === 'test') return here
  return change === 'remove' ? here.toSpliced(index, 1) : here.with(index, change.value)
}

function read(object: Json, path: readonly string[]): Json {
  let here: Json | undefined = object
  for (const key of path) here = isList(here) ? here[Number(key)] : isObject(here) ? here[key] : undefined
  if (here === undefined) throw rejected()
  return here
}

function rejected(): ApiError {
  return new ApiError(422, 'the server rejected our request due to an error in our request', { details: {} })
}

/** The object a patch gave, where it is one. */
export function patchedObject(value: Json): JsonObject {
  if (isObject(value)) return value
  throw badRequest('the patch does not leave an object')
}
