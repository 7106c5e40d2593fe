import { isList, isObject, objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Connection } from './connection.ts'

const NODE = 'real'

/**
 * What a pod's containers do, by the tag of their image: `does-not-exist` cannot be pulled, `…-crash` ends again and again,
 * `…-hang` runs and never becomes ready, anything else runs.
 */
type Fate = 'runs' | 'missing' | 'crash' | 'hang'

/**
 * Stands in for a scheduler and a node's kubelet: binds every pod to one node that is not there, and writes the status
 * that a kubelet would write. Everything else about a rollout is decided by the real controller manager.
 */
export async function startKubelet(cluster: Connection): Promise<{ stop(): void }> {
  await cluster.request('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } })
  // Admission taints every new node as not ready; nobody else here would take that away.
  await cluster.request('PATCH', `/api/v1/nodes/${NODE}`, { spec: { taints: null } })
  await cluster.request('PATCH', `/api/v1/nodes/${NODE}/status`, {
    status: { capacity: { cpu: '1000', memory: '1000Gi', pods: '10000' }, allocatable: { cpu: '1000', memory: '1000Gi', pods: '10000' }, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'stands in' }] },
  })
  const done = new Map<string, string>()
  const stop = cluster.watch('/api/v1/pods', (pod, type) => {
    const uid = textAt(pod, 'metadata', 'uid') ?? ''
    if (type === 'DELETED') done.delete(uid)
    else void tend(cluster, pod, done).catch(() => done.delete(uid))
  })
  return { stop }
}

async function tend(cluster: Connection, pod: JsonObject, done: Map<string, string>): Promise<void> {
  const path = `/api/v1/namespaces/${textAt(pod, 'metadata', 'namespace') ?? ''}/pods/${textAt(pod, 'metadata', 'name') ?? ''}`
  const uid = textAt(pod, 'metadata', 'uid') ?? ''
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    await cluster.request('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 })
    return
  }
  if (textAt(pod, 'spec', 'nodeName') === undefined) {
    if (valueAt(pod, 'spec', 'schedulingGates') !== undefined) return
    await cluster.request('POST', `${path}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name: textAt(pod, 'metadata', 'name') ?? '' }, target: { apiVersion: 'v1', kind: 'Node', name: NODE } })
    return
  }
  const images = objectsAt(pod, 'spec', 'containers').map(container => textAt(container, 'image') ?? '').join(' ')
  if (done.get(uid) === images) return
  done.set(uid, images)
  const answer = await cluster.request('PATCH', `${path}/status`, { status: statusOf(pod) }, 'application/strategic-merge-patch+json')
  if (answer.status !== 200) done.delete(uid)
}

function statusOf(pod: JsonObject): JsonObject {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const owners = valueAt(pod, 'metadata', 'ownerReferences')
  const job = (isList(owners) ? owners : []).some(owner => isObject(owner) && owner['kind'] === 'Job')
  const containers = objectsAt(pod, 'spec', 'containers').map(container => containerStatus(container, { job, now }))
  const ready = containers.every(container => container['ready'] === true)
  const finished = job && containers.every(container => isObject(valueAt(container, 'state', 'terminated')))
  const condition = (type: string, ok: boolean): JsonObject => ({ type, status: ok ? 'True' : 'False', lastTransitionTime: now, ...(ok ? {} : { reason: finished ? 'PodCompleted' : 'ContainersNotReady' }) })
  const waits = containers.some(container => textAt(container, 'state', 'waiting', 'reason') === 'ImagePullBackOff')
  return {
    phase: finished ? 'Succeeded' : waits ? 'Pending' : 'Running', startTime: now, hostIP: '127.0.0.1', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }],
    conditions: [condition('Initialized', true), condition('PodScheduled', true), condition('ContainersReady', ready), condition('Ready', ready)], containerStatuses: containers,
  }
}

function containerStatus(container: JsonObject, of: { readonly job: boolean, readonly now: string }): JsonObject {
  const image = textAt(container, 'image') ?? ''
  const fate = fateOf(image)
  const common = { name: textAt(container, 'name') ?? '', image, imageID: fate === 'missing' ? '' : `example.com/id@sha256:${'0'.repeat(64)}`, lastState: {} }
  if (fate === 'missing') return { ...common, ready: false, started: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } } }
  const exited = { exitCode: fate === 'crash' ? 1 : 0, reason: fate === 'crash' ? 'Error' : 'Completed', startedAt: of.now, finishedAt: of.now }
  if (fate === 'crash') return { ...common, ready: false, started: false, restartCount: 5, lastState: { terminated: exited }, state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off 5m0s restarting failed container=${common.name}` } } }
  if (of.job) return { ...common, ready: false, started: false, restartCount: 0, state: { terminated: exited } }
  return { ...common, ready: fate === 'runs', started: true, restartCount: 0, state: { running: { startedAt: of.now } } }
}

function fateOf(image: string): Fate {
  if (image.includes('does-not-exist')) return 'missing'
  if (image.endsWith('-crash')) return 'crash'
  return image.endsWith('-hang') ? 'hang' : 'runs'
}
