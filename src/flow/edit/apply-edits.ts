import type { RefusalCode } from '../../model/codes.ts'
import type { FileEdit, Texts } from './place.ts'
import { splice } from './splice.ts'

/** Files with edits made, and the places of the edits; or the first place that is not edited, and why. */
export type Applied =
  | { readonly texts: Texts, readonly places: readonly string[] }
  | { readonly at: string, readonly code: RefusalCode, readonly sentence: string }

/** Makes the edits of several files, one after the other; a file that several name gets them all. */
export function applyEdits(texts: Texts, changes: readonly FileEdit[]): Applied {
  const changed = new Map(texts)
  const places: string[] = []
  for (const change of changes) {
    if ('text' in change) {
      changed.set(change.file, change.text)
      places.push(change.file)
      continue
    }
    for (const edit of change.edits) {
      const text = changed.get(change.file)
      if (typeof text !== 'string') return { at: change.file, code: 'NO_CANDIDATE', sentence: 'the file cannot be read' }
      const spliced = splice(text, edit)
      if (!spliced.ok) return { at: `${change.file}:${spliced.line}`, code: spliced.code, sentence: spliced.sentence }
      changed.set(change.file, spliced.text)
      places.push(`${change.file}:${spliced.line}`)
    }
  }
  return { texts: changed, places: [...new Set(places)] }
}
