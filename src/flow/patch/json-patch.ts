import { WritError, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { checkStep } from '../../model/reserved-keys.ts'

const MOST = 1000

/**
 * The object after the operations of a JSON patch (RFC 6902), one after the other. Refuses STALE where a `test` fails or a place is not there: the patch was
 * written for another state. Throws usage/bad-argument for what is no JSON patch.
 */
export function jsonPatch(object: Json, patch: Json): { readonly value: Json } | Refusal {
  if (!isList(patch)) throw bad('A JSON patch is a list of operations.')
  if (patch.length > MOST) throw bad(`A JSON patch of more than ${MOST} operations is not taken.`)
  let value = object
  for (const [i, item] of patch.entries()) {
    const done = apply(value, operation(item, i))
    if (done === null) return stale(item, i)
    value = done.value
  }
  return { value }
}

type Tokens = readonly string[]
type Operation =
  | { readonly op: 'add' | 'replace' | 'test', readonly path: Tokens, readonly value: Json }
  | { readonly op: 'remove', readonly path: Tokens }
  | { readonly op: 'move' | 'copy', readonly path: Tokens, readonly from: Tokens }

function operation(item: Json, i: number): Operation {
  if (!isObject(item)) throw bad(`Operation ${i} is no object.`)
  const { op, value } = item
  const path = pointer(item['path'], `path of operation ${i}`)
  switch (op) {
    case 'add': case 'replace': case 'test':
      if (value === undefined) throw bad(`Operation ${i} (${op}) has no value.`)
      return { op, path, value }
    case 'remove': return { op, path }
    case 'move': case 'copy': return { op, path, from: pointer(item['from'], `from of operation ${i}`) }
    default: throw bad(`Operation ${i} is none of add, remove, replace, move, copy, test.`)
  }
}

function pointer(text: Json | undefined, what: string): Tokens {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/')) || /~(?![01])/.test(text)) throw bad(`The ${what} is no JSON pointer.`)
  const tokens = text === '' ? [] : text.slice(1).split('/').map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  for (const token of tokens) checkStep(token)
  return tokens
}

/** null where the operation does not fit. */
function apply(value: Json, of: Operation): { readonly value: Json } | null {
  switch (of.op) {
    case 'test': return sameJson(at(value, of.path), of.value) ? { value } : null
    case 'add': return put(value, of.path, { to: of.value, how: 'add' })
    case 'replace': return put(value, of.path, { to: of.value, how: 'replace' })
    case 'remove': return put(value, of.path, { to: undefined, how: 'replace' })
    case 'copy': {
      const from = at(value, of.from)
      return from === undefined ? null : put(value, of.path, { to: from, how: 'add' })
    }
    case 'move': {
      const from = at(value, of.from)
      const inside = of.path.length > of.from.length && of.from.every((token, i) => token === of.path[i])
      const without = from === undefined || inside ? null : put(value, of.from, { to: undefined, how: 'replace' })
      return without === null || from === undefined ? null : put(without.value, of.path, { to: from, how: 'add' })
    }
  }
}

function at(value: Json | undefined, path: Tokens): Json | undefined {
  let here = value
  for (const token of path) {
    if (isList(here)) here = index(token, here.length - 1) === null ? undefined : here[Number(token)]
    else here = isObject(here) && Object.hasOwn(here, token) ? here[token] : undefined
  }
  return here
}

interface Put { readonly to: Json | undefined, readonly how: 'add' | 'replace' }

function put(value: Json, path: Tokens, of: Put): { readonly value: Json } | null {
  const [token, ...rest] = path
  if (token === undefined) return of.to === undefined ? null : { value: of.to }
  if (isList(value)) return putInList(value, { token, rest }, of)
  if (!isObject(value)) return null
  const child = Object.hasOwn(value, token) ? value[token] : undefined
  if (rest.length === 0) {
    if (of.how === 'replace' && child === undefined) return null
    return { value: of.to === undefined ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== token)) : { ...value, [token]: of.to } }
  }
  const changed = child === undefined ? null : put(child, rest, of)
  return changed === null ? null : { value: { ...value, [token]: changed.value } }
}

function putInList(list: readonly Json[], { token, rest }: { readonly token: string, readonly rest: Tokens }, of: Put): { readonly value: Json } | null {
  const adds = rest.length === 0 && of.how === 'add'
  const i = adds && token === '-' ? list.length : index(token, adds ? list.length : list.length - 1)
  if (i === null) return null
  if (adds) return of.to === undefined ? null : { value: [...list.slice(0, i), of.to, ...list.slice(i)] }
  if (rest.length === 0) return { value: of.to === undefined ? list.filter((_item, at) => at !== i) : list.map((item, at) => at === i ? of.to ?? item : item) }
  const child = list[i]
  const changed = child === undefined ? null : put(child, rest, of)
  return changed === null ? null : { value: list.map((item, at) => at === i ? changed.value : item) }
}

function index(token: string, most: number): number | null {
  return /^(?:0|[1-9]\d{0,8})$/.test(token) && Number(token) <= most ? Number(token) : null
}

function stale(item: Json, i: number): Refusal {
  const shown = JSON.stringify(item).slice(0, 200)
  const test = isObject(item) && item['op'] === 'test'
  return refuse('STALE', test ? `Operation ${i} of the patch tests for a value that the rendered object does not hold.` : `Operation ${i} of the patch does not fit the rendered object.`, [{ sentence: shown }])
}

function bad(message: string): WritError {
  return new WritError('usage/bad-argument', message, { hint: 'Such as: -p \'[{"op":"replace","path":"/spec/replicas","value":3}]\'.' })
}
