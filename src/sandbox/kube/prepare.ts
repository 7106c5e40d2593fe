import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, sameJson, textAt, valueAt } from '../../model/json.ts'
import { resourceKey } from './kind.ts'
import type { Kind } from './kind.ts'
import { asObject } from './merge.ts'
import type { Store } from './store.ts'

/** What the server adds to a new object beside defaults: addresses of a Service, the selector of a Job, the state of a definition. */
export function initialised(kind: Kind, object: JsonObject, store: Store): JsonObject {
  switch (`${kind.group}/${kind.kind}`) {
    case '/Namespace': return { ...object, spec: { finalizers: ['kubernetes'] } }
    case '/Service': return { ...object, spec: serviceSpec(asObject(object['spec']), store) }
    case 'batch/Job': return jobWithSelector(object)
    case 'apiextensions.k8s.io/CustomResourceDefinition': return { ...object, status: { ...asObject(object['status']), storedVersions: storageVersions(object) } }
    default: return object
  }
}

/** The addresses and ports of a Service: those it asks for, those it had, free ones. */
function serviceSpec(spec: JsonObject, store: Store, live: JsonObject = {}): JsonObject {
  const type = textAt(spec, 'type')
  if (type === 'ExternalName') return spec
  const leaving = live['type'] !== undefined && live['type'] !== type
  const others = store.list('/services')
  const ip = textAt(spec, 'clusterIP') || textAt(live, 'clusterIP') || freeAddress(new Set(others.map(item => textAt(item, 'spec', 'clusterIP'))))
  const used = new Set(others.flatMap(item => objectsAt(item, 'spec', 'ports').map(port => port['nodePort'])))
  const ports = objectsAt(spec, 'ports').map(port => {
    const { nodePort, ...plain } = port
    if (type === 'ClusterIP') return leaving ? plain : port
    if (nodePort !== undefined) return port
    const before = objectsAt(live, 'ports').find(other => other['port'] === port['port'] && other['protocol'] === port['protocol'])
    const own = before?.['nodePort'] ?? freePort(used)
    used.add(own)
    return { ...port, nodePort: own }
  })
  const { externalTrafficPolicy, allocateLoadBalancerNodePorts, ...bare } = spec
  const kept = leaving ? { ...bare, ...(type === 'ClusterIP' ? {} : { externalTrafficPolicy }), ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts } : {}) } : spec
  const families = { ipFamilies: live['ipFamilies'] ?? ['IPv4'], ipFamilyPolicy: live['ipFamilyPolicy'] ?? 'SingleStack' }
  return { ...families, ...kept, ...(ports.length > 0 ? { ports } : {}), clusterIP: ip, clusterIPs: spec['clusterIPs'] ?? [ip] }
}

function freePort(used: ReadonlySet<Json | undefined>): number {
  let next = 30000
  while (used.has(next)) next++
  return next
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

/** What is written, and by which way. */
interface Written { readonly kind: Kind, readonly subresource?: string }

/** The next state of an object with everything kept that this way of writing cannot change. */
export function kept({ kind, subresource }: Written, live: JsonObject, next: JsonObject): JsonObject {
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
  return { ...rest, metadata, ...(state === undefined ? {} : { status: state }) }
}

/** That state with what the server itself carries over, and its generation: nobody becomes an owner of these. */
export function settled({ kind, subresource, store }: Written & { readonly store: Store }, live: JsonObject, next: JsonObject): JsonObject {
  if (subresource === 'status') return next
  const whole = carried({ kind, store }, live, next)
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
function carried({ kind, store }: { readonly kind: Kind, readonly store: Store }, live: JsonObject, next: JsonObject): JsonObject {
  const id = resourceKey(kind)
  if (id === '/namespaces') return { ...next, spec: live['spec'] }
  if (id === '/services') return { ...next, spec: serviceSpec(asObject(next['spec']), store, asObject(live['spec'])) }
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
