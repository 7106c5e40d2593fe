import type { RefusalCode } from '../../model/codes.ts'
import { fieldAt } from '../../model/field.ts'
import type { Edit, FieldPath, Step } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, sameJson } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import type { Document } from 'yaml'
import { isScalar } from 'yaml'
import { descend } from './descend.ts'
import type { Candidate, Place, YamlSteps } from './place.ts'
import type { Source } from './source.ts'
import { valueOf } from './source.ts'

/** What is looked for: one field of one rendered object, what it holds and what it shall hold. */
export interface Sought {
  readonly target: ObjectRef
  readonly path: FieldPath
  readonly before: string | number | boolean
  readonly after: string | number | boolean
}

/** A place that was looked at: one that can be tried, or one that holds the field but in a form that is not edited. */
export type Look =
  | { readonly kind: 'candidate', readonly candidate: Candidate }
  | { readonly kind: 'blocked', readonly code: RefusalCode, readonly at: string, readonly sentence: string }

/** Where a candidate would lie: everything but the scalars. */
export interface Layer extends Pick<Candidate, 'file' | 'what' | 'depth' | 'layer'> {
  /** Puts a place of an inline patch into the file that holds it. */
  readonly wrap?: (place: Place) => Place
}

/** A value sought at a path below a node of a document. */
export interface Spot {
  readonly source: Source
  readonly document: number
  /** The way to where `path` begins. */
  readonly start: YamlSteps
  readonly path: FieldPath
}

/** The edit as something to look for; null where a value is no scalar. */
export function soughtOf(edit: Edit, target: ObjectRef): Sought | null {
  const { before, after } = edit
  return isScalarJson(before) && isScalarJson(after) ? { target, path: edit.path, before, after } : null
}

/** Looks for the sought value at one spot; null where it is not there. */
export function lookAt(spot: Spot, sought: Sought, { wrap, ...layer }: Layer): Look | null {
  const document = spot.source.documents[spot.document]
  if (document === undefined) return null
  const found = descend(document, [...spot.start, ...spot.path], spot.source.text)
  if (found.kind === 'absent') return null
  if (found.kind === 'blocked' && !sameJson(readAt(document, [...spot.start, ...spot.path]), sought.before)) return null
  if (found.kind === 'blocked') return { kind: 'blocked', code: found.code, at: `${layer.file}:${spot.source.lineOf(found.offset)}`, sentence: found.sentence }
  if (!isScalar(found.node) || !sameJson(valueOf(found.node, document), sought.before)) return null
  const inside: Place = { document: spot.document, steps: found.steps, inner: null }
  const place = wrap?.(inside) ?? inside
  return { kind: 'candidate', candidate: { ...layer, changes: [{ file: layer.file, edits: [{ op: 'set', place, value: sought.after }] }] } }
}

/** The value at a path whatever YAML constructs lie on the way. */
function readAt(document: Document, path: readonly (Step | number)[]): Json | undefined {
  let here: Json | undefined = valueOf(document.contents, document)
  for (const step of path) here = typeof step === 'number' ? (isList(here) ? here[step] : undefined) : fieldAt(here, [step])
  return here
}

/** Where the manifest of an object begins in a document: at its root, or at an item of a list kind; none where it is not there. */
export function manifestStarts(document: Document, matches: (manifest: Json) => boolean): readonly YamlSteps[] {
  const value = valueOf(document.contents, document)
  const items = typeof value === 'object' && value !== null && 'items' in value ? value['items'] : undefined
  if (Array.isArray(items)) return items.flatMap((item: Json, i) => matches(item) ? [['items', i]] : [])
  return matches(value) ? [[]] : []
}

/** The last key of a path. */
export function leafKey(path: readonly Step[]): string {
  const last = path.at(-1)
  return typeof last === 'string' ? last : ''
}

function isScalarJson(value: Json | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
