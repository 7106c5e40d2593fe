import { WritError, isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { ConsumerOwner, ManifestOwner, Mention, RenderRules } from '../../model/owner.ts'
import { sameOwner, showOwner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { Bench } from '../proof/bench.ts'
import { renderAsk } from '../proof/consumers.ts'
import type { Reread } from '../proof/consumer.ts'
import { isBelow } from '../proof/tree-index.ts'
import { mentionedOwner, readCheckout } from './checkout-manifests.ts'
import { carriedOwner } from './carried-owner.ts'
import { chartUsers } from './chart-users.ts'
import { everybody, rereader, rulesOf } from './file-rules.ts'
import type { Reading } from './file-rules.ts'
import { manifestsIn } from './manifests-in.ts'
import type { FileManifest, GivenFile } from './manifests-in.ts'
import type { OwnerReaders, OwnerFileAsk } from './owner-file-ask.ts'

/** One source of one owner of a file, ready to be rendered. */
export interface FileOwner {
  readonly owner: ManifestOwner
  readonly source: ConsumerOwner['source']
  readonly render: RenderRules
}

/** The owners of a file and everybody else who reads the checkout. */
export interface OwnersOfFile {
  readonly usable: readonly FileOwner[]
  /** Owners that cannot be used, with the reason. */
  readonly refused: readonly Refusal[]
  readonly consumers: readonly ConsumerOwner[]
  readonly reread: Reread
}

/** Reads all owners of a file. Throws usage/bad-argument with `file:line`. */
export async function ownersOfFile(readers: OwnerReaders, bench: Bench, ask: OwnerFileAsk): Promise<OwnersOfFile> {
  const manifests = manifestsIn(ask.file)
  const { placed, mentions } = await readCheckout(bench, ['Application', 'Kustomization', 'HelmRelease', 'GitRepository', 'HelmChart', 'ConfigMap', 'Secret'])
  // Places in JSON are not edited.
  const checkout = placed.filter(({ place }) => !place.file.endsWith('.json'))
  const around = [...manifests.map(({ object }) => object), ...unambiguous(checkout.filter(({ object }) => object.kind === 'GitRepository' || object.kind === 'HelmChart').map(({ object }) => object))]
  const owners = manifests.flatMap(manifest => {
    const owner = readers.manifestOwner(manifest.object, around)
    return owner === null ? [] : [{ owner, manifest }]
  })
  if (owners.length === 0) throw noOwner(ask.file, manifests)
  const elsewhere = placed.filter(({ place }) => place.file !== ask.inside)
  const declared = readers.declaredOwners(elsewhere.map(({ object }) => object)).filter(one => ask.inside !== null || !owners.some(({ owner }) => isSame(owner, one)))
  const distinct = declared.map(one => owners.some(({ owner }) => sameOwner(owner.ref, one.ref)) ? { ...one, ref: { ...one.ref, cluster: `${one.ref.cluster}, another manifest` } } : one)
  const reading: Reading = { readers, bench, ask, manifests, checkout, around, declared: distinct, origins: new Map() }
  const usable: FileOwner[] = []
  const refusals: Refusal[] = []
  for (const one of owners) {
    const found = await sourcesOf(reading, one)
    if (isRefusal(found)) refusals.push(found)
    else usable.push(...found)
  }
  const refused = [...owners.flatMap(({ owner }) => refusalsOf(owner)), ...refusals, ...manifests.flatMap(({ object }) => notYet(object))]
  const users = await chartUsers(reading)
  const others = distinct.filter(({ ref }) => !users.some(({ declared: one }) => one.kind === ref.kind && one.namespace === ref.namespace && one.name === ref.name))
  const named = mentions.flatMap(mention => owners.reduce<readonly Mention[]>((left, { owner }) => left.flatMap(one => withoutAsked(one, owner, reading)), [mention]))
  const consumers = [...others, ...named.map(mentionedOwner), ...users.flatMap(({ rendered }) => rendered), ...usable.map(({ owner, source, render }): ConsumerOwner => ({ ref: owner.ref, source, render, destination: owner.destination, unsupported: null }))]
  return { usable, refused, consumers, reread: rereader(reading) }
}

/** Of objects with one name those that stand once: which of several is meant nobody knows. */
function unambiguous(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const name = (object: KubernetesObject): string => `${object.kind} ${refOf(object).namespace ?? ''}/${refOf(object).name}`
  return objects.filter(object => objects.filter(other => name(other) === name(object)).length === 1)
}

function noOwner({ name }: GivenFile, manifests: readonly FileManifest[]): WritError {
  const shown = name === '-' ? 'stdin' : name
  const [first] = manifests
  const there = first === undefined ? 'it is empty' : `line ${first.line} holds ${first.object.apiVersion} ${first.object.kind}`
  return new WritError('usage/bad-argument', `${shown} holds no Application, no Flux Kustomization and no HelmRelease: ${there}.`, { hint: 'Give the manifest of the owner: an Application (argoproj.io), a Kustomization (kustomize.toolkit.fluxcd.io) or a HelmRelease (helm.toolkit.fluxcd.io).' })
}

/** The same owner in another file, where the given one lies outside the checkout. */
function isSame(owner: ManifestOwner, declared: ConsumerOwner): boolean {
  return sameOwner(owner.ref, declared.ref) && owner.sources.some(({ source }) => source.path === declared.source.path)
}

/** A mention without what it says of the given owner itself: where that lies outside the checkout it may be what comes out of it, or of the overlay that brings it. */
function withoutAsked(mention: Mention, { ref, sources }: ManifestOwner, { ask, origins }: Reading): readonly Mention[] {
  const sameName = mention.name === ref.name && (mention.kind === ref.kind || mention.kind === 'ApplicationSet')
  if ([...origins.values()].some(({ carried }) => carried?.carrier.files.includes(mention.file) === true) && (mention.name === null || sameName)) return []
  if (ask.inside !== null) return mention.file === ask.inside && sameName && mention.kind === ref.kind ? [] : [mention]
  const own = new Set(sources.map(({ source }) => source.path))
  if (!mention.folders.some(folder => own.has(folder))) return [mention]
  if (sameName && mention.kind === ref.kind) return []
  // Another name is another owner.
  if (!mention.varies || (mention.name !== null && mention.kind !== 'ApplicationSet')) return [mention]
  return [{ ...mention, folders: mention.folders.filter(folder => !own.has(folder)), files: mention.files.filter(file => ![...own].some(folder => isBelow(file, folder))) }]
}

function refusalsOf(owner: ManifestOwner): readonly Refusal[] {
  return [...owner.obstacle === null ? [] : [owner.obstacle], ...owner.unread].map(({ code, path, because }) => {
    const name = showOwner(owner.ref)
    return refuse(code, `${name} has ${path}, ${because}.`, [{ sentence: `${path} is set`, at: `${name} ${path}` }])
  })
}

/** Owners of other kinds may hold what the others do not. */
function notYet(object: KubernetesObject): readonly Refusal[] {
  if (object.kind !== 'ApplicationSet') return []
  const name = showRef(refOf(object))
  return [refuse('UNSUPPORTED', `${name} is not read as an owner by this version.`, [{ sentence: 'it may deploy the object', at: name }])]
}

async function sourcesOf(reading: Reading, { owner: stated, manifest }: { readonly owner: ManifestOwner, readonly manifest: FileManifest }): Promise<readonly FileOwner[] | Refusal> {
  if (stated.obstacle !== null) return []
  const { inside } = reading.ask
  const carried = stated.sources.some(({ source, render }) => renderAsk(reading.bench.index, { tool: stated.ref.tool, source, render }).format === 'helm') ? await carriedOwner(reading.bench, manifest.object, { files: filesOf(reading, manifest), path: reading.ask.path ?? null, live: inside === null, consumers: everybody(reading, stated) }) : null
  if (isRefusal(carried)) return carried
  const owner = carried === null ? stated : reading.readers.manifestOwner(carried.object, [...reading.around, ...carried.objects]) ?? stated
  if (owner.obstacle !== null) return refusalsOf(owner)[0] ?? []
  const place = inside === null || carried?.same === false ? null : { file: inside, document: manifest.document, steps: manifest.steps }
  const found: FileOwner[] = []
  for (const [i, one] of owner.sources.entries()) {
    const render = await rulesOf(reading, { owner, source: i, place, carried })
    reading.origins.set(render, { place, source: i, manifest: manifest.object, carried })
    found.push({ owner, source: one.source, render })
  }
  return found
}

/** The files that may hold an owner's manifest: the given one, or where that is not in the checkout those with one of that name. */
function filesOf({ ask, checkout }: Reading, { object }: FileManifest): readonly string[] {
  if (ask.inside !== null) return [ask.inside]
  return checkout.filter(one => one.object.kind === object.kind && refOf(one.object).name === refOf(object).name).map(({ place }) => place.file)
}
