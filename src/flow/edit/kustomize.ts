import { isMap, isScalar, isSeq } from 'yaml'
import type { Document } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isObject, sameJson, textAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import type { KustomizationReference } from '../../model/kustomization.ts'
import { entryLooks } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import { extendedPatchLooks, inlinePatches, patchLooks, targetOfEntry } from './kustomize-patches.ts'
import type { PlacedPatch } from './kustomize-patches.ts'
import type { Layer, Look, Sought } from './look.ts'
import { documentValue, leafKey, lookAt, manifestStarts } from './look.ts'
import { nameFit } from './name-fit.ts'
import { newPatchLooks } from './overlay-patch.ts'
import type { YamlSteps } from './place.ts'
import type { Source } from './source.ts'
import { keyText, valueOf } from './source.ts'
import { stageNames } from './stage.ts'
import type { StageName } from './stage.ts'

/** A kustomization that is reached, with the files that it names. */
export interface Reached extends KustomizationText {
  readonly files: readonly { readonly path: string, readonly reference: KustomizationReference }[]
}

/** What is searched: kustomizations by depth, manifests without one, and all files. */
export interface SearchSpace {
  readonly kustomizations: readonly Reached[]
  readonly loose: readonly string[]
  /** A file as YAML; null for one that is not there. */
  source(path: string): Source | null
  text(path: string): string | null
}

/**
 * Every place that may decide the sought field, likeliest and least shared first: nearest kustomization first, and in it the layer
 * that is applied last (entries, patches, resources), then what could be new in the asked overlay, then any scalar of the same name and value
 * (editing.md 4.2, 4.3). Whether a place decides the field is not guessed here: the render proves it.
 */
export function kustomizeLooks(space: SearchSpace, sought: Sought): readonly Look[] {
  const manifests = manifestsOf(space, sought)
  const declared = manifests.filter(({ fit }) => fit > 0).map(({ name }) => name)
  const looks = [
    ...manifests.flatMap(({ looks: found }) => found),
    ...space.kustomizations.flatMap(kustomization => {
      const patches = patchesOf(space, kustomization)
      const names = [...stageNames(kustomization.value, sought.target, declared), ...declared]
      const source = kustomization.home ? space.source(kustomization.path) : null
      return [
        ...entryLooks(kustomization, sought),
        ...patches.flatMap(patch => patchLooks(patch, sought)),
        ...extendedPatchLooks(patches, { kustomization, sought, names }),
        ...source === null ? [] : newPatchLooks({ ...kustomization, source }, sought, declared),
      ]
    }),
  ]
  const known = new Set(looks.flatMap(look => look.kind === 'candidate' ? [placeKey(look)] : []))
  const byValue = namedFiles(space).flatMap(layer => valueLooks(space, layer, sought)).filter(look => !known.has(placeKey(look)))
  return [...looks, ...byValue].map((look, i) => ({ look, i })).sort((a, b) => rank(a.look) - rank(b.look) || a.i - b.i).map(({ look }) => look)
}

function patchesOf(space: SearchSpace, kustomization: Reached): readonly PlacedPatch[] {
  const files = kustomization.files.flatMap(({ path, reference }) => {
    const source = reference.role === 'patch' ? space.source(path) : null
    const layer = { file: path, what: 'patch', depth: kustomization.depth, layer: 1 }
    return source === null ? [] : [{ patch: { source, target: targetOfEntry(kustomization.value, reference.steps) }, layer }]
  })
  return [...inlinePatches(kustomization), ...files]
}

interface FoundManifest { readonly fit: number, readonly name: StageName, readonly looks: readonly Look[] }

/** Manifests that may be the target's: of its kind, with a name that prefixes and suffixes make into the rendered one; the closest name first. */
function manifestsOf(space: SearchSpace, sought: Sought): readonly FoundManifest[] {
  const layers: Layer[] = [
    ...space.loose.map(file => ({ file, what: 'manifest', depth: 0, layer: 2 })),
    ...space.kustomizations.flatMap(({ files, depth }) => files.filter(({ reference }) => reference.role === 'resource').map(({ path }) => ({ file: path, what: 'resource', depth, layer: 2 }))),
  ]
  const fit = nameFit(space.kustomizations.map(({ value }) => value), sought.target.name)
  const found = layers.flatMap(layer => {
    const source = space.source(layer.file)
    if (source === null || source.problem !== null) return []
    return source.documents.flatMap((document, i) => manifestStarts(document, manifest => textAt(manifest, 'kind') === sought.target.kind && fit(textAt(manifest, 'metadata', 'name')) !== null)
      .map(start => {
        const manifest = start.reduce<Json | undefined>((here, step) => typeof step === 'number' ? (Array.isArray(here) ? here[step] : undefined) : isObject(here) ? here[step] : undefined, documentValue(document))
        const name = textAt(manifest, 'metadata', 'name') ?? ''
        const fits = fit(name) ?? 0
        const look = lookAt({ source, document: i, start, path: sought.path }, sought, fits > 0 ? layer : { ...layer, tier: 'guess' })
        return { fit: fits, name: { name, namespace: textAt(manifest, 'metadata', 'namespace') ?? null }, looks: look === null ? [] : [look] }
      }))
  })
  return found.sort((a, b) => b.fit - a.fit)
}

/** Every scalar with the key and the value that are sought, wherever it stands: last resort. */
function valueLooks(space: SearchSpace, layer: Layer, sought: Sought): readonly Look[] {
  const { before } = sought
  if (before === undefined || typeof before === 'object' || space.text(layer.file)?.includes(String(before)) !== true) return []
  const source = space.source(layer.file)
  if (source === null || source.problem !== null) return []
  return source.documents.flatMap((document, i) => scalarsNamed(document, leafKey(sought.path), before)
    .flatMap(steps => lookAt({ source, document: i, start: steps, path: [] }, sought, layer) ?? []))
}

function scalarsNamed(document: Document, key: string, value: Json): readonly YamlSteps[] {
  const found: YamlSteps[] = []
  const walk = (node: unknown, steps: YamlSteps): void => {
    if (isSeq(node)) for (const [i, item] of node.items.entries()) walk(item, [...steps, i])
    if (!isMap(node)) return
    for (const pair of node.items) {
      const step = keyText(pair.key)
      if (step === null) continue
      if (step === key && isScalar(pair.value) && sameJson(valueOf(pair.value, document), value)) found.push([...steps, step])
      walk(pair.value, [...steps, step])
    }
  }
  walk(document.contents, [])
  return found
}

function namedFiles(space: SearchSpace): readonly Layer[] {
  const layers = new Map<string, Layer>()
  const add = (file: string, depth: number): void => { if (!layers.has(file) && /\.(?:ya?ml|json)$/.test(file)) layers.set(file, { file, what: 'value', depth, layer: 3, tier: 'guess' }) }
  for (const path of space.loose) add(path, 0)
  for (const { files, depth } of space.kustomizations) for (const { path } of files) if (!isInline(path)) add(path, depth)
  return [...layers.values()]
}

function rank(look: Look): number {
  return look.kind === 'candidate' ? look.candidate.depth * 10 + look.candidate.layer : -1
}

function placeKey(look: Look): string {
  return look.kind === 'candidate' ? JSON.stringify(look.candidate.changes.map(change => 'edits' in change ? [change.file, change.edits.map(edit => edit.place)] : change.file)) : ''
}
