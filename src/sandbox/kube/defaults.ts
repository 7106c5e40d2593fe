import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectAt, objectsAt, showJson, textAt, valueAt } from '../../model/json.ts'
import { DEFAULTS } from './data/defaults.ts'
import { resolved } from './schema.ts'
import type { Schema } from './schema.ts'

/** A value of the table: where it goes, whether it only fills up an object that may be there, and what it depends on. */
interface Constant { readonly key: string, readonly fills: boolean, readonly value: Json, readonly when: Condition }
type Condition = (value: JsonObject) => boolean
type Rule = (value: JsonObject) => JsonObject

const TABLE: ReadonlyMap<string, readonly Constant[]> = new Map(DEFAULTS.trim().split('\n').map(line => {
  const [name = '', ...words] = line.split(' ')
  let when: Condition = () => true
  return [name, words.flatMap((text): Constant[] => {
    const [, asks, path = '', operator, rest = ''] = /^(\??)([\w.]+)([+!]?)=(.*)$/.exec(text) ?? []
    if (!asks) return [{ key: path, fills: operator === '+', value: JSON.parse(rest), when }]
    when = value => rest.split('|').includes(showJson(valueAt(value, ...path.split('.')) ?? '')) === (operator === '')
    return []
  })]
}))

/** What depends on more than one field. */
const RULES: Readonly<Record<string, Rule>> = {
  Container: withPullPolicy,
  EphemeralContainer: withPullPolicy,
  PodSpec: spec => {
    const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')
    return { ...spec, ...(account ? { serviceAccountName: account, serviceAccount: account } : {}), ...(spec['hostNetwork'] === true ? hostPorts(spec) : {}) }
  },
  Pod: pod => {
    const spec = withRequests(objectAt(pod, 'spec'))
    return { ...pod, spec, status: { qosClass: serviceClass(spec), ...objectAt(pod, 'status') } }
  },
  Volume: volume => Object.keys(volume).length > 1 ? volume : { ...volume, emptyDir: {} },
  'apps.DaemonSet': set => withLabel(set, 'annotations', { 'deprecated.daemonset.template.generation': '1' }),
  ServicePort: port => port['targetPort'] ? port : { ...port, targetPort: port['port'] },
  Secret: ({ stringData, ...secret }) => {
    if (!isObject(stringData)) return secret
    const data = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(showJson(value)).toString('base64')])
    return { ...secret, data: { ...objectAt(secret, 'data'), ...Object.fromEntries(data) } }
  },
  Namespace: namespace => withLabel(namespace, 'labels', { 'kubernetes.io/metadata.name': valueAt(namespace, 'metadata', 'name') ?? '' }),
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
  return Object.fromEntries(Object.entries(own).map(([key, item]) => {
    const child = known.fields?.get(key)?.schema ?? known.element
    return [key, item !== undefined && child && child.kind !== 'scalar' ? defaulted(item, child) : item]
  }))
}

function ownDefaults(value: JsonObject, schema: Schema): JsonObject {
  const out: Record<string, Json | undefined> = { ...value }
  for (const { key, fills, value: constant, when } of TABLE.get(schema.name ?? '') ?? []) {
    if (!when(out)) continue
    if (fills) out[key] = { ...objectAt(constant), ...objectAt(out[key]) }
    else if (out[key] === undefined || out[key] === '') out[key] = constant
  }
  for (const [key, { schema: { rules } }] of schema.rules ? schema.fields ?? [] : []) {
    const fallback = rules?.['default']
    if (fallback !== undefined && (out[key] === undefined || (out[key] === null && rules?.['nullable'] !== true))) out[key] = fallback
  }
  return RULES[schema.name ?? '']?.(out) ?? out
}

/** The object with a label or annotation where it has none of that name. */
function withLabel(object: JsonObject, field: 'labels' | 'annotations', label: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata')
  return { ...object, metadata: { ...metadata, [field]: { ...label, ...objectAt(metadata[field]) } } }
}

/** Always without a tag and for `latest`, else only where the image is missing on the node. */
function withPullPolicy(container: JsonObject): JsonObject {
  if (container['imagePullPolicy'] !== undefined) return container
  const image = textAt(container, 'image') ?? ''
  const tag = /:([^/:]+)$/.exec(image.split('@')[0] ?? '')?.[1]
  return { ...container, imagePullPolicy: tag === 'latest' || (tag === undefined && !image.includes('@')) ? 'Always' : 'IfNotPresent' }
}

/** A pod asks for its limits where it asks for nothing else; a template does not. */
function withRequests(spec: JsonObject): JsonObject {
  return withContainers(spec, container => {
    const { limits, requests } = objectAt(container, 'resources')
    return limits === undefined ? container : { ...container, resources: { ...objectAt(container, 'resources'), requests: { ...objectAt(limits), ...objectAt(requests) } } }
  })
}

function hostPorts(spec: JsonObject): JsonObject {
  return withContainers(spec, container => container['ports'] === undefined ? container
    : { ...container, ports: objectsAt(container, 'ports').map(port => ({ ...port, hostPort: port['hostPort'] ?? port['containerPort'] })) })
}

function withContainers(spec: JsonObject, change: Rule): JsonObject {
  const lists = ['initContainers', 'containers'].filter(list => spec[list] !== undefined)
  return { ...spec, ...Object.fromEntries(lists.map(list => [list, objectsAt(spec, list).map(change)])) }
}

/** How safe a pod is from eviction: by whether its containers say what they need, and need no more than they ask for. */
function serviceClass(spec: JsonObject): string {
  const all = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].map(container => objectAt(container, 'resources'))
  if (all.every(({ limits, requests }) => limits === undefined && requests === undefined)) return 'BestEffort'
  const exact = ({ limits, requests }: JsonObject): boolean => ['cpu', 'memory'].every(name => valueAt(limits, name) !== undefined && valueAt(limits, name) === valueAt(requests, name))
  return all.every(exact) ? 'Guaranteed' : 'Burstable'
}
