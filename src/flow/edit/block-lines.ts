import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { ScalarStyle } from './inline-scalar.ts'
import { NEEDS_ESCAPES, inlineScalar } from './inline-scalar.ts'
import type { Shape } from './shape.ts'

/** A value in block style: what stands on the line of its key or dash (nothing for a map below a key), and the whole lines below. */
export interface BlockLines { readonly head: string, readonly tail: readonly string[] }

/** Where lines are written: the column of the key or dash, and how the document indents. */
export interface Position {
  readonly column: number
  readonly shape: Shape
  /** Spaces between a dash and its item. */
  readonly gap: number
  readonly quote: ScalarStyle['quote']
  /** How several lines of text are written; a literal block would take in deeper comments that follow it. */
  readonly lines: LineStyle
}

export type LineStyle = 'literal' | 'quoted'

/** A pair of a map: its first line begins at the column, the others bring their indentation along. */
export function pairLines(key: string, value: Json, position: Position): readonly string[] {
  const { head, tail } = belowKey(value, { ...position, gap: 1, quote: null })
  return [`${inlineScalar(key, { flow: false, quote: null })}:${head === '' ? '' : ` ${head}`}`, ...tail]
}

/** An item of a list: its first line begins at the column, the others bring their indentation along. */
export function itemLines(value: Json, position: Position): readonly string[] {
  const { head, tail } = behindDash(value, position)
  return [`-${' '.repeat(position.gap)}${head}`, ...tail]
}

/** A value below or behind a key that stands at the column. */
export function belowKey(value: Json, position: Position): BlockLines {
  const { column, shape } = position
  if (isList(value) && value.length > 0) return { head: '', tail: listLines(value, { ...position, column: column + shape.sequence }) }
  if (isObject(value) && keysOf(value).length > 0) return { head: '', tail: mapLines(value, { ...position, column: column + shape.step }) }
  return leafLines(value, position)
}

/** A value behind a dash that stands at the column: the first line of a collection stands behind the dash. */
export function behindDash(value: Json, position: Position): BlockLines {
  const inside = { ...position, column: position.column + 1 + position.gap, gap: 1, quote: null }
  const lines = isList(value) && value.length > 0 ? listLines(value, inside)
    : isObject(value) && keysOf(value).length > 0 ? mapLines(value, inside)
    : null
  if (lines === null) return leafLines(value, position)
  return { head: lines[0]?.slice(inside.column) ?? '', tail: lines.slice(1) }
}

/** A value that is a whole document: its lines from the first column on. */
export function documentLines(value: Json, shape: Shape): readonly string[] {
  const position: Position = { column: 0, shape, gap: 1, quote: null, lines: 'literal' }
  if (isList(value) && value.length > 0) return listLines(value, position)
  if (isObject(value) && keysOf(value).length > 0) return mapLines(value, position)
  return [typeof value === 'string' ? inlineScalar(value, { flow: false, quote: null }) : leafLines(value, position).head]
}

function mapLines(map: Readonly<Record<string, Json | undefined>>, position: Position): readonly string[] {
  return keysOf(map).flatMap(key => indented(pairLines(key, map[key] ?? null, position), position.column))
}

function listLines(list: readonly Json[], position: Position): readonly string[] {
  return list.flatMap(item => indented(itemLines(item, { ...position, gap: 1, quote: null }), position.column))
}

function indented([first = '', ...rest]: readonly string[], column: number): readonly string[] {
  return [' '.repeat(column) + first, ...rest]
}

function keysOf(map: Readonly<Record<string, Json | undefined>>): readonly string[] {
  return Object.keys(map).filter(key => map[key] !== undefined)
}

function leafLines(value: Json, { column, shape, quote, lines }: Position): BlockLines {
  if (isList(value)) return { head: '[]', tail: [] }
  if (isObject(value)) return { head: '{}', tail: [] }
  if (typeof value === 'string' && lines === 'literal' && fitsLiteral(value)) return literalLines(value, column + shape.step)
  return { head: inlineScalar(value, { flow: false, quote }), tail: [] }
}

function literalLines(value: string, column: number): BlockLines {
  const chomp = value.endsWith('\n') ? '' : '-'
  const lines = value.replace(/\n$/, '').split('\n')
  return { head: `|${chomp}`, tail: lines.map(line => line === '' ? '' : ' '.repeat(column) + line) }
}

/** The ways to write a value's texts of several lines, the best first. */
export function lineStyles(value: Json): readonly LineStyle[] {
  const holds = (part: Json): boolean => typeof part === 'string' ? fitsLiteral(part) : isList(part) ? part.some(holds) : isObject(part) && Object.values(part).some(item => holds(item ?? null))
  return holds(value) ? ['literal', 'quoted'] : ['literal']
}

/**
 * True for a text of several lines that every reader takes from a literal block as it is: it ends with one line break or none, and its first line
 * shows the indentation. Anything else is written in double quotes.
 */
export function fitsLiteral(value: string): boolean {
  const body = value.replace(/\n$/, '')
  if (!value.includes('\n') || NEEDS_ESCAPES.test(value) || body === '') return false
  const lines = body.split('\n')
  return /^[^\s]/.test(lines[0] ?? '') && /[^\s]/.test(lines.at(-1) ?? '')
}
