import { objectsAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Health } from '../../model/observation.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** Not there yet, and no reason to think that it will not be. */
export function progressing(sentence: string): Health {
  return { state: 'progressing', sentence }
}

/** A condition of `status.conditions`. */
export function conditionOf(live: KubernetesObject, type: string): JsonObject | null {
  return objectsAt(live, 'status', 'conditions').find(item => item['type'] === type) ?? null
}

/** The number at a path; 0 where there is none. */
export function count(live: KubernetesObject, ...keys: readonly string[]): number {
  return fixedCount(live, ...keys) ?? 0
}

/** The number at a path, or null where there is none. */
export function fixedCount(live: KubernetesObject, ...keys: readonly string[]): number | null {
  const value = valueAt(live, ...keys)
  return typeof value === 'number' ? value : null
}

/** `spec.replicas`, one where it is not set. */
export function wantedReplicas(live: KubernetesObject): number {
  return fixedCount(live, 'spec', 'replicas') ?? 1
}
