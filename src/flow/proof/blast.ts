import { WritError } from '../../model/error.ts'
import type { BlastEntry, FileChange, JudgedObject, ObjectChange, RenderedChanges } from '../../model/plan.ts'
import type { Destination } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import { withoutHash } from '../edit/generators.ts'
import type { RenderResult } from '../ports.ts'
import type { World } from '../world.ts'
import type { Bench } from './bench.ts'
import type { RenderAsk } from './closure.ts'
import type { Consumer } from './consumer.ts'

/** What names the environment of a place in a cluster. */
export type Places = Pick<World, 'environments' | 'clusters'>

/** What changed files do to everybody but the asked delivery. */
export interface Blast {
  /** Only consumers that change, and those of which it is not known. */
  readonly entries: readonly BlastEntry[]
  readonly rendered: RenderedChanges['blast']
  /** A consumer that rendered before and does not any more: such an edit is never made. */
  readonly broken: string | null
}

/** Renders every consumer whose closure may hold a changed file, before and after (editing.md 4.3). */
export async function blastOf(places: Places | null, bench: Bench, what: { readonly consumers: readonly Consumer[], readonly changes: readonly FileChange[] }): Promise<Blast> {
  const touched = what.consumers.filter(({ closure }) => closure.opaque || what.changes.some(({ path }) => closure.files.has(path)))
  const known = touched.filter(consumer => consumer.unsupported === null)
  const before = await renderSafely(bench, [], known.map(consumer => consumer.ask))
  const asks = await Promise.all(known.map(consumer => consumer.after(what.changes)))
  const after = await renderAfter(bench, what.changes, asks)
  const entries: BlastEntry[] = []
  const rendered: RenderedChanges['blast'][number][] = []
  for (const consumer of touched) {
    const effect = effectOf(consumer, before[known.indexOf(consumer)], after[known.indexOf(consumer)])
    if (effect.kind === 'broken') return { entries: [], rendered: [], broken: `${show(consumer)} would not render any more: ${effect.message}` }
    if (effect.kind === 'none') continue
    const changed = effect.kind === 'changed' ? effect : null
    const environments = places === null ? [] : await environmentsOf(places, consumer, changed?.objects ?? [])
    const error = effect.kind === 'unknown' ? effect.message : null
    entries.push({ path: consumer.ask.path, owners: consumer.owners.map(owner => owner.ref), environments, changes: changed?.changes ?? null, error, ...carriesOnly(consumer, changed?.changes, what.changes) ? { carrier: true } : {}, ...consumer.mention === undefined ? {} : { by: consumer.mention.by } })
    if (changed !== null) rendered.push({ path: consumer.ask.path, environments, objects: changed.objects, destinations: consumer.owners.map(owner => owner.destination) })
  }
  return { entries, rendered, broken: null }
}

/** True where somebody else than the asked delivery changes, or may. */
export function reachesOthers(blast: Pick<Blast, 'entries'>): boolean {
  return blast.entries.some(entry => entry.carrier !== true)
}

/** Nothing changes in it but the asked owner's own manifest. */
function carriesOnly({ carries, closure }: Consumer, changes: readonly ObjectChange[] | undefined, files: readonly FileChange[]): boolean {
  // A generated ConfigMap gets another name with its content.
  const isCarried = ({ kind, object }: ObjectChange): boolean => carries?.names.has(object.name) === true || (kind !== 'changed' && object.kind === 'ConfigMap' && carries?.names.has(withoutHash(object.name)) === true)
  return carries !== undefined && changes !== undefined && changes.every(change => (change.kind === 'changed' || change.object.kind === 'ConfigMap') && isCarried(change))
    && files.every(({ path }) => !closure.files.has(path) || carries.files.has(path))
}

/** Rules that are changed so that nobody can honour them do not render. */
async function renderAfter(bench: Bench, changes: readonly FileChange[], asks: readonly (RenderAsk | string)[]): Promise<readonly RenderResult[]> {
  const good = asks.filter(ask => typeof ask !== 'string')
  const rendered = [...await renderSafely(bench, changes, good)]
  return asks.map(ask => typeof ask === 'string' ? { ok: false, message: ask } : rendered.shift() ?? { ok: false, message: 'it was not rendered' })
}

/** The changed objects of a render, whole. */
export function judgedObjects(before: readonly KubernetesObject[], after: readonly KubernetesObject[], changes: readonly ObjectChange[]): readonly JudgedObject[] {
  return changes.map(({ object }) => {
    const same = (candidate: KubernetesObject): boolean => refKey(refOf(candidate)) === refKey(object)
    return { ref: object, before: before.find(same) ?? null, after: after.find(same) ?? null }
  })
}

type Effect =
  | { readonly kind: 'none' }
  | { readonly kind: 'changed', readonly changes: readonly ObjectChange[], readonly objects: readonly JudgedObject[] }
  | { readonly kind: 'unknown', readonly message: string }
  | { readonly kind: 'broken', readonly message: string }

function effectOf(consumer: Consumer, before: RenderResult | undefined, after: RenderResult | undefined): Effect {
  if (consumer.mention !== undefined) return { kind: 'unknown', message: consumer.mention.because }
  if (consumer.unsupported !== null) return { kind: 'unknown', message: `its render is not known: ${consumer.unsupported} is not honoured` }
  if (before === undefined || after === undefined) return { kind: 'unknown', message: 'it was not rendered' }
  if (!before.ok) return { kind: 'unknown', message: before.message }
  if (!after.ok) return { kind: 'broken', message: after.message }
  const [old, now] = [before.objects.map(({ object }) => object), after.objects.map(({ object }) => object)]
  const changes = compareRenders(old, now)
  return changes.length === 0 ? { kind: 'none' } : { kind: 'changed', changes, objects: judgedObjects(old, now, changes) }
}

/** A consumer that cannot be rendered here is unknown; it must not keep the others from being looked at. */
async function renderSafely(bench: Bench, changes: readonly FileChange[], asks: readonly RenderAsk[]): Promise<readonly RenderResult[]> {
  try {
    return await bench.render(changes, asks)
  } catch (error) {
    if (!(error instanceof WritError)) throw error
  }
  const results: RenderResult[] = []
  for (const ask of asks) {
    try {
      results.push(...await bench.render(changes, [ask]))
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      results.push({ ok: false, message: error.message })
    }
  }
  return results
}

/** The environments of the changed objects, by where their owners deploy them. None where no owner claims the consumer: that counts as prod. */
async function environmentsOf(world: Places, consumer: Consumer, objects: readonly JudgedObject[]): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const { destination } of consumer.owners) {
    const namespaces = objects.length === 0 ? [destination.namespace] : objects.map(({ ref }) => ref.namespace ?? destination.namespace)
    for (const namespace of new Set(namespaces)) names.add(await environmentName(world, destination, namespace))
  }
  return [...names].sort()
}

/** The environment of an object that is deployed there. Labels of its namespace may decide. */
export async function environmentName(world: Places, { cluster }: Destination, namespace: string | null): Promise<string> {
  return world.environments.of(cluster, namespace, namespace === null ? null : await namespaceObject(world, cluster, namespace)).name
}

/** Labels may decide the environment. Where the namespace cannot be read, names alone decide, and what no file covers is prod. */
async function namespaceObject(world: Places, cluster: string, name: string): Promise<KubernetesObject | null> {
  try {
    const api = world.clusters.named(cluster)
    const kind = await api.served('', 'Namespace')
    return kind === null ? null : await api.get(kind, null, name)
  } catch (error) {
    if (error instanceof WritError) return null
    throw error
  }
}

function show(consumer: Consumer): string {
  return consumer.ask.path === '' ? 'the root of the repository' : consumer.ask.path
}
