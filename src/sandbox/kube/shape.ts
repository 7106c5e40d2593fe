import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import { canonicalQuantity } from './quantity.ts'
import { resolved } from './schema.ts'
import type { Schema } from './schema.ts'

const GO_TYPE: Readonly<Record<string, string>> = { s: 'string', i: 'int32', b: 'bool', f: 'float64', t: 'string', y: '[]uint8' }
const JSON_TYPE: Readonly<Record<string, string>> = { s: 'string', i: 'number', b: 'boolean', f: 'number', t: 'string', y: 'string' }
const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Collects the paths of fields the type does not have. */
export interface Sink { readonly unknown: string[] }

/**
 * A value as the server keeps it after decoding into its type: unknown fields dropped (their paths go to the sink), zero
 * values that are not written dropped, fields that are always there filled, quantities respelled.
 * Throws 400 where a value is of the wrong kind.
 */
export function shaped(value: Json | undefined, schema: Schema, sink: Sink, path = ''): Json {
  const known = resolved(schema, value)
  if (known.kind === 'struct') return shapedStruct(value ?? {}, known, sink, path)
  if (known.kind === 'map') {
    const source = expectObject(value ?? {}, path)
    const out: Record<string, Json> = {}
    for (const key of Object.keys(source).sort()) out[key] = shaped(source[key], known.element ?? schema, sink, join(path, key))
    return out
  }
  if (known.kind !== 'list') return shapedScalar(value, known, path)
  if (!isList(value)) throw wrongType(value, '[]', path)
  return value.map((item, i) => shaped(item, known.element ?? schema, sink, `${path}[${i}]`))
}

function shapedStruct(value: Json, schema: Schema, sink: Sink, path: string): JsonObject {
  const source = expectObject(value, path)
  const out: Record<string, Json> = {}
  for (const key of Object.keys(source)) {
    if (schema.fields?.has(key)) continue
    if (!schema.open) sink.unknown.push(join(path, key))
    else if (source[key] !== undefined && (source[key] !== null || schema.rules === undefined)) out[key] = source[key]
  }
  for (const [key, field] of schema.fields ?? []) {
    const raw = source[key]
    if (raw === undefined || raw === null) {
      if (field.presence === 'always') out[key] = zero(field.schema, sink)
      else if (raw === null && field.schema.rules?.['nullable'] === true) out[key] = null
      continue
    }
    const item = shaped(raw, field.schema, sink, join(path, key))
    if (field.presence === 'always' || !empty(item, field)) out[key] = item
  }
  return out
}

function empty(value: Json, field: { readonly schema: Schema, readonly presence: string }): boolean {
  const { kind, rules } = field.schema
  if (rules !== undefined) return false
  if (isList(value)) return value.length === 0 && kind === 'list'
  if (isObject(value)) return kind === 'map' && Object.keys(value).length === 0
  return field.presence === 'omit' && (value === '' || value === 0 || value === false)
}

function zero(schema: Schema, sink: Sink): Json {
  if (schema.kind === 'struct') return shapedStruct({}, schema, sink, '')
  const { letter } = schema
  if (letter === 's') return ''
  if (letter === 'i' || letter === 'f' || letter === 'o') return 0
  if (letter === 'b') return false
  return letter === 'q' ? '0' : null
}

function shapedScalar(value: Json | undefined, schema: Schema, path: string): Json {
  const { letter = 'x' } = schema
  if (value === null || value === undefined) return letter === 'x' ? null : zero(schema, { unknown: [] })
  if (letter === 'x' || schema.rules !== undefined) return value
  if (letter === 'q') return quantity(value)
  if (letter === 'o') {
    if (typeof value === 'string' || typeof value === 'number') return value
    throw wrongType(value, 'intstr.IntOrString', path)
  }
  if (typeof value !== JSON_TYPE[letter]) throw wrongType(value, GO_TYPE[letter] ?? letter, path)
  if (letter === 'i' && !Number.isInteger(value)) throw badRequest(`json: cannot unmarshal number ${value} into Go struct field ${path} of type int32`)
  return value
}

function quantity(value: Json): string {
  const text = typeof value === 'number' ? String(value) : value
  const known = typeof text === 'string' ? canonicalQuantity(text) : undefined
  if (known === undefined) throw badRequest(QUANTITY)
  return known
}

function expectObject(value: Json, path: string): JsonObject {
  if (isObject(value)) return value
  throw wrongType(value, 'struct', path)
}

function wrongType(value: Json | undefined, wanted: string, path: string): Error {
  const found = isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return badRequest(`json: cannot unmarshal ${found} into Go struct field ${path} of type ${wanted}`)
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}
