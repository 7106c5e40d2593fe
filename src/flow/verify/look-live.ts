import { fieldAt, showPath, wholeOf } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { canonical, isList, isObject, showJson, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { Health } from '../../model/observation.ts'
import { showOwner } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { sha256 } from '../digest.ts'
import { health } from './health.ts'
import { liveTarget } from './live-target.ts'
import type { Cluster, ServedKind } from '../ports.ts'
import { removedField } from '../fields/removed-field.ts'
import { eventsOf, newestSet, podsOf } from './rollout-pods.ts'
import { holds } from '../fields/same-field.ts'
import type { Verification } from './verification.ts'

/** What the live object says (argocd-flux.md 6.4). `different`: it is there, seen by its controllers, and holds another value. */
export type LiveLook =
  | { readonly kind: 'unmet', readonly sentence: string }
  | { readonly kind: 'different' | 'paused' | 'unserved', readonly sentence: string }
  /** `slow`: it may still pass, and is given twice the time. `over`: its controller has given up, or put back what was there before. */
  | { readonly kind: 'failing', readonly sentence: string, readonly slow: boolean, readonly over: 'failed' | 'back' | null }
  | {
    readonly kind: 'healthy'
    readonly sentence: string
    /** Changes whenever what is asked of the object does. */
    readonly version: string
    readonly fields: readonly { readonly path: string, readonly value: Json }[]
    /** What was seen of each field, and beside them. */
    readonly seen: readonly string[]
    /** What was read of the object itself, to be kept. */
    readonly tuple: JsonObject
  }

/** The live object, and where that is an owner's own manifest, what the edit of it shall reach: that is what was asked. */
export async function lookLive(v: Verification): Promise<LiveLook> {
  const { through = [], renamedTo: _renamed, ...plan } = v.change.plan
  let look = await lookAt(v)
  for (const { target, edits, owner } of through) {
    if (look.kind !== 'healthy' && look.kind !== 'unmet' && look.kind !== 'failing') return look
    const below = await lookAt({ ...v, cluster: v.world.clusters.named(target.cluster), change: { ...v.change, plan: { ...plan, target, edits } } })
    if (look.kind !== 'healthy') return below.kind === 'failing' ? withWords(look, below) : look
    // Its owner comes after the one that was edited: what it has not brought yet is no contradiction.
    if (below.kind === 'different') return { kind: 'unmet', sentence: `${below.sentence}; ${showOwner(owner)} has not brought it` }
    look = below.kind === 'healthy' ? { ...below, version: `${look.version} ${below.version}`, fields: [...look.fields, ...below.fields], seen: [...look.seen, ...below.seen] } : below
  }
  return look
}

/** What an owner waits for in vain is seen at the object below long before the owner's own time is up. */
function withWords(look: LiveLook & { readonly kind: 'unmet' | 'failing' }, below: LiveLook & { readonly kind: 'failing' }): LiveLook {
  return look.kind === 'unmet' ? below : { ...look, sentence: `${look.sentence}; ${below.sentence}` }
}

/** Reads the live object and judges fields first, then health. */
async function lookAt({ cluster, change }: Verification): Promise<LiveLook> {
  const { edits } = change.plan
  const target = liveTarget(change.plan)
  const name = showRef(target)
  const whole = wholeOf(edits)
  const kind = await cluster.served(target.group, target.kind)
  const live = await liveObject(cluster, kind, { target, wanted: whole !== null && whole.after === undefined ? 'gone' : 'there' })
  if (whole !== null && whole.after === undefined) return goneLook(live, target)
  if (kind === null) return { kind: 'unserved', sentence: `cluster ${cluster.name} no longer serves ${target.kind}${target.group === '' ? '' : ` of ${target.group}`}` }
  if (live === null) return { kind: 'unmet', sentence: `${name} is not in cluster ${cluster.name}` }
  if (textAt(live, 'metadata', 'deletionTimestamp') !== undefined) return { kind: 'unmet', sentence: `${name} is being deleted` }
  const uid = textAt(live, 'metadata', 'uid')
  if (uid === undefined) return { kind: 'unmet', sentence: `${name} has no uid` }
  const looked = edits.map(edit => fieldLook(edit, { live, name }))
  const wrong = looked.find(one => !one.arrived)
  if (wrong !== undefined) return { kind: 'different', sentence: wrong.sentence }
  const state = await healthOf(cluster, live, change.plan.live)
  const unwell = unwellLook(state, edits)
  if (unwell !== null) return unwell
  const newest = await newestSet(cluster, live)
  if (newest.unmet !== null) return { kind: 'unmet', sentence: newest.unmet }
  const another = target.uid !== undefined && target.uid !== uid ? [`${name} was made anew since it was asked about: then it had uid ${target.uid}`] : []
  return {
    kind: 'healthy', sentence: state.sentence, version: `${uid}/${versionOf(live)}`,
    fields: edits.map(edit => ({ path: showPath(edit.path), value: whole === null ? fieldAt(live, edit.path) ?? null : null })),
    seen: [...looked.map(one => `${one.sentence} (uid ${uid})`), ...newest.seen, ...another, ...state.state !== 'healthy' || state.warning === undefined ? [] : [`note: ${state.warning}`]],
    tuple: tupleOf(live),
  }
}

/** Pods and events are read only of what is not well by itself. */
async function healthOf(cluster: Cluster, live: KubernetesObject, before: KubernetesObject | null): Promise<Health> {
  const first = health(live, { before })
  return first.state === 'progressing' ? health(live, { pods: await podsOf(cluster, live), events: await eventsOf(cluster, live), before }) : first
}

function unwellLook(state: Health, edits: readonly Edit[]): LiveLook | null {
  switch (state.state) {
    case 'failing': return { kind: 'failing', sentence: state.sentence, slow: state.slow === true, over: state.over ?? null }
    case 'progressing': return { kind: 'unmet', sentence: state.sentence }
    case 'paused': return asksForPause(edits) ? null : { kind: 'paused', sentence: state.sentence }
    case 'healthy': return null
  }
}

/** What was asked to stand still is as asked when it does. */
function asksForPause(edits: readonly Edit[]): boolean {
  return edits.some(({ path, after }) => after === true && ['spec.paused', 'spec.suspend'].includes(showPath(path)))
}

function tupleOf(live: KubernetesObject): JsonObject {
  const metadata = Object.fromEntries(['uid', 'generation', 'resourceVersion'].map(key => [key, valueAt(live, 'metadata', key)]).filter(([, value]) => value !== undefined))
  const observed = valueAt(live, 'status', 'observedGeneration')
  return { ...metadata, ...observed === undefined ? {} : { observedGeneration: observed } }
}

/** A deleted object is gone once the API server does not know it; one that was made again under its name is another one. */
function goneLook(live: KubernetesObject | null, target: Target): LiveLook {
  const name = showRef(target)
  if (live === null) return { kind: 'healthy', sentence: `${name} is gone`, version: 'gone', fields: [{ path: '', value: null }], seen: [`${name} is not in cluster ${target.cluster} any more`], tuple: {} }
  if (target.uid !== undefined && textAt(live, 'metadata', 'uid') !== target.uid) return { kind: 'unmet', sentence: `${name} was made again by somebody: it has another uid` }
  if (textAt(live, 'metadata', 'deletionTimestamp') === undefined) return { kind: 'different', sentence: `${name} is still there` }
  const finalizers = valueAt(live, 'metadata', 'finalizers')
  const waits = isList(finalizers) && finalizers.length > 0 ? `; it waits for its finalizers ${finalizers.map(showJson).join(', ')}` : ''
  return { kind: 'unmet', sentence: `${name} is being deleted${waits}` }
}

interface FieldLook { readonly arrived: boolean, readonly sentence: string }

/** One asked field of the live object: all of what was asked is there, whatever the API server adds beside it. */
function fieldLook({ path, before, after }: Edit, { live, name }: { readonly live: KubernetesObject, readonly name: string }): FieldLook {
  const value = fieldAt(live, path)
  const field = showPath(path)
  if (after === undefined) {
    const removed = removedField({ path, before }, value)
    if (!removed.arrived) return { arrived: false, sentence: `${name} still has ${field} = ${short(value)} live, asked is that it goes` }
    return { arrived: true, sentence: removed.sentence === null ? `${name} has no ${field} any more` : `${name}: ${removed.sentence}` }
  }
  if (path.length === 0) return wholeLook(value, after, name)
  const arrived = holds(path, value, after)
  return { arrived, sentence: arrived ? `${name} has ${field} = ${short(after)}` : `${name} has ${field} = ${short(value)} live, asked is ${short(after)}` }
}

/** A new object: the first of its fields that is not as asked says it best. */
function wholeLook(live: Json | undefined, wanted: Json, name: string): FieldLook {
  const fields = isObject(wanted) ? Object.entries(wanted) : []
  const wrong = fields.find(([key, value]) => key !== 'status' && value !== undefined && !holds([key], valueAt(live, key), value))
  return wrong === undefined ? { arrived: true, sentence: `${name} is there with everything that its manifest says` } : { arrived: false, sentence: `${name} has another ${wrong[0]} live than its manifest says` }
}

function short(value: Json | undefined): string {
  const text = showJson(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Changes whenever what is asked of the object does; kinds without a generation have a resourceVersion, which changes with anything. */
function versionOf(live: KubernetesObject): string {
  // Each write of an Application's status raises its generation (argocd-flux.md 0.10).
  if (live.kind === 'Application' && live.apiVersion.startsWith('argoproj.io/')) return sha256(canonical(valueAt(live, 'spec') ?? null))
  const generation = valueAt(live, 'metadata', 'generation')
  return typeof generation === 'number' ? String(generation) : textAt(live, 'metadata', 'resourceVersion') ?? ''
}

/** In the version that was asked about: another one may spell the same fields otherwise. Where that is no longer served, in the one that is. */
async function liveObject(cluster: Cluster, kind: ServedKind | null, { target, wanted }: { readonly target: Target, readonly wanted: 'there' | 'gone' }): Promise<KubernetesObject | null> {
  if (kind === null) return null
  const found = wanted === 'gone' ? null : await cluster.get({ ...kind, version: target.version }, target.namespace, target.name)
  return found ?? (wanted === 'gone' || kind.version !== target.version ? cluster.get(kind, target.namespace, target.name) : null)
}
