import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, sameJson, textAt, valueAt } from '../../model/json.ts'
import { resourceKey } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { asObject } from './merge.ts'
import type { Store } from './store.ts'

/** What the server adds to a new object beside defaults: addresses of a Service, the selector of a Job, the state of a definition. */
export function initialised(kind: Kind, object: JsonObject, store: Store): JsonObject {
  switch (`${kind.group}/${kind.kind}`) {
    case '/Service': return { ...object, spec: serviceSpec(asObject(object['spec']), store) }
    case 'batch/Job': return jobWithSelector(object)
    case 'apiextensions.k8s.io/CustomResourceDefinition': return { ...object, status: { ...asObject(object['status']), storedVersions: storageVersions(object) } }
    default: return object
  }
}

function serviceSpec(spec: JsonObject, store: Store): JsonObject {
  const type = textAt(spec, 'type')
  const taken = new Set(store.list('/services').map(item => textAt(item, 'spec', 'clusterIP')))
  const ip = textAt(spec, 'clusterIP') || (type === 'ExternalName' ? undefined : freeAddress(taken))
  const nodePorts = type === 'NodePort' || type === 'LoadBalancer'
  const used = new Set(store.list('/services').flatMap(item => objectsAt(item, 'spec', 'ports').map(port => valueAt(port, 'nodePort'))))
  const ports = objectsAt(spec, 'ports').map(port => {
    if (!nodePorts || valueAt(port, 'nodePort') !== undefined) return port
    let next = 30000
    while (used.has(next)) next++
    used.add(next)
    return { ...asObject(port), nodePort: next }
  })
  return { ...spec, ...(ports.length > 0 ? { ports } : {}), ...(ip ? { clusterIP: ip, clusterIPs: [ip] } : {}) }
}

function freeAddress(taken: ReadonlySet<string | undefined>): string {
  let next = 2
  while (taken.has(`10.96.${next >> 8}.${next & 255}`)) next++
  return `10.96.${next >> 8}.${next & 255}`
}

function jobWithSelector(job: JsonObject): JsonObject {
  const spec = asObject(job['spec'])
  if (spec['manualSelector'] === true) return job
  const uid = textAt(job, 'metadata', 'uid') ?? randomUUID()
  const name = textAt(job, 'metadata', 'name') ?? ''
  const template = asObject(spec['template'])
  const metadata = asObject(template['metadata'])
  const labels = { ...asObject(metadata['labels']), 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name }
  return { ...job, spec: { ...spec, selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }, template: { ...template, metadata: { ...metadata, labels } } } }
}

function storageVersions(definition: JsonObject): readonly Json[] {
  return objectsAt(definition, 'spec', 'versions').filter(version => valueAt(version, 'storage') === true).map(version => textAt(version, 'name') ?? '')
}

/** The next state of an object with everything kept that this way of writing cannot change, and its generation. */
export function updated({ kind, subresource }: { readonly kind: Kind, readonly subresource?: string }, live: JsonObject, next: JsonObject): JsonObject {
  const metadata = keptMetadata(live, next)
  if (subresource === 'status') {
    const { status: _status, ...rest } = live
    const taken = ['managedFields', ...(kind.custom ? [] : ['annotations'])]
    const kept = Object.entries(asObject(live['metadata'])).filter(([key]) => !taken.includes(key))
    const given = Object.entries(asObject(next['metadata'])).filter(([key]) => taken.includes(key))
    return { ...rest, metadata: Object.fromEntries([...kept, ...given]), ...(next['status'] === undefined ? {} : { status: next['status'] }) }
  }
  const { status, ...rest } = next
  const state = kind.status ? live['status'] : status
  const whole = carried(kind, live, { ...rest, metadata, ...(state === undefined ? {} : { status: state }) })
  const generation = valueAt(live, 'metadata', 'generation')
  if (kind.generation === 'never' || typeof generation !== 'number' || !raises(kind, live, whole)) return whole
  return { ...whole, metadata: { ...asObject(whole['metadata']), generation: generation + 1 } }
}

function keptMetadata(live: JsonObject, next: JsonObject): JsonObject {
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'selfLink', 'resourceVersion']
  const free = Object.entries(asObject(next['metadata'])).filter(([key]) => !fixed.includes(key))
  const kept = Object.entries(asObject(live['metadata'])).filter(([key]) => fixed.includes(key))
  return Object.fromEntries([...kept, ...free])
}

/** What a request may leave out without losing it. */
function carried(kind: Kind, live: JsonObject, next: JsonObject): JsonObject {
  const id = resourceKey(kind)
  if (id === '/services' && !textAt(next, 'spec', 'clusterIP') && textAt(next, 'spec', 'type') !== 'ExternalName') {
    const { clusterIP, clusterIPs } = asObject(live['spec'])
    return { ...next, spec: { ...asObject(next['spec']), ...(clusterIP ? { clusterIP } : {}), ...(clusterIPs ? { clusterIPs } : {}) } }
  }
  if (id !== 'apps/daemonsets' || sameJson(valueAt(live, 'spec', 'template'), valueAt(next, 'spec', 'template'))) return next
  const key = 'deprecated.daemonset.template.generation'
  const metadata = asObject(next['metadata'])
  const annotations = { ...asObject(metadata['annotations']), [key]: String(Number(textAt(live, 'metadata', 'annotations', key) ?? '0') + 1) }
  return { ...next, metadata: { ...metadata, annotations } }
}

function raises(kind: Kind, live: JsonObject, next: JsonObject): boolean {
  if (kind.generation === 'annotations' && !sameJson(annotationsOf(live), annotationsOf(next))) return true
  const content = (object: JsonObject): JsonObject => {
    const { metadata: _metadata, status: _status, apiVersion: _version, ...rest } = object
    return kind.status ? rest : { ...rest, status: object['status'] }
  }
  return !sameJson(content(live), content(next))
}

function annotationsOf(object: JsonObject): Json {
  const annotations = valueAt(object, 'metadata', 'annotations')
  return isObject(annotations) ? annotations : {}
}
