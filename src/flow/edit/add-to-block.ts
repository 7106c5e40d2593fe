import { isMap, isSeq } from 'yaml'
import type { Json } from '../../model/json.ts'
import type { Entry } from './anatomy.ts'
import { anatomyOf, entryAt } from './anatomy.ts'
import type { LineStyle } from './block-lines.ts'
import { itemLines, lineStyles, pairLines } from './block-lines.ts'
import { quoteOf } from './flow-text.ts'
import { extentOf } from './extent.ts'
import { columnAt, insertedLines, lineBreak, lineEnd, lineStart, ownCommentsStart, startsLine } from './layout.ts'
import type { Replacement } from './replacement.ts'
import { shapeOf } from './shape.ts'
import type { Site, Unspliced } from './site.ts'
import { contentStart, refusedLayout } from './site.ts'

/**
 * A pair or item as new lines of a collection in block style: at the column of the first entry, behind the last one (or the one before the
 * index) and the deeper comments below it, before all other comments and blank lines that follow.
 */
export function addToBlock(site: Site, step: string | number, value: Json): readonly Replacement[] | Unspliced {
  const { source: { text }, found: { node } } = site
  const entries = isMap(node) || isSeq(node) ? anatomyOf(node)?.entries ?? [] : []
  const [first] = entries
  if (first === undefined || !(isMap(node) || isSeq(node))) return refusedLayout(site)
  const column = columnAt(text, first.start)
  if (text.slice(lineStart(text, first.start), first.start).includes('\t')) return refusedLayout(site)
  const index = typeof step === 'number' ? step : entries.length
  const shape = shapeOf(site.source, site.document)
  const gap = gapOf(text, entries[Math.max(0, index - 1)] ?? first)
  const write = (lines: LineStyle): readonly string[] => typeof step === 'number'
    ? itemLines(value, { column, shape, gap, quote: quoteOf(node), lines })
    : pairLines(step, value, { column, shape, gap: 1, quote: null, lines })
  const spot = { entries, index, column, floor: floorOf(site) }
  const atEnd = typeof step === 'string' && lineEnd(text, entries.at(-1)?.end ?? 0) === text.length
  // A block at the end of a text without last line break would get one from a pair behind it.
  return [...lineStyles(value).map(style => placed(text, spot, write(style))), ...atEnd ? [placed(text, { ...spot, index: index - 1 }, write('literal'))] : []]
}

interface Spot { readonly entries: readonly Entry[], readonly index: number, readonly column: number, /** Where the key or dash that holds the first entry ends; null for a whole document, whose first comments stay above. */ readonly floor: number | null }

function placed(text: string, { entries, index, column, floor }: Spot, [head = '', ...tail]: readonly string[]): Replacement {
  const lines = [' '.repeat(column) + head, ...tail]
  const before = entries[index - 1]
  if (before !== undefined) return insertedLines(text, extentOf(text, before, column), lines)
  const start = entries[0]?.start ?? 0
  const eol = lineBreak(text, start)
  if (!startsLine(text, start)) return { start, end: start, text: [head, ...tail].map(line => line + eol).join('') + ' '.repeat(column) }
  const own = floor === null ? lineStart(text, start) : ownCommentsStart(text, start, floor)
  if (own === 0) return { start: own, end: own, text: lines.map(line => line + eol).join('') }
  return insertedLines(text, lineStart(text, own - 1), lines)
}

function floorOf({ found: { holders } }: Site): number | null {
  const holder = holders.at(-1)
  return holder === undefined ? null : entryAt(holder.collection, holder.index)?.slot ?? null
}

/** Spaces between the dash of a neighbour and what follows on its line. */
function gapOf(text: string, { slot, value, start }: Entry): number {
  const from = value === null ? start + 1 : contentStart(value)
  const gap = slot === start + 1 ? text.slice(slot, from) : ''
  return /^ +$/.test(gap) ? gap.length : 1
}
