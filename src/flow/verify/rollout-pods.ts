import { WritError } from '../../model/error.ts'
import { isList, isObject, objectsAt, showJson, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText, podSpecPath, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { podsOfTemplate } from './pod-failure.ts'
import type { Cluster } from '../ports.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/** Pods of the newest template; none where pods may not be read: they only show earlier what the status shows later. */
export async function podsOf(cluster: Cluster, live: KubernetesObject): Promise<readonly KubernetesObject[]> {
  const selector = selectorOf(valueAt(live, 'spec', 'selector'))
  if (selector === '' || podSpecPath(live.kind) === null) return []
  return podsOfTemplate(live, await listed(cluster, { group: '', kind: 'Pod' }, { live, selector }) ?? [])
}

/** Warnings about an object that cannot say by its status that its pods may not be made. */
export async function eventsOf(cluster: Cluster, live: KubernetesObject): Promise<readonly KubernetesObject[]> {
  if (!EVENTS.has(live.kind)) return []
  const uid = textAt(live, 'metadata', 'uid')
  const all = await listed(cluster, { group: '', kind: 'Event' }, { live }) ?? []
  return all.filter(event => textAt(event, 'involvedObject', 'uid') === uid && event['type'] === 'Warning')
}

const EVENTS: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet'])

/** What a Deployment's newest ReplicaSet says: `unmet` where its pods do not run the template that the Deployment has. */
export interface NewestSet { readonly unmet: string | null, readonly seen: readonly string[] }

/**
 * Which ReplicaSet is the newest one is read from its revision, never guessed from its age (argocd-flux.md 6.4). Where ReplicaSets or pods
 * may not be read, that is said and the Deployment's own counts stand.
 */
export async function newestSet(cluster: Cluster, live: KubernetesObject): Promise<NewestSet> {
  const selector = selectorOf(valueAt(live, 'spec', 'selector'))
  const none = { unmet: null, seen: [] }
  if (live.kind !== 'Deployment' || !live.apiVersion.startsWith('apps/') || selector === '') return none
  const revision = metadataText(live, 'annotations', REVISION)
  const sets = await listed(cluster, { group: 'apps', kind: 'ReplicaSet' }, { live, selector })
  if (sets === null || revision === undefined) return none
  const set = sets.find(one => isOf(one, live) && metadataText(one, 'annotations', REVISION) === revision)
  const name = showRef(refOf(live))
  if (set === undefined) return { unmet: `${name} has no ReplicaSet of its revision ${revision} yet`, seen: [] }
  const other = otherImage(live, set)
  if (other !== null) return { unmet: `${showRef(refOf(set))}, the newest of ${name}, still has ${other}`, seen: [] }
  const hash = metadataText(set, 'labels', 'pod-template-hash')
  const pods = await listed(cluster, { group: '', kind: 'Pod' }, { live, selector })
  if (pods === null || hash === undefined) return none
  const own = pods.filter(pod => metadataText(pod, 'labels', 'pod-template-hash') === hash && textAt(pod, 'metadata', 'deletionTimestamp') === undefined)
  const wrong = own.map(pod => ({ pod, image: otherImage(live, pod) })).find(({ image }) => image !== null)
  if (wrong !== undefined) return { unmet: `${showRef(refOf(wrong.pod))} has ${wrong.image ?? ''}`, seen: [] }
  return { unmet: null, seen: [`${showRef(refOf(set))} is its newest (revision ${revision}), with ${own.length} ${own.length === 1 ? 'pod' : 'pods'}${running(own)}`] }
}

function isOf(set: KubernetesObject, live: KubernetesObject): boolean {
  return objectsAt(set, 'metadata', 'ownerReferences').some(one => one['controller'] === true && one['uid'] === valueAt(live, 'metadata', 'uid'))
}

/** A container whose image is another one than the template's. Injected containers are nobody's request. */
function otherImage(live: KubernetesObject, of: KubernetesObject): string | null {
  const path = podSpecPath(of.kind) ?? []
  const there = objectsAt(of, ...path, 'containers')
  for (const wanted of objectsAt(live, 'spec', 'template', 'spec', 'containers')) {
    const found = there.find(one => one['name'] === wanted['name'])
    if (found === undefined || found['image'] !== wanted['image']) return `container ${showJson(wanted['name'])} with image ${showJson(found?.['image'] ?? 'none')}, not ${showJson(wanted['image'])}`
  }
  return null
}

/** What the nodes say they run: names there are spelt their own way, so they are shown and not compared. */
function running(pods: readonly KubernetesObject[]): string {
  const images = pods.flatMap(pod => objectsAt(pod, 'status', 'containerStatuses')).map(state => textAt(state, 'imageID') || textAt(state, 'image') || '').filter(text => text !== '')
  const different = [...new Set(images)].sort()
  return different.length === 0 ? '' : `, which run ${different.slice(0, 5).join(', ')}`
}

/** null where they may not be listed. */
async function listed(cluster: Cluster, of: { readonly group: string, readonly kind: string }, { live, selector }: { readonly live: KubernetesObject, readonly selector?: string }): Promise<readonly KubernetesObject[] | null> {
  const kind = await cluster.served(of.group, of.kind)
  if (kind === null) return null
  try {
    return await cluster.list(kind, textAt(live, 'metadata', 'namespace') ?? null, selector)
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return null
    throw error
  }
}

/** A label selector as the API takes it in a query. */
function selectorOf(selector: Json | undefined): string {
  const labels = valueAt(selector, 'matchLabels')
  const equal = isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${showJson(value)}`) : []
  return [...equal, ...objectsAt(selector, 'matchExpressions').map(requirement)].join(',')
}

function requirement(expression: JsonObject): string {
  const key = textAt(expression, 'key') ?? ''
  const list = expression['values']
  const values = isList(list) ? `(${list.map(showJson).join(',')})` : '()'
  switch (expression['operator']) {
    case 'In': return `${key} in ${values}`
    case 'NotIn': return `${key} notin ${values}`
    case 'Exists': return key
    default: return `!${key}`
  }
}
