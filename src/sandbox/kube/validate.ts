import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, omit, sameJson, textAt, textsAt, valueAt } from '../../model/json.ts'
import { badValue, required } from './api-error.ts'
import type { Cause } from './api-error.ts'
import { valueIn } from './cells.ts'
import type { Kind } from './kind.ts'
import { childSchema, resolved } from './schema.ts'
import type { Schema } from './schema.ts'
import { matchesSelector } from './select.ts'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN_TEXT = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_TEXT = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const STATEFUL_FREE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']
const STATEFUL_TEXT = `updates to statefulset spec for fields other than ${STATEFUL_FREE.slice(0, -1).map(name => `'${name}'`).join(', ')} and 'minReadySeconds' are forbidden`
const POD_TEXT = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/**
 * The faults of an object about to be stored, in the server's order: a small part of the real validation (names, replica
 * counts, selectors, containers, fields that cannot change) and, for custom resources, their OpenAPI schema without CEL rules.
 */
export function faults(kind: Kind, live: JsonObject | undefined, next: JsonObject): readonly Cause[] {
  const pods = kind.podSpec
  return [
    ...live ? [] : nameFaults(kind, textAt(next, 'metadata', 'name') ?? ''),
    ...kind.group === 'apps' && pods ? workloadFaults(next) : [],
    ...pods ? podFaults(valueIn(next, pods), pods, kind.group === 'batch') : [],
    ...kind.custom ? schemaFaults(next, kind.schema, '') : [],
    ...live ? changeFaults(kind, live, next) : [],
  ]
}

function nameFaults({ group, kind }: Kind, name: string): readonly Cause[] {
  const field = 'metadata.name'
  if (name === '') return [required(field, 'name or generateName is required')]
  if (group === 'rbac.authorization.k8s.io') return /[/%]/.test(name) ? [badValue(field, name, 'may not contain \'/\'')] : []
  if (group === '' && (kind === 'Namespace' || kind === 'Service')) return LABEL.test(name) && name.length <= 63 ? [] : [badValue(field, name, LABEL_TEXT)]
  return SUBDOMAIN.test(name) && name.length <= 253 ? [] : [badValue(field, name, SUBDOMAIN_TEXT)]
}

function workloadFaults({ spec }: JsonObject): readonly Cause[] {
  const out: Cause[] = []
  const replicas = valueAt(spec, 'replicas')
  if (typeof replicas === 'number' && replicas < 0) out.push(badValue('spec.replicas', replicas, 'must be greater than or equal to 0'))
  const [selector, labels] = [valueAt(spec, 'selector'), valueAt(spec, 'template', 'metadata', 'labels')]
  if (selector === undefined) out.push(required('spec.selector'))
  if (!matchesSelector(selector, labels)) out.push(badValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
  if (textAt(spec, 'strategy', 'type') === 'Recreate' && valueAt(spec, 'strategy', 'rollingUpdate') !== undefined) {
    out.push(forbidden('spec.strategy.rollingUpdate', 'may not be specified when strategy `type` is \'Recreate\''))
  }
  return out
}

function podFaults(spec: Json | undefined, path: string, ending: boolean): readonly Cause[] {
  const names = new Set<string>()
  const found = objectsAt(spec, 'containers').length === 0 ? [required(`${path}.containers`)]
    : ['initContainers', 'containers'].flatMap(list => objectsAt(spec, list).flatMap((container, i) => containerFaults(container, `${path}.${list}[${i}]`, names)))
  const ends = !ending || ['OnFailure', 'Never'].includes(textAt(spec, 'restartPolicy') ?? '')
  return ends ? found : [...found, required(`${path}.restartPolicy`, 'valid values: "OnFailure", "Never"')]
}

function containerFaults(container: JsonObject, path: string, names: Set<string>): readonly Cause[] {
  const [name = '', field] = [textAt(container, 'name'), `${path}.name`]
  const fault = name === '' ? required(field) : !LABEL.test(name) ? badValue(field, name, LABEL_TEXT)
    : names.has(name) ? { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}`, field } : undefined
  names.add(name)
  return [...fault ? [fault] : [], ...textAt(container, 'image') ? [] : [required(`${path}.image`)]]
}

function changeFaults({ group, resource, fixed = [] }: Kind, live: JsonObject, next: JsonObject): readonly Cause[] {
  const differs = (part: (object: JsonObject) => Json | undefined): boolean => !sameJson(part(live), part(next))
  if (resource === 'apps/statefulsets' && differs(set => omit(set['spec'], STATEFUL_FREE))) return [forbidden('spec', STATEFUL_TEXT)]
  if (resource === '/pods' && differs(fixedOfPod)) return [forbidden('spec', POD_TEXT)]
  if (group === '' && live['immutable'] === true && differs(object => object['data'])) return [forbidden('data', 'field is immutable when `immutable` is set')]
  return fixed.filter(path => differs(object => valueIn(object, path))).map(path => badValue(path, valueIn(next, path), path === 'roleRef' ? 'cannot change roleRef' : 'field is immutable'))
}

function forbidden(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }
}

/** What of a pod cannot change: all but the images, the deadlines and the tolerations. */
function fixedOfPod({ spec }: JsonObject): JsonObject {
  const bare = (list: string): readonly JsonObject[] => objectsAt(spec, list).map(container => omit(container, ['image']))
  return { ...omit(spec, ['activeDeadlineSeconds', 'terminationGracePeriodSeconds', 'tolerations']), containers: bare('containers'), initContainers: bare('initContainers') }
}

/** Checks a value of a custom resource against its OpenAPI schema, as far as keywords below are used. */
function schemaFaults(value: Json, schema: Schema, path: string): readonly Cause[] {
  const rules = schema.rules ?? {}
  const own = path === '' ? [] : keywordFaults(value, rules, path)
  if (own.some(cause => cause.reason === 'FieldValueTypeInvalid')) return own
  const known = resolved(schema, value)
  if (isList(value)) return [...own, ...value.flatMap((item, i) => known.element ? schemaFaults(item, known.element, `${path}[${i}]`) : [])]
  if (!isObject(value)) return own
  const missing = textsAt(rules, 'required').filter(name => value[name] === undefined).map(name => required(join(path, name)))
  return [...own, ...missing, ...Object.entries(value).flatMap(([key, item]) => {
    const child = path === '' && key === 'metadata' ? undefined : childSchema(known, key)
    return child && item !== undefined ? schemaFaults(item, child, join(path, key)) : []
  })]
}

const LIMITS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  number: [['minimum', 'should be greater than or equal to', ''], ['maximum', 'should be less than or equal to', '']],
  string: [['minLength', 'should be at least', ' chars long'], ['maxLength', 'should be at most', ' chars long']],
  object: [['minItems', 'should have at least', ' items'], ['maxItems', 'should have at most', ' items']],
}

function keywordFaults(value: Json, rules: JsonObject, path: string): readonly Cause[] {
  const [type, found] = [textAt(rules, 'type'), value === null ? 'null' : isList(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value]
  if (value === null && rules['nullable'] === true) return []
  if (type !== undefined && found !== type && !(found === 'integer' && type === 'number')) {
    return [{ reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(found)}: ${path} in body must be of type ${type}: ${JSON.stringify(found)}`, field: path }]
  }
  const out: Cause[] = []
  const size = typeof value === 'number' ? value : typeof value === 'string' || isList(value) ? value.length : 0
  for (const [name, text, unit] of LIMITS[typeof value] ?? []) {
    const bound = rules[name]
    if (typeof bound !== 'number' || (name.startsWith('max') ? size <= bound : size >= bound)) continue
    out.push(badValue(path, isList(value) ? size : value, `${path} in body ${text} ${bound}${unit}`))
  }
  const pattern = textAt(rules, 'pattern')
  if (typeof value === 'string' && pattern !== undefined && !matches(pattern, value)) out.push(badValue(path, value, `${path} in body should match '${pattern}'`))
  const allowed = rules['enum']
  if (isList(allowed) && !allowed.some(item => sameJson(item, value))) {
    out.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map(item => JSON.stringify(item)).join(', ')}`, field: path })
  }
  return out
}

/** A pattern this runtime cannot read is not held against the object. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}
