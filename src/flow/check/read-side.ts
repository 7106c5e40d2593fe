import { canonical, textAt } from '../../model/json.ts'
import type { FilePlace } from '../../model/check.ts'
import type { ConsumerOwner, ManifestOwner, Mention } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import { refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { mentionedOwner, readCheckout } from '../owner-file/checkout-manifests.ts'
import { withCheckoutValues } from '../owner-file/checkout-values.ts'
import { withCheckoutVariables } from '../owner-file/checkout-variables.ts'
import type { OwnerReaders } from '../owner-file/owner-file-ask.ts'
import type { PlacedManifest } from '../owner-file/read-files.ts'
import type { Bench } from '../proof/bench.ts'
import type { Consumer } from '../proof/consumer.ts'
import { otherConsumers } from '../proof/consumers.ts'
import { documentLine, statedPlace } from './place-of.ts'
import type { Delivery, Side } from './delivery.ts'
import { renderSafely } from './render-safely.ts'

const KINDS = ['Application', 'Kustomization', 'HelmRelease', 'GitRepository', 'HelmChart', 'ConfigMap', 'Secret', 'Namespace']
/** Owners that bring owners that bring owners: more levels than anybody has. */
const MOST_LEVELS = 6

/** An owner's manifest as a file has it, or as a delivery renders it. */
interface Manifest {
  readonly object: KubernetesObject
  readonly carrier: string | null
  readonly place: FilePlace
  readonly placed: PlacedManifest['place'] | null
  readonly beside: readonly KubernetesObject[]
}

interface Reading {
  readonly readers: OwnerReaders
  readonly bench: Bench
  readonly checkout: readonly PlacedManifest[]
  readonly around: readonly KubernetesObject[]
  readonly mentions: readonly Mention[]
  /** Files that may bring owners. */
  readonly ownerFiles: ReadonlySet<string>
  readonly plain: readonly Consumer[]
}

/**
 * Everything that the files of a commit deploy. Owners count as they are rendered by whoever brings them, level by level: patches of an overlay and templates of
 * a chart decide what an owner says. One that nobody renders counts as it stands in its file. `given` are manifests of owners that stand elsewhere.
 */
export async function readSide(readers: OwnerReaders, bench: Bench, given: readonly { readonly object: KubernetesObject, readonly place: FilePlace }[]): Promise<Side> {
  const { placed, mentions } = await readCheckout(bench, KINDS)
  const checkout = placed.filter(({ place }) => !place.file.endsWith('.json'))
  const raw = await rawManifests(bench, placed)
  const stated: readonly Manifest[] = given.map(one => ({ ...one, carrier: null, placed: null, beside: given.map(({ object }) => object) }))
  const reading: Reading = {
    readers, bench, checkout, mentions, around: placed.map(({ object }) => object).filter(({ kind }) => kind === 'GitRepository' || kind === 'HelmChart'),
    ownerFiles: new Set([...raw.map(({ place }) => place.file), ...mentions.map(({ file }) => file)]),
    plain: consumersOf(bench, readers.declaredOwners(raw.map(({ object }) => object))),
  }
  let manifests: readonly Manifest[] = [...raw, ...stated]
  let resolved: ReadonlySet<string> = new Set()
  let known = ''
  for (let level = 0; level < MOST_LEVELS && known !== keyOf(manifests); level++) {
    known = keyOf(manifests)
    const brought = await ownersBrought(reading, await deliveriesOf(reading, manifests, resolved))
    const carried = raw.filter(({ object, place }) => brought.manifests.some(one => isSame(one.object, object) && brought.files.get(one.carrier ?? '')?.has(place.file) === true))
    manifests = [...raw.filter(one => !carried.includes(one)), ...stated, ...brought.manifests]
    resolved = new Set([...brought.files.values()].flatMap(files => [...files]))
  }
  const namespaces = new Map(placed.filter(({ object }) => object.apiVersion === 'v1' && object.kind === 'Namespace').map(({ object }) => [refOf(object).name, object]))
  return { deliveries: await deliveriesOf(reading, manifests, resolved), elsewhere: manifests.flatMap(one => elsewhereOf(reading, one)), namespaces }
}

function keyOf(manifests: readonly Manifest[]): string {
  return manifests.map(({ object, carrier }) => `${carrier ?? ''} ${canonical(object)}`).sort().join('\n')
}

async function rawManifests({ index }: Bench, placed: readonly PlacedManifest[]): Promise<readonly Manifest[]> {
  const owners = placed.filter(({ object }) => isOwner(object))
  const texts = await index.tree.read(owners.map(({ place }) => place.file))
  return owners.map(({ object, place }) => ({ object, carrier: null, placed: place, beside: [], place: { file: place.file, line: documentLine(texts.get(place.file) ?? '', place.document) } }))
}

/** Owners that deliveries render, and the files that each of these deliveries is rendered from. */
async function ownersBrought({ bench, ownerFiles }: Reading, deliveries: readonly Delivery[]): Promise<{ readonly manifests: readonly Manifest[], readonly files: ReadonlyMap<string, ReadonlySet<string>> }> {
  const carriers = new Map(deliveries.filter(({ obstacle, there, closure }) => obstacle === null && there && [...ownerFiles].some(file => closure.files.has(file))).map(one => [carrierName(one), one]))
  const manifests: Manifest[] = []
  const files = new Map<string, ReadonlySet<string>>()
  const renders = await renderSafely(bench, [...carriers.values()].map(({ ask }) => ask))
  for (const [i, [carrier, delivery]] of [...carriers].entries()) {
    const render = renders[i]
    if (render?.ok !== true) continue
    const beside = render.objects.map(({ object }) => object)
    const owners = render.objects.filter(({ object }) => isOwner(object))
    if (owners.length > 0) files.set(carrier, delivery.closure.files)
    for (const { object, origin } of owners) {
      // Who deploys itself is not brought by itself, or there would be no end.
      const place = origin === null ? await statedPlace(bench.index, delivery, { object, changed: new Set() }) ?? delivery.place : { file: origin.path, line: 1 }
      manifests.push({ object: withNamespace(object, delivery.stated.namespace), carrier, place, placed: null, beside })
    }
  }
  return { manifests, files }
}

function carrierName({ owner, path }: Delivery): string {
  return `${owner === null ? '' : `${showOwner(owner)} from `}${path === '' ? '.' : path}`
}

function withNamespace(object: KubernetesObject, namespace: string | null): KubernetesObject {
  return namespace === null || refOf(object).namespace !== null ? object : { ...object, metadata: { ...object.metadata, namespace } }
}

function isOwner({ kind, apiVersion }: KubernetesObject): boolean {
  return (kind === 'Application' && apiVersion.startsWith('argoproj.io/')) || (kind === 'Kustomization' && apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')) || (kind === 'HelmRelease' && apiVersion.startsWith('helm.toolkit.fluxcd.io/'))
}

/** A rendered owner and the manifest that it was made from: a prefix, a suffix or a namespace may have been added, and variables were put in. */
function isSame(rendered: KubernetesObject, raw: KubernetesObject): boolean {
  const parts = refOf(raw).name.split(/\$\{[^}]*\}/)
  return rendered.kind === raw.kind && parts.every(part => refOf(rendered).name.includes(part))
}

function consumersOf({ index }: Bench, owners: readonly ConsumerOwner[]): readonly Consumer[] {
  const nobody: ConsumerOwner = {
    ref: { tool: 'flux', kind: 'HelmRelease', cluster: 'nobody', namespace: '', name: '' }, source: { url: '', revision: '', path: '\0' },
    render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: false } }, destination: { cluster: '', namespace: null }, unsupported: null,
  }
  return otherConsumers({ index, asked: { ...nobody.ref, source: nobody.source, render: nobody.render }, owners: [...owners, nobody], samePath: 'other' })
}

/** One delivery for every source of every owner, every root that nobody names, and every folder that something names which cannot be read. */
async function deliveriesOf(reading: Reading, manifests: readonly Manifest[], resolved: ReadonlySet<string>): Promise<readonly Delivery[]> {
  const owners: ConsumerOwner[] = []
  for (const [i, manifest] of manifests.entries()) owners.push(...await sourcesOf(reading, manifest, i))
  const mentions = reading.mentions.filter(one => one.kind === 'ApplicationSet' || !resolved.has(one.file)).map(mentionedOwner)
  const consumers = consumersOf(reading.bench, [...owners, ...mentions])
  return consumers.flatMap(consumer => consumer.owners.length === 0 ? ownerless(reading, consumer) : consumer.owners.flatMap(({ ref, destination }) => {
    const [at = '', source = '0'] = ref.cluster.split(' ')
    const manifest = manifests[Number(at)]
    if (manifest === undefined) return []
    const there = reading.bench.index.directories.has(consumer.ask.path)
    const place = manifest.place
    const stated = { tool: ref.tool, cluster: clusterOf(manifest.object), namespace: destination.namespace }
    return [{ ...asRendered(consumer), owner: { ...ref, cluster: '' }, carrier: manifest.carrier, path: consumer.ask.path, source: Number(source), stated, place, obstacle: consumer.unsupported === null ? null : `${consumer.unsupported} is not honoured`, there }]
  }))
}

function clusterOf(object: KubernetesObject): string | null {
  return object.kind === 'Application' ? textAt(object, 'spec', 'destination', 'server') ?? textAt(object, 'spec', 'destination', 'name') ?? null : null
}

/** What cannot be rendered as it is deployed is rendered as it stands, where that says something: a chart says nothing without its values. */
function asRendered({ ask, closure, unsupported }: Consumer): Pick<Delivery, 'ask' | 'closure' | 'rendered'> {
  if (unsupported === null) return { ask, closure, rendered: true }
  const { path, format, directory } = ask
  return { ask: { path, format, loadRestrictor: 'none', directory }, closure, rendered: format !== 'helm' && format !== 'application-set' }
}

function ownerless({ bench: { index } }: Reading, consumer: Consumer): readonly Delivery[] {
  const { ask, mention } = consumer
  // Folders of links are what other folders are: whoever deploys them is known or nobody is.
  if (mention === undefined && ask.format !== 'kustomize' && ask.format !== 'helm') return []
  const own = index.kustomizations.get(ask.path)?.path ?? (ask.format === 'helm' ? inFolder(ask.path, 'Chart.yaml') : ask.path)
  return [{
    ...asRendered(consumer), owner: null, carrier: mention?.by ?? null, path: ask.path, source: 0, stated: { tool: null, cluster: null, namespace: null },
    place: { file: own, line: 1 }, obstacle: mention?.because ?? null, there: true,
  }]
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

function ownerOf({ readers, around }: Reading, { object, beside }: Manifest): ManifestOwner | null {
  return readers.manifestOwner(object, [...around, ...beside])
}

async function sourcesOf(reading: Reading, manifest: Manifest, at: number): Promise<readonly ConsumerOwner[]> {
  const owner = ownerOf(reading, manifest)
  if (owner === null || owner.obstacle?.code === 'NON_GIT_SOURCE') return []
  const found: ConsumerOwner[] = []
  for (const [i, one] of owner.sources.entries()) {
    const { substitute, helm, ...render } = one.render
    const { bench, checkout, plain } = reading
    const given = manifest.beside.map(object => ({ object, place: null }))
    const variables = substitute === undefined ? {} : { substitute: await withCheckoutVariables(substitute, { bench, namespace: owner.ref.namespace, owner: manifest.placed, given: given.filter(({ object }) => object.kind === 'ConfigMap'), checkout, consumers: plain }) }
    const values = helm === undefined ? {} : { helm: withCheckoutValues(helm, { objects: manifest.carrier === null ? null : manifest.beside, manifests: checkout }) }
    found.push({ ref: { ...owner.ref, cluster: `${String(at)} ${String(i)}` }, source: one.source, render: { ...render, ...variables, ...values }, destination: owner.destination, unsupported: owner.obstacle?.path ?? null })
  }
  return found
}

/** Sources that are not in this repository, or that nobody renders. */
function elsewhereOf(reading: Reading, manifest: Manifest): Side['elsewhere'] {
  const owner = ownerOf(reading, manifest)
  if (owner === null) return []
  const { place, object, carrier } = manifest
  const text = canonical({ spec: object['spec'] ?? null })
  const away = [...owner.obstacle?.code === 'NON_GIT_SOURCE' ? [owner.obstacle] : [], ...owner.unread]
  return away.map(({ path, because }) => ({ owner: { ...owner.ref, cluster: '' }, what: `${showOwner(owner.ref)}${carrier === null ? '' : ` (${carrier})`}`, because: `${path}, ${because}`, place, text }))
}
