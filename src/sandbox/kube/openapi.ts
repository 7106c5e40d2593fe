import { createHash } from 'node:crypto'
import type { JsonObject } from '../../model/json.ts'
import { objectAt } from '../../model/json.ts'
import type { Kind } from './kind.ts'
import { namedSchema } from './schema.ts'
import type { Schema } from './schema.ts'

const PREFIX = '#/components/schemas/'
const GVK = 'x-kubernetes-group-version-kind'
/** What the scalars of data/types.ts are in OpenAPI; `$ref`s go to COMMON. */
const SCALARS: Readonly<Record<string, JsonObject>> = {
  s: { type: 'string' }, i: { type: 'integer' }, b: { type: 'boolean' }, f: { type: 'number' }, y: { type: 'string', format: 'byte' }, x: { type: 'object' },
  q: { $ref: `${PREFIX}io.k8s.apimachinery.pkg.api.resource.Quantity` }, o: { $ref: `${PREFIX}io.k8s.apimachinery.pkg.util.intstr.IntOrString` }, t: { $ref: `${PREFIX}io.k8s.apimachinery.pkg.apis.meta.v1.Time` },
}
const COMMON: Readonly<Record<string, JsonObject>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
}
const PARAMETERS: readonly JsonObject[] = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(name => ({ name, in: 'query', schema: { type: name === 'force' ? 'boolean' : 'string' } }))
const made = new WeakMap<readonly Kind[], ReadonlyMap<string, JsonObject>>()

/** `/openapi/v3`: where the document of each group and version is, under the hash of what it says. */
export function openApiIndex(kinds: readonly Kind[]): JsonObject {
  const paths = [...openApiDocuments(kinds)].map(([path, document]) => {
    const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex').toUpperCase()
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
  })
  return { paths: Object.fromEntries(paths) }
}

/** By path (`apis/apps/v1`): types without descriptions, and how they are patched. Made once for a set of kinds. */
export function openApiDocuments(kinds: readonly Kind[]): ReadonlyMap<string, JsonObject> {
  const pathOf = (kind: Kind): string => `${kind.group ? 'apis' : 'api'}/${kind.groupVersion}`
  const documents = made.get(kinds) ?? new Map([...new Set(kinds.map(pathOf))].map(path => [path, documentOf(kinds.filter(kind => pathOf(kind) === path), path)]))
  made.set(kinds, documents)
  return documents
}

function documentOf(kinds: readonly Kind[], path: string): JsonObject {
  const schemas: Record<string, JsonObject> = { ...COMMON }
  for (const kind of kinds) {
    const name = kind.custom ? `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}` : named(kind.schema, schemas)
    const own = kind.custom ? customType(kind.schema.rules, schemas) : schemas[name] ?? {}
    schemas[name] = { ...own, [GVK]: [gvkOf(kind)] }
  }
  const paths = Object.fromEntries(kinds.map(kind => operationOf(kind, `/${path}`)))
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.3' }, paths, components: { schemas } }
}

function gvkOf({ group, version, kind }: Kind): JsonObject {
  return { group, kind, version }
}

/** The one operation that clients look for: by it they learn what a path is about and what a write may ask for. */
function operationOf(kind: Kind, root: string): readonly [string, JsonObject] {
  const at = `${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`
  const operation = { parameters: PARAMETERS, responses: { 200: { description: 'OK' } }, [GVK]: gvkOf(kind) }
  return kind.unstored ? [at, { post: operation }] : [`${at}/{name}`, { patch: operation }]
}

/** The name of a built-in type in OpenAPI; the type and those it refers to are put into `schemas`. */
function named({ name = '', fields }: Schema, schemas: Record<string, JsonObject>): string {
  const [type = '', group = 'core'] = name.split('.').reverse()
  const [, stem = group, version = 'v1'] = /^(\D+)(v\d+)$/.exec(group) ?? []
  const home = { meta: 'io.k8s.apimachinery.pkg.apis.meta', apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions' }[stem] ?? `io.k8s.api.${stem}`
  const full = `${home}.${version}.${type}`
  if (schemas[full]) return full
  const properties: Record<string, JsonObject> = {}
  schemas[full] = { type: 'object', properties }
  for (const [key, field] of fields ?? []) properties[key] = typeOf(field.schema, schemas, /^(?:Container|Service)Port$/.test(name) && key === 'protocol' ? { default: 'TCP' } : {})
  return full
}

/** A type as OpenAPI writes it, with what apply and strategic merge need to know of it. Beside a `$ref` nothing else may stand. */
function typeOf(schema: Schema, schemas: Record<string, JsonObject>, more: JsonObject = {}): JsonObject {
  const { kind, keys, set, mergeKey } = schema
  const strategy = [...mergeKey ? ['merge'] : [], ...schema.retainKeys ? ['retainKeys'] : []].join(',')
  const extras: JsonObject = {
    ...more, ...(strategy ? { 'x-kubernetes-patch-strategy': strategy } : {}), ...(mergeKey && mergeKey !== 'set' ? { 'x-kubernetes-patch-merge-key': mergeKey } : {}),
    ...(kind === 'list' ? { 'x-kubernetes-list-type': keys ? 'map' : set ? 'set' : 'atomic', ...(keys ? { 'x-kubernetes-list-map-keys': keys } : {}) } : {}),
    ...(schema.atomic && (kind === 'struct' || kind === 'map') ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
  const element = schema.element ? typeOf(schema.element, schemas) : {}
  if (kind === 'list') return { type: 'array', items: element, ...extras }
  if (kind === 'map') return { type: 'object', additionalProperties: element, ...extras }
  const type = kind === 'struct' ? { $ref: PREFIX + named(schema, schemas) } : SCALARS[schema.letter ?? 'x'] ?? {}
  return type['$ref'] !== undefined && Object.keys(extras).length > 0 ? { allOf: [type], ...extras } : { ...type, ...extras }
}

/** The schema of a definition as it was written, with what every object has. */
function customType(rules: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }, schemas: Record<string, JsonObject>): JsonObject {
  const text = { type: 'string' }
  const metadata = { allOf: [{ $ref: PREFIX + named(namedSchema('meta.ObjectMeta'), schemas) }] }
  return { ...rules, type: 'object', properties: { ...objectAt(rules, 'properties'), apiVersion: text, kind: text, metadata } }
}
