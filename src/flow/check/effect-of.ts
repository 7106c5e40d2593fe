import type { CheckedChange, CheckedDelivery, FilePlace, Unchecked } from '../../model/check.ts'
import type { Environment } from '../../model/environment.ts'
import { sameOwner } from '../../model/owner.ts'
import type { JudgedObject } from '../../model/plan.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import type { RenderResult, RenderedObject } from '../ports.ts'
import type { Bench } from '../proof/bench.ts'
import type { Environments } from '../world.ts'
import type { Delivery, Side } from './delivery.ts'
import { environmentAt } from './environment-at.ts'
import type { NamedCluster } from './environment-at.ts'
import { showDelivery } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { placeOf } from './place-of.ts'
import { renderSafely } from './render-safely.ts'

/** One check under way. */
export interface Run {
  readonly base: Bench
  readonly head: Bench
  readonly changed: ReadonlySet<string>
  readonly rules: { readonly environments: Environments, readonly clusters: readonly NamedCluster[], readonly atLeast: Environment | null }
  /** Owners of the head that deploy from somewhere else. */
  readonly elsewhere: Side['elsewhere']
  /** Those of the base count where both have one: a pull request cannot take itself out of a policy by a label. */
  readonly namespaces: ReadonlyMap<string, KubernetesObject>
}

/** What a pair comes to; `judged` by environment. */
export interface Effect {
  readonly delivery: CheckedDelivery | null
  readonly unchecked: Unchecked | null
  readonly judged: readonly { readonly environment: Environment, readonly object: JudgedObject, readonly place: FilePlace }[]
}

async function sideOf(bench: Bench, delivery: Delivery | null): Promise<RenderResult> {
  if (delivery === null) return { ok: true, objects: [] }
  if (!delivery.there) return { ok: false, message: `there is no folder ${delivery.path === '' ? '.' : delivery.path}` }
  const [render] = await renderSafely(bench, [delivery.ask])
  return render ?? { ok: false, message: 'it was not rendered' }
}

/** What the change does to one delivery. */
export async function effectOf(run: Run, pair: Pair): Promise<Effect> {
  const { before, after } = pair
  const delivery = after ?? before
  // Of a folder that is in no commit nothing can change: it is one of another repository.
  if (delivery === null || (before?.there !== true && after?.there !== true)) return { delivery: null, unchecked: null, judged: [] }
  const unchecked = delivery.obstacle === null ? null : { what: showDelivery(delivery), because: delivery.obstacle, asItStands: delivery.rendered, place: delivery.place }
  const lost = lostOf(run, pair)
  if (lost !== null) return failed({ ...delivery, place: lost.place }, `${lost.because}, so that what it deploys is not known any more`)
  if (!delivery.rendered) return { delivery: null, unchecked, judged: [] }
  const [old, now] = [await sideOf(run.base, before?.rendered === false ? null : before), await sideOf(run.head, after)]
  // As it stands it may never have rendered: whoever deploys it lays something over it.
  if (unchecked !== null && !old.ok && !now.ok) return { delivery: null, unchecked: { ...unchecked, asItStands: false }, judged: [] }
  if (!now.ok) return { ...failed(delivery, now.message), unchecked }
  return { ...await changesOf(run, { pair, delivery, old, now }), unchecked }
}

/** Why what was known of a delivery is not known any more: its owner deploys from elsewhere, or says what is not honoured. */
function lostOf({ elsewhere }: Run, { before, after }: Pair): { readonly because: string, readonly place: FilePlace } | null {
  const was = after === null ? before?.owner ?? null : null
  if (was !== null) return elsewhere.find(({ owner }) => sameOwner(owner, was)) ?? null
  return after !== null && after.obstacle !== null && before !== null && before.obstacle === null ? { because: after.obstacle, place: after.place } : null
}

function failed({ owner, carrier, path, place }: Delivery, error: string): Effect {
  return { delivery: { owner, carrier, path, place, status: 'error', changes: [], error, warning: null }, unchecked: null, judged: [] }
}

async function changesOf(run: Run, { pair, delivery, old, now }: { readonly pair: Pair, readonly delivery: Delivery, readonly old: RenderResult, readonly now: RenderResult }): Promise<Pick<Effect, 'delivery' | 'judged'>> {
  const { owner, carrier, path, place } = delivery
  const [was, becomes] = [old.ok ? old.objects : [], now.ok ? now.objects : []]
  const found = compareRenders(was.map(({ object }) => object), becomes.map(({ object }) => object))
  const changes: CheckedChange[] = []
  const judged: Effect['judged'][number][] = []
  for (const change of found) {
    const at = (objects: readonly RenderedObject[]): RenderedObject | undefined => objects.find(({ object }) => refKey(refOf(object)) === refKey(change.object))
    const [a, b] = [at(was), at(becomes)]
    const stands = b !== undefined && pair.after !== null ? { index: run.head.index, of: pair.after, rendered: b } : { index: run.base.index, of: pair.before ?? delivery, rendered: a }
    const from = stands.rendered === undefined ? place : await placeOf(stands.index, stands.of, { rendered: stands.rendered, changed: run.changed })
    const environments = [...new Set([pair.before, pair.after].flatMap(one => one === null ? [] : [one.stated]))].map(stated => {
      const namespace = change.object.namespace ?? stated.namespace
      return environmentAt(run.rules, stated, { namespace, object: namespace === null ? null : run.namespaces.get(namespace) ?? null })
    })
    const distinct = [...new Map(environments.map(one => [one.name, one])).values()]
    const ref = change.object.namespace === null && delivery.stated.namespace !== null && !isClusterWide(change.object.kind) ? { ...change.object, namespace: delivery.stated.namespace } : change.object
    changes.push({ ...change, object: ref, environments: distinct.map(({ name }) => name), place: from })
    judged.push(...distinct.map(environment => ({ environment, place: from, object: { ref, before: a?.object ?? null, after: b?.object ?? null } })))
  }
  return { delivery: { owner, carrier, path, place, status: changes.length === 0 ? 'same' : 'changed', changes, error: null, warning: old.ok ? null : old.message }, judged }
}

/** Kinds of which everybody knows that they have no namespace; it is only about how they are called. */
function isClusterWide(kind: string): boolean {
  return /^(?:Namespace|Node|PersistentVolume|CustomResourceDefinition|StorageClass|PriorityClass|IngressClass|RuntimeClass|APIService)$|^Cluster|WebhookConfiguration$|AdmissionPolicy(?:Binding)?$/.test(kind)
}
