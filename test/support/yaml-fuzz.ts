import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Document, ToStringOptions } from 'yaml'
import type { Json } from '../../src/model/json.ts'
import { GO_YAML } from '../../src/model/plain-scalar.ts'
import type { Place, TextEdit } from '../../src/flow/edit/place.ts'
import { splice } from '../../src/flow/edit/splice.ts'

/** What came of many random edits. */
export interface FuzzCount {
  readonly ok: Map<string, number>
  readonly refused: Map<string, number>
  readonly wrong: string[]
  /** Edits that are refused for no construct of YAML and for no guard. */
  readonly unplaced: string[]
  /** Scalars that got another value of their kind, and how many of these edits touched one line. */
  scalars: number
  oneLine: number
  inverses: number
}

export function newCount(): FuzzCount {
  return { ok: new Map(), refused: new Map(), wrong: [], unplaced: [], scalars: 0, oneLine: 0, inverses: 0 }
}

/** Chance that is the same in every run (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Spot { readonly place: Place, readonly value: Json }

/** One random edit of a text, judged by a reading and an applying of its own. Gives the edit that was made, for judges outside. */
export function fuzzOnce(text: string, random: () => number, count: FuzzCount): { readonly edit: TextEdit, readonly after: string } | null {
  const before = readAll(text)
  if (before === null) return null
  const edit = randomEdit(spotsOf(before), random)
  if (edit === null) return null
  const { inner } = edit.place
  const label = `${edit.op}${inner === null ? '' : ' inside'}`
  const result = splice(text, edit)
  if (!result.ok) {
    add(count.refused, `${label} ${result.code}`)
    if (result.code === 'NO_CANDIDATE' || result.code === 'FLOW') count.unplaced.push(`${result.sentence}: ${JSON.stringify(edit)} in ${JSON.stringify(text.slice(0, 3000))}`)
    return null
  }
  add(count.ok, label)
  const problem = problemOf(text, result.text, { before, edit })
  if (problem !== null) count.wrong.push(`${problem}: ${JSON.stringify(edit)} in ${JSON.stringify(text.slice(0, 3000))} gave ${JSON.stringify(result.text.slice(0, 3000))}`)
  countLines(text, result.text, { before, edit, count })
  const inverse = inverseOf(text, before, edit)
  if (problem === null && inverse !== null) {
    count.inverses++
    const back = splice(result.text, inverse)
    // A block may have needed the last line break that the text lacked.
    if (!back.ok || (back.text !== text && back.text.replace(/\r?\n$/, '') !== text)) count.wrong.push(`the inverse ${JSON.stringify(inverse)} of ${JSON.stringify(edit)} in ${JSON.stringify(text.slice(0, 3000))} gave ${back.ok ? JSON.stringify(back.text.slice(0, 3000)) : back.sentence}`)
  }
  return { edit, after: result.text }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** All documents as JSON; null where the text cannot be read. */
export function readAll(text: string): readonly Json[] | null {
  const documents = parse(text)
  if (documents.some(document => document.errors.length > 0)) return null
  try {
    return documents.map(document => JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 1000 }) ?? null)) as Json)
  } catch {
    return null
  }
}

function parse(text: string): readonly Document.Parsed[] {
  return [...parseAllDocuments(text.replace(/^\uFEFF/, ''), { ...GO_YAML, customTags: [...GO_YAML.customTags], uniqueKeys: false })]
}

function spotsOf(documents: readonly Json[]): readonly Spot[] {
  return documents.flatMap((value, document) => [...walk(value, { document, steps: [], inner: null }, 0)])
}

function* walk(value: Json, place: Place, depth: number): Generator<Spot> {
  yield { place, value }
  if (Array.isArray(value)) for (const [i, item] of (value as readonly Json[]).entries()) yield* walk(item, { ...place, steps: [...place.steps, i] }, depth)
  else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) yield* walk(item as Json, { ...place, steps: [...place.steps, key] }, depth)
  else if (typeof value === 'string' && depth < 2 && /^\s*[{[]|^[\w-]+: |^- /.test(value)) {
    const inside = readAll(value)
    for (const spot of (inside ?? []).flatMap((each, document) => typeof each === 'object' && each !== null ? [...walk(each, { document, steps: [], inner: null }, depth + 1)] : [])) {
      yield { place: { ...place, inner: spot.place }, value: spot.value }
    }
  }
}

const TEXTS = ['x', 'nginx:1.27', 'two words', 'yes', '0644', '1.10', '', ' x', 'a: b', '- x', '#c', 'x #y', 'it\'s', 'say "x"', 'back\\slash', '😀 é', 'a\nb', 'a\nb\n', 'k: |\n  v\n\n  w\n', '\ta', 'a\n\n', '${VAR}', '{{ x }}', 'x,y', '[x]', '2024-01-01', 'null', '~', '---', 'end:', 'word '.repeat(40).trim()]
const KEYS = ['newKey', 'on', '123', 'a.b/c', 'with space', 'x: y', 'true', '"q"', '#', '-', 'ключ']

function pick<T>(of: readonly T[], random: () => number): T | undefined {
  return of[Math.floor(random() * of.length)]
}

function randomValue(random: () => number, depth = 0): Json {
  const kind = random()
  if (depth < 3 && kind < 0.2) return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(KEYS, random) ?? 'k', randomValue(random, depth + 1)]))
  if (depth < 3 && kind < 0.35) return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth + 1))
  if (kind < 0.45) return Math.floor(random() * 1000) - 100
  if (kind < 0.5) return random() * 10
  if (kind < 0.55) return random() < 0.5
  return kind < 0.58 ? null : pick(TEXTS, random) ?? 'x'
}

function randomEdit(spots: readonly Spot[], random: () => number): TextEdit | null {
  const kind = random()
  const nested = spots.filter(spot => lastStep(spot.place) !== undefined)
  const leaves = nested.filter(({ value }) => typeof value !== 'object')
  const collections = spots.filter(({ value }) => typeof value === 'object')
  if (kind < 0.35) {
    const spot = pick(leaves, random)
    return spot === undefined ? null : { op: 'set', place: spot.place, value: alike(spot.value) }
  }
  if (kind < 0.5) {
    const spot = pick(random() < 0.5 ? leaves : nested, random)
    return spot === undefined ? null : { op: 'set', place: spot.place, value: randomValue(random) }
  }
  if (kind < 0.55) {
    const spot = pick(collections.filter(each => each.value !== null), random)
    return spot === undefined ? null : { op: 'set', place: spot.place, value: mutated(spot.value, random) }
  }
  if (kind < 0.8) {
    const spot = pick(collections, random)
    return spot === undefined ? null : { op: 'add', place: below(spot.place, newStep(spot.value, random)), value: randomValue(random) }
  }
  const spot = pick(nested, random)
  return spot === undefined ? null : { op: 'remove', place: spot.place }
}

/** Another value of the same kind. */
function alike(value: Json): Json {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e15 ? value + 1 : 2.5
  if (typeof value === 'boolean') return !value
  return typeof value === 'string' ? value.endsWith('\n') ? `${value.replace(/\n+$/, '')}-x${/\n+$/.exec(value)?.[0] ?? ''}` : `${value}-x` : 'x'
}

/** The value with a few leaves changed, gone and new. */
function mutated(value: Json, random: () => number): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).flatMap(item => random() < 0.1 ? [] : [random() < 0.8 ? item : mutated(item, random)])
    return random() < 0.3 ? [...items.slice(0, 1), randomValue(random, 2), ...items.slice(1)] : items
  }
  if (typeof value !== 'object' || value === null) return random() < 0.3 ? randomValue(random) : value
  const entries = Object.entries(value).flatMap(([key, item]) => random() < 0.1 ? [] : [[key, random() < 0.7 ? item : mutated(item as Json, random)] as const])
  return Object.fromEntries([...entries, ...random() < 0.3 ? [['added', randomValue(random, 1)] as const] : []])
}

function newStep(value: Json, random: () => number): string | number {
  if (Array.isArray(value)) return Math.floor(random() * (value.length + 1))
  if (value === null) return random() < 0.5 ? 0 : 'newKey'
  const key = pick(KEYS, random) ?? 'newKey'
  return Object.hasOwn(value as object, key) ? `${key}2` : key
}

function below(place: Place, step: string | number): Place {
  return place.inner === null ? { ...place, steps: [...place.steps, step] } : { ...place, inner: below(place.inner, step) }
}

function lastStep(place: Place): string | number | undefined {
  return place.inner === null ? place.steps.at(-1) : lastStep(place.inner)
}

/** The documents after an edit, made without the code that is tested. */
function applied(documents: readonly Json[], edit: TextEdit): Json[] {
  const copy = structuredClone(documents) as Json[]
  if (copy.length === 0) copy.push(null)
  const { document, steps, inner } = edit.place
  const path = [document, ...steps]
  if (inner !== null) return copy
  const last = path.pop()
  let holder = copy as unknown as Record<string | number, Json>
  for (const [i, step] of path.entries()) {
    if (holder[step] === null && edit.op === 'add' && i === path.length - 1) holder[step] = typeof last === 'number' ? [] : {}
    holder = holder[step] as unknown as Record<string | number, Json>
  }
  if (Array.isArray(holder) && edit.op !== 'set') holder.splice(Number(last), edit.op === 'remove' ? 1 : 0, ...edit.op === 'add' ? [structuredClone(edit.value)] : [])
  else if (edit.op === 'remove') delete holder[last ?? '']
  else Object.defineProperty(holder, last ?? '', { value: structuredClone(edit.value), enumerable: true, writable: true, configurable: true })
  return copy
}

interface Judged { readonly before: readonly Json[], readonly edit: TextEdit }

function problemOf(text: string, after: string, { before, edit }: Judged): string | null {
  const now = readAll(after)
  if (now === null) return 'the result cannot be read'
  const { inner, document, steps } = edit.place
  if (inner !== null) {
    const [old, fresh] = [at(before, [document, ...steps]), at(now, [document, ...steps])]
    if (typeof old !== 'string' || typeof fresh !== 'string') return 'the text inside is no text'
    const inside = problemOf(old, fresh, { before: readAll(old) ?? [], edit: { ...edit, place: inner } })
    if (inside !== null) return inside
    return same(applied(before, { op: 'set', place: { ...edit.place, inner: null }, value: fresh }), now) ? null : 'something outside the text differs'
  }
  if (!same(applied(before, edit), now)) return 'the result reads differently'
  return bytesProblem(text, after, edit)
}

function at(value: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((here, step) => (here as Record<string | number, unknown> | null | undefined)?.[step], value)
}

/** Additions only insert, removals only delete, and a scalar that is set changes nothing beyond its lines. */
function bytesProblem(text: string, after: string, edit: TextEdit): string | null {
  if (text === after) return null
  const [prefix, suffix] = common(text, after)
  const node = nodeAt(text, edit.place)
  if (edit.op === 'add' && node.holds > 0 && !node.comments && prefix + suffix < text.length) return 'an addition changed what was there'
  if (edit.op === 'remove' && node.holds > 1 && !node.comments && prefix + suffix < after.length) return 'a removal wrote something'
  if (edit.op !== 'set' || node.range === null || typeof edit.value === 'object') return null
  const [start, end] = node.range
  return prefix >= start && text.length - suffix <= lineEnd(text, end) ? null : 'a value changed bytes around it'
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at
}

/** Entries of the collection that holds a place, and where the value stands. */
function nodeAt(text: string, { document, steps }: Place): { readonly holds: number, readonly comments: boolean, readonly range: readonly [number, number] | null } {
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  let node: unknown = parse(text)[document]?.contents
  let holder: unknown
  for (const step of steps) {
    holder = node
    if (isMap(node)) node = node.items.find(pair => isScalar(pair.key) && String(pair.key.value) === step)?.value
    else node = isSeq(node) ? node.items[Number(step)] : undefined
  }
  const holds = isMap(holder) || isSeq(holder) ? holder.items.length : 0
  const flow = (isMap(holder) || isSeq(holder)) && holder.flow === true
  const range = isScalar(node) && node.range ? [node.range[0] + mark, node.range[1] + mark] as const : null
  return { holds, comments: flow && /#/.test(text), range }
}

function common(before: string, after: string): readonly [number, number] {
  const most = Math.min(before.length, after.length)
  let prefix = 0
  while (prefix < most && before[prefix] === after[prefix]) prefix++
  let suffix = 0
  while (suffix < most - prefix && before[before.length - 1 - suffix] === after[after.length - 1 - suffix]) suffix++
  return [prefix, suffix]
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

function countLines(text: string, after: string, { before, edit, count }: Judged & { readonly count: FuzzCount }): void {
  const old = at(before, [edit.place.document, ...edit.place.steps])
  if (edit.op !== 'set' || edit.place.inner !== null || typeof old !== typeof edit.value || typeof old === 'object' || String(edit.value).includes('\n') || String(old).includes('\n')) return
  count.scalars++
  const [was, now] = [text.split('\n'), after.split('\n')]
  if (was.length === now.length && was.filter((line, i) => line !== now[i]).length <= 1) count.oneLine++
}

/** The edit that must bring the old bytes back, where one must. */
function inverseOf(text: string, before: readonly Json[], edit: TextEdit): TextEdit | null {
  const node = nodeAt(text, edit.place)
  if (edit.place.inner !== null) return null
  if (edit.op === 'add') return node.holds > 0 ? { op: 'remove', place: edit.place } : null
  const old = at(before, [edit.place.document, ...edit.place.steps])
  if (edit.op !== 'set' || node.range === null || !same(edit.value, alike(old as Json))) return null
  const written = text.slice(...node.range)
  const usual = typeof old === 'string' ? (old === written && /^[A-Za-z][\w./-]*$/.test(old)) || ([JSON.stringify(old), `'${old}'`].includes(written) && /^[\w./:-]*$/.test(old)) : String(old) === written
  return usual ? { op: 'set', place: edit.place, value: old as Json } : null
}

/** The same documents in other spellings. */
export const SPELLINGS: readonly (readonly [string, (text: string, random: () => number) => string])[] = [
  ['as it is', text => text],
  ['carriage returns', text => text.replace(/\r?\n/g, '\r\n')],
  ['byte order mark', text => `\uFEFF${text}`],
  ['no last newline', text => text.replace(/(?:\r?\n)+$/, '')],
  ['comments with tabs', text => commented(text, '\t# a\tcomment: here')],
  ['comments between lines', (text, random) => text.split('\n').flatMap(line => random() < 0.2 && plainLine(line) ? [`${/^ */.exec(line)?.[0] ?? ''}# a comment`, line] : [line]).join('\n')],
  ['comments at odd columns', (text, random) => text.split('\n').flatMap(line => random() < 0.15 && plainLine(line) ? [`${' '.repeat(Math.floor(random() * 9))}# - odd: one`, line] : [line]).join('\n')],
  ['blank lines', (text, random) => text.split('\n').flatMap(line => random() < 0.2 && plainLine(line) ? ['', line] : [line]).join('\n')],
  ['wide dashes', text => respelled(text, { indent: 4 })],
  ['lists below keys', text => respelled(text, { indentSeq: false, indent: 3 })],
  ['one column', text => respelled(text, { indent: 1, indentSeq: false })],
  ['five columns', text => respelled(text, { indent: 5 })],
  ['quotes', text => respelled(text, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_SINGLE' })],
  ['brackets', text => respelled(text, { collectionStyle: 'flow' })],
  ['JSON', text => jsonOfFirst(text, 2)],
  ['wide JSON', text => jsonOfFirst(text, 4)],
  ['JSON on one line', text => jsonOfFirst(text, 0)],
  ['inside a text', text => `p: |-\n${text.split('\n').map(line => line === '' ? '' : `    ${line}`).join('\n')}\nz: 1\n`],
  ['inside a quoted text', text => `p: ${JSON.stringify(text)}\nz: 1\n`],
]

function plainLine(line: string): boolean {
  return /^ *(?:- )*[\w./-]+: *\S?/.test(line)
}

function commented(text: string, comment: string): string {
  return text.replace(/^( *(?:- )?[\w-]+: [\w./-]+)$/gm, `$1${comment}`)
}

/** Written anew by the parser's own writer; as it is where that reads differently. */
function respelled(text: string, options: ToStringOptions): string {
  const documents = [...parseAllDocuments(text)]
  if (documents.some(document => document.errors.length > 0)) return text
  try {
    return documents.map(document => document.toString({ lineWidth: 0, doubleQuotedAsJSON: true, ...options })).join('---\n')
  } catch {
    return text
  }
}

function jsonOfFirst(text: string, indent: number): string {
  const value = readAll(text)?.find(each => typeof each === 'object' && each !== null)
  return value === undefined ? text : JSON.stringify(value, null, indent)
}
