import { parameterOf } from '../../model/argo-parameters.ts'
import type { HelmHome } from '../../model/helm.ts'
import { mergedValues, setName, setText } from '../../model/helm-set.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { FieldPath } from '../../model/field.ts'
import type { TextPlace } from '../../model/overlay.ts'
import { documentValue, lookAt, valueBelow } from '../edit/look.ts'
import type { Look } from '../edit/look.ts'
import type { FileEdit, Place, TextEdit } from '../edit/place.ts'
import { nested, reachOf } from '../edit/reach.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { Source } from '../edit/source.ts'
import type { Assignment } from './solve.ts'
import { heldAt } from './value-layers.ts'
import type { MapLayer, SetLayer, ValueLayer } from './value-layers.ts'

/** The texts in which values are written, and how the owner writes single values. */
export interface ValueTexts { readonly text: (path: string) => string | null, readonly by: 'argocd' | 'flux' }

/** Edits of files that write one key, or why it is not written there. */
export type Written = { readonly edits: readonly FileEdit[], readonly file: string } | { readonly blocked: Extract<Look, { kind: 'blocked' }> }

/** Writes a key into the layer that holds it now, or takes it out of there. */
export function writtenThere(layer: ValueLayer, wanted: Assignment, texts: ValueTexts): Written | null {
  const { holds, prefix } = layer
  const inside = wanted.path.slice(prefix.length)
  if (holds.kind === 'content') return typeof wanted.value === 'string' ? { file: holds.file, edits: [{ file: holds.file, text: wanted.value }] } : null
  if (holds.place === null) return { blocked: inOwnerOnly(layer, wanted) }
  if (holds.kind === 'set') return writtenAsSet({ ...holds, place: holds.place }, wanted.value ?? null, texts)
  return lookIn({ ...holds, place: holds.place, what: layer.name }, { path: inside, before: heldAt(layer, wanted.path), after: wanted.value }, texts)
}

/** Adds a key to a layer of maps that does not hold it. */
export function writtenInto(layer: ValueLayer, wanted: Assignment, texts: ValueTexts): Written | null {
  const { holds, prefix } = layer
  if (holds.kind !== 'map') return null
  if (holds.place === null) return { blocked: inOwnerOnly(layer, wanted) }
  return lookIn({ ...holds, place: holds.place, what: layer.name }, { path: wanted.path.slice(prefix.length), before: undefined, after: wanted.value ?? null }, texts)
}

/** Adds keys to a place of the owner's object that holds no values yet, or to its list of single values. */
export function writtenHome({ place, style }: HelmHome, wanted: readonly Assignment[], texts: ValueTexts): Written | null {
  const source = place === null ? null : sourceOf(texts.text(place.file))
  if (place === null || source === null) return null
  const written = style === 'set' ? entries(place, wanted, source) : newMap(place, wanted, source)
  return written === null ? null : { file: place.file, edits: [{ file: place.file, edits: written }] }
}

function inOwnerOnly({ name }: ValueLayer, { path }: Assignment): Extract<Look, { kind: 'blocked' }> {
  return { kind: 'blocked', code: 'INLINE', at: name, sentence: `${setName(path)} is set in ${name}, which stands in no file of the repository` }
}

interface Sought { readonly path: ValuePath, readonly before: Json | undefined, readonly after: Json | undefined }

function lookIn(layer: MapLayer & { readonly place: TextPlace, readonly what: string }, sought: Sought, texts: ValueTexts): Written | null {
  const { place: { file, document, steps }, inner, what } = layer
  const text = texts.text(file)
  const source = inner ? sourceOf(innerText(text, layer.place)) : sourceOf(text)
  if (source === null) return null
  const start = inner ? [] : steps
  const wrap = (place: Place): Place => ({ document, steps, inner: place })
  const found = lookAt({ source, document: inner ? 0 : document, start, path: fieldPath(sought.path) }, sought, { file, what, depth: 0, layer: 0, ...inner ? { wrap } : {} })
  if (found === null) return null
  return found.kind === 'blocked' ? { blocked: found } : { file, edits: found.candidate.changes }
}

/** Steps of values as steps of a field: an index is its digits. */
export function fieldPath(path: ValuePath): FieldPath {
  return path.map(String)
}

function writtenAsSet({ place, ...layer }: SetLayer & { readonly place: TextPlace }, value: Json, { text, by }: ValueTexts): Written | null {
  const source = sourceOf(text(place.file))
  const written = by === 'argocd' ? parameterOf(value, layer.string) : oneText(setText(value, layer.string), layer.string)
  if (source === null || written === null) return null
  const at: Omit<Place, 'steps'> = { document: place.document, inner: null }
  const edits: TextEdit[] = [{ op: 'set', place: { ...at, steps: place.steps }, value: written.text }]
  if (written.string && !layer.string) {
    if (by !== 'argocd') return null
    edits.push({ op: 'add', place: { ...at, steps: [...place.steps.slice(0, -1), 'forceString'] }, value: true })
  }
  return { file: place.file, edits: [{ file: place.file, edits }] }
}

function oneText(text: string | null, string: boolean): { readonly text: string, readonly string: boolean } | null {
  return text === null ? null : { text, string }
}

/** One more entry in `parameters` for each key. */
function entries(home: TextPlace, wanted: readonly Assignment[], source: Source): readonly TextEdit[] | null {
  const there = valueOf(source, home)
  const count = isList(there) ? there.length : 0
  const made: TextEdit[] = []
  for (const { path, value } of wanted) {
    const written = parameterOf(value ?? null, false)
    if (written === null) return null
    const entry = { name: setName(path), value: written.text, ...written.string ? { forceString: true } : {} }
    made.push({ op: 'add', place: { document: home.document, steps: [...home.steps, count + made.length], inner: null }, value: entry })
  }
  return isList(there) ? made : null
}

/** The first key makes the map and all that is missing above it; the others go into it. */
function newMap(home: TextPlace, wanted: readonly Assignment[], source: Source): readonly TextEdit[] | null {
  const document = source.documents[home.document]
  if (document === undefined) return null
  const values = wanted.reduce<JsonObject>((map, { path, value }) => {
    const one = nested(fieldPath(path), value ?? null)
    return isObject(one) ? mergedValues(map, one) : map
  }, {})
  const reach = reachOf(documentValue(document), home.steps.map(String))
  const [first, ...rest] = reach.rest
  if (typeof first !== 'string') return null
  return [{ op: 'add', place: { document: home.document, steps: [...reach.steps, first], inner: null }, value: nested(rest, values) }]
}

function innerText(text: string | null, place: TextPlace): string | null {
  const source = sourceOf(text)
  const value = source === null ? undefined : valueOf(source, place)
  return typeof value === 'string' ? value : null
}

function valueOf(source: Source, { document, steps }: TextPlace): Json | undefined {
  return valueBelow(jsonOf(source)?.[document] ?? null, steps)
}

function sourceOf(text: string | null): Source | null {
  if (text === null) return null
  const source = readSource(text, 'last')
  return source.problem === null ? source : null
}
