import { carriedHelm, placedHelm } from '../../model/helm.ts'
import type { OverlayPlace, TextPlace } from '../../model/overlay.ts'
import type { ConsumerOwner, ManifestOwner, RenderRules } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { FileChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import type { Bench } from '../proof/bench.ts'
import { otherConsumers } from '../proof/consumers.ts'
import type { Consumer, Reread } from '../proof/consumer.ts'
import type { Ruled } from '../proof/rules.ts'
import { carriedAfter } from './carried-owner.ts'
import type { Carried } from './carried-owner.ts'
import { placedIn } from './checkout-manifests.ts'
import type { PlacedManifest } from './read-files.ts'
import { withCheckoutValues } from './checkout-values.ts'
import type { ValuePlaces } from './checkout-values.ts'
import { variablesAfter, withCheckoutVariables } from './checkout-variables.ts'
import { anyManifestsIn } from './manifests-in.ts'
import type { FileManifest } from './manifests-in.ts'
import type { OwnerFileAsk, OwnerReaders } from './owner-file-ask.ts'

interface Origin { readonly place: TextPlace | null, readonly source: number, readonly manifest: KubernetesObject, readonly carried: Carried | null }

/** A file of owners that is being read. */
export interface Reading {
  readonly readers: OwnerReaders
  readonly bench: Bench
  readonly ask: OwnerFileAsk
  readonly manifests: readonly FileManifest[]
  readonly checkout: readonly PlacedManifest[]
  readonly around: readonly KubernetesObject[]
  readonly declared: readonly ConsumerOwner[]
  /** Which manifest, and which of its sources, rules were read from. */
  readonly origins: Map<RenderRules, Origin>
}

/** One source of one owner. */
export interface OneSource {
  readonly owner: ManifestOwner
  readonly source: number
  /** Where the owner's manifest stands in the checkout, and counts as it stands there. */
  readonly place: TextPlace | null
  /** Who brings it to the cluster, and as what. */
  readonly carried: Carried | null
}

/** The rules of one source, with its places in the checkout and with the variables that are known. */
export async function rulesOf(reading: Reading, of: OneSource): Promise<RenderRules> {
  const { place, owner } = of
  const rules = withHelm(reading, of, [])
  if (rules.substitute === undefined) return rules
  const given = reading.manifests.map(({ object, document, steps }) => ({ object, place: reading.ask.inside === null ? null : { file: reading.ask.inside, document, steps } }))
  const elsewhere = reading.checkout.filter(one => one.place.file !== reading.ask.inside)
  const places = { bench: reading.bench, namespace: owner.ref.namespace, owner: place, given, checkout: elsewhere, consumers: everybody(reading, owner) }
  return { ...rules, substitute: await withCheckoutVariables(rules.substitute, places) }
}

function placedRules(reading: Reading, { owner, source, place }: OneSource): RenderRules {
  const one = owner.sources[source]
  if (one === undefined) return { format: 'auto', loadRestrictor: 'root', directory: { recurse: false } }
  const { loadRestrictor } = reading.ask
  const render = loadRestrictor === null ? one.render : { ...one.render, loadRestrictor }
  if (place === null) return { ...render }
  const helm = render.helm === undefined ? {} : { helm: placedHelm(render.helm, { ...place, steps: [...place.steps, ...one.chart] }) }
  const overlay: OverlayPlace = { ...place, steps: [...place.steps, ...one.overlay], by: owner.ref.tool, name: showOwner(owner.ref) }
  const inline = { ...place, steps: [...place.steps, ...one.variables] }
  const substitute = render.substitute === undefined ? undefined : { ...render.substitute, sources: render.substitute.sources.map(variables => variables.kind === 'inline' ? { ...variables, place: inline } : variables) }
  return { ...render, ...helm, places: [overlay], ...substitute === undefined ? {} : { substitute } }
}

/** How a chart is rendered, with the places of its values: in the owner's own manifest, or in what is rendered of that, and in the ConfigMaps that it names. */
function withHelm(reading: Reading, of: OneSource, changes: readonly FileChange[]): RenderRules {
  const { owner, source, place, carried } = of
  const rules = placedRules(reading, of)
  const { helm } = rules
  if (helm === undefined) return rules
  const base = owner.sources[source]?.chart ?? []
  const own = place === null && carried !== null ? carriedHelm(helm, refOf(carried.object), base) : helm
  const by = carried?.alone !== true ? own : { ...own, carrier: { ...carried.carrier, names: [owner.ref.name] } }
  return { ...rules, helm: withCheckoutValues(by, { objects: carried?.objects ?? null, manifests: manifestsAfter(reading, changes) }) }
}

/** The manifests that were given, and those of the checkout, once files are changed. */
function manifestsAfter({ manifests, ask, checkout }: Reading, changes: readonly FileChange[]): ValuePlaces['manifests'] {
  const given = manifests.map(({ object, document, steps }) => ({ object, place: ask.inside === null ? null : { file: ask.inside, document, steps } }))
  const all = [...given, ...checkout.filter(one => one.place.file !== ask.inside)]
  const changed = changes.filter(({ path }) => all.some(({ place }) => place?.file === path))
  return [...all.filter(({ place }) => !changed.some(({ path }) => path === place?.file)), ...changed.flatMap(({ path, after }) => after === null ? [] : placedIn(path, after))]
}

/** Whoever renders something of the checkout, as it stands. */
export function everybody({ bench, declared }: Reading, owner: ManifestOwner): readonly Consumer[] {
  const asked: ConsumerOwner = { ref: { ...owner.ref, cluster: 'nobody' }, source: { url: '', revision: '', path: '\0' }, render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: false } }, destination: owner.destination, unsupported: null }
  return otherConsumers({ index: bench.index, asked: { ...asked.ref, source: asked.source, render: asked.render }, owners: [...declared, asked], samePath: 'other' })
}

/** What the owners of the file say once it, or a ConfigMap that they name, is changed. */
export function rereader(reading: Reading): Reread {
  return (ruled, changes) => {
    const origin = reading.origins.get(ruled.render)
    if (origin !== undefined && ruled.render.helm !== undefined) return rereadChart(reading, { ...origin, ruled, changes })
    if (origin?.place === undefined || origin.place === null) return refreshed(ruled, ruled.render, changes)
    const { place } = origin
    const text = changes.find(({ path }) => path === place.file)?.after
    if (typeof text !== 'string') return refreshed(ruled, ruled.render, changes)
    const object = anyManifestsIn({ name: place.file, text }).find(one => one.document === place.document && one.steps.join('/') === place.steps.join('/'))?.object
    const owner = object === undefined ? null : reading.readers.manifestOwner(object, reading.around)
    const source = owner?.sources[origin.source]
    if (owner === null || source === undefined || owner.obstacle !== null) return `${owner?.obstacle?.path ?? place.file} ${owner?.obstacle?.because ?? 'no longer holds the owner'}`
    const rules = placedRules(reading, { owner, source: origin.source, place, carried: null })
    return refreshed({ ...ruled, source: source.source }, { ...rules, ...withKnown(rules, ruled.render) }, changes)
  }
}

/** What the owner of a chart says once its manifest, the delivery that brings it, or a ConfigMap is changed. */
async function rereadChart(reading: Reading, of: Origin & { readonly ruled: Ruled, readonly changes: readonly FileChange[] }): Promise<Pick<Ruled, 'source' | 'render'> | string> {
  const { place, carried, changes, ruled } = of
  const rendered = carried === null ? null : await carriedAfter(reading.bench, carried, changes)
  const later = carried === null || rendered === null ? null : { ...carried, ...rendered }
  if (carried !== null && later === null) return `${carried.carrier.path === '' ? '.' : carried.carrier.path} no longer renders the owner`
  const object = later?.object ?? statedAfter(of)
  const owner = object === null ? null : reading.readers.manifestOwner(object, [...reading.around, ...later?.objects ?? []])
  const wrong = owner?.obstacle ?? null
  if (wrong !== null) return `${wrong.path} ${wrong.because}`
  const source = owner?.sources[of.source]
  if (owner === null || source === undefined) return `${place?.file ?? 'the manifest'} no longer holds the owner`
  return { ...ruled, source: source.source, render: withHelm(reading, { owner, source: of.source, place, carried: later }, changes) }
}

/** The manifest as its file says it now; null where that holds it no longer. */
function statedAfter({ place, manifest, changes }: Origin & { readonly changes: readonly FileChange[] }): KubernetesObject | null {
  const text = changes.find(({ path }) => path === place?.file)?.after
  if (place === null || typeof text !== 'string') return manifest
  return anyManifestsIn({ name: place.file, text }).find(one => one.document === place.document && one.steps.join('/') === place.steps.join('/'))?.object ?? null
}

/** Variables that were found for the manifest as it was, for the manifest as it is. */
function withKnown(rules: RenderRules, before: RenderRules): Pick<RenderRules, 'substitute'> {
  if (rules.substitute === undefined) return {}
  const known = before.substitute?.sources ?? []
  return { substitute: { ...rules.substitute, sources: rules.substitute.sources.map(source => source.kind === 'inline' ? source : known.find(one => one.kind === source.kind && one.name === source.name) ?? source) } }
}

function refreshed(ruled: Ruled, render: RenderRules, changes: Parameters<Reread>[1]): Pick<Ruled, 'source' | 'render'> {
  return { source: ruled.source, render: render.substitute === undefined ? render : { ...render, substitute: variablesAfter(render.substitute, changes) } }
}
