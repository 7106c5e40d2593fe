import { isMap, isSeq } from 'yaml'
import type { Json } from '../../model/json.ts'
import type { Entry } from './anatomy.ts'
import { anatomyOf } from './anatomy.ts'
import type { FlowStyle } from './flow-text.ts'
import { flowPair, flowStyleAt, flowText } from './flow-text.ts'
import { columnAt, lineBreak, lineEnd, startsLine } from './layout.ts'
import { prettyJson } from './pretty-json.ts'
import type { Replacement } from './replacement.ts'
import type { Site, Unspliced } from './site.ts'
import { refusedLayout } from './site.ts'

/** A pair or item in a collection in brackets: on a line of its own where all entries have one, behind a comma otherwise. */
export function addToFlow(site: Site, step: string | number, value: Json): readonly Replacement[] | Unspliced {
  const { source: { text }, found: { node } } = site
  const anatomy = isMap(node) || isSeq(node) ? anatomyOf(node) : null
  if (anatomy === null || anatomy.flow === null) return refusedLayout(site)
  const style = flowStyleAt(site.source, site.document, site.found)
  const { entries, flow } = anatomy
  const [first] = entries
  if (first === undefined) {
    const inside = text.slice(flow.open + 1, flow.close)
    return inside.trim() === '' ? [{ start: flow.open + 1, end: flow.close, text: entryText(step, value, style) }] : refusedLayout(site)
  }
  const index = typeof step === 'number' ? step : entries.length
  const lines = entries.every(entry => startsLine(text, entry.start))
  const column = columnAt(text, first.start)
  const written = lines && style.quote === 'json' ? prettyEntry({ step, value, style, column, indent: column - lineIndent(text, flow.open) }, lineBreak(text, first.start)) : entryText(step, value, style)
  const next = entries[index]
  if (next !== undefined) {
    const separator = startsLine(text, next.start) ? `,${lineBreak(text, next.start)}${' '.repeat(columnAt(text, next.start))}` : style.comma
    return [{ start: next.start, end: next.start, text: written + separator }]
  }
  const last = entries.at(-1)?.end ?? flow.open + 1
  // A comma directly behind a colon would belong to the key, to some readers.
  if (text[last - 1] === ':' && /^\s/.test(text.slice(last))) return [{ start: last + 1, end: last + 1, text: style.comma + written }]
  return [lines ? lineBehindLast(text, { entries, flow, column }, written) : { start: last, end: last, text: style.comma + written }]
}

interface Lined { readonly entries: readonly Entry[], readonly flow: { readonly open: number, readonly close: number }, readonly column: number }

/** A line behind the last entry; a comment stays on the line of that entry, and a comma behind the last entry stays the habit. */
function lineBehindLast(text: string, { entries, flow, column }: Lined, written: string): Replacement {
  const end = entries.at(-1)?.end ?? flow.open + 1
  const eol = lineBreak(text, end)
  const line = eol + ' '.repeat(column) + written
  const rest = text.slice(end, Math.min(lineEnd(text, end), flow.close))
  if (!rest.includes('#')) return { start: end, end, text: `,${line}` }
  return /^\s*,/.test(rest) ? { start: end + rest.length, end: end + rest.length, text: `${line},` } : { start: end, end: end + rest.length, text: `,${rest}${line}` }
}

function entryText(step: string | number, value: Json, style: FlowStyle): string {
  return typeof step === 'string' ? flowPair(step, value, style) : flowText(value, style)
}

interface Pretty { readonly step: string | number, readonly value: Json, readonly style: FlowStyle, readonly column: number, readonly indent: number }

function prettyEntry({ step, value, style, column, indent }: Pretty, eol: string): string {
  const written = prettyJson(value, { column, step: indent > 0 ? indent : 2, eol })
  return typeof step === 'string' ? `${flowPair(step, null, style).slice(0, -'null'.length)}${written}` : written
}

function lineIndent(text: string, offset: number): number {
  const start = offset - columnAt(text, offset)
  return /^ */.exec(text.slice(start))?.[0].length ?? 0
}
