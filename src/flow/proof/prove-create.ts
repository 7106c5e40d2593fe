import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { applyEdits } from '../edit/apply-edits.ts'
import type { NewPlace } from '../edit/create-places.ts'
import { onlyPlace } from '../edit/create-places.ts'
import { withDocument } from '../edit/documents.ts'
import type { FileEdit } from '../edit/place.ts'
import { fileChanges } from '../edit/place.ts'
import { readSource } from '../edit/source.ts'
import { stageName } from '../edit/stage.ts'
import { touchGuard } from '../edit/touch-guard.ts'
import { withName, withNamespace } from '../manifest/clean-manifest.ts'
import type { Manifest } from '../manifest/read-manifests.ts'
import { shownPath, renderBase } from './base-render.ts'
import type { BaseRender } from './base-render.ts'
import type { Bench } from './bench.ts'
import { choosePlace, placesIn } from './new-places.ts'
import { findTarget } from './target.ts'
import { sharedWhole, tryWhole } from './whole-object.ts'
import type { ProvenWhole, WholeAsk } from './whole-object.ts'

/** A manifest that shall become an object, clean, and the place that was chosen for it, if one was. */
export interface CreateAsk extends WholeAsk { readonly manifest: Manifest, readonly place: string | null }

/**
 * Puts a new object where the layout of the source says, and proves by rendering that exactly this object appears (editing.md 4.6). Refuses NEEDS_INPUT with
 * the places where the layout does not say, SHARED_BASE where others would get it, too, WIDE where something else changes or changes it.
 */
export async function proveCreate(bench: Bench, ask: CreateAsk): Promise<ProvenWhole | Refusal> {
  const base = await renderBase(bench, ask.owner)
  if (isRefusal(base)) return base
  const [there] = findTarget(base.objects, ask.target, ask.owner.destination)
  if (there !== undefined) return refuse('STALE', `${shownPath(base.ask)} renders ${showRef(ask.target)} already.`, [{ sentence: 'it is declared here', at: there.origin?.path ?? shownPath(base.ask) }], 'Ask for a change of its fields, or apply the manifest: then the fields that differ are changed.')
  const place = await placeOf(bench, ask)
  return isRefusal(place) ? place : createAt(bench, { ask, base, place })
}

async function placeOf(bench: Bench, ask: CreateAsk): Promise<NewPlace | Refusal> {
  const places = await placesIn(bench.index, ask.target, { owner: ask.owner, owners: await ask.owners(), samePath: ask.samePath, scope: ask.scope })
  const shared = places.length > 0 || ask.scope === 'shared' ? [] : await placesIn(bench.index, ask.target, { owner: ask.owner, owners: await ask.owners(), samePath: ask.samePath, scope: 'shared' })
  if (shared.length > 0) {
    return refuse('SHARED_BASE', `${showRef(ask.target)} would be made for others too: every place for it is a file that they read.`, shared.map(({ file, what }) => ({ sentence: what, at: file })))
  }
  const chosen = ask.place === null ? onlyPlace(places, ask.target) : places.find(({ id }) => id === ask.place) ?? null
  return chosen ?? choosePlace(ask.target, [{ owner: ask.owner.name === '' ? null : ask.owner, places }], ask.place === null ? [] : [{ sentence: `${ask.place} is none of them (any more)` }])
}

async function createAt(bench: Bench, { ask, base, place }: { readonly ask: CreateAsk, readonly base: BaseRender, readonly place: NewPlace }): Promise<ProvenWhole | Refusal> {
  const failed: Evidence[] = []
  for (const manifest of spellings(ask, place, bench)) {
    const applied = applyEdits(await textsOf(bench, place), fileEdits(place, manifest.text))
    if ('sentence' in applied) return refuse(applied.code, `${showRef(ask.target)} is not written to ${place.file}: ${applied.sentence}.`, [{ sentence: applied.sentence, at: applied.at }])
    const guard = guardOf(place)
    if (guard !== null) return guard
    const before = await textsOf(bench, place)
    const at = [`${place.file}:${place.text === null ? 1 : place.text.split('\n').length}`, ...applied.places.filter(one => one !== place.file)]
    const outcome = await tryWhole(bench, { ask, base, wanted: asNamed(manifest.object, ask) }, { files: fileChanges(before, applied.texts), at, what: place.what })
    if (outcome.kind === 'exact' || (outcome.kind === 'shared' && ask.scope === 'shared')) return outcome.proven
    if (outcome.kind === 'shared') return sharedWhole(ask, outcome.proven)
    failed.push({ sentence: outcome.sentence, at: place.file })
  }
  return refuse('WIDE', `${showRef(ask.target)} in ${place.file} would not be exactly what was asked: ${failed[0]?.sentence ?? 'nothing can be written there'}.`, failed)
}

/** As it was given, and with the namespace written into it, first as the manifests beside it do; then without what the source lays around its name. */
function spellings({ manifest, target }: CreateAsk, place: NewPlace, bench: Bench): readonly Manifest[] {
  const home = bench.index.kustomizations.get(place.folder)?.value
  const { name } = home === null || home === undefined ? target : stageName(home, target)
  const renamed = name === target.name ? null : withName(manifest, name)
  return [manifest, ...renamed === null ? [] : [renamed]].flatMap(one => {
    const placed = target.namespace === null ? null : withNamespace(one, target.namespace)
    const both = placed === null || placed.text === one.text ? [one] : [one, placed]
    return place.statesNamespace ? both.toReversed() : both
  })
}

/** What must come out: the object under its own name, however it is written. */
function asNamed(object: KubernetesObject, { target }: CreateAsk): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name: target.name } }
}

function fileEdits({ file, text, kustomization, entry }: NewPlace, manifest: string): readonly FileEdit[] {
  const written = text === null ? (manifest.endsWith('\n') ? manifest : `${manifest}\n`) : withDocument(text, manifest)
  return [{ file, text: written }, ...kustomization === null || entry === null ? [] : [{ file: kustomization, edits: [entry] }]]
}

async function textsOf(bench: Bench, { file, kustomization }: NewPlace): Promise<ReadonlyMap<string, string>> {
  return bench.index.tree.read([file, ...kustomization === null ? [] : [kustomization]].filter(path => bench.index.files.has(path)))
}

/** A file with several objects may be encrypted or generated. */
function guardOf({ file, text }: NewPlace): Refusal | null {
  if (text === null) return null
  const guard = touchGuard(readSource(text, 'last'), { start: text.length, end: text.length, text: '' }, 'add')
  return guard === null ? null : refuse(guard.code, `${file} is not added to: ${guard.sentence}.`, [{ sentence: guard.sentence, at: file }])
}
