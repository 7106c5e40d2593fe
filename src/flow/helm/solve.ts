import type { Edit } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { showJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { sameKey } from './value-nodes.ts'
import type { Planted, Token } from './sentinels.ts'

/** A key of the chart's values and what it shall hold; undefined: it shall go. */
export interface Assignment { readonly path: ValuePath, readonly before: Json | undefined, readonly value: Json | undefined }

const MOST_AT_ONCE = 3

/** The ways to give keys other values so that a field comes out as asked, the fewest keys first; what is asked to go goes with the one key that it is. */
export function solveEdit(tokens: readonly Token[], { after }: Edit): readonly (readonly Assignment[])[] {
  if (after !== undefined) return solve(tokens, after)
  const [only, ...more] = tokens
  return only === undefined || typeof only === 'string' || more.length > 0 ? [] : [[{ path: only.path, before: only.value, value: undefined }]]
}

function solve(tokens: readonly Token[], wanted: Json): readonly (readonly Assignment[])[] {
  if (typeof wanted === 'object') return []
  const keys = distinct(tokens.filter(token => typeof token !== 'string'))
  const whole = tokens.length === 1
  const found: (readonly Assignment[])[] = []
  for (let size = 1; size <= Math.min(MOST_AT_ONCE, keys.length); size++) {
    for (const free of subsets(keys, size)) {
      const ways = fittings(tokens, free, String(wanted)).map(texts => free.map((key, i) => ({ path: key.path, before: key.value, value: typedLike(key.value, texts[i] ?? '', whole ? wanted : null) })))
      found.push(...ways.filter(assignments => assignments.every(({ before, value }) => before !== value && !endsInDigest(before, value))))
    }
    if (found.length > 0) return found.toSorted((a, b) => strangeness(a) - strangeness(b))
  }
  return found
}

/** A digest is never split at its colon: what ends so is no name of an image (`nginx@sha256`), but where it is one already. */
function endsInDigest(before: Json | undefined, value: Json | undefined): boolean {
  return typeof value === 'string' && /@[a-z0-9+._-]+$/i.test(value) && !(typeof before === 'string' && before.includes('@'))
}

/** True where a value is not what its key is called: such a way is the last one. */
export function isStrange(wanted: readonly Assignment[]): boolean {
  return strangeness(wanted) > 0
}

/** How far values are from what their keys are called: a registry has no path, a tag neither path nor digest. */
function strangeness(wanted: readonly Assignment[]): number {
  return wanted.filter(({ path, value }) => {
    const name = String(path.at(-1))
    return typeof value === 'string' && ((/registry|host/i.test(name) && value.includes('/')) || (/tag|version/i.test(name) && /[/:@]/.test(value)) || (/repository|name/i.test(name) && /:[^/]*$|@/.test(value)))
  }).length
}

/** The texts for the free keys that make the wanted text, with all other keys as they are: what takes as much as it can comes first (`host:5000/app` before a tag). */
function fittings(tokens: readonly Token[], free: readonly Planted[], wanted: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = []
  for (const [some, flags] of [['([^]*)', 'u'], ['([^]*?)', 'u'], ['([^]*)', 'iu']] as const) {
    const seen: Planted[] = []
    const source = tokens.map(token => {
      if (typeof token === 'string') return literal(token)
      if (!free.some(key => sameKey(key.path, token.path))) return literal(showJson(token.value ?? ''))
      const at = seen.findIndex(key => sameKey(key.path, token.path))
      if (at >= 0) return `\\${at + 1}`
      seen.push(token)
      return some
    })
    const match = new RegExp(`^${source.join('')}$`, flags).exec(wanted)
    if (match === null) continue
    const texts = free.map(key => match[seen.findIndex(one => sameKey(one.path, key.path)) + 1] ?? '')
    if (!found.some(known => known.every((text, i) => text === texts[i]))) found.push(texts)
  }
  return found
}

/** A value in the type that the key has; where the key is all there is, what was asked. */
export function typedLike(before: Json | undefined, text: string, asked: Json): Json {
  if (typeof before === 'number') return text !== '' && String(Number(text)) === text ? Number(text) : text
  if (typeof before === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : text
  return typeof before === 'string' ? text : asked ?? text
}

function distinct(keys: readonly Planted[]): readonly Planted[] {
  return keys.filter((key, i) => keys.findIndex(other => sameKey(other.path, key.path)) === i)
}

function subsets(keys: readonly Planted[], size: number): readonly (readonly Planted[])[] {
  if (size === 0) return [[]]
  return keys.flatMap((key, i) => subsets(keys.slice(i + 1), size - 1).map(rest => [key, ...rest]))
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
