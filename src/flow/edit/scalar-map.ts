import { isScalar } from 'yaml'
import type { Node } from 'yaml'

/** The characters of a scalar's value, and where in the text each one comes from. */
export interface ScalarMap {
  readonly value: string
  readonly style: 'literal' | 'folded' | 'double' | 'single' | 'plain'
  /** Where the characters for one of the value begin and end; at the value's length: where its content ends. */
  start(index: number): number
  end(index: number): number
  /** Columns of a block scalar's lines; 0 for the other styles. */
  readonly indent: number
}

/** One character of the value, or as many as one escape or line break stands for. */
interface Unit { readonly value: string, readonly start: number, readonly end: number }

/** How a string stands in the text; null where that cannot be followed character by character. */
export function scalarMap(node: Node, text: string): ScalarMap | null {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return null
  const [start, end] = node.range
  switch (node.type) {
    case 'BLOCK_LITERAL': case 'BLOCK_FOLDED': return blockMap(text, { start, end, value: node.value, folded: node.type === 'BLOCK_FOLDED' })
    case 'QUOTE_DOUBLE': return mapOf(flowUnits(text, start + 1, { to: end - 1, read: doubleUnit }), { value: node.value, style: 'double', indent: 0, from: start + 1 })
    case 'QUOTE_SINGLE': return mapOf(flowUnits(text, start + 1, { to: end - 1, read: singleUnit }), { value: node.value, style: 'single', indent: 0, from: start + 1 })
    case 'PLAIN': return mapOf(flowUnits(text, start, { to: end, read: plainUnit }), { value: node.value, style: 'plain', indent: 0, from: start })
    default: return null
  }
}

interface Rest { readonly value: string, readonly style: ScalarMap['style'], readonly indent: number, readonly from: number }

/** The map of these units, if they make the value that the parser read. */
function mapOf(units: readonly Unit[] | null, { value, style, indent, from }: Rest): ScalarMap | null {
  if (units === null) return null
  const [starts, ends]: [number[], number[]] = [[], []]
  let made = ''
  for (const unit of units) {
    if (made.length >= value.length) break
    for (let i = 0; i < unit.value.length; i++) {
      starts.push(unit.start)
      ends.push(unit.end)
    }
    made += unit.value
  }
  if (made !== value) return null
  const last = ends.at(-1) ?? from
  return { value, style, indent, start: index => starts[index] ?? last, end: index => ends[index] ?? last }
}

interface Block { readonly start: number, readonly end: number, readonly value: string, readonly folded: boolean }

interface Line { readonly content: string, readonly from: number, readonly to: number, readonly next: number }

function blockMap(text: string, { start, end, value, folded }: Block): ScalarMap | null {
  const body = text.indexOf('\n', start) + 1
  if (body === 0 || body > end) return null
  const indent = indentOf(text.slice(body, end), value)
  if (indent === null) return null
  const lines = blockLines(text, { from: body, to: end }, indent)
  const units = folded ? foldedUnits(lines) : lines.flatMap(literalUnits)
  return mapOf(units, { value, style: folded ? 'folded' : 'literal', indent, from: body })
}

/** Columns of the first line that is not blank, less the spaces that its value has itself (behind an indentation indicator). */
function indentOf(body: string, value: string): number | null {
  const line = body.split('\n').find(each => /[^ \r]/.test(each))
  const content = value.replace(/^\n+/, '')
  return line === undefined || content === '' ? null : leadingSpaces(line) - leadingSpaces(content)
}

function leadingSpaces(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0
}

function blockLines(text: string, { from, to }: { readonly from: number, readonly to: number }, indent: number): readonly Line[] {
  const lines: Line[] = []
  for (let at = from; at < to;) {
    const feed = text.indexOf('\n', at)
    const next = feed < 0 || feed >= to ? to : feed + 1
    const stop = feed < 0 || feed >= to ? to : text[feed - 1] === '\r' && feed > at ? feed - 1 : feed
    const cut = Math.min(indent, leadingSpaces(text.slice(at, stop)))
    lines.push({ content: text.slice(at + cut, stop), from: at + cut, to: stop, next })
    at = next
  }
  return lines
}

function literalUnits(line: Line, i: number, lines: readonly Line[]): readonly Unit[] {
  return [...charactersOf(line), { value: '\n', start: line.to, end: lines[i + 1]?.from ?? line.next }]
}

function charactersOf({ content, from }: Line): readonly Unit[] {
  return Array.from({ length: content.length }, (_none, i) => ({ value: content[i] ?? '', start: from + i, end: from + i + 1 }))
}

/** Line breaks between two lines of text fold into a space; those beside deeper lines stay (YAML 1.2, 8.1.3). */
function foldedUnits(lines: readonly Line[]): Unit[] {
  const units: Unit[] = []
  const isText = (line: Line | undefined): boolean => line !== undefined && /^[^ \t]/.test(line.content)
  let last: Line | undefined
  let breaks: Unit[] = []
  for (const [i, line] of lines.entries()) {
    const feed = { value: '\n', start: line.to, end: lines[i + 1]?.from ?? line.next }
    if (line.content !== '') {
      const [first, ...more] = breaks
      const folds = isText(last) && isText(line) && first !== undefined
      if (folds && more.length === 0) units.push({ ...first, value: ' ' })
      else units.push(...folds ? more : breaks)
      units.push(...charactersOf(line))
      breaks = []
      last = line
    }
    breaks.push(feed)
  }
  return [...units, ...breaks]
}

type ReadUnit = (text: string, at: number) => Unit

/** The units of a quoted or plain scalar, its line folding done. */
function flowUnits(text: string, from: number, { to, read }: { readonly to: number, readonly read: ReadUnit }): readonly Unit[] | null {
  const units: Unit[] = []
  for (let at = from; at < to;) {
    const fold = /^[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/.exec(text.slice(at, to))?.[0]
    const unit = fold === undefined ? read(text, at) : { value: foldedBreaks(fold, ' '), start: at, end: at + fold.length }
    if (unit.end > to) return null
    units.push(unit)
    at = unit.end
  }
  return units
}

function foldedBreaks(fold: string, single: string): string {
  const breaks = fold.split('\n').length - 1
  return breaks === 1 ? single : '\n'.repeat(breaks - 1)
}

function plainUnit(text: string, at: number): Unit {
  return { value: text[at] ?? '', start: at, end: at + 1 }
}

function singleUnit(text: string, at: number): Unit {
  return text.startsWith('\'\'', at) ? { value: '\'', start: at, end: at + 2 } : plainUnit(text, at)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0', 'a': '\x07', 'b': '\b', 't': '\t', '\t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': '\x1b', ' ': ' ', '"': '"', '/': '/', '\\': '\\',
  'N': '\x85', '_': '\xa0', 'L': '\u2028', 'P': '\u2029',
}

function doubleUnit(text: string, at: number): Unit {
  if (text[at] !== '\\') return plainUnit(text, at)
  const rest = text.slice(at + 1, at + 10)
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest)
  if (hex !== null) return { value: String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16))), start: at, end: at + 1 + hex[0].length }
  const continued = /^\r?\n(?:[ \t]*\r?\n)*[ \t]*/.exec(text.slice(at + 1))?.[0]
  if (continued !== undefined) return { value: foldedBreaks(continued, ''), start: at, end: at + 1 + continued.length }
  return { value: ESCAPES[rest[0] ?? ''] ?? '\0', start: at, end: at + 2 }
}
