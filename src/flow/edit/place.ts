import type { Json } from '../../model/json.ts'
import type { FileChange } from '../../model/plan.ts'

/** One step into a YAML document: a map key or a list index. */
export type YamlSteps = readonly (string | number)[]

/** Where a node stands in a file: document, way into it, and, where that is a text that holds YAML itself (an inline patch), the way on. */
export interface Place {
  readonly document: number
  readonly steps: YamlSteps
  readonly inner: Place | null
}

/**
 * One change of a text. `set`: the node that stands at the place gets the value. `add`: the last step is a key that its map lacks, or the index
 * in its list before which the item comes (the length: after the last). `remove`: the pair or item goes.
 */
export type TextEdit =
  | { readonly op: 'set', readonly place: Place, readonly value: Json }
  | { readonly op: 'add', readonly place: Place, readonly value: Json }
  | { readonly op: 'remove', readonly place: Place }

/** What happens to one file: edits of its text in their order, or a new text; null removes the file. */
export type FileEdit =
  | { readonly file: string, readonly edits: readonly TextEdit[] }
  | { readonly file: string, readonly text: string | null }

/** One way to reach the asked fields. */
export interface Candidate {
  /** The file that is edited first, for evidence. */
  readonly file: string
  readonly changes: readonly FileEdit[]
  /** What it is, for evidence: `entry of images:`, `strategic merge patch`, … */
  readonly what: string
  /** Layers between the asked path and the file: 0 is the asked path's own. */
  readonly depth: number
  /** Order among candidates of one depth: the layer applied last comes first. */
  readonly layer: number
  /**
   * How it stands to the field; left out where the place holds the field now. `added`: something new in the asked overlay. `last`: what is tried when
   * nothing else is exact.
   */
  readonly tier?: 'added' | 'last'
  /** What a person should know who lets it be made. */
  readonly note?: string
}

/** Texts with the changes made so far, null for a file that is gone; candidates are always spliced into the newest. */
export type Texts = ReadonlyMap<string, string | null>

/** The changes as files, only those that differ. */
export function fileChanges(before: Texts, after: Texts): readonly FileChange[] {
  return [...after].filter(([path, text]) => before.get(path) !== text)
    .map(([path, text]) => ({ path, before: before.get(path) ?? null, after: text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
