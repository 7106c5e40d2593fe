import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import { entryLooks } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import { atSteps, inlinePatches, operationLooks, patchLooks } from './kustomize-patches.ts'
import type { Layer, Look, Sought } from './look.ts'
import { documentValue, lookAt } from './look.ts'
import { imageTextLooks } from './owner-images.ts'
import type { Texts } from './place.ts'
import { readSource } from './source.ts'
import type { Source } from './source.ts'

/**
 * Every place in an owner's own manifest, or in a file that overrides it, that may decide the sought field: what is laid on last comes first.
 * It goes over everything that the source says.
 */
export function overlayLooks(places: readonly OverlayPlace[], texts: Texts, sought: Sought): readonly Look[] {
  return places.flatMap(place => {
    const text = texts.get(place.file)
    const source = typeof text === 'string' ? readSource(text, 'last') : null
    const document = source?.problem === null ? source.documents[place.document] : undefined
    if (source === null || document === undefined) return []
    const overlay = atSteps(documentValue(document), place.steps)
    return isObject(overlay) ? placeLooks({ place, overlay, source }, sought) : []
  })
}

interface Held { readonly place: OverlayPlace, readonly overlay: JsonObject, readonly source: Source }

function placeLooks(held: Held, sought: Sought): readonly Look[] {
  const { place, overlay } = held
  const text: KustomizationText = { path: place.file, document: place.document, value: overlay, depth: -1, home: false }
  const images = place.by === 'argocd' ? imageTextLooks(place, overlay['images'], sought) : []
  const own = place.by === 'argocd' ? { ...overlay, images: undefined } : { ...overlay, replicas: undefined }
  const entries = entryLooks({ ...text, value: own }, sought).map(look => below(look, place))
  const patches = inlinePatches({ ...text, value: { patches: overlay['patches'] } }).flatMap(one => patchLooks({ ...one, layer: { ...wrapped(one.layer, place), what: `patch of ${place.name}` } }, sought))
  return [...images, ...entries, ...patches, ...objectPatchLooks(held, sought)]
}

/** Patches that stand as objects, not as texts (Flux before its v1 API). */
function objectPatchLooks({ place, overlay, source }: Held, sought: Sought): readonly Look[] {
  const layer: Layer = { file: place.file, what: `patch of ${place.name}`, depth: -1, layer: 1 }
  const spot = { source, document: place.document }
  const merges = listOf(overlay['patchesStrategicMerge']).flatMap((patch, i) => isObject(patch)
    ? lookAt({ ...spot, start: [...place.steps, 'patchesStrategicMerge', i], path: sought.path }, sought, layer) ?? [] : [])
  const operations = listOf(overlay['patchesJson6902']).flatMap((_patch, i) => operationLooks({ ...spot, start: [...place.steps, 'patchesJson6902', i, 'patch'] }, sought, layer))
  return [...merges, ...operations]
}

/** A look into a kustomization's keys, as one into the map that holds the same keys deeper in a file. */
function below(look: Look, { steps, name }: OverlayPlace): Look {
  if (look.kind === 'blocked') return look
  const changes = look.candidate.changes.map(change => 'text' in change ? change : { ...change, edits: change.edits.map(edit => ({ ...edit, place: { ...edit.place, steps: [...steps, ...edit.place.steps] } })) })
  return { kind: 'candidate', candidate: { ...look.candidate, changes, what: `${look.candidate.what} of ${name}` } }
}

function wrapped(layer: Layer, { steps }: OverlayPlace): Layer {
  return { ...layer, wrap: inner => { const outer = layer.wrap?.(inner) ?? inner; return { ...outer, steps: [...steps, ...outer.steps] } } }
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}
