import { WritError } from '../model/error.ts'
import { fieldAt, showPath } from '../model/field.ts'
import { isList, isObject, objectsAt, showJson, textAt, valueAt } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { showRef } from '../model/resource.ts'
import type { KubernetesObject, Target } from '../model/resource.ts'
import { health } from './health.ts'
import { podsOfTemplate } from './pod-failure.ts'
import type { Cluster } from './ports.ts'
import { sameField } from './same-field.ts'
import type { Verification } from './verification.ts'

/** What the live object says (argocd-flux.md 6.4). `different`: it is there, seen by its controllers, and holds another value. */
export type LiveLook =
  | { readonly kind: 'unmet' | 'different' | 'failing' | 'paused', readonly sentence: string }
  | { readonly kind: 'healthy', readonly sentence: string, readonly uid: string, readonly version: string, readonly fields: readonly { readonly path: string, readonly value: Json }[] }

/** Reads the live object and judges fields first, then health. */
export async function lookLive({ cluster, change, now }: Verification): Promise<LiveLook> {
  const { target, edits } = change.plan
  const name = showRef(target)
  const live = await liveObject(cluster, target)
  if (live === null) return { kind: 'unmet', sentence: `${name} is not in cluster ${cluster.name}` }
  if (textAt(live, 'metadata', 'deletionTimestamp') !== undefined) return { kind: 'unmet', sentence: `${name} is being deleted` }
  const uid = textAt(live, 'metadata', 'uid')
  if (uid === undefined) return { kind: 'unmet', sentence: `${name} has no uid` }
  const wrong = edits.find(edit => !sameField(edit.path, fieldAt(live, edit.path), edit.after))
  if (wrong !== undefined) return { kind: 'different', sentence: `${name} has ${showPath(wrong.path)} = ${showJson(fieldAt(live, wrong.path))} live, asked is ${showJson(wrong.after)}` }
  const first = health(live, [], now)
  const state = first.state === 'progressing' ? health(live, await podsOf(cluster, live), now) : first
  if (state.state !== 'healthy') return { kind: state.state === 'progressing' ? 'unmet' : state.state, sentence: state.sentence }
  return { kind: 'healthy', sentence: state.sentence, uid, version: `${uid}/${versionOf(live)}`, fields: edits.map(edit => ({ path: showPath(edit.path), value: fieldAt(live, edit.path) ?? null })) }
}

/** Changes whenever what is asked of the object does; kinds without a generation have a resourceVersion, which changes with anything. */
function versionOf(live: KubernetesObject): string {
  const generation = valueAt(live, 'metadata', 'generation')
  return typeof generation === 'number' ? String(generation) : textAt(live, 'metadata', 'resourceVersion') ?? ''
}

async function liveObject(cluster: Cluster, target: Target): Promise<KubernetesObject | null> {
  const kind = await cluster.served(target.group, target.kind)
  return kind === null ? null : cluster.get(kind, target.namespace, target.name)
}

/** Pods of the newest template; none where pods may not be read: they only show earlier what the status shows later. */
async function podsOf(cluster: Cluster, live: KubernetesObject): Promise<readonly KubernetesObject[]> {
  const selector = selectorOf(valueAt(live, 'spec', 'selector'))
  const kind = selector === '' ? null : await cluster.served('', 'Pod')
  if (kind === null) return []
  try {
    return podsOfTemplate(live, await cluster.list(kind, textAt(live, 'metadata', 'namespace') ?? null, selector))
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return []
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
