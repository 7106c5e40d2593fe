import { isNode } from 'yaml'
import { parameterOf } from '../../model/argo-parameters.ts'
import type { FieldPath } from '../../model/field.ts'
import type { CarriedField, HelmHome } from '../../model/helm.ts'
import { setName, setText } from '../../model/helm-set.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import type { Json } from '../../model/json.ts'
import { isList } from '../../model/json.ts'
import type { TextPlace } from '../../model/overlay.ts'
import { innerText as textInside } from '../edit/inner-text.ts'
import { documentValue, lookAt, valueBelow } from '../edit/look.ts'
import type { Look } from '../edit/look.ts'
import type { Candidate, FileEdit, Place, TextEdit, Texts } from '../edit/place.ts'
import { nested, reachOf } from '../edit/reach.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { Source } from '../edit/source.ts'
import { splice } from '../edit/splice.ts'
import type { Assignment } from './solve.ts'
import { heldAt } from './value-layers.ts'
import type { MapLayer, SetLayer, ValueLayer } from './value-layers.ts'

/** The texts in which values are written, and how the owner writes single values. */
export interface ValueTexts {
  readonly texts: Texts
  readonly by: 'argocd' | 'flux'
  /** The places of a field of an object that another delivery renders. */
  carried(field: CarriedField, change: Change, texts: Texts): readonly Look[]
}

/** What a field holds, and what it shall hold; undefined: it is not there, or shall go. */
export interface Change { readonly before: Json | undefined, readonly after: Json | undefined }

type Blocked = Extract<Look, { kind: 'blocked' }>

/** Edits of files that write one key; `tier` as a candidate has it. */
export interface Way { readonly edits: readonly FileEdit[], readonly tier: Candidate['tier'] }

/** The ways to write one key, the best first, or why it is not written there. */
export type Written = { readonly ways: readonly Way[] } | { readonly blocked: Blocked }

/** Writes a key into the layer that holds it now, or takes it out of there. */
export function writtenThere(layer: ValueLayer, wanted: Assignment, at: ValueTexts): Written | null {
  const { holds, prefix, carried } = layer
  if (holds.kind === 'content') return typeof wanted.value === 'string' ? one([{ file: holds.file, text: wanted.value }]) : null
  if (holds.kind === 'set') return writtenAsSet({ ...layer, holds }, wanted.value ?? null, at)
  const change = { path: wanted.path.slice(prefix.length), before: heldAt(layer, wanted.path), after: wanted.value }
  if (carried !== undefined) return inCarriedMap({ field: carried, holds }, change, at)
  return holds.place === null ? { blocked: inOwnerOnly(layer, wanted) } : lookIn({ ...holds, place: holds.place, what: layer.name }, change, at.texts)
}

/** Adds a key to a layer of maps that does not hold it. */
export function writtenInto(layer: ValueLayer, wanted: Assignment, at: ValueTexts): Written | null {
  const { holds, prefix, carried } = layer
  if (holds.kind !== 'map') return null
  const change = { path: wanted.path.slice(prefix.length), before: undefined, after: wanted.value ?? null }
  if (carried !== undefined) return inCarriedMap({ field: carried, holds }, change, at)
  return holds.place === null ? { blocked: inOwnerOnly(layer, wanted) } : lookIn({ ...holds, place: holds.place, what: layer.name }, change, at.texts)
}

/** Adds a key to a place of the owner's object that holds no values yet, or to its list of single values. */
export function writtenHome({ place, style, carried }: HelmHome, { path, value }: Assignment, at: ValueTexts): Written | null {
  if (carried !== undefined) {
    const after = style === 'values' ? value ?? null : entryFor(path, value)
    return style === 'set' || after === null ? null : fromLooks(at.carried({ ...carried, path: [...carried.path, ...fieldPath(path)] }, { before: undefined, after }, at.texts))
  }
  const source = place === null ? null : sourceOf(textOf(at.texts, place.file))
  if (place === null || source === null) return null
  const edit = style === 'set' ? newEntry(place, { path, value, source }) : newValue(place, { path, value, source })
  return edit === null ? null : one([{ file: place.file, edits: [edit] }])
}

function one(edits: readonly FileEdit[]): Written {
  return { ways: [{ edits, tier: undefined }] }
}

function fromLooks(looks: readonly Look[]): Written | null {
  const ways = looks.flatMap((look): readonly Way[] => look.kind === 'candidate' ? [{ edits: look.candidate.changes, tier: look.candidate.tier }] : [])
  const rank = ({ tier }: Way): number => ['added', 'last'].indexOf(tier ?? '')
  const blocked = looks.find(look => look.kind === 'blocked')
  return ways.length > 0 ? { ways: ways.toSorted((a, b) => rank(a) - rank(b)) } : blocked === undefined ? null : { blocked }
}

function inOwnerOnly({ name }: ValueLayer, { path }: Assignment): Blocked {
  return { kind: 'blocked', code: 'INLINE', at: name, sentence: `${setName(path)} is set in ${name}, which stands in no file of the repository` }
}

interface KeyChange extends Change { readonly path: ValuePath }

function lookIn({ place, inner, what }: MapLayer & { readonly place: TextPlace, readonly what: string }, change: KeyChange, texts: Texts): Written | null {
  const { file, document, steps } = place
  const source = sourceOf(inner ? innerText(texts, place) : textOf(texts, file))
  if (source === null) return null
  const wrap = (within: Place): Place => ({ document, steps, inner: within })
  const spot = { source, document: inner ? 0 : document, start: inner ? [] : steps, path: fieldPath(change.path) }
  const found = lookAt(spot, change, { file, what, depth: 0, layer: 0, ...inner ? { wrap } : {} })
  return found === null ? null : found.kind === 'blocked' ? { blocked: inner ? inFile(found, place, texts) : found } : one(found.candidate.changes)
}

/** A map of another delivery's object, or YAML in a text of one: the text with the key in it is then what the field shall hold. */
function inCarriedMap({ field, holds }: { readonly field: CarriedField, readonly holds: MapLayer }, { path, before, after }: KeyChange, at: ValueTexts): Written | null {
  if (!holds.inner) return fromLooks(at.carried({ ...field, path: [...field.path, ...fieldPath(path)] }, { before, after }, at.texts))
  const source = sourceOf(holds.text ?? null)
  if (source === null || holds.text === undefined) return null
  const look = lookAt({ source, document: 0, start: [], path: fieldPath(path) }, { before, after }, { file: '', what: '', depth: 0, layer: 0 })
  if (look === null || look.kind === 'blocked') return look === null ? null : { blocked: look }
  const edits = look.candidate.changes.flatMap(change => 'edits' in change ? change.edits : [])
  const text = edits.reduce<string | null>((now, edit) => { const spliced = now === null ? null : splice(now, edit); return spliced?.ok === true ? spliced.text : null }, holds.text)
  // A copy of the whole text in an overlay is no way to set one value of it.
  return text === null ? null : fromLooks(at.carried(field, { before: holds.text, after: text }, at.texts).filter(one => one.kind === 'blocked' || one.candidate.tier === undefined))
}

/** Steps of values as steps of a field: an index is its digits. */
export function fieldPath(path: ValuePath): FieldPath {
  return path.map(String)
}

function writtenAsSet(layer: ValueLayer & { readonly holds: SetLayer }, value: Json, at: ValueTexts): Written | null {
  const { place, string, text: before } = layer.holds
  const written = at.by === 'argocd' ? parameterOf(value, string) : fluxText(layer.holds, value)
  if (written === null) return null
  if (layer.carried !== undefined) return fromLooks(at.carried(layer.carried, { before, after: written.text }, at.texts))
  if (place === null) return { blocked: inOwnerOnly(layer, { path: layer.holds.key, before, value }) }
  const within: Omit<Place, 'steps'> = { document: place.document, inner: null }
  const edits: TextEdit[] = [{ op: 'set', place: { ...within, steps: place.steps }, value: written.text }]
  if (written.string && !string) edits.push({ op: 'add', place: { ...within, steps: [...place.steps.slice(0, -1), 'forceString'] }, value: true })
  return one([{ file: place.file, edits }])
}

/** Flux takes quotes around a value away, so that nothing is written between them; a literal is its own text. */
function fluxText({ raw, string }: SetLayer, value: Json): { readonly text: string, readonly string: boolean } | null {
  const text = raw === true ? (typeof value === 'string' ? value : null) : string ? null : setText(value, false)
  return text === null ? null : { text, string }
}

interface NewKey extends Pick<Assignment, 'path' | 'value'> { readonly source: Source }

function entryFor(path: ValuePath, value: Json | undefined): Json {
  const written = parameterOf(value ?? null, false)
  return written === null ? null : { name: setName(path), value: written.text, ...written.string ? { forceString: true } : {} }
}

/** One more entry in `parameters`. */
function newEntry(home: TextPlace, { path, value, source }: NewKey): TextEdit | null {
  const there = valueOf(source, home)
  const entry = entryFor(path, value)
  return isList(there) && entry !== null ? { op: 'add', place: { document: home.document, steps: [...home.steps, there.length], inner: null }, value: entry } : null
}

/** The first key makes the map and all that is missing above it. */
function newValue(home: TextPlace, { path, value, source }: NewKey): TextEdit | null {
  const document = source.documents[home.document]
  if (document === undefined) return null
  const reach = reachOf(documentValue(document), [...home.steps.map(String), ...fieldPath(path)])
  const [first, ...rest] = reach.rest
  if (typeof first !== 'string') return null
  return { op: 'add', place: { document: home.document, steps: [...reach.steps, first], inner: null }, value: nested(rest, value ?? null) }
}

/** What is told of a line of a text inside a file, told of the line of the file. */
function inFile(blocked: Blocked, place: TextPlace, texts: Texts): Blocked {
  const source = sourceOf(textOf(texts, place.file))
  const node = source?.documents[place.document]?.getIn([...place.steps], true)
  const inner = source !== null && isNode(node) ? textInside(node, source.text) : null
  const line = Number(/:(\d+)$/.exec(blocked.at)?.[1])
  if (source === null || inner === null || !Number.isInteger(line)) return { ...blocked, at: place.file }
  const start = inner.text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return { ...blocked, at: `${place.file}:${source.lineOf(inner.outer(start))}` }
}

function innerText(texts: Texts, place: TextPlace): string | null {
  const source = sourceOf(textOf(texts, place.file))
  const value = source === null ? undefined : valueOf(source, place)
  return typeof value === 'string' ? value : null
}

function valueOf(source: Source, { document, steps }: TextPlace): Json | undefined {
  return valueBelow(jsonOf(source)?.[document] ?? null, steps)
}

function textOf(texts: Texts, path: string): string | null {
  return texts.get(path) ?? null
}

function sourceOf(text: string | null): Source | null {
  if (text === null) return null
  const source = readSource(text, 'last')
  return source.problem === null ? source : null
}
