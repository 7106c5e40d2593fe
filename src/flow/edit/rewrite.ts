import { isMap, isScalar, isSeq } from 'yaml'
import type { Node } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { Entry } from './anatomy.ts'
import { endOf, entryAt } from './anatomy.ts'
import type { BlockLines, LineStyle, Position } from './block-lines.ts'
import { behindDash, belowKey, documentLines, lineStyles } from './block-lines.ts'
import { flowStyleAt, flowText } from './flow-text.ts'
import { columnAt, lineBreak, lineEnd, startsLine } from './layout.ts'
import type { Replacement } from './replacement.ts'
import { shapeOf } from './shape.ts'
import type { Site, Unspliced } from './site.ts'
import { contentStart, isFlow, isNull, refusedLayout } from './site.ts'

/**
 * Puts another value where a node stands, in block style unless it stands in brackets: what the node's own lines held is gone,
 * the comment on the line of its key or dash stays (editing.md 2.5 rule 5).
 */
export function rewriteValue(site: Site, value: Json): readonly Replacement[] | Unspliced {
  const holder = site.found.holders.at(-1)
  if (holder === undefined) return rewriteRoot(site, value)
  const entry = entryAt(holder.collection, holder.index)
  if (entry === null) return refusedLayout(site, site.found.flow)
  if (entry.slot === null) return refusedLayout(site, site.found.flow)
  const slotted = { ...entry, slot: entry.slot, dash: isSeq(holder.collection) }
  return site.found.flow ? [rewriteFlow(site, slotted, value)] : lineStyles(value).map(lines => rewriteBlock(site, slotted, { value, lines }))
}

type SlottedEntry = Entry & { readonly slot: number, readonly dash: boolean }

function rewriteFlow({ source, found, document }: Site, entry: SlottedEntry, value: Json): Replacement {
  const text = flowText(value, flowStyleAt(source, document, found))
  if (entry.slot === entry.end) return { start: entry.slot, end: entry.slot, text: entry.slot === entry.start ? text : ` ${text}` }
  return { start: contentStart(found.node), end: entry.end, text }
}

function rewriteBlock(site: Site, entry: SlottedEntry, { value, lines: style }: { readonly value: Json, readonly lines: LineStyle }): Replacement {
  const { text } = site.source
  const { slot, dash } = entry
  const from = entry.end === slot ? slot : contentStart(site.found.node)
  const sameLine = !text.slice(slot, from).includes('\n')
  const gap = sameLine && from > slot && !isBlockCollection(site.found.node) ? text.slice(slot, from) : ' '
  const rest = commentBeside(site, entry, sameLine)
  const lines = linesFor(value, { column: columnAt(text, entry.start), shape: shapeOf(site.source, site.document), gap: /^ +$/.test(gap) ? gap.length : 1, quote: null, lines: style }, { dash, below: (!sameLine || entry.end === slot) && rest !== '' })
  const space = dash && isCollection(value) ? ' '.repeat(/^ +$/.test(gap) ? gap.length : 1) : gap
  const eol = lineBreak(text, slot)
  const head = lines.head === '' ? '' : space + lines.head
  return { start: slot, end: lineEnd(text, entry.end), text: head + rest + lines.tail.map(line => eol + line).join('') }
}

/** The lines of a value for a key or dash; a collection stands wholly below a dash that has a comment of its own. */
function linesFor(value: Json, position: Position, { dash, below }: { readonly dash: boolean, readonly below: boolean }): BlockLines {
  if (!dash) return belowKey(value, position)
  const lines = behindDash(value, position)
  return below && isCollection(value) ? { head: '', tail: [' '.repeat(position.column + 1 + position.gap) + lines.head, ...lines.tail] } : lines
}

/** The comment that stays on the line of the key or dash, with the white space before it. */
function commentBeside({ source: { text }, found }: Site, entry: SlottedEntry, sameLine: boolean): string {
  const { node } = found
  if (!sameLine) return text.slice(entry.slot, lineEnd(text, entry.slot)).trimEnd()
  if (isBlockCollection(node)) return ''
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) {
    return /^[|>][-+0-9]*(.*)$/.exec(text.slice(contentStart(node), lineEnd(text, contentStart(node))))?.[1]?.trimEnd() ?? ''
  }
  return text.slice(entry.end, lineEnd(text, entry.end)).trimEnd()
}

function rewriteRoot(site: Site, value: Json): readonly Replacement[] | Unspliced {
  const { source: { text }, found: { node } } = site
  const token = node.srcToken
  if (token === undefined || isNull(node)) return refusedLayout(site, site.found.flow)
  const start = contentStart(node)
  const lines = isFlow(node) && isCollection(value) && !startsLine(text, start) ? null : documentLines(value, shapeOf(site.source, site.document))
  if (lines === null) return [{ start, end: endOf(token), text: flowText(value, flowStyleAt(site.source, site.document, site.found)) }]
  return [{ start, end: endOf(token), text: lines.join(lineBreak(text, start)) }]
}

function isBlockCollection(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true
}

function isCollection(value: Json): boolean {
  return (isList(value) && value.length > 0) || (isObject(value) && Object.keys(value).length > 0)
}
