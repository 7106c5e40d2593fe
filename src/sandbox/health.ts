import { isList, isObject, textAt, valueAt } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import type { KubernetesObject } from '../model/resource.ts'

/** Health as the controllers name it. */
export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown'

/** From best to worst; an owner is as well as its worst object. */
const ORDER: readonly HealthStatus[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown']

/** The worst of many; nothing at all is healthy. */
export function worst(all: readonly HealthStatus[]): HealthStatus {
  return all.reduce<HealthStatus>((a, b) => ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a, 'Healthy')
}

/** Health of one live object: the three workload kinds by their rollout, other kinds are healthy when they are there. */
export function healthOf(live: KubernetesObject | null): HealthStatus {
  if (live === null) return 'Missing'
  switch (live.kind) {
    case 'Deployment': return deployment(live)
    case 'StatefulSet': case 'DaemonSet': return seen(live) && rolledOut(live) ? 'Healthy' : 'Progressing'
    default: return live.apiVersion.includes('.toolkit.fluxcd.io/') ? reconciled(live) : 'Healthy'
  }
}

// Flux's own kinds by their conditions, as kstatus has it.
function reconciled(live: KubernetesObject): HealthStatus {
  const conditions = valueAt(live, 'status', 'conditions')
  const is = (type: string, status: string): boolean => isList(conditions) && conditions.some(one => textAt(one, 'type') === type && textAt(one, 'status') === status)
  if (is('Stalled', 'True')) return 'Degraded'
  return seen(live) && !is('Reconciling', 'True') && is('Ready', 'True') ? 'Healthy' : 'Progressing'
}

function deployment(live: KubernetesObject): HealthStatus {
  if (valueAt(live, 'spec', 'paused') === true) return 'Suspended'
  if (!seen(live)) return 'Progressing'
  const conditions = valueAt(live, 'status', 'conditions')
  const late = isList(conditions) && conditions.some(one => isObject(one) && one['type'] === 'Progressing' && textAt(one, 'reason') === 'ProgressDeadlineExceeded')
  if (late) return 'Degraded'
  const wanted = count(valueAt(live, 'spec', 'replicas'), 1)
  const status = (name: string): number => count(valueAt(live, 'status', name), 0)
  return status('updatedReplicas') >= wanted && status('replicas') === status('updatedReplicas') && status('availableReplicas') >= status('updatedReplicas') ? 'Healthy' : 'Progressing'
}

function rolledOut(live: KubernetesObject): boolean {
  const status = (name: string): number => count(valueAt(live, 'status', name), 0)
  if (live.kind === 'DaemonSet') return status('updatedNumberScheduled') >= status('desiredNumberScheduled') && status('numberAvailable') >= status('desiredNumberScheduled')
  const wanted = count(valueAt(live, 'spec', 'replicas'), 1)
  return status('readyReplicas') >= wanted && status('updatedReplicas') >= wanted
}

function seen(live: KubernetesObject): boolean {
  return count(valueAt(live, 'status', 'observedGeneration'), 0) >= count(valueAt(live, 'metadata', 'generation'), 0)
}

function count(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
