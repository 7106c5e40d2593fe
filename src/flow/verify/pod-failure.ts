import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { podSpecPath } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { sameField } from '../fields/same-field.ts'

/** Waiting reasons that time alone does not cure (argocd-flux.md 6.4). */
const STUCK: ReadonlySet<string> = new Set([
  'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError',
])

/** Why a pod will not become ready. `slow`: a scheduler may still find room, so it is given more time. */
export interface PodFailure { readonly sentence: string, readonly slow: boolean }

/** The first reason why a pod will not become ready, or null. Pods are those of the newest template. No clock is compared with the cluster's. */
export function podFailure(pods: readonly KubernetesObject[]): PodFailure | null {
  for (const pod of pods) {
    const name = textAt(pod, 'metadata', 'name') ?? ''
    const reason = containerFailure(pod)
    if (reason !== null) return { sentence: `pod ${name}: ${reason}`, slow: false }
    const late = unschedulable(pod)
    if (late !== null) return { sentence: `pod ${name}: ${late}`, slow: true }
  }
  return null
}

/**
 * The pods that run the workload's present template: each container has the template's image and resources.
 * Injected containers are ignored. Pods in deletion are left out.
 */
export function podsOfTemplate(workload: KubernetesObject, pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const path = podSpecPath(workload.kind)
  if (path === null) return []
  const wanted = objectsAt(workload, ...path, 'containers')
  return pods.filter(pod => {
    const running = objectsAt(pod, 'spec', 'containers')
    return textAt(pod, 'metadata', 'deletionTimestamp') === undefined && wanted.every(container => {
      const match = running.find(other => other['name'] === container['name'])
      return match !== undefined && match['image'] === container['image'] && sameResources(container, match)
    })
  })
}

/** Asked limits and requests equal; a pod may have more of them (LimitRange defaults). */
function sameResources(wanted: JsonObject, running: JsonObject): boolean {
  return (['limits', 'requests'] as const).every(section => {
    const asked = valueAt(wanted, 'resources', section)
    return !isObject(asked) || Object.entries(asked).every(([name, value]) => {
      return sameField(['resources', section, name], value, valueAt(running, 'resources', section, name))
    })
  })
}

function unschedulable(pod: KubernetesObject): string | null {
  const scheduled = objectsAt(pod, 'status', 'conditions').find(item => item['type'] === 'PodScheduled')
  if (scheduled?.['status'] !== 'False' || scheduled['reason'] !== 'Unschedulable') return null
  return `Unschedulable: ${textAt(scheduled, 'message') ?? ''}`
}

function containerFailure(pod: KubernetesObject): string | null {
  const states = [...objectsAt(pod, 'status', 'initContainerStatuses'), ...objectsAt(pod, 'status', 'containerStatuses')]
  for (const state of states) {
    const name = textAt(state, 'name') ?? ''
    const restarts = Number(state['restartCount'] ?? 0)
    const reason = textAt(state, 'state', 'waiting', 'reason') ?? ''
    const message = textAt(state, 'state', 'waiting', 'message') ?? ''
    if (STUCK.has(reason)) return `container ${name}: ${reason}${message === '' ? '' : `: ${message}`}`
    const last = textAt(state, 'lastState', 'terminated', 'reason') ?? textAt(state, 'state', 'terminated', 'reason') ?? ''
    if (last === 'OOMKilled') return `container ${name}: OOMKilled (${restarts} restarts)`
    if (reason === 'CrashLoopBackOff' && restarts >= 3) return `container ${name}: CrashLoopBackOff after ${restarts} restarts`
  }
  return null
}
