import { placedHelm } from '../../model/helm.ts'
import type { OverlayPlace, TextPlace } from '../../model/overlay.ts'
import type { ConsumerOwner, ManifestOwner, RenderRules } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Bench } from '../proof/bench.ts'
import { otherConsumers } from '../proof/consumers.ts'
import type { Consumer, Reread } from '../proof/consumers.ts'
import type { Ruled } from '../proof/rules.ts'
import type { PlacedManifest } from './checkout-manifests.ts'
import { variablesAfter, withCheckoutVariables } from './checkout-variables.ts'
import { anyManifestsIn } from './manifests-in.ts'
import type { FileManifest } from './manifests-in.ts'
import type { OwnerFileAsk, OwnerReaders } from './owners-of-file.ts'

interface Origin { readonly place: TextPlace | null, readonly source: number }

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
export interface OneSource { readonly owner: ManifestOwner, readonly source: number, /** Where the owner's manifest stands in the checkout. */ readonly place: TextPlace | null }

/** The rules of one source, with its places in the checkout and with the variables that are known. */
export async function rulesOf(reading: Reading, of: OneSource): Promise<RenderRules> {
  const { place, owner } = of
  const rules = placedRules(reading, of)
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

/** Whoever renders something of the checkout, as it stands. */
function everybody({ bench, declared }: Reading, owner: ManifestOwner): readonly Consumer[] {
  const asked: ConsumerOwner = { ref: { ...owner.ref, cluster: 'nobody' }, source: { url: '', revision: '', path: '\0' }, render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: false } }, destination: owner.destination, unsupported: null }
  return otherConsumers({ index: bench.index, asked: { ...asked.ref, source: asked.source, render: asked.render }, owners: [...declared, asked], samePath: 'other' })
}

/** What the owners of the file say once it, or a ConfigMap that they name, is changed. */
export function rereader(reading: Reading): Reread {
  return (ruled, changes) => {
    const origin = reading.origins.get(ruled.render)
    if (origin?.place === undefined || origin.place === null) return refreshed(ruled, ruled.render, changes)
    const { place } = origin
    const text = changes.find(({ path }) => path === place.file)?.after
    if (typeof text !== 'string') return refreshed(ruled, ruled.render, changes)
    const object = anyManifestsIn({ name: place.file, text }).find(one => one.document === place.document && one.steps.join('/') === place.steps.join('/'))?.object
    const owner = object === undefined ? null : reading.readers.manifestOwner(object, reading.around)
    const source = owner?.sources[origin.source]
    if (owner === null || source === undefined || owner.obstacle !== null) return `${owner?.obstacle?.path ?? place.file} ${owner?.obstacle?.because ?? 'no longer holds the owner'}`
    const rules = placedRules(reading, { owner, source: origin.source, place })
    return refreshed({ ...ruled, source: source.source }, { ...rules, ...withKnown(rules, ruled.render) }, changes)
  }
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
