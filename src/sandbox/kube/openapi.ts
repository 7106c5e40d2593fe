import { createHash } from 'node:crypto'
import type { JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { groupVersionOf } from './kind.ts'
import type { Kind } from './kind.ts'
import { namedSchema } from './schema.ts'
import type { Schema } from './schema.ts'

const PREFIX = '#/components/schemas/'
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
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  get: [], delete: ['dryRun', 'propagationPolicy'], post: ['dryRun', 'fieldManager', 'fieldValidation'], put: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
}
const made = new WeakMap<readonly Kind[], Map<string, JsonObject | undefined>>()

/** `/openapi/v3`: where the document of each group and version is, under the hash of what it says. */
export function openApiIndex(kinds: readonly Kind[]): JsonObject {
  const paths = [...new Set(kinds.map(groupVersionOf))].map(groupVersion => {
    const path = groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`
    const hash = createHash('sha256').update(JSON.stringify(openApiDocument(kinds, path))).digest('hex').toUpperCase()
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
  })
  return { paths: Object.fromEntries(paths) }
}

/** `/openapi/v3/apis/apps/v1`: paths and types without descriptions; undefined where there is no such group and version. Made once for a set of kinds. */
export function openApiDocument(kinds: readonly Kind[], path: string): JsonObject | undefined {
  const known = made.get(kinds) ?? new Map<string, JsonObject | undefined>()
  made.set(kinds, known)
  if (!known.has(path)) known.set(path, documentOf(kinds.filter(kind => path === (kind.group ? `apis/${groupVersionOf(kind)}` : `api/${kind.version}`)), path))
  return known.get(path)
}

function documentOf(kinds: readonly Kind[], path: string): JsonObject | undefined {
  if (kinds.length === 0) return undefined
  const schemas: Record<string, JsonObject> = { ...COMMON }
  for (const kind of kinds) {
    const name = kind.custom ? `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}` : named(kind.schema, schemas)
    const own = kind.custom ? customType(kind.schema, schemas) : schemas[name] ?? {}
    schemas[name] = { ...own, 'x-kubernetes-group-version-kind': [gvkOf(kind)] }
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.3' }, paths: Object.assign({}, ...kinds.map(kind => pathsOf(kind, `/${path}`))), components: { schemas } }
}

function gvkOf({ group, version, kind }: Kind): JsonObject {
  return { group, kind, version }
}

function pathsOf(kind: Kind, root: string): JsonObject {
  const operation = (method: string, action = method): JsonObject => ({ [method]: {
    parameters: (PARAMETERS[method] ?? []).map(name => ({ name, in: 'query', schema: { type: name === 'force' ? 'boolean' : 'string' } })),
    responses: { 200: { description: 'OK' } }, 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': gvkOf(kind),
  } })
  const at = `${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`
  const given = (...names: readonly string[]): JsonObject => ({ parameters: names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })) })
  const home = kind.namespaced ? ['namespace'] : []
  if (kind.unstored) return { [at]: { ...operation('post'), ...given(...home) } }
  const item = { ...operation('get'), ...operation('put'), ...operation('patch'), ...given(...home, 'name') }
  return {
    [at]: { ...operation('get', 'list'), ...operation('post'), ...operation('delete', 'deletecollection'), ...given(...home) }, [`${at}/{name}`]: { ...item, ...operation('delete') },
    ...(kind.status ? { [`${at}/{name}/status`]: item } : {}),
  }
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

/** A type as OpenAPI writes it, with what apply and strategic merge need to know of it. */
function typeOf(schema: Schema, schemas: Record<string, JsonObject>, more: JsonObject = {}): JsonObject {
  const extras: JsonObject = { ...more, ...mergeExtras(schema), ...(schema.atomic && schema.kind !== 'any' && schema.kind !== 'list' ? { 'x-kubernetes-map-type': 'atomic' } : {}) }
  const element = (): JsonObject => schema.element ? typeOf(schema.element, schemas) : {}
  switch (schema.kind) {
    case 'list': return { type: 'array', items: element(), 'x-kubernetes-list-type': schema.keys ? 'map' : schema.set ? 'set' : 'atomic', ...(schema.keys ? { 'x-kubernetes-list-map-keys': schema.keys } : {}), ...extras }
    case 'map': return { type: 'object', additionalProperties: element(), ...extras }
    case 'struct': return referring({ $ref: PREFIX + named(schema, schemas) }, extras)
    default: return referring(SCALARS[schema.letter ?? 'x'] ?? {}, extras)
  }
}

function mergeExtras({ mergeKey, retainKeys }: Schema): JsonObject {
  const strategy = [mergeKey ? 'merge' : '', retainKeys ? 'retainKeys' : ''].filter(part => part !== '').join(',')
  return { ...(strategy ? { 'x-kubernetes-patch-strategy': strategy } : {}), ...(mergeKey && mergeKey !== 'set' ? { 'x-kubernetes-patch-merge-key': mergeKey } : {}) }
}

/** Beside a `$ref` nothing else may stand. */
function referring(type: JsonObject, extras: JsonObject): JsonObject {
  return type['$ref'] !== undefined && Object.keys(extras).length > 0 ? { allOf: [type], ...extras } : { ...type, ...extras }
}

/** The schema of a definition as it was written, with what every object has. */
function customType({ rules }: Schema, schemas: Record<string, JsonObject>): JsonObject {
  const own = rules ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const text = { type: 'string' }
  const metadata = { allOf: [{ $ref: PREFIX + named(namedSchema('meta.ObjectMeta'), schemas) }] }
  return { ...own, type: 'object', properties: { ...(isObject(own['properties']) ? own['properties'] : {}), apiVersion: text, kind: text, metadata } }
}
