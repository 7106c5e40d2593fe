import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, objectAt, objectsAt, showJson, textAt, valueAt } from '../../model/json.ts'
import { DEFAULTS } from './data/defaults.ts'

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
    return account ? { ...spec, serviceAccountName: account, serviceAccount: account } : spec
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

/** A value of a built-in type with what the server writes where a field is missing; its parts have theirs already. */
export function withDefaults(value: JsonObject, type: string): JsonObject {
  const out: Record<string, Json | undefined> = { ...value }
  for (const { key, fills, value: constant, when } of TABLE.get(type) ?? []) {
    if (!when(out)) continue
    if (fills) out[key] = { ...objectAt(constant), ...objectAt(out[key]) }
    else if (out[key] === undefined || out[key] === '') out[key] = constant
  }
  return RULES[type]?.(out) ?? out
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
  const lists = ['initContainers', 'containers'].filter(list => spec[list] !== undefined)
  return { ...spec, ...Object.fromEntries(lists.map(list => [list, objectsAt(spec, list).map(container => {
    const { limits, requests } = objectAt(container, 'resources')
    return limits === undefined ? container : { ...container, resources: { ...objectAt(container, 'resources'), requests: { ...objectAt(limits), ...objectAt(requests) } } }
  })])) }
}

/** How safe a pod is from eviction: by whether its containers say what they need, and need no more than they ask for. */
function serviceClass(spec: JsonObject): string {
  const all = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].map(container => objectAt(container, 'resources'))
  if (all.every(({ limits, requests }) => limits === undefined && requests === undefined)) return 'BestEffort'
  const exact = ({ limits, requests }: JsonObject): boolean => ['cpu', 'memory'].every(name => valueAt(limits, name) !== undefined && valueAt(limits, name) === valueAt(requests, name))
  return all.every(exact) ? 'Guaranteed' : 'Burstable'
}
