import type { Json, JsonObject } from '../../model/json.ts'
import { objectAt, objectsAt, omit, pick, sameJson, textAt, valueAt } from '../../model/json.ts'
import type { Kind } from './kind.ts'
import type { Store } from './store.ts'

/** What the server adds to a new object beside defaults: addresses of a Service, the state of a definition. */
export function initialised(kind: Kind, object: JsonObject, store: Store): JsonObject {
  switch (kind.resource) {
    case '/namespaces': return { ...object, spec: { finalizers: ['kubernetes'] } }
    case '/services': return { ...object, spec: serviceSpec(objectAt(object, 'spec'), store) }
    case 'apiextensions.k8s.io/customresourcedefinitions': {
      const storedVersions = objectsAt(object, 'spec', 'versions').filter(version => version['storage'] === true).map(version => textAt(version, 'name') ?? '')
      return { ...object, status: { ...objectAt(object, 'status'), storedVersions } }
    }
    default: return object
  }
}

/** The addresses and ports of a Service: those it asks for, those it had, free ones. */
function serviceSpec(spec: JsonObject, store: Store, live: JsonObject = {}): JsonObject {
  const type = textAt(spec, 'type')
  if (type === 'ExternalName') return spec
  const leaving = live['type'] !== undefined && live['type'] !== type
  const others = store.list('/services')
  const clusterIP = textAt(spec, 'clusterIP') || textAt(live, 'clusterIP') || free(others.map(item => textAt(item, 'spec', 'clusterIP')), i => `10.96.${i + 2 >> 8}.${i + 2 & 255}`)
  const used: (Json | undefined)[] = others.flatMap(item => objectsAt(item, 'spec', 'ports').map(port => port['nodePort']))
  const ports = objectsAt(spec, 'ports').map(port => {
    if (type === 'ClusterIP') return leaving ? omit(port, ['nodePort']) : port
    const before = objectsAt(live, 'ports').find(other => other['port'] === port['port'] && other['protocol'] === port['protocol'])
    const nodePort = port['nodePort'] ?? before?.['nodePort'] ?? free(used, i => 30_000 + i)
    used.push(nodePort)
    return { ...port, nodePort }
  })
  const gone = leaving ? [...type === 'ClusterIP' ? ['externalTrafficPolicy'] : [], ...type === 'LoadBalancer' ? [] : ['allocateLoadBalancerNodePorts']] : []
  const families = { ipFamilies: live['ipFamilies'] ?? ['IPv4'], ipFamilyPolicy: live['ipFamilyPolicy'] ?? 'SingleStack' }
  return { ...families, ...omit(spec, gone), ...(ports.length > 0 ? { ports } : {}), clusterIP, clusterIPs: spec['clusterIPs'] ?? [clusterIP] }
}

/** The first of a series that is not taken. */
function free<T extends Json>(taken: readonly (Json | undefined)[], nth: (i: number) => T): T {
  let i = 0
  while (taken.includes(nth(i))) i++
  return nth(i)
}

/** The object with more metadata. */
export function withMetadata(object: JsonObject, more: JsonObject): JsonObject {
  return { ...object, metadata: { ...objectAt(object, 'metadata'), ...more } }
}

/** What is written, and by which way. */
interface Written { readonly kind: Kind, readonly subresource?: string }

const FIXED = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'selfLink', 'resourceVersion']

/** The next state of an object with everything kept that this way of writing cannot change. */
export function kept({ kind, subresource }: Written, live: JsonObject, next: JsonObject): JsonObject {
  const ofStatus = subresource === 'status'
  const taken = ['managedFields', ...kind.custom ? [] : ['annotations']]
  const metadata = ofStatus ? { ...omit(live['metadata'], taken), ...pick(next['metadata'], taken) } : { ...pick(live['metadata'], FIXED), ...omit(next['metadata'], FIXED) }
  const { status } = kind.status && !ofStatus ? live : next
  return { ...omit(ofStatus ? live : next, ['status']), metadata, ...(status === undefined ? {} : { status }) }
}

/** That state with what the server itself carries over, and its generation: nobody becomes an owner of these. */
export function settled({ kind, subresource, store }: Written & { readonly store: Store }, live: JsonObject, next: JsonObject): JsonObject {
  if (subresource === 'status') return next
  const whole = carried({ kind, store }, live, next)
  const generation = valueAt(live, 'metadata', 'generation')
  if (kind.generation === 'never' || typeof generation !== 'number' || !raises(kind, live, whole)) return whole
  return withMetadata(whole, { generation: generation + 1 })
}

/** What a request may leave out without losing it. */
function carried({ kind, store }: { readonly kind: Kind, readonly store: Store }, live: JsonObject, next: JsonObject): JsonObject {
  const id = kind.resource
  if (id === '/namespaces') return { ...next, spec: live['spec'] }
  if (id === '/services') return { ...next, spec: serviceSpec(objectAt(next, 'spec'), store, objectAt(live, 'spec')) }
  if (id !== 'apps/daemonsets' || sameJson(valueAt(live, 'spec', 'template'), valueAt(next, 'spec', 'template'))) return next
  const key = 'deprecated.daemonset.template.generation'
  return withMetadata(next, { annotations: { ...annotationsOf(next), [key]: String(Number(annotationsOf(live)[key] ?? 0) + 1) } })
}

function raises(kind: Kind, live: JsonObject, next: JsonObject): boolean {
  if (kind.generation === 'annotations' && !sameJson(annotationsOf(live), annotationsOf(next))) return true
  const beside = ['metadata', 'apiVersion', ...kind.status ? ['status'] : []]
  return !sameJson(omit(live, beside), omit(next, beside))
}

function annotationsOf(object: JsonObject): JsonObject {
  return objectAt(object, 'metadata', 'annotations')
}
