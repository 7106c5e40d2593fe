import type { FieldPath } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import { isList, isObject, objectsAt, sameJson, textAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { GroupVersionKind } from '../../model/resource.ts'
import type { Objection } from '../../model/dry-run.ts'

const PREFIX = '#/components/schemas/'
/** References lead to references so often at most; a type that holds itself is looked at as deep as the value is. */
const MOST_REFERENCES = 10
/** What every object that stands inside another one has (x-kubernetes-embedded-resource). */
const OF_EVERY_OBJECT = new Set(['apiVersion', 'kind', 'metadata'])

/** A type of an OpenAPI v3 document with its references followed; null: nothing is known of it, so that nothing is objected to. */
type Type = JsonObject | null

/**
 * What the published type of a kind has against values at these paths: fields that it does not have, and values of another type. Only what is surely wrong is told:
 * bounds, patterns and rules between fields are for the server itself. Null where the document does not hold the kind.
 */
export function schemaObjections(schemas: JsonObject, { group, version, kind }: GroupVersionKind, fields: readonly { readonly path: FieldPath, readonly after: Json | undefined }[]): readonly Objection[] | null {
  const own = Object.values(schemas).find(schema => objectsAt(schema, 'x-kubernetes-group-version-kind').some(one => one['group'] === group && one['version'] === version && one['kind'] === kind))
  if (!isObject(own)) return null
  const root = followed(schemas, own)
  return fields.flatMap(({ path, after }) => after === undefined ? [] : onTheWay(schemas, root, { path, after }))
}

/** Goes down to the field; what cannot hold the rest of the way is objected to there. */
function onTheWay(schemas: JsonObject, root: Type, { path, after }: { readonly path: FieldPath, readonly after: Json }): readonly Objection[] {
  let here = root
  for (const [i, step] of path.entries()) {
    if (here === null) return []
    const at = path.slice(0, i)
    const key = typeof step === 'string' && textAt(here, 'type') !== 'array' ? step : null
    const wrong = otherType(here, key === null ? 'array' : 'object')
    if (wrong !== null) return [{ field: showPath(at), sentence: wrong }]
    const next = key === null ? followed(schemas, here['items']) : child(schemas, here, key)
    if (next === undefined) return [{ field: showPath(path.slice(0, i + 1)), sentence: UNKNOWN }]
    here = next
  }
  return inValue(schemas, here, { value: after, path })
}

const UNKNOWN = 'unknown field'

function inValue(schemas: JsonObject, type: Type, { value, path }: { readonly value: Json, readonly path: FieldPath }): readonly Objection[] {
  // A null counts as not given.
  if (type === null || value === null) return []
  const wrong = typeObjection(type, value)
  if (wrong !== null) return [{ field: showPath(path), sentence: wrong }]
  if (isList(value)) {
    const items = followed(schemas, type['items'])
    return value.flatMap((item, i) => inValue(schemas, items, { value: item, path: [...path, String(i)] }))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const next = child(schemas, type, key)
    if (next === undefined) return [{ field: showPath([...path, key]), sentence: UNKNOWN }]
    return item === undefined ? [] : inValue(schemas, next, { value: item, path: [...path, key] })
  })
}

/** The type of a field of a map; undefined where it has no such field, null where nothing is known of it. */
function child(schemas: JsonObject, type: JsonObject, key: string): Type | undefined {
  const properties = type['properties']
  if (isObject(properties) && Object.hasOwn(properties, key)) return followed(schemas, properties[key])
  if (type['x-kubernetes-embedded-resource'] === true && OF_EVERY_OBJECT.has(key)) return null
  const others = type['additionalProperties']
  if (isObject(others)) return followed(schemas, others)
  // A type without any properties says nothing about them (RawExtension, JSON).
  if (others === true || type['x-kubernetes-preserve-unknown-fields'] === true || !isObject(properties)) return null
  return undefined
}

/** A type with what it refers to: `$ref`, or `allOf` of one where something stands beside it. */
function followed(schemas: JsonObject, schema: Json | undefined): Type {
  let here = schema
  for (let i = 0; i < MOST_REFERENCES; i++) {
    if (!isObject(here)) return null
    const { allOf, $ref: direct, ...beside }: JsonObject = here
    const [only, ...more] = isList(allOf) ? allOf : []
    const name = typeof direct === 'string' ? direct : more.length === 0 && isObject(only) ? textAt(only, '$ref') : undefined
    if (name === undefined) return here
    const named = Object.hasOwn(schemas, name.slice(PREFIX.length)) ? schemas[name.slice(PREFIX.length)] : undefined
    if (!name.startsWith(PREFIX) || !isObject(named)) return null
    here = { ...named, ...beside }
  }
  return null
}

/** Why a value is not of a type; null where it may be. */
function typeObjection(type: JsonObject, value: Json): string | null {
  const allowed = type['enum']
  const other = otherType(type, typeOf(value))
  if (other !== null || !isList(allowed) || allowed.some(one => sameJson(one, value))) return other
  return `must be one of ${allowed.slice(0, MOST_SHOWN).map(one => JSON.stringify(one)).join(', ')}${allowed.length > MOST_SHOWN ? ', …' : ''}`
}

function otherType(type: JsonObject, found: string): string | null {
  const names = typesOf(type)
  if (names === null || names.some(name => name === found || (name === 'number' && found === 'integer'))) return null
  return `must be ${names.map(name => WORDS[name] ?? name).join(' or ')}, not ${WORDS[found] ?? found}`
}

const MOST_SHOWN = 10
const WORDS: Readonly<Record<string, string>> = { integer: 'a whole number', number: 'a number', string: 'text', boolean: 'true or false', object: 'a map', array: 'a list' }

/** The types that a value may have; null where the schema does not say. */
function typesOf(type: JsonObject): readonly string[] | null {
  if (type['x-kubernetes-int-or-string'] === true || type['format'] === 'int-or-string') return ['integer', 'string']
  const own = textAt(type, 'type')
  if (own !== undefined) return [own]
  const choices = [...objectsAt(type, 'oneOf'), ...objectsAt(type, 'anyOf')].map(one => textAt(one, 'type'))
  const known = choices.filter(one => one !== undefined)
  return known.length === 0 || known.length < choices.length ? null : known
}

function typeOf(value: Json): string {
  return value === null ? 'null' : isList(value) ? 'array' : isObject(value) ? 'object' : typeof value === 'number' ? Number.isInteger(value) ? 'integer' : 'number' : typeof value
}
