import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'

/** The merge keys of the lists that Kubernetes merges by key, by the name of the list (strategic merge patch keys). */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'], initContainers: ['name'], ephemeralContainers: ['name'], volumes: ['name'], imagePullSecrets: ['name'], env: ['name'],
  volumeMounts: ['mountPath'], volumeDevices: ['devicePath'], hostAliases: ['ip'], topologySpreadConstraints: ['topologyKey'],
  ports: ['containerPort', 'port'], conditions: ['type'], secrets: ['name'],
}

/** The lists whose order means nothing (DESIGN.md section 5); `env` only without `$(NAME)` references. */
const ORDERLESS = new Set(['containers', 'volumes', 'ports', 'env'])

/** The key by which the items of both lists are told apart; null where they are compared by index. */
export function mergeKeyOf(list: string, ...values: readonly (readonly Json[])[]): string | null {
  const keys = KEYS[list] ?? []
  return keys.find(key => values.every(items => hasUniqueKey(items, key))) ?? null
}

/** True where two orders of the same items mean the same. */
export function orderMeansNothing(list: string, items: readonly Json[]): boolean {
  if (!ORDERLESS.has(list)) return false
  return list !== 'env' || !items.some(item => isObject(item) && typeof item['value'] === 'string' && /\$\([^)]*\)/.test(item['value']))
}

/** The value of the merge key of an item. */
export function keyValue(item: Json, key: string): string | number | null {
  const value = isObject(item) ? item[key] : undefined
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function hasUniqueKey(items: readonly Json[], key: string): boolean {
  const values = items.map(item => keyValue(item, key))
  return values.every(value => value !== null) && new Set(values).size === values.length
}

/** True for a list of objects, the only kind that can have a merge key. */
export function isObjectList(value: Json | undefined): value is readonly JsonObject[] {
  return isList(value) && value.every(isObject)
}
