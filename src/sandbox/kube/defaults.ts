import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt } from '../../model/json.ts'
import { DEFAULTS } from './data/defaults.ts'
import { asObject } from './merge.ts'
import { resolved } from './schema.ts'
import type { Schema } from './schema.ts'

const TABLE: ReadonlyMap<string, readonly (readonly [string, Json])[]> = new Map(DEFAULTS.trim().split('\n').map(line => {
  const [name = '', ...pairs] = line.split(' ')
  return [name, pairs.map((pair): readonly [string, Json] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), jsonValue(pair.slice(at + 1))]
  })]
}))

function jsonValue(text: string): Json {
  const value: Json = JSON.parse(text)
  return value
}

type Rule = (value: JsonObject) => JsonObject

const RULES: Readonly<Record<string, Rule>> = {
  Container: withPullPolicy,
  EphemeralContainer: withPullPolicy,
  PodSpec: spec => {
    const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')
    return { ...spec, ...(account ? { serviceAccountName: account, serviceAccount: account } : {}), ...(spec['hostNetwork'] === true ? hostPorts(spec) : {}) }
  },
  Pod: pod => {
    const spec = withRequests({ enableServiceLinks: true, ...asObject(pod['spec']) })
    return { ...pod, spec, status: { phase: 'Pending', qosClass: serviceClass(spec), ...asObject(pod['status']) } }
  },
  Volume: volume => Object.keys(volume).length > 1 ? volume : { ...volume, emptyDir: {} },
  'apps.DeploymentStrategy': strategy => strategy['type'] !== 'RollingUpdate' ? strategy
    : { ...strategy, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...asObject(strategy['rollingUpdate']) } },
  'apps.StatefulSetUpdateStrategy': strategy => strategy['type'] !== 'RollingUpdate' ? strategy
    : { ...strategy, rollingUpdate: { partition: 0, ...asObject(strategy['rollingUpdate']) } },
  'apps.DaemonSetUpdateStrategy': strategy => strategy['type'] !== 'RollingUpdate' ? strategy
    : { ...strategy, rollingUpdate: { maxUnavailable: 1, maxSurge: 0, ...asObject(strategy['rollingUpdate']) } },
  'apps.StatefulSetSpec': spec => isList(spec['volumeClaimTemplates'])
    ? { ...spec, volumeClaimTemplates: spec['volumeClaimTemplates'].map(item => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...asObject(item) })) } : spec,
  'apps.DaemonSet': daemonSet,
  'batch.Job': job => {
    const spec = asObject(job['spec'])
    const counts = spec['completions'] === undefined && spec['parallelism'] === undefined ? { completions: 1, parallelism: 1 } : { parallelism: 1 }
    const replacement = spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed'
    return { ...job, spec: { ...counts, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false, podReplacementPolicy: replacement, ...spec } }
  },
  ServicePort: port => port['targetPort'] !== undefined && port['targetPort'] !== 0 && port['targetPort'] !== '' ? port : { ...port, targetPort: port['port'] },
  ServiceSpec: service,
  LoadBalancerIngress: ingress => ingress['ip'] === undefined ? ingress : { ipMode: 'VIP', ...ingress },
  Secret: secret => {
    const { stringData, ...rest } = secret
    if (!isObject(stringData)) return rest
    const data = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(typeof value === 'string' ? value : '').toString('base64')]))
    return { ...rest, data: { ...asObject(rest['data']), ...data } }
  },
  Namespace: namespace => {
    const metadata = asObject(namespace['metadata'])
    const labels = { 'kubernetes.io/metadata.name': metadata['name'] ?? '', ...asObject(metadata['labels']) }
    return { ...namespace, metadata: { ...metadata, labels } }
  },
  'rbac.Subject': subject => {
    const kind = textAt(subject, 'kind')
    return kind === 'User' || kind === 'Group' ? { apiGroup: 'rbac.authorization.k8s.io', ...subject } : subject
  },
  'networking.NetworkPolicySpec': spec => spec['policyTypes'] ? spec : { ...spec, policyTypes: spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'] },
  'autoscalingv2.HorizontalPodAutoscalerSpec': spec => spec['metrics'] ? spec
    : { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] },
  'autoscalingv2.HorizontalPodAutoscalerBehavior': ({ scaleUp, scaleDown }) => ({
    scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }], ...asObject(scaleUp) },
    scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }], ...asObject(scaleDown) },
  }),
  'apiextensions.CustomResourceDefinitionNames': names => {
    const kind = textAt(names, 'kind') ?? ''
    return kind === '' ? names : { ...names, singular: textAt(names, 'singular') || kind.toLowerCase(), listKind: textAt(names, 'listKind') || `${kind}List` }
  },
}

/** The object with the server's defaults; `schema` is the one it was shaped by. Custom resources get their definition's. */
export function defaulted(value: Json, schema: Schema): Json {
  const known = resolved(schema, value)
  if (isList(value)) return known.element ? value.map(item => defaulted(item, known.element ?? known)) : value
  if (!isObject(value)) return value
  const own = ownDefaults(value, known)
  const out: Record<string, Json | undefined> = { ...own }
  for (const [key, item] of Object.entries(own)) {
    const child = known.fields?.get(key)?.schema ?? known.element
    if (item !== undefined && child && child.kind !== 'scalar') out[key] = defaulted(item, child)
  }
  return out
}

function ownDefaults(value: JsonObject, schema: Schema): JsonObject {
  const out: Record<string, Json | undefined> = { ...value }
  for (const [key, constant] of TABLE.get(schema.name ?? '') ?? []) {
    if (out[key] === undefined || out[key] === '') out[key] = constant
  }
  for (const [key, field] of schema.rules ? schema.fields ?? [] : []) {
    const fallback = field.schema.rules?.['default']
    if (fallback !== undefined && (out[key] === undefined || (out[key] === null && field.schema.rules?.['nullable'] !== true))) out[key] = fallback
  }
  return RULES[schema.name ?? '']?.(out) ?? out
}

/** Always without a tag and for `latest`, else only where the image is missing on the node. */
function withPullPolicy(container: JsonObject): JsonObject {
  if (container['imagePullPolicy'] !== undefined) return container
  const image = textAt(container, 'image') ?? ''
  const [named = ''] = image.split('@')
  const tag = /:([^/:]+)$/.exec(named)?.[1]
  const always = tag === 'latest' || (tag === undefined && !image.includes('@'))
  return { ...container, imagePullPolicy: always ? 'Always' : 'IfNotPresent' }
}

/** A pod asks for its limits where it asks for nothing else; a template does not. */
function withRequests(spec: JsonObject): JsonObject {
  const asked = (list: string): JsonObject => spec[list] === undefined ? {} : { [list]: objectsAt(spec, list).map(container => {
    const resources = asObject(container['resources'])
    return resources['limits'] === undefined ? container : { ...container, resources: { ...resources, requests: { ...asObject(resources['limits']), ...asObject(resources['requests']) } } }
  }) }
  return { ...spec, ...asked('initContainers'), ...asked('containers') }
}

/** How safe a pod is from eviction: by whether its containers say what they need, and need no more than they ask for. */
function serviceClass(spec: JsonObject): string {
  const all = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].map(container => asObject(container['resources']))
  if (all.every(({ limits, requests }) => limits === undefined && requests === undefined)) return 'BestEffort'
  const exact = (limits: JsonObject, requests: JsonObject): boolean => ['cpu', 'memory'].every(name => limits[name] !== undefined && limits[name] === requests[name])
  return all.every(({ limits, requests }) => exact(asObject(limits), asObject(requests))) ? 'Guaranteed' : 'Burstable'
}

function hostPorts(spec: JsonObject): JsonObject {
  return { containers: objectsAt(spec, 'containers').map(container => container['ports'] === undefined ? container
    : { ...container, ports: objectsAt(container, 'ports').map(port => ({ ...port, hostPort: port['hostPort'] ?? port['containerPort'] })) }) }
}

/** The generation of the template, kept in an annotation for clients of long ago. */
function daemonSet(value: JsonObject): JsonObject {
  const metadata = asObject(value['metadata'])
  const annotations = asObject(metadata['annotations'])
  const key = 'deprecated.daemonset.template.generation'
  return annotations[key] ? value : { ...value, metadata: { ...metadata, annotations: { ...annotations, [key]: '1' } } }
}

function service(spec: JsonObject): JsonObject {
  const type = textAt(spec, 'type')
  if (type === 'ExternalName') return spec
  const outside = type === 'ClusterIP' ? {} : { externalTrafficPolicy: 'Cluster' }
  const balancer = type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}
  const sticky = spec['sessionAffinity'] === 'ClientIP' ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } } : {}
  return { internalTrafficPolicy: 'Cluster', ...outside, ...balancer, ...sticky, ...spec }
}
