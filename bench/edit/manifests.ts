import { parseAllDocuments } from 'yaml'

/** A value of a manifest. Integers beyond the safe ones stand as `int:…`, so that no digit is lost. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Fields = { readonly [key: string]: Value }

/** One object of a render, or the raw text of what cannot be read as one. */
export interface Manifest { readonly identity: string, readonly value: Value }

const KEPT = 40_000
const read = new Map<string, readonly Value[]>()

/** The objects of a render or of a file. A List is what it holds; a text that is no YAML stands as it is. */
export function manifestsOf(text: string, version: '1.1' | '1.2' = '1.1'): readonly Manifest[] {
  // A renderer puts `---` alone on its lines, and nothing of an object can stand at the start of a line so. Files of people are read whole.
  const parts = /^%/m.test(text) ? [text] : text.split(/^---[ \t]*\r?\n/m)
  return parts.flatMap(part => documents(part, version)).flatMap(unpack).map(value => ({ identity: identityOf(value), value }))
}

/** apiVersion, kind, namespace and name, or the start of the text. */
export function identityOf(value: Value): string {
  if (!isFields(value)) return `text ${JSON.stringify(value).slice(0, 60)}`
  const metadata = value['metadata']
  const field = (of: Value | undefined, key: string): string => (isFields(of) && typeof of[key] === 'string' ? of[key] : '')
  return `${field(value, 'apiVersion')}/${field(value, 'kind')} ${field(metadata, 'namespace')}/${field(metadata, 'name')}`
}

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

function documents(text: string, version: '1.1' | '1.2'): readonly Value[] {
  const key = `${version}${text}`
  const known = read.get(key)
  if (known !== undefined) return known
  const parsed = [...parseAllDocuments(text, { version, merge: true, uniqueKeys: false, intAsBigInt: true, logLevel: 'silent' })]
  const values = parsed.some(document => document.errors.length > 0) ? [text] : parsed.map(document => plain(document.toJS({ maxAliasCount: -1 }))).filter(value => value !== null)
  if (read.size >= KEPT) read.clear()
  read.set(key, values)
  return values
}

/** A copy without anything shared, so that a change in one place cannot show in another. */
function plain(value: unknown): Value {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `int:${value}`
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Date) return `time:${value.toISOString()}`
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? value : null
}

function unpack(value: Value): readonly Value[] {
  if (!isFields(value) || !isList(value['items']) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List')) return [value]
  return value['items'].flatMap(unpack)
}
