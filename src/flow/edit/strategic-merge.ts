import { fieldAt, withField } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { apiVersionOf, podSpecPath } from '../../model/resource.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { orderMeansNothing } from '../fields/list-keys.ts'
import type { Sought } from './look.ts'
import { isDigits } from './reach.ts'

/** The merge keys of lists in pod templates and Services, as strategic merge patches know them. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'], initContainers: ['name'], ephemeralContainers: ['name'], volumes: ['name'], imagePullSecrets: ['name'], env: ['name'],
  volumeMounts: ['mountPath'], volumeDevices: ['devicePath'], hostAliases: ['ip'], topologySpreadConstraints: ['topologyKey'], ports: ['containerPort', 'port'],
}

/**
 * True where a strategic merge patch by names reaches exactly the sought field: every list on the way has a merge key that kustomize knows for the kind,
 * and moving its item to the front, as kustomize does, means nothing or moves nothing (editing.md 4.3).
 */
export function mergesByName(sought: Sought): boolean {
  const { path, after } = sought
  if (after === null || (isList(after) && mergesLists(path))) return false
  return path.every((step, i) => {
    if (typeof step === 'string') return !isDigits(step) || !isList(fieldAt(sought.object, path.slice(0, i)))
    const name = path[i - 1]
    if (typeof name !== 'string' || MERGE_KEYS[name]?.includes(step.key) !== true || !hasMergeKeys(sought.target)) return false
    const list = fieldAt(sought.object, path.slice(0, i))
    const removed = after === undefined && i === path.length - 1
    return removed || !isList(list) || orderMeansNothing(name, list) || list.findIndex(item => isObject(item) && item[step.key] === step.value) === 0
  })
}

/** A list given whole below one of these keys is merged into what is there instead of taking its place. */
function mergesLists(path: FieldPath): boolean {
  const last = path.at(-1)
  return typeof last === 'string' && (MERGE_KEYS[last] !== undefined || last === 'finalizers' || last === 'ownerReferences')
}

/** Kinds whose lists kustomize merges by key: those of Kubernetes itself, in the versions that its schema has. */
function hasMergeKeys({ group, version, kind }: ObjectRef): boolean {
  if (group === '' && version === 'v1') return podSpecPath(kind) !== null || kind === 'Service' || kind === 'ServiceAccount'
  return (group === 'apps' && version === 'v1') || (group === 'batch' && (version === 'v1' || version === 'v1beta1'))
}

/** A strategic merge patch that sets one field, or takes it away. */
export function strategicMerge(sought: Sought, name: string): Json {
  const start: Json = { apiVersion: apiVersionOf(sought.target), kind: sought.target.kind, metadata: { name } }
  return withField(start, sought.path, mergedValue(sought)) ?? start
}

/** What a strategic merge patch says at the end of the path: null takes a key away, a directive an item. */
export function mergedValue({ path, after }: Pick<Sought, 'path' | 'after'>): Json {
  if (after !== undefined) return after
  const last = path.at(-1)
  return last === undefined || typeof last === 'string' ? null : { [last.key]: last.value, $patch: 'delete' }
}
