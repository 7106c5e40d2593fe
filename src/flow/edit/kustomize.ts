import { isMap, isScalar, isSeq } from 'yaml'
import type { Document } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson, textAt, valueAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import type { KustomizationReference } from '../../model/kustomization.ts'
import { entryLooks } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import { inlinePatchLooks, patchFileLooks } from './kustomize-patches.ts'
import type { Layer, Look, Sought } from './look.ts'
import { leafKey, lookAt, manifestStarts } from './look.ts'
import type { YamlSteps } from './place.ts'
import { keyText, readSource, valueOf } from './source.ts'

/** A kustomization that is reached, with the files that it names. */
export interface Reached extends KustomizationText {
  readonly files: readonly { readonly path: string, readonly reference: KustomizationReference }[]
}

/** What is searched: kustomizations by depth, manifests without one, and the texts of all files. */
export interface SearchSpace {
  readonly kustomizations: readonly Reached[]
  readonly loose: readonly string[]
  readonly texts: ReadonlyMap<string, string>
}

/**
 * Every place that may decide the sought field, likeliest and least shared first: nearest kustomization first, and in it the layer
 * that is applied last (entries, patches, resources), then any scalar of the same name and value (editing.md 4.2, 4.3).
 * Whether a place decides the field is not guessed here: the render proves it.
 */
export function kustomizeLooks(space: SearchSpace, sought: Sought): readonly Look[] {
  const looks = [
    ...space.loose.flatMap(path => manifestLooks(space, { file: path, what: 'manifest', depth: 0, layer: 2 }, sought)),
    ...space.kustomizations.flatMap(kustomization => [
      ...entryLooks(kustomization, sought),
      ...inlinePatchLooks(kustomization, sought),
      ...kustomization.files.flatMap(file => fileLooks(space, { kustomization, file }, sought)),
    ]),
  ]
  const known = new Set(looks.flatMap(look => look.kind === 'candidate' ? [placeKey(look)] : []))
  const byValue = namedFiles(space).flatMap(layer => valueLooks(space, layer, sought)).filter(look => !known.has(placeKey(look)))
  return [...looks, ...byValue].map((look, i) => ({ look, i })).sort((a, b) => rank(a.look) - rank(b.look) || a.i - b.i).map(({ look }) => look)
}

type FileOf = { readonly kustomization: Reached, readonly file: Reached['files'][number] }

function fileLooks(space: SearchSpace, { kustomization, file }: FileOf, sought: Sought): readonly Look[] {
  const layer = { file: file.path, depth: kustomization.depth }
  if (file.reference.role === 'resource') return manifestLooks(space, { ...layer, what: 'resource', layer: 2 }, sought)
  const text = space.texts.get(file.path)
  if (file.reference.role !== 'patch' || text === undefined) return []
  const entry = valueAt(kustomization.value, String(file.reference.steps[0]))
  const item = isList(entry) ? entry[Number(file.reference.steps[1])] : undefined
  return patchFileLooks({ text, targeted: isObject(item) && item['target'] !== undefined }, sought, { ...layer, what: 'patch', layer: 1 })
}

/** Manifests of the target's kind whose name the rendered name contains: prefixes and suffixes may lie around it. */
function manifestLooks(space: SearchSpace, layer: Layer, sought: Sought): readonly Look[] {
  const text = space.texts.get(layer.file)
  const source = text === undefined ? null : readSource(text)
  if (source === null || source.problem !== null) return []
  const matches = (manifest: Json): boolean => {
    const name = textAt(manifest, 'metadata', 'name')
    return textAt(manifest, 'kind') === sought.target.kind && name !== undefined && sought.target.name.includes(name)
  }
  return source.documents.flatMap((document, i) => manifestStarts(document, matches)
    .flatMap(start => lookAt({ source, document: i, start, path: sought.path }, sought, layer) ?? []))
}

/** Every scalar with the key and the value that are sought, wherever it stands: last resort, tried last. */
function valueLooks(space: SearchSpace, layer: Layer, sought: Sought): readonly Look[] {
  const text = space.texts.get(layer.file)
  if (text === undefined || !text.includes(String(sought.before))) return []
  const source = readSource(text)
  if (source.problem !== null) return []
  return source.documents.flatMap((document, i) => scalarsNamed(document, leafKey(sought.path), sought.before)
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
  const add = (file: string, depth: number): void => { if (!layers.has(file) && /\.(?:ya?ml|json)$/.test(file)) layers.set(file, { file, what: 'value', depth, layer: 3 }) }
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
