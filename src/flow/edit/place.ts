import type { FileChange } from '../../model/plan.ts'

/** One step into a YAML document: a map key or a list index. */
export type YamlSteps = readonly (string | number)[]

/** Where a scalar stands in a file: document, way into it, and, where that is a text that holds YAML itself (an inline patch), the way on. */
export interface Place {
  readonly document: number
  readonly steps: YamlSteps
  readonly inner: Place | null
}

/** The new value of one scalar. */
export interface ScalarEdit { readonly place: Place, readonly value: string | number | boolean }

/** One way to reach the asked field: scalars of one file. */
export interface Candidate {
  readonly file: string
  readonly edits: readonly ScalarEdit[]
  /** What it is, for evidence: `entry of images:`, `strategic merge patch`, … */
  readonly what: string
  /** Layers between the asked path and the file: 0 is the asked path's own. */
  readonly depth: number
  /** Order among candidates of one depth: the layer applied last comes first. */
  readonly layer: number
}

/** A text with the changes made so far; candidates are always spliced into the newest. */
export type Texts = ReadonlyMap<string, string>

/** The changes as files, only those that differ. */
export function fileChanges(before: Texts, after: Texts): readonly FileChange[] {
  return [...after].filter(([path, text]) => before.get(path) !== text)
    .map(([path, text]) => ({ path, before: before.get(path) ?? null, after: text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
