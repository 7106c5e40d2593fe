import { randomBytes } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, objectAt, textAt, valueAt } from '../../model/json.ts'
import { imagesOf, isReady, podOf, reference, templateHash, withPhase } from './pods.ts'
import type { Cluster } from './pods.ts'

/** What a step may know beside the object: which images cannot be pulled, and whether the rollout has taken too long. */
export interface StepSettings { readonly bad: (image: string) => boolean, readonly late: boolean }

const PODS = '/pods'
const SETS = 'apps/replicasets'
const REVISION = 'deployment.kubernetes.io/revision'

/** One step of a Deployment: its replica set, then pods by maxSurge and maxUnavailable, then its status. */
export function stepDeployment(cluster: Cluster, deployment: JsonObject, settings: StepSettings): void {
  const current = setOf(cluster, deployment)
  const older = cluster.owned(SETS, deployment).filter(set => textAt(set, 'metadata', 'uid') !== textAt(current, 'metadata', 'uid'))
  const desired = numberAt(deployment, 'spec', 'replicas') ?? 1
  const recreate = textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate'
  const surge = recreate ? 0 : share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxSurge'), desired, Math.ceil)
  const unavailable = recreate ? desired : Math.max(share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable'), desired, Math.floor), surge === 0 ? 1 : 0)
  const sets = current ? [...older, current] : older
  for (const set of sets) startPods(cluster, set, settings)
  const count = (list: readonly JsonObject[]): number => list.reduce((sum, set) => sum + (numberAt(set, 'spec', 'replicas') ?? 0), 0)
  const ready = sets.flatMap(set => cluster.owned(PODS, set)).filter(isReady).length
  if (current) {
    const room = recreate && count(older) > 0 ? 0 : Math.max(0, desired + surge - count(older))
    scaleSet(cluster, current, Math.min(desired, Math.max(room, Math.min(desired, numberAt(current, 'spec', 'replicas') ?? 0))))
    let spare = recreate ? count(older) : Math.max(0, ready - (desired - unavailable))
    for (const set of older) {
      const own = numberAt(set, 'spec', 'replicas') ?? 0
      const broken = own - cluster.owned(PODS, set).filter(isReady).length
      const less = Math.min(own, spare + broken)
      spare -= Math.max(0, less - broken)
      if (less > 0) scaleSet(cluster, set, own - less)
    }
  }
  for (const set of sets) settleSet(cluster, set)
  writeDeploymentStatus(cluster, deployment, { current, sets, desired, late: settings.late, unavailable })
}

/** The replica set of the template as it is now; made where there is none, its revision the newest. */
function setOf(cluster: Cluster, deployment: JsonObject): JsonObject | undefined {
  const template = objectAt(deployment, 'spec', 'template')
  const hash = templateHash(template)
  const sets = cluster.owned(SETS, deployment)
  const revisions = sets.map(set => Number(textAt(set, 'metadata', 'annotations', REVISION) ?? '0'))
  const newest = Math.max(0, ...revisions)
  const known = sets.find(set => textAt(set, 'metadata', 'labels', 'pod-template-hash') === hash)
  if (known && Number(textAt(known, 'metadata', 'annotations', REVISION)) === newest) return known
  if (known) return cluster.update(SETS, { ...known, metadata: { ...objectAt(known, 'metadata'), annotations: { ...objectAt(known, 'metadata', 'annotations'), [REVISION]: String(newest + 1) } } })
  if (valueAt(deployment, 'spec', 'paused') === true) return undefined
  const labels = { ...objectAt(template, 'metadata', 'labels'), 'pod-template-hash': hash }
  const selector = objectAt(deployment, 'spec', 'selector')
  return cluster.create(SETS, {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: {
      name: `${textAt(deployment, 'metadata', 'name')}-${hash}`, namespace: textAt(deployment, 'metadata', 'namespace') ?? '', labels,
      annotations: { [REVISION]: String(newest + 1) }, ownerReferences: [reference(deployment)],
    },
    spec: {
      replicas: 0, selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), 'pod-template-hash': hash } },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
    },
  })
}

function scaleSet(cluster: Cluster, set: JsonObject, replicas: number): void {
  const live = cluster.get(SETS, set) ?? set
  if (numberAt(live, 'spec', 'replicas') !== replicas) cluster.update(SETS, { ...live, spec: { ...objectAt(live, 'spec'), replicas } })
  const pods = cluster.owned(PODS, set)
  const surplus = [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b))).slice(0, Math.max(0, pods.length - replicas))
  for (const pod of surplus) cluster.remove(PODS, pod)
  for (let i = pods.length; i < replicas; i++) {
    const name = `${textAt(set, 'metadata', 'name')}-${randomBytes(3).toString('hex').slice(0, 5)}`
    cluster.updateStatus(PODS, withPhase(cluster.create(PODS, podOf(set, name, {})), 'creating', () => false))
  }
}

/** Lets pods that were made in an earlier step run, or fail to get their image. */
function startPods(cluster: Cluster, owner: JsonObject, { bad }: StepSettings): void {
  for (const pod of cluster.owned(PODS, owner)) {
    const failing = imagesOf(pod).some(bad)
    const waits = JSON.stringify(pod['status']).includes('ImagePullBackOff')
    if (!isReady(pod) && !(failing && waits)) cluster.updateStatus(PODS, withPhase(pod, failing ? 'pull-failed' : 'ready', bad))
  }
}

function settleSet(cluster: Cluster, set: JsonObject): void {
  const live = cluster.get(SETS, set)
  if (!live) return
  const pods = cluster.owned(PODS, live)
  const ready = pods.filter(isReady).length
  const status = { replicas: pods.length, fullyLabeledReplicas: pods.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: valueAt(live, 'metadata', 'generation') ?? 0 }
  cluster.updateStatus(SETS, { ...live, status })
}

interface Rollout { readonly current: JsonObject | undefined, readonly sets: readonly JsonObject[], readonly desired: number, readonly late: boolean, readonly unavailable: number }

function writeDeploymentStatus(cluster: Cluster, deployment: JsonObject, { current, sets, desired, late, unavailable }: Rollout): void {
  const live = cluster.get('apps/deployments', deployment)
  if (!live) return
  const pods = sets.flatMap(set => cluster.owned(PODS, set))
  const updated = current ? cluster.owned(PODS, current) : []
  const available = pods.filter(isReady).length
  const done = current !== undefined && updated.length === desired && pods.length === desired && available >= desired
  const name = textAt(current, 'metadata', 'name') ?? ''
  const enough = available >= desired - unavailable
  const progress = done ? ['True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`]
    : late ? ['False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`]
      : updated.length === 0 ? ['True', 'NewReplicaSetCreated', `Created new replica set "${name}"`]
        : ['True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`]
  const conditions = [
    condition(live, 'Available', enough ? ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'] : ['False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.']),
    condition(live, 'Progressing', progress),
  ]
  const status = {
    observedGeneration: valueAt(live, 'metadata', 'generation') ?? 0, replicas: pods.length, updatedReplicas: updated.length, readyReplicas: available,
    availableReplicas: available, unavailableReplicas: Math.max(0, Math.max(desired, pods.length) - available), conditions,
  }
  const revision = textAt(current, 'metadata', 'annotations', REVISION)
  const metadata = objectAt(live, 'metadata')
  const annotated = revision === undefined ? metadata : { ...metadata, annotations: { ...objectAt(metadata, 'annotations'), [REVISION]: revision } }
  cluster.updateStatus('apps/deployments', { ...live, metadata: annotated, status })
}

/** A condition; its times stay where it says the same as before. */
function condition(object: JsonObject, type: string, [status = '', reason = '', message = '']: readonly string[]): JsonObject {
  const conditions = valueAt(object, 'status', 'conditions')
  const before = (isList(conditions) ? conditions : []).find(item => textAt(item, 'type') === type)
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const same = textAt(before, 'status') === status
  const unchanged = same && textAt(before, 'reason') === reason && textAt(before, 'message') === message
  return {
    type, status, reason, message, lastUpdateTime: unchanged ? textAt(before, 'lastUpdateTime') ?? now : now,
    lastTransitionTime: same ? textAt(before, 'lastTransitionTime') ?? now : now,
  }
}

/** One step of a StatefulSet: pods in order, one at a time; an update from the last to the first. */
export function stepStatefulSet(cluster: Cluster, set: JsonObject, settings: StepSettings): void {
  const hash = templateHash(valueAt(set, 'spec', 'template'))
  const name = textAt(set, 'metadata', 'name') ?? ''
  const desired = numberAt(set, 'spec', 'replicas') ?? 1
  startPods(cluster, set, settings)
  const pods = cluster.owned(PODS, set)
  const at = (i: number): JsonObject | undefined => pods.find(pod => textAt(pod, 'metadata', 'name') === `${name}-${i}`)
  const surplus = pods.filter(pod => Number(textAt(pod, 'metadata', 'name')?.slice(name.length + 1)) >= desired)
  const places = Array.from({ length: desired }, (_, i) => i)
  const missing = places.find(i => at(i) === undefined)
  const stale = places.toReversed().find(i => textAt(at(i), 'metadata', 'labels', 'controller-revision-hash') !== `${name}-${hash}`)
  const broken = places.find(i => { const pod = at(i); return pod !== undefined && !isReady(pod) && textAt(pod, 'metadata', 'labels', 'controller-revision-hash') !== `${name}-${hash}` })
  const settled = pods.every(isReady)
  for (const pod of surplus) cluster.remove(PODS, pod)
  if (missing !== undefined && (settled || pods.every(pod => isReady(pod) || !surplus.includes(pod)))) {
    const before = places.slice(0, missing).every(i => { const pod = at(i); return pod !== undefined && isReady(pod) })
    const labels = { 'controller-revision-hash': `${name}-${hash}`, 'statefulset.kubernetes.io/pod-name': `${name}-${missing}`, 'apps.kubernetes.io/pod-index': String(missing) }
    if (before) cluster.updateStatus(PODS, withPhase(cluster.create(PODS, podOf(set, `${name}-${missing}`, labels)), 'creating', () => false))
  } else if (textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete' && (settled ? stale : broken) !== undefined) {
    const pod = at((settled ? stale : broken) ?? -1)
    if (pod) cluster.remove(PODS, pod)
  }
  const after = cluster.owned(PODS, set)
  const ready = after.filter(isReady).length
  const updated = after.filter(pod => textAt(pod, 'metadata', 'labels', 'controller-revision-hash') === `${name}-${hash}`).length
  const done = updated === desired && ready === desired && after.length === desired
  const before = textAt(set, 'status', 'currentRevision') ?? `${name}-${hash}`
  cluster.updateStatus('apps/statefulsets', { ...set, status: {
    observedGeneration: valueAt(set, 'metadata', 'generation') ?? 0, replicas: after.length, readyReplicas: ready, availableReplicas: ready, updatedReplicas: updated,
    currentReplicas: done ? updated : after.length - updated, currentRevision: done ? `${name}-${hash}` : before, updateRevision: `${name}-${hash}`, collisionCount: 0,
  } })
}

/** One step of a DaemonSet on the one node there is. */
export function stepDaemonSet(cluster: Cluster, set: JsonObject, settings: StepSettings): void {
  const hash = templateHash(valueAt(set, 'spec', 'template'))
  const fresh = (pod: JsonObject): boolean => textAt(pod, 'metadata', 'labels', 'controller-revision-hash') === hash
  startPods(cluster, set, settings)
  const pods = cluster.owned(PODS, set)
  const onDelete = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete'
  if (pods.length === 0) {
    const name = `${textAt(set, 'metadata', 'name')}-${randomBytes(3).toString('hex').slice(0, 5)}`
    cluster.updateStatus(PODS, withPhase(cluster.create(PODS, podOf(set, name, { 'controller-revision-hash': hash })), 'creating', () => false))
  } else if (!onDelete) for (const pod of pods.filter(item => !fresh(item))) cluster.remove(PODS, pod)
  const after = cluster.owned(PODS, set)
  const ready = after.filter(isReady).length
  cluster.updateStatus('apps/daemonsets', { ...set, status: {
    observedGeneration: valueAt(set, 'metadata', 'generation') ?? 0, desiredNumberScheduled: 1, currentNumberScheduled: after.length, numberMisscheduled: 0,
    updatedNumberScheduled: after.filter(fresh).length, numberReady: ready, numberAvailable: ready, numberUnavailable: 1 - ready,
  } })
}

function share(value: Json | undefined, of: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.endsWith('%') ? round(Number(value.slice(0, -1)) * of / 100) : 0
}

function numberAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'number' ? found : undefined
}
