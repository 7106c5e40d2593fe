import { WritError, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { FieldPath } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { podSpecPath } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** Groups whose kinds the API server patches strategically; it refuses others (415). */
const BUILT_IN = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'networking.k8s.io', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'scheduling.k8s.io', 'discovery.k8s.io', 'coordination.k8s.io', 'node.k8s.io'])

/** Merge keys of the lists in a pod spec (patchMergeKey of k8s.io/api/core/v1). */
const POD_LISTS: Readonly<Record<string, string>> = {
  containers: 'name', initContainers: 'name', ephemeralContainers: 'name', volumes: 'name', imagePullSecrets: 'name', hostAliases: 'ip', topologySpreadConstraints: 'topologyKey',
  env: 'name', ports: 'containerPort', volumeMounts: 'mountPath', volumeDevices: 'devicePath', resourceClaims: 'name',
}
/** The same elsewhere, by kind and field. */
const OTHER_LISTS: Readonly<Record<string, string>> = {
  'Service/spec.ports': 'port', 'ServiceAccount/secrets': 'name', 'ServiceAccount/imagePullSecrets': 'name',
}
/** Lists of objects that are replaced whole (patchStrategy is not merge). */
const ATOMIC = new Set(['tolerations', 'envFrom', 'rules', 'subjects', 'tls', 'paths', 'metrics', 'readinessGates', 'items', 'volumeClaimTemplates', 'ingress', 'egress', 'from', 'to', 'sources', 'matchExpressions', 'nodeSelectorTerms', 'httpHeaders'])

/**
 * The object after a strategic merge patch: merge keys and the directives `$patch`, `$retainKeys`, `$deleteFromPrimitiveList`; `$setElementOrder` only orders what
 * kubectl sends, and is passed over. Refuses UNSUPPORTED what it does not know how the API server merges. Throws usage/bad-argument for what is no such patch.
 */
export function strategicPatch(object: KubernetesObject, patch: Json): { readonly value: Json } | Refusal {
  if (!isObject(patch)) throw new WritError('usage/bad-argument', 'A strategic merge patch is an object.', { hint: 'Such as: -p \'{"spec":{"replicas":3}}\'.' })
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] ?? '' : ''
  if (!BUILT_IN.has(group)) {
    return refuse('UNSUPPORTED', `The API server takes no strategic merge patch for ${object.kind}.${group}.`, [{ sentence: `${group} is no group of Kubernetes itself` }], 'Ask with --type merge or --type json.')
  }
  try {
    return { value: mergeMap(object, patch, { object, path: [] }) }
  } catch (error) {
    if (error instanceof Unknown) return refuse('UNSUPPORTED', error.message, [{ sentence: error.message, at: showPath(error.path) }], 'Ask with --type merge or --type json.')
    throw error
  }
}

interface At { readonly object: KubernetesObject, readonly path: FieldPath }

/** Nothing that is not understood is passed over. */
class Unknown extends Error {
  readonly path: FieldPath
  constructor(message: string, path: FieldPath) {
    super(message)
    this.path = path
  }
}

function mergeMap(old: JsonObject, patch: JsonObject, at: At): Json {
  const directive = patch['$patch']
  if (directive === 'replace') return plain(patch, at)
  if (directive !== undefined && directive !== 'merge') throw new Unknown(`$patch: ${JSON.stringify(directive)} is not understood here`, at.path)
  const result: Record<string, Json | undefined> = retained(old, patch, at)
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === '$patch' || key === '$retainKeys' || key.startsWith('$setElementOrder/')) continue
    if (key === '__proto__') throw new Unknown('the key __proto__ is not taken', at.path)
    const list = /^\$deleteFromPrimitiveList\/(.+)$/.exec(key)?.[1]
    if (list !== undefined) result[list] = without(result[list], value)
    else if (key.startsWith('$')) throw new Unknown(`the directive ${key} is not understood`, at.path)
    else merge(result, { key, value }, at)
  }
  return result
}

function merge(result: Record<string, Json | undefined>, { key, value }: { readonly key: string, readonly value: Json }, { object, path }: At): void {
  const at = { object, path: [...path, key] }
  const old = Object.hasOwn(result, key) ? result[key] : undefined
  if (value === null) delete result[key]
  else if (isObject(value)) {
    if (value['$patch'] === 'delete') delete result[key]
    else result[key] = mergeMap(isObject(old) ? old : {}, value, at)
  } else if (isList(value)) result[key] = mergeList(isList(old) ? old : [], value, at)
  else result[key] = value
}

function retained(old: JsonObject, patch: JsonObject, at: At): Record<string, Json | undefined> {
  const keys = patch['$retainKeys']
  if (keys === undefined) return { ...old }
  if (!isList(keys)) throw new Unknown('$retainKeys is no list', at.path)
  return Object.fromEntries(Object.entries(old).filter(([key]) => keys.includes(key)))
}

function without(old: Json | undefined, gone: Json): Json | undefined {
  return isList(old) && isList(gone) ? old.filter(item => !gone.some(one => sameJson(one, item))) : old
}

function mergeList(old: readonly Json[], patch: readonly Json[], at: At): readonly Json[] {
  const replaces = patch.some(item => isObject(item) && item['$patch'] === 'replace')
  if (replaces) return patch.filter(item => !isObject(item) || item['$patch'] !== 'replace').map(item => plain(item, at))
  if (!patch.some(isObject) && !old.some(isObject)) return showPath(at.path) === 'metadata.finalizers' ? [...old, ...patch.filter(item => !old.includes(item))] : patch
  const key = mergeKey(at)
  if (key === null) return patch.map(item => plain(item, at))
  let result = [...old]
  for (const item of patch) result = mergeItem(result, { item, key }, at)
  return result
}

function mergeItem(list: readonly Json[], { item, key }: { readonly item: Json, readonly key: string }, at: At): Json[] {
  const value = isObject(item) ? item[key] : undefined
  if (!isObject(item) || value === undefined || value === null) throw new Unknown(`an item of the list has no ${key}`, at.path)
  const i = list.findIndex(one => isObject(one) && sameJson(one[key], value))
  if (item['$patch'] === 'delete') return list.filter((_one, position) => position !== i)
  const old = list[i]
  if (i < 0 || !isObject(old)) return [...list, mergeMap({}, item, at)]
  const merged = mergeMap(old, item, at)
  return list.map((one, position) => position === i ? merged : one)
}

/** The key by which the items of a list are merged; null for a list that is replaced whole. */
function mergeKey({ object, path }: At): string | null {
  const keys = path.map(step => typeof step === 'string' ? step : '')
  const name = keys.at(-1) ?? ''
  const root = podSpecPath(object.kind)
  if (root?.every((key, i) => keys[i] === key) === true && keys.length > root.length && Object.hasOwn(POD_LISTS, name)) return POD_LISTS[name] ?? null
  const other = OTHER_LISTS[`${object.kind}/${keys.join('.')}`]
  if (other !== undefined) return other
  if (ATOMIC.has(name)) return null
  throw new Unknown(`how the API server merges the list ${showPath(path)} is not known`, path)
}

/** What a patch adds as it stands: no directive may be left in it. */
function plain(value: Json, at: At): Json {
  if (isList(value)) return value.map(item => plain(item, at))
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => key !== '$patch')
  const strange = entries.find(([key]) => key.startsWith('$'))
  if (strange !== undefined) throw new Unknown(`the directive ${strange[0]} is not understood here`, at.path)
  return Object.fromEntries(entries.flatMap(([key, inner]) => inner === null || inner === undefined ? [] : [[key, plain(inner, at)]]))
}
