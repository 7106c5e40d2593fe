import type { YAMLMap, YAMLSeq } from 'yaml'
import { anatomyOf } from './anatomy.ts'
import { lineEnd, lineStart, startsLine } from './layout.ts'
import type { Replacement } from './replacement.ts'
import type { Site, Unspliced } from './site.ts'
import { refusedLayout } from './site.ts'

/** An entry in brackets goes with its comma; refused where comments stand around it that could be about anything. */
export function removeFromFlow(site: Site, collection: YAMLMap | YAMLSeq, index: number): readonly Replacement[] | Unspliced {
  const { source: { text } } = site
  const anatomy = anatomyOf(collection)
  const entry = anatomy?.entries[index]
  if (anatomy === null || anatomy.flow === null || entry === undefined) return refusedLayout(site)
  const { entries, flow } = anatomy
  const [before, next] = [entries[index - 1], entries[index + 1]]
  const from = before?.end ?? flow.open + 1
  const to = next?.start ?? flow.close
  if (!hasComment(text, from, entry.start) && !hasComment(text, entry.end, to)) {
    if (next !== undefined) return [{ start: entry.start, end: next.start, text: '' }]
    return before === undefined ? [{ start: from, end: to, text: '' }] : [{ start: before.end, end: entry.end, text: '' }]
  }
  const alone = startsLine(text, entry.start) && /^\s*,?[ \t]*(?:#[^\n]*)?$/.test(text.slice(entry.end, lineEnd(text, entry.end)))
  if (!alone || before === undefined || hasComment(text, lineStart(text, entry.start), entry.start)) return refusedLayout(site)
  return [wholeLine(text, { start: lineStart(text, entry.start), end: lineEnd(text, entry.end) }, next === undefined && !/^\s*,/.test(text.slice(entry.end)) ? before.end : null)]
}

/** The line of an entry; the comma behind the one before it goes too where the last entry had none. */
function wholeLine(text: string, line: { readonly start: number, readonly end: number }, commaAfter: number | null): Replacement {
  const start = lineEnd(text, lineStart(text, line.start - 1))
  if (commaAfter === null) return { start, end: line.end, text: '' }
  return { start: commaAfter, end: line.end, text: text.slice(commaAfter, start).replace(',', '') }
}

function hasComment(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes('#')
}
