import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, showJson } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import { withDefaults } from './defaults.ts'
import { canonicalQuantity } from './quantity.ts'
import { resolved } from './schema.ts'
import type { Field, Schema } from './schema.ts'

/** Of the scalars: how Go calls them, how JSON does, and what is left out. */
const SCALARS: Readonly<Record<string, readonly [go: string, json: string, zero: Json]>> = {
  s: ['string', 'string', ''], i: ['int32', 'number', 0], b: ['bool', 'boolean', false], f: ['float64', 'number', 0], t: ['string', 'string', null], y: ['[]uint8', 'string', null],
  o: ['intstr.IntOrString', '', 0], q: ['', '', '0'],
}
const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Where a value stands, the paths of fields that types do not have, found so far, and whether defaults are left out. */
export interface Place { readonly path: string, readonly unknown: string[], readonly bare?: boolean }

/**
 * A value as the server keeps it after decoding into its type: unknown fields dropped (their paths go to the place), zero
 * values that are not written dropped, fields that are always there filled, quantities respelled, defaults written.
 * Throws 400 where a value is of the wrong kind.
 */
export function shaped(value: Json | undefined, schema: Schema, place: Place): Json {
  const known = resolved(schema, value)
  if (known.kind === 'struct') return shapedStruct(value ?? {}, known, place)
  if (known.kind === 'map') {
    const source = expectObject(value ?? {}, place)
    const out: Record<string, Json> = {}
    for (const key of Object.keys(source).sort()) out[key] = shaped(source[key], known.element ?? schema, below(place, key))
    return out
  }
  if (known.kind !== 'list') return shapedScalar(value, known, place)
  if (!isList(value)) throw wrongType(value, '[]', place)
  return value.map((item, i) => shaped(item, known.element ?? schema, { ...place, path: `${place.path}[${i}]` }))
}

function shapedStruct(value: Json, schema: Schema, place: Place): JsonObject {
  const source = expectObject(value, place)
  const out: Record<string, Json> = {}
  for (const key of Object.keys(source)) {
    if (schema.fields?.has(key)) continue
    if (!schema.open) place.unknown.push(below(place, key).path)
    else if (source[key] !== undefined && (source[key] !== null || schema.rules === undefined)) out[key] = source[key]
  }
  for (const [key, field] of schema.fields ?? []) {
    const { rules } = field.schema
    const [written, nullable] = [source[key] ?? undefined, source[key] === null && rules?.['nullable'] === true]
    const raw = written === undefined && !nullable && !place.bare ? rules?.['default'] : written
    if (raw === undefined) {
      if (field.presence === 'always') out[key] = zero(field.schema, place)
      else if (nullable) out[key] = null
      continue
    }
    const item = shaped(raw, field.schema, below(place, key))
    if (!empty(item, field)) out[key] = item
    else if (field.presence === 'always') out[key] = isList(item) ? null : item
  }
  return schema.name === undefined || place.bare ? out : withDefaults(out, schema.name)
}

function empty(value: Json, field: Field): boolean {
  const { kind, rules } = field.schema
  if (rules !== undefined) return false
  if (isList(value)) return value.length === 0 && kind === 'list'
  if (isObject(value)) return kind === 'map' && Object.keys(value).length === 0
  return field.presence === 'omit' && (value === '' || value === 0 || value === false)
}

function zero(schema: Schema, place: Place): Json {
  return schema.kind === 'struct' ? shaped({}, schema, place) : SCALARS[schema.letter ?? 'x']?.[2] ?? null
}

function shapedScalar(value: Json | undefined, schema: Schema, place: Place): Json {
  const { letter = 'x' } = schema
  if (value === null || value === undefined) return zero(schema, place)
  if (letter === 'x' || schema.rules !== undefined) return value
  if (letter === 'q') {
    const quantity = canonicalQuantity(showJson(value))
    if (quantity === undefined) throw badRequest(QUANTITY)
    return quantity
  }
  const [go, json] = SCALARS[letter] ?? [letter, '']
  const fits = letter === 'o' ? typeof value === 'string' || typeof value === 'number' : typeof value === json
  if (!fits) throw wrongType(value, go, place)
  if (letter === 'i' && !Number.isInteger(value)) throw badRequest(`json: cannot unmarshal number ${JSON.stringify(value)} into Go struct field ${place.path} of type int32`)
  return value
}

function expectObject(value: Json, place: Place): JsonObject {
  if (isObject(value)) return value
  throw wrongType(value, 'struct', place)
}

function wrongType(value: Json | undefined, wanted: string, { path }: Place): Error {
  const found = isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return badRequest(`json: cannot unmarshal ${found} into Go struct field ${path} of type ${wanted}`)
}

function below(place: Place, key: string): Place {
  return { ...place, path: place.path ? `${place.path}.${key}` : key }
}
