import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectAt, textAt, textsAt, valueAt } from '../../model/json.ts'
import { TYPES } from './data/types.ts'

/** A field of a struct. `omit`: left out where zero; `pointer`: kept as written; `always`: present even where nobody wrote it. */
export interface Field { readonly schema: Schema, readonly presence: 'omit' | 'pointer' | 'always' }

/** What the server knows of a value: enough for decoding, merging, ownership and (custom resources) validation. */
export interface Schema {
  readonly kind: 'struct' | 'map' | 'list' | 'scalar' | 'any'
  /** Name of a built-in type; defaults hang on it. */
  readonly name?: string
  /** The letter of a scalar, see data/types.ts. */
  readonly letter?: string
  readonly fields?: ReadonlyMap<string, Field>
  /** A struct that keeps fields it does not know. */
  readonly open?: boolean
  readonly element?: Schema
  /** Owned and merged as one value. */
  readonly atomic?: boolean
  /** Keys of an associative list; with `set` the items themselves are the keys. */
  readonly keys?: readonly string[]
  readonly set?: boolean
  readonly keyDefaults?: JsonObject
  /** Strategic merge: the key of a merged list, `set` for plain values; absent: the list is replaced. */
  readonly mergeKey?: string
  /** Strategic merge: a patch names the keys that stay. */
  readonly retainKeys?: boolean
  /** The OpenAPI schema of a custom resource at this place. */
  readonly rules?: JsonObject
}

export const ANY: Schema = { kind: 'any' }
const ATOMIC_ANY: Schema = { kind: 'any', atomic: true }
const DEDUCED_MAP: Schema = { kind: 'struct', open: true, fields: new Map() }
const DEDUCED_LIST: Schema = { kind: 'list', atomic: true, element: ANY }
const SCALAR: Schema = { kind: 'scalar', letter: 'x' }

const LINES = new Map(TYPES.trim().split(/ ; |\n/).map(line => {
  const [name = '', ...fields] = line.split(' ')
  return [name, fields] as const
}))
const cache = new Map<string, Schema>()

/** The built-in type of that name (see data/types.ts). Throws where there is none: names stand in this folder only. */
export function namedSchema(name: string): Schema {
  const known = cache.get(name)
  if (known) return known
  const line = LINES.get(name)
  if (!line) throw new Error(`no type ${name}`)
  const fields = new Map<string, Field>()
  const schema: Schema = { kind: 'struct', name, fields }
  cache.set(name, schema)
  for (const item of line) {
    const [, key = '', type = '', end, retain] = /^(\w+):(.+?)([*!]?)(\^?)$/.exec(item) ?? []
    fields.set(key, { schema: retain ? { ...parseType(type), retainKeys: true } : parseType(type), presence: end === '*' ? 'pointer' : end === '!' ? 'always' : 'omit' })
  }
  return schema
}

function parseType(text: string): Schema {
  if (text.startsWith('~')) return { ...parseType(text.slice(1)), atomic: true }
  if (text.startsWith('@')) return namedSchema(text.slice(1))
  if (text.startsWith('{')) return { kind: 'map', element: parseType(text.slice(1, -1)) }
  if (text === 'x') return ATOMIC_ANY
  if (!text.startsWith('[')) return { kind: 'scalar', letter: text }
  const end = text.indexOf(']')
  const [keys = '', merge = keys] = text.slice(1, end).split('|')
  const element = parseType(text.slice(end + 1))
  const mergeKey = merge.replace('^', '')
  const list: Schema = { kind: 'list', element, ...(mergeKey && mergeKey !== '-' ? { mergeKey } : {}), ...(mergeKey === merge ? {} : { retainKeys: true }) }
  if (keys === '') return { ...list, atomic: true }
  if (keys === 'set') return { ...list, set: true }
  return { ...list, keys: keys.split(','), ...(keys.includes('protocol') ? { keyDefaults: { protocol: 'TCP' } } : {}) }
}

/** The schema of a custom resource from the OpenAPI schema of its definition; without one everything is kept. */
export function customSchema(rules: JsonObject | undefined): Schema {
  const root = rules ? fromRules(rules) : DEDUCED_MAP
  const text: Field = { schema: { kind: 'scalar', letter: 's' }, presence: 'omit' }
  const metadata: Field = { schema: namedSchema('meta.ObjectMeta'), presence: 'always' }
  return { ...root, kind: 'struct', fields: new Map([...root.fields ?? [], ['apiVersion', text], ['kind', text], ['metadata', metadata]]), ...rules?.['x-kubernetes-preserve-unknown-fields'] === true ? { open: true } : {} }
}

function fromRules(rules: JsonObject): Schema {
  const type = textAt(rules, 'type')
  const open = rules['x-kubernetes-preserve-unknown-fields'] === true
  if (rules['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', letter: 'o', rules }
  if (rules['x-kubernetes-embedded-resource'] === true) return { ...customSchema({ ...rules, 'x-kubernetes-embedded-resource': false }), rules }
  if (type === 'array') return listFromRules(rules)
  const atomic = rules['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}
  const values = rules['additionalProperties']
  if (isObject(values)) return { kind: 'map', element: fromRules(values), rules, ...atomic }
  const properties = rules['properties']
  if (isObject(properties)) {
    const fields = Object.entries(properties).map(([name, value]): [string, Field] => [name, { schema: fromRules(objectAt(value)), presence: 'pointer' }])
    return { kind: 'struct', fields: new Map(fields), open, rules, ...atomic }
  }
  if (open || type === undefined) return { kind: 'any', rules, ...atomic }
  if (type === 'object') return { kind: 'struct', fields: new Map(), open: values === true, rules, ...atomic }
  return { kind: 'scalar', letter: { integer: 'i', number: 'f', boolean: 'b' }[type] ?? 's', rules }
}

function listFromRules(rules: JsonObject): Schema {
  const items = objectAt(rules, 'items')
  const list: Schema = { kind: 'list', element: fromRules(items), rules }
  const type = rules['x-kubernetes-list-type']
  if (type === 'set') return { ...list, set: true }
  if (type !== 'map') return { ...list, atomic: true }
  const keys = textsAt(rules, 'x-kubernetes-list-map-keys')
  const defaults = keys.map(key => [key, valueAt(items, 'properties', key, 'default')]).filter(([, value]) => value !== undefined)
  return { ...list, keys, keyDefaults: Object.fromEntries(defaults) }
}

/** The schema to use for this very value: an undeclared one is deduced (lists whole, maps field by field). */
export function resolved(schema: Schema, ...values: readonly (Json | undefined)[]): Schema {
  if (schema.kind !== 'any') return schema
  if (schema.atomic) return SCALAR
  if (values.some(isObject)) return DEDUCED_MAP
  return values.some(isList) ? DEDUCED_LIST : SCALAR
}

/** The schema of a field of a struct or of an entry of a map; undefined where the type has no such field. */
export function childSchema(schema: Schema, key: string): Schema | undefined {
  if (schema.kind === 'map') return schema.element
  return schema.fields?.get(key)?.schema ?? (schema.open ? ANY : undefined)
}
