import { objectsAt, showJson, textAt, valueAt } from '../model/json.ts'
import type { JsonObject } from '../model/json.ts'
import type { Health } from '../model/observation.ts'
import { showRef, refOf } from '../model/resource.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { podFailure } from './pod-failure.ts'

/**
 * Health of a live object by the table of argocd-flux.md 6.4, judged only once its controller has seen the newest generation.
 * `pods` are pods of the newest template, for reasons that show long before a deadline passes; `now` in milliseconds.
 * A kind without a rollout is healthy by having the asked fields, and the sentence says so.
 */
export function health(live: KubernetesObject, pods: readonly KubernetesObject[], now: number): Health {
  const name = showRef(refOf(live))
  const generation = numberAt(live, 'metadata', 'generation')
  const observed = valueAt(live, 'status', 'observedGeneration')
  const rollsOut = live.apiVersion.startsWith('apps/') && ROLLS_OUT.has(live.kind)
  const seen = observed === undefined ? !rollsOut : Number(observed) >= generation
  if (!seen) return progressing(`${name}: its controller has seen generation ${showJson(observed ?? 'none')} of ${generation}`)
  if (!rollsOut) return { state: 'healthy', sentence: `${name} has the asked fields; a ${live.kind} has no rollout that Writ judges` }
  const stopped = stoppedReason(live)
  if (stopped !== null) return { state: 'paused', sentence: `${name} ${stopped}` }
  const unmet = rollout(live)
  if (unmet === null) return { state: 'healthy', sentence: `${name}: ${summary(live)}` }
  const failure = conditionFailure(live) ?? podFailure(pods, now)
  return failure === null ? progressing(`${name}: ${unmet}`) : { state: 'failing', sentence: `${name}: ${failure}` }
}

const ROLLS_OUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

function progressing(sentence: string): Health {
  return { state: 'progressing', sentence }
}

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
  const total = numberAt(live, 'status', 'replicas')
  const updated = numberAt(live, 'status', 'updatedReplicas')
  const available = numberAt(live, 'status', 'availableReplicas')
  const ready = numberAt(live, 'status', 'readyReplicas')
  if (updated < wanted) return `${updated} of ${wanted} pods have the new template`
  if (total > updated) return `${pods(total - updated)} of the old template still there`
  if (available < updated) return `${available} of ${updated} new pods are available`
  if (ready < wanted) return `${ready} of ${wanted} pods are ready`
  const state = condition(live, 'Available')
  if (wanted > 0 && state?.['status'] !== 'True') return `condition Available is ${showJson(state?.['status'] ?? 'not set')}`
  return null
}

function statefulSet(live: KubernetesObject): string | null {
  const wanted = wantedReplicas(live)
  const ready = numberAt(live, 'status', 'readyReplicas')
  const updated = numberAt(live, 'status', 'updatedReplicas')
  const partition = numberAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const needed = Math.max(0, wanted - partition)
  if (updated < needed) return `${updated} of ${needed} pods have the new template`
  if (ready < wanted) return `${ready} of ${wanted} pods are ready`
  const [current, update] = [textAt(live, 'status', 'currentRevision'), textAt(live, 'status', 'updateRevision')]
  if (partition === 0 && current !== update) return `pods run revision ${String(current)}, wanted is ${String(update)}`
  return null
}

function daemonSet(live: KubernetesObject): string | null {
  if (valueAt(live, 'status', 'desiredNumberScheduled') === undefined) return 'its controller has not said how many pods are wanted'
  const desired = numberAt(live, 'status', 'desiredNumberScheduled')
  const updated = numberAt(live, 'status', 'updatedNumberScheduled')
  const available = numberAt(live, 'status', 'numberAvailable')
  if (updated < desired) return `${updated} of ${desired} pods have the new template`
  if (available < desired) return `${available} of ${desired} pods are available`
  return null
}

function summary(live: KubernetesObject): string {
  if (live.kind === 'DaemonSet') return `${pods(numberAt(live, 'status', 'numberAvailable'))} updated and available`
  const partition = numberAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const ready = numberAt(live, 'status', 'readyReplicas')
  return partition > 0 ? `${pods(ready)} ready, those below ordinal ${partition} keep the old template (partition)` : `${pods(ready)} updated and ready`
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`
}

function conditionFailure(live: KubernetesObject): string | null {
  const progress = condition(live, 'Progressing')
  if (progress?.['reason'] === 'ProgressDeadlineExceeded') return `ProgressDeadlineExceeded: ${textAt(progress, 'message') ?? ''}`
  const replica = condition(live, 'ReplicaFailure')
  if (replica?.['status'] === 'True') return `${textAt(replica, 'reason') ?? 'ReplicaFailure'}: ${textAt(replica, 'message') ?? ''}`
  return null
}

function condition(live: KubernetesObject, type: string): JsonObject | null {
  return objectsAt(live, 'status', 'conditions').find(item => item['type'] === type) ?? null
}

function wantedReplicas(live: KubernetesObject): number {
  return valueAt(live, 'spec', 'replicas') === undefined ? 1 : numberAt(live, 'spec', 'replicas')
}

function numberAt(live: KubernetesObject, ...keys: readonly string[]): number {
  const value = valueAt(live, ...keys)
  return typeof value === 'number' ? value : 0
}
