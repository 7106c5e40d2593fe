import { showJson, textAt, valueAt } from '../../model/json.ts'
import type { Health } from '../../model/observation.ts'
import { showRef, refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { kindHealth } from './health-kinds.ts'
import { count, fixedCount, conditionOf, progressing, wantedReplicas } from './health-parts.ts'
import { podFailure } from './pod-failure.ts'

/** What is known beside the live object. `before`: the object when the change was planned. */
export interface HealthInput {
  /** Pods of the newest template, for reasons that show long before a deadline passes. */
  readonly pods?: readonly KubernetesObject[]
  /** Warning events about the workload. */
  readonly events?: readonly KubernetesObject[]
  readonly before?: KubernetesObject | null
}

/**
 * Health of a live object by the table of argocd-flux.md 6.4, judged only once its controller has seen the newest generation.
 * A kind without a rollout is healthy by having the asked fields, and the sentence says so.
 */
export function health(live: KubernetesObject, { pods = [], events = [], before = null }: HealthInput = {}): Health {
  const name = showRef(refOf(live))
  if (!live.apiVersion.startsWith('apps/') || !ROLLS_OUT.has(live.kind)) return kindHealth(live, { pods, before })
  const generation = count(live, 'metadata', 'generation')
  const observed = valueAt(live, 'status', 'observedGeneration')
  if (observed === undefined || Number(observed) < generation) return progressing(`${name}: its controller has seen generation ${showJson(observed ?? 'none')} of ${generation}`)
  const stopped = stoppedReason(live)
  if (stopped !== null) return { state: 'paused', sentence: `${name} ${stopped}` }
  const unmet = rollout(live)
  if (unmet === null) return { state: 'healthy', sentence: `${name}: ${summary(live)}` }
  const failure = conditionFailure(live) ?? podFailure(pods) ?? eventFailure(events)
  if (failure === null) return progressing(`${name}: ${unmet}`)
  return typeof failure === 'string' ? { state: 'failing', sentence: `${name}: ${failure}` } : { state: 'failing', sentence: `${name}: ${failure.sentence}`, ...failure.slow ? { slow: true } : {} }
}

const ROLLS_OUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/** What only a person ends: a paused Deployment, or OnDelete with pods of the old template (they stay until somebody deletes them). */
function stoppedReason(live: KubernetesObject): string | null {
  if (live.kind === 'Deployment') return valueAt(live, 'spec', 'paused') === true ? 'is paused (spec.paused)' : null
  if (textAt(live, 'spec', 'updateStrategy', 'type') !== 'OnDelete') return null
  const unmet = rollout(live)
  return unmet === null ? null : `updates pods only when they are deleted (OnDelete): ${unmet}`
}

function rollout(live: KubernetesObject): string | null {
  switch (live.kind) {
    case 'Deployment': return deployment(live)
    case 'StatefulSet': return statefulSet(live)
    default: return daemonSet(live)
  }
}

function deployment(live: KubernetesObject): string | null {
  const wanted = wantedReplicas(live)
  const total = count(live, 'status', 'replicas')
  const updated = count(live, 'status', 'updatedReplicas')
  const available = count(live, 'status', 'availableReplicas')
  const ready = count(live, 'status', 'readyReplicas')
  if (updated < wanted) return `${updated} of ${wanted} pods have the new template`
  if (total > updated) return `${pods(total - updated)} of the old template still there`
  if (available < updated) return `${available} of ${updated} new pods are available`
  if (ready < wanted) return `${ready} of ${wanted} pods are ready`
  const state = conditionOf(live, 'Available')
  if (wanted > 0 && state?.['status'] !== 'True') return `condition Available is ${showJson(state?.['status'] ?? 'not set')}`
  return null
}

function statefulSet(live: KubernetesObject): string | null {
  const wanted = wantedReplicas(live)
  const ready = count(live, 'status', 'readyReplicas')
  const updated = count(live, 'status', 'updatedReplicas')
  const partition = count(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const needed = Math.max(0, wanted - partition)
  if (updated < needed) return `${updated} of ${needed} pods have the new template`
  if (ready < wanted) return `${ready} of ${wanted} pods are ready`
  const [current, update] = [textAt(live, 'status', 'currentRevision'), textAt(live, 'status', 'updateRevision')]
  if (partition === 0 && current !== update) return `pods run revision ${String(current)}, wanted is ${String(update)}`
  return null
}

function daemonSet(live: KubernetesObject): string | null {
  if (fixedCount(live, 'status', 'desiredNumberScheduled') === null) return 'its controller has not said how many pods are wanted'
  const desired = count(live, 'status', 'desiredNumberScheduled')
  const updated = count(live, 'status', 'updatedNumberScheduled')
  const available = count(live, 'status', 'numberAvailable')
  if (updated < desired) return `${updated} of ${desired} pods have the new template`
  if (available < desired) return `${available} of ${desired} pods are available`
  return null
}

function summary(live: KubernetesObject): string {
  if (live.kind === 'DaemonSet') return `${pods(count(live, 'status', 'numberAvailable'))} updated and available`
  const partition = count(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const ready = count(live, 'status', 'readyReplicas')
  return partition > 0 ? `${pods(ready)} ready, those below ordinal ${partition} keep the old template (partition)` : `${pods(ready)} updated and ready`
}

function pods(number: number): string {
  return number === 1 ? '1 pod' : `${number} pods`
}

function conditionFailure(live: KubernetesObject): string | null {
  const progress = conditionOf(live, 'Progressing')
  if (progress?.['reason'] === 'ProgressDeadlineExceeded') return `ProgressDeadlineExceeded: ${textAt(progress, 'message') ?? ''}`
  const replica = conditionOf(live, 'ReplicaFailure')
  if (replica?.['status'] === 'True') return `${textAt(replica, 'reason') ?? 'ReplicaFailure'}: ${textAt(replica, 'message') ?? ''}`
  return null
}

/** StatefulSets and DaemonSets say only by events that their pods may not be made (quota, admission). */
function eventFailure(events: readonly KubernetesObject[]): string | null {
  const last = [...events].filter(event => event['reason'] === 'FailedCreate').sort((a, b) => when(a) < when(b) ? 1 : -1)[0]
  return last === undefined ? null : `FailedCreate: ${textAt(last, 'message') ?? ''}`
}

function when(event: KubernetesObject): string {
  return textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? textAt(event, 'metadata', 'creationTimestamp') ?? ''
}

