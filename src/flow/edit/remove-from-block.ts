import { isSeq } from 'yaml'
import type { YAMLMap, YAMLSeq } from 'yaml'
import type { Entry } from './anatomy.ts'
import { anatomyOf, entryAt } from './anatomy.ts'
import { extentOf } from './extent.ts'
import { columnAt, lineEnd, lineStart, nextLine, ownCommentsStart, startsLine } from './layout.ts'
import type { Replacement } from './replacement.ts'
import type { Site, Unspliced } from './site.ts'
import { refusedLayout } from './site.ts'

/**
 * An entry goes with the comment on its line, with the comment lines above that belong to it (layout.ts) and with the deeper ones below.
 * The next key is pulled up behind the dash; the last entry leaves `{}` or `[]`; of the blank lines around it one side stays.
 */
export function removeFromBlock(site: Site, collection: YAMLMap | YAMLSeq, index: number): readonly Replacement[] | Unspliced {
  const { source: { text }, found: { holders } } = site
  const entries = anatomyOf(collection)?.entries ?? []
  const entry = entries[index]
  if (entry === undefined) return refusedLayout(site)
  const holder = holders.at(-1)
  const held = holder === undefined ? null : entryAt(holder.collection, holder.index)
  if (holder !== undefined && (held === null || held.slot === null)) return refusedLayout(site)
  const slot = held?.slot ?? null
  const column = columnAt(text, entry.start)
  const to = extentOf(text, entry, column)
  const next = entries[index + 1]
  if (entries.length === 1) return [emptied(text, { entry, slot, to, empty: isSeq(collection) ? '[]' : '{}' })]
  if (!startsLine(text, entry.start)) return next === undefined ? refusedLayout(site) : [pulledUp(text, entry, to)]
  const before = entries[index - 1]
  // The first comments of a document are about the document.
  const from = before === undefined && slot === null ? lineStart(text, entry.start) : ownCommentsStart(text, entry.start, before === undefined ? slot ?? 0 : extentOf(text, before, column))
  return withoutLines(text, from, to)
}

/** What stands below comes up behind the dash: the next key or the comment above it. */
function pulledUp(text: string, entry: Entry, to: number): Replacement {
  const rest = /^\s*/.exec(text.slice(to))?.[0].length ?? 0
  return { start: entry.start, end: to + rest, text: '' }
}

interface Emptied { readonly entry: Entry, readonly slot: number | null, readonly to: number, readonly empty: string }

function emptied(text: string, { entry, slot, to, empty }: Emptied): Replacement {
  if (slot === null || !text.slice(slot, entry.start).includes('\n')) return { start: entry.start, end: to, text: empty }
  const from = startsLine(text, entry.start) ? ownCommentsStart(text, entry.start, slot) : entry.start
  const between = text.slice(slot, from).replace(/\r?\n[ \t]*$/, '')
  return { start: slot, end: to, text: ` ${empty}${between}` }
}

/** Whole lines from the start of one to the end of another; the line break before them goes, so that a text without a last one stays so. */
function withoutLines(text: string, from: number, to: number): readonly Replacement[] {
  const plain = cut(text, from, to)
  const below = blankLinesBelow(text, to)
  const above = blankLinesAbove(text, from)
  const isTop = from === 0 || /^---[^\n]*\n$/.test(text.slice(lineStart(text, from - 1), from))
  if (below > to && (above < from || isTop)) return [cut(text, from, below), plain]
  return above < from && below >= text.replace(/\r?\n$/, '').length ? [cut(text, above, to), plain] : [plain]
}

function cut(text: string, from: number, to: number): Replacement {
  if (from === 0) return { start: 0, end: nextLine(text, to), text: '' }
  return { start: lineEnd(text, lineStart(text, from - 1)), end: to, text: '' }
}

/** The end of the last blank line that follows a line directly; the end of that line where none does. */
function blankLinesBelow(text: string, to: number): number {
  let end = to
  for (let next = nextLine(text, end); next < text.length && text.slice(next, lineEnd(text, next)).trim() === ''; next = nextLine(text, end)) end = lineEnd(text, next)
  return end
}

/** The start of the first blank line that stands directly above a line. */
function blankLinesAbove(text: string, from: number): number {
  let start = from
  while (start > 0 && text.slice(lineStart(text, start - 1), start).trim() === '') start = lineStart(text, start - 1)
  return start
}
