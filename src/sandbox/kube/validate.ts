import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, sameJson, textAt, valueAt } from '../../model/json.ts'
import { badValue, required } from './api-error.ts'
import type { Cause } from './api-error.ts'
import type { Kind } from './kinds.ts'
import { asObject } from './merge.ts'
import { childSchema, resolved } from './schema.ts'
import type { Schema } from './schema.ts'
import { matchesSelector } from './select.ts'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN_TEXT = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_TEXT = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const WORKLOADS = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet'])
const STATEFUL_FREE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']
const POD_TEXT = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
const STATEFUL_TEXT = `updates to statefulset spec for fields other than ${STATEFUL_FREE.slice(0, -1).map(name => `'${name}'`).join(', ')} and 'minReadySeconds' are forbidden`

/**
 * The faults of an object about to be stored, in the server's order: a small part of the real validation (names, replica
 * counts, selectors, containers, fields that cannot change) and, for custom resources, their OpenAPI schema without CEL rules.
 */
export function faults(kind: Kind, live: JsonObject | undefined, next: JsonObject): readonly Cause[] {
  const out: Cause[] = live ? [] : [...nameFaults(kind, next)]
  const id = `${kind.group}/${kind.kind}`
  if (WORKLOADS.has(id)) out.push(...workloadFaults(next))
  if (id === '/Pod') out.push(...containerFaults(valueAt(next, 'spec'), 'spec'))
  if (id === 'batch/Job') out.push(...jobFaults(valueAt(next, 'spec'), 'spec'))
  if (id === 'batch/CronJob') out.push(...jobFaults(valueAt(next, 'spec', 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'))
  if (kind.custom) out.push(...schemaFaults(next, kind.schema, ''))
  if (live) out.push(...changeFaults(id, live, next))
  return out
}

function nameFaults(kind: Kind, object: JsonObject): readonly Cause[] {
  const name = textAt(object, 'metadata', 'name') ?? ''
  if (name === '') return [required('metadata.name', 'name or generateName is required')]
  if (kind.group === 'rbac.authorization.k8s.io') return /[/%]/.test(name) ? [badValue('metadata.name', name, 'may not contain \'/\'')] : []
  const short = kind.group === '' && (kind.kind === 'Namespace' || kind.kind === 'Service')
  if (short) return LABEL.test(name) && name.length <= 63 ? [] : [badValue('metadata.name', name, LABEL_TEXT)]
  return SUBDOMAIN.test(name) && name.length <= 253 ? [] : [badValue('metadata.name', name, SUBDOMAIN_TEXT)]
}

function workloadFaults(object: JsonObject): readonly Cause[] {
  const out: Cause[] = []
  const replicas = valueAt(object, 'spec', 'replicas')
  if (typeof replicas === 'number' && replicas < 0) out.push(badValue('spec.replicas', replicas, 'must be greater than or equal to 0'))
  const selector = valueAt(object, 'spec', 'selector')
  if (selector === undefined) out.push(required('spec.selector'))
  const labels = valueAt(object, 'spec', 'template', 'metadata', 'labels')
  if (!matchesSelector(selector, labels)) out.push(badValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
  if (textAt(object, 'spec', 'strategy', 'type') === 'Recreate' && valueAt(object, 'spec', 'strategy', 'rollingUpdate') !== undefined) {
    out.push(forbidden('spec.strategy.rollingUpdate', 'may not be specified when strategy `type` is \'Recreate\''))
  }
  return [...out, ...containerFaults(valueAt(object, 'spec', 'template', 'spec'), 'spec.template.spec')]
}

function jobFaults(spec: Json | undefined, path: string): readonly Cause[] {
  const template = valueAt(spec, 'template', 'spec')
  const ends = ['OnFailure', 'Never'].includes(textAt(template, 'restartPolicy') ?? '')
  return [...containerFaults(template, `${path}.template.spec`), ...ends ? [] : [required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')]]
}

function containerFaults(spec: Json | undefined, path: string): readonly Cause[] {
  const containers = valueAt(spec, 'containers')
  if (!isList(containers) || containers.length === 0) return [required(`${path}.containers`)]
  const inits = valueAt(spec, 'initContainers')
  const names = new Set<Json>()
  return [...listFaults(isList(inits) ? inits : [], `${path}.initContainers`, names), ...listFaults(containers, `${path}.containers`, names)]
}

function listFaults(containers: readonly Json[], path: string, names: Set<Json>): readonly Cause[] {
  return containers.flatMap((container, i) => {
    const name = textAt(container, 'name') ?? ''
    const out: Cause[] = []
    if (name === '') out.push(required(`${path}[${i}].name`))
    else if (!LABEL.test(name)) out.push(badValue(`${path}[${i}].name`, name, LABEL_TEXT))
    else if (names.has(name)) out.push({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}`, field: `${path}[${i}].name` })
    names.add(name)
    if (!textAt(container, 'image')) out.push(required(`${path}[${i}].image`))
    return out
  })
}

function changeFaults(id: string, live: JsonObject, next: JsonObject): readonly Cause[] {
  const fixed = (...path: readonly string[]): readonly Cause[] =>
    sameJson(valueAt(live, ...path), valueAt(next, ...path)) ? [] : [badValue(path.join('.'), valueAt(next, ...path), 'field is immutable')]
  switch (id) {
    case 'apps/Deployment': case 'apps/DaemonSet': case 'apps/ReplicaSet': return fixed('spec', 'selector')
    case 'apps/StatefulSet': {
      const rest = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(valueAt(object, 'spec') ?? {}).filter(([key]) => !STATEFUL_FREE.includes(key)))
      return sameJson(rest(live), rest(next)) ? [] : [forbidden('spec', STATEFUL_TEXT)]
    }
    case 'batch/Job': return [...fixed('spec', 'template'), ...fixed('spec', 'selector'), ...fixed('spec', 'completions')]
    case 'rbac.authorization.k8s.io/RoleBinding': case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return sameJson(live['roleRef'], next['roleRef']) ? [] : [badValue('roleRef', next['roleRef'], 'cannot change roleRef')]
    case '/ConfigMap': case '/Secret': return live['immutable'] !== true || sameJson(live['data'], next['data']) ? []
      : [forbidden('data', 'field is immutable when `immutable` is set')]
    case '/Pod': return sameJson(fixedOfPod(live), fixedOfPod(next)) ? [] : [forbidden('spec', POD_TEXT)]
    default: return []
  }
}

function forbidden(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }
}

/** What of a pod cannot change: all but the images, the deadlines and the tolerations. */
function fixedOfPod(pod: JsonObject): JsonObject {
  const { activeDeadlineSeconds: _deadline, terminationGracePeriodSeconds: _grace, tolerations: _tolerations, ...spec } = asObject(pod['spec'])
  const bare = (list: string): readonly JsonObject[] => objectsAt(spec, list).map(({ image: _image, ...container }) => container)
  return { ...spec, containers: bare('containers'), initContainers: bare('initContainers') }
}

/** Checks a value of a custom resource against its OpenAPI schema, as far as keywords below are used. */
function schemaFaults(value: Json, schema: Schema, path: string): readonly Cause[] {
  const rules = schema.rules ?? {}
  const own = path === '' ? [] : keywordFaults(value, rules, path)
  if (own.some(cause => cause.reason === 'FieldValueTypeInvalid')) return own
  const known = resolved(schema, value)
  const names = isList(rules['required']) && isObject(value) ? rules['required'].filter(name => typeof name === 'string') : []
  const out = [...own, ...names.filter(name => valueAt(value, name) === undefined).map(name => required(join(path, name)))]
  if (isList(value)) return [...out, ...value.flatMap((item, i) => known.element ? schemaFaults(item, known.element, `${path}[${i}]`) : [])]
  if (!isObject(value)) return out
  return [...out, ...Object.entries(value).flatMap(([key, item]) => {
    const child = path === '' && key === 'metadata' ? undefined : childSchema(known, key)
    return child && item !== undefined ? schemaFaults(item, child, join(path, key)) : []
  })]
}

const LIMITS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  number: [['minimum', 'should be greater than or equal to', ''], ['maximum', 'should be less than or equal to', '']],
  string: [['minLength', 'should be at least', ' chars long'], ['maxLength', 'should be at most', ' chars long']],
  list: [['minItems', 'should have at least', ' items'], ['maxItems', 'should have at most', ' items']],
}

function keywordFaults(value: Json, rules: JsonObject, path: string): readonly Cause[] {
  const type = textAt(rules, 'type')
  if (value === null) return rules['nullable'] === true || type === undefined ? [] : [typeFault(value, type, path)]
  if (type !== undefined && !isOfType(value, type)) return [typeFault(value, type, path)]
  const out: Cause[] = []
  const size = typeof value === 'number' ? value : typeof value === 'string' || isList(value) ? value.length : 0
  for (const [name, text, unit] of LIMITS[typeof value === 'object' ? 'list' : typeof value] ?? []) {
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

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'object': return isObject(value)
    case 'array': return isList(value)
    case 'integer': return Number.isInteger(value)
    default: return typeof value === type
  }
}

/** A pattern this runtime cannot read is not held against the object. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

function typeFault(value: Json, type: string, path: string): Cause {
  const found = value === null ? 'null' : isList(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(found)}: ${path} in body must be of type ${type}: ${JSON.stringify(found)}`, field: path }
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}
