import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Objects, Target } from '../kube/objects.ts'

const OPTIONS = { manager: 'kube-controller-manager', dryRun: false, force: false, validation: 'Ignore' } as const
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** What the controllers read and write, always through the same checks as a request. */
export class Cluster {
  private readonly objects: Objects

  constructor(objects: Objects) {
    this.objects = objects
  }

  get(resource: string, of: JsonObject): JsonObject | undefined {
    return this.objects.store.get(resource, textAt(of, 'metadata', 'namespace') ?? '', textAt(of, 'metadata', 'name') ?? '')
  }

  /** Objects that the given one controls, by name. */
  owned(resource: string, owner: JsonObject): readonly JsonObject[] {
    const uid = textAt(owner, 'metadata', 'uid')
    return this.objects.store.list(resource, textAt(owner, 'metadata', 'namespace')).filter(object => controllerOf(object)?.['uid'] === uid)
      .filter(object => valueAt(object, 'metadata', 'deletionTimestamp') === undefined)
  }

  create(resource: string, object: JsonObject): JsonObject {
    return this.objects.create({ ...this.target(resource, object), name: '' }, object, OPTIONS).object
  }

  update(resource: string, object: JsonObject): JsonObject {
    return this.objects.replace(this.target(resource, object), object, OPTIONS).object
  }

  updateStatus(resource: string, object: JsonObject): JsonObject {
    return this.objects.replace({ ...this.target(resource, object), subresource: 'status' }, object, OPTIONS).object
  }

  remove(resource: string, object: JsonObject): void {
    this.objects.remove(this.target(resource, object))
  }

  private target(resource: string, object: JsonObject): Target {
    const kind = this.objects.registry.ofResource(resource)
    if (!kind) throw new Error(`no resource ${resource}`)
    return { kind, namespace: textAt(object, 'metadata', 'namespace') ?? '', name: textAt(object, 'metadata', 'name') ?? '' }
  }
}

/** The owner reference of the controlling owner. */
export function controllerOf(object: JsonObject): JsonObject | undefined {
  const owners = valueAt(object, 'metadata', 'ownerReferences')
  return (isList(owners) ? owners : []).filter(isObject).find(owner => owner['controller'] === true)
}

/** A hash of a pod template in the letters that Kubernetes uses for such names. */
export function templateHash(template: Json | undefined): string {
  return [...createHash('sha256').update(JSON.stringify(template ?? null)).digest().subarray(0, 10)].map(byte => LETTERS[byte % LETTERS.length]).join('')
}

export function reference(owner: JsonObject): JsonObject {
  return {
    apiVersion: textAt(owner, 'apiVersion') ?? '', kind: textAt(owner, 'kind') ?? '', name: textAt(owner, 'metadata', 'name') ?? '',
    uid: textAt(owner, 'metadata', 'uid') ?? '', controller: true, blockOwnerDeletion: true,
  }
}

/** A pod of a workload from its template; it has not started yet. */
export function podOf(owner: JsonObject, name: string, labels: JsonObject): JsonObject {
  const template = valueAt(owner, 'spec', 'template')
  const own = valueAt(template, 'metadata', 'labels')
  const annotations = valueAt(template, 'metadata', 'annotations')
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name, namespace: textAt(owner, 'metadata', 'namespace') ?? '', labels: { ...(isObject(own) ? own : {}), ...labels },
      ...(isObject(annotations) ? { annotations } : {}), ownerReferences: [reference(owner)],
    },
    spec: valueAt(template, 'spec') ?? {},
  }
}

/** How far a pod's containers are: waiting for the image, running, or unable to get the image. */
export type PodPhase = 'creating' | 'ready' | 'pull-failed'

/** The pod with the status of that phase. */
export function withPhase(pod: JsonObject, phase: PodPhase, bad: (image: string) => boolean): JsonObject {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const containers = valueAt(pod, 'spec', 'containers')
  const list = isList(containers) ? containers : []
  const ready = phase === 'ready'
  const condition = (type: string, ok: boolean): JsonObject => ({
    type, status: ok ? 'True' : 'False', lastTransitionTime: now,
    ...(ok ? {} : { reason: 'ContainersNotReady', message: `containers with unready status: [${list.map(item => textAt(item, 'name')).join(' ')}]` }),
  })
  const statuses = list.map(item => {
    const image = textAt(item, 'image') ?? ''
    const failed = phase === 'pull-failed' && bad(image)
    const waiting = failed ? { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } : { reason: 'ContainerCreating' }
    const runs = ready || (phase === 'pull-failed' && !failed)
    return {
      name: textAt(item, 'name') ?? '', image, imageID: runs ? `sandbox://${image}` : '', ready: runs, started: runs, restartCount: 0,
      state: runs ? { running: { startedAt: now } } : { waiting },
    }
  })
  const conditions = [condition('PodScheduled', true), condition('Initialized', true), condition('ContainersReady', ready), condition('Ready', ready)]
  return { ...pod, status: { phase: ready ? 'Running' : 'Pending', conditions, containerStatuses: statuses, startTime: now, hostIP: '127.0.0.1', qosClass: textAt(pod, 'status', 'qosClass') ?? 'BestEffort' } }
}

export function isReady(pod: JsonObject): boolean {
  const conditions = valueAt(pod, 'status', 'conditions')
  return (isList(conditions) ? conditions : []).some(item => textAt(item, 'type') === 'Ready' && textAt(item, 'status') === 'True')
}

/** The images of a pod. */
export function imagesOf(pod: JsonObject): readonly string[] {
  const containers = valueAt(pod, 'spec', 'containers')
  return (isList(containers) ? containers : []).map(item => textAt(item, 'image') ?? '')
}
