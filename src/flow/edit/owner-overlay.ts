import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, showJson } from '../../model/json.ts'
import type { KustomizeOverlay, OverlayPlace } from '../../model/overlay.ts'
import { entryLooks, isReplicas } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import { atSteps, inlinePatches, operationLooks, patchLooks } from './kustomize-patches.ts'
import type { Layer, Look, Sought } from './look.ts'
import { candidateOf, documentValue, lookAt } from './look.ts'
import { imageTextLooks } from './owner-images.ts'
import type { Texts } from './place.ts'
import { jsonOf, readSource } from './source.ts'
import type { Source } from './source.ts'
import { splice } from './splice.ts'

/**
 * Every place in an owner's own manifest, or in a file that overrides it, that may decide the sought field: what is laid on last comes first.
 * It goes over everything that the source says.
 */
export function overlayLooks(places: readonly OverlayPlace[], texts: Texts, sought: Sought): readonly Look[] {
  return places.flatMap(place => {
    const text = texts.get(place.file)
    return typeof text === 'string' ? looksIn(place, text, sought) : []
  })
}

function looksIn(place: OverlayPlace, text: string, sought: Sought): readonly Look[] {
  const source = readSource(text, 'last')
  const document = source.problem === null ? source.documents[place.document] : undefined
  const overlay = document === undefined ? undefined : atSteps(documentValue(document), place.steps)
  return isObject(overlay) ? placeLooks({ place, overlay, source }, sought) : []
}

const NOWHERE: OverlayPlace = { by: 'flux', name: 'overlay', file: 'overlay', document: 0, steps: [] }

/** The overlay as it would be with each place in it that holds the sought value edited, for an owner whose manifest nobody has as a file. */
export function editedOverlays(overlay: KustomizeOverlay, sought: Sought): readonly KustomizeOverlay[] {
  const text = stringify(overlay, { lineWidth: 0 })
  return looksIn(NOWHERE, text, sought).flatMap(look => {
    const edits = look.kind === 'blocked' ? [] : look.candidate.changes.flatMap(change => 'edits' in change ? change.edits : [])
    const edited = edits.reduce<string | null>((before, edit) => { const spliced = before === null ? null : splice(before, edit); return spliced?.ok === true ? spliced.text : null }, text)
    const value = edited === null ? undefined : jsonOf(readSource(edited))?.[0]
    return isObject(value) ? [{ ...overlay, ...value, by: overlay.by }] : []
  })
}

interface Held { readonly place: OverlayPlace, readonly overlay: JsonObject, readonly source: Source }

function placeLooks(held: Held, sought: Sought): readonly Look[] {
  const { place, overlay } = held
  const text: KustomizationText = { path: place.file, document: place.document, value: overlay, depth: -1, home: false }
  const images = place.by === 'argocd' ? imageTextLooks(place, overlay['images'], sought) : []
  const own = place.by === 'argocd' ? { ...overlay, images: undefined } : overlay
  const entries = entryLooks({ ...text, value: own }, sought).map(look => below(look, place))
  const patches = inlinePatches({ ...text, value: { patches: overlay['patches'] } }).flatMap(one => patchLooks({ ...one, layer: { ...wrapped(one.layer, place), what: `patch of ${place.name}` } }, sought))
  return [...metadataLooks(held, sought), ...images, ...countLooks(held, sought), ...entries, ...patches, ...objectPatchLooks(held, sought)]
}

/** Labels and annotations that the owner sets on everything: on its objects alone (Flux), or wherever kustomize does (Argo CD). */
function metadataLooks({ place, source }: Held, sought: Sought): readonly Look[] {
  const [metadata, key, ...rest] = sought.path
  if (metadata !== 'metadata' || (key !== 'labels' && key !== 'annotations') || rest.length !== 1 || sought.before === undefined) return []
  const held = place.by === 'flux' ? ['commonMetadata', key] : [key === 'labels' ? 'commonLabels' : 'commonAnnotations']
  const layer: Layer = { file: place.file, what: `${held[0] ?? ''} of ${place.name}`, depth: -1, layer: 0 }
  return [lookAt({ source, document: place.document, start: [...place.steps, ...held], path: rest }, sought, layer) ?? []].flat()
}

/** Replicas of an Application may stand as a text. */
function countLooks({ place, overlay }: Held, sought: Sought): readonly Look[] {
  if (place.by !== 'argocd' || !isReplicas(sought)) return []
  return listOf(overlay['replicas']).flatMap((entry, i) => {
    if (!isObject(entry) || entry['count'] !== showJson(sought.before)) return []
    const at = { document: place.document, steps: [...place.steps, 'replicas', i, 'count'], inner: null }
    return [candidateOf({ file: place.file, what: `replicas of ${place.name}`, depth: -1, layer: 0 }, [{ op: 'set', place: at, value: showJson(sought.after) }])]
  })
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
