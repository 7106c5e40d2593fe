import { lineEnd, lineStart } from './layout.ts'

/** A replacement of part of a text: `[start, end)` in UTF-16 units. */
export interface Replacement { readonly start: number, readonly end: number, readonly text: string }

/** The same change, said of the whole lines that it lies in. */
export function wholeLines(text: string, change: Replacement, within: { readonly start: number, readonly end: number }): Replacement {
  const start = Math.max(within.start, lineStart(text, change.start))
  const end = Math.min(within.end, lineEnd(text, change.end))
  return { start, end, text: text.slice(start, change.start) + change.text + text.slice(change.end, end) }
}
