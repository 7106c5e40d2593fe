import type { Node } from 'yaml'
import { NEEDS_ESCAPES } from './inline-scalar.ts'
import { lineBreak, lineEnd, lineStart } from './layout.ts'
import type { ScalarMap } from './scalar-map.ts'
import { scalarMap } from './scalar-map.ts'
import type { Replacement } from './replacement.ts'
import { wholeLines } from './replacement.ts'

/**
 * Ways to give a block scalar another text: only its lines that differ change, its header as far as the last line breaks demand it.
 * A folded one becomes literal where the new text cannot be folded as the old was. None where no block can hold the text.
 */
export function blockScalarTexts(node: Node, text: string, value: string): readonly Replacement[] {
  const map = scalarMap(node, text)
  const start = node.range?.[0] ?? 0
  const header = /^([|>])(?:([-+]?)([1-9]?)|([1-9])([-+]))(?=[ \t\r\n]|$)/.exec(text.slice(start, lineEnd(text, start)))
  if (map === null || header === null) return []
  const block: Block = { text, map, value, start, header: header[0], chomp: header[2] ?? header[5] ?? '', indicator: header[3] ?? header[4] ?? '' }
  const chomp = chompFor(block)
  if (chomp === null || !fits(block)) return []
  const literal = map.style === 'literal' ? changedLines(block) : null
  const folded = map.style === 'folded' ? changedCharacters(map, { text, value: withoutBreaks(value), write: characters => characters, escapes: false }) : null
  const change = literal ?? (folded === null ? null : wholeLines(text, folded, { start: 0, end: text.length }))
  const headed = change === null ? [] : [withHeader(block, chomp, change)]
  return map.style === 'folded' ? [...headed, asLiteral(block, chomp)] : headed
}

interface Block { readonly text: string, readonly map: ScalarMap, readonly value: string, readonly start: number, readonly header: string, readonly chomp: string, readonly indicator: string }

/** The chomping indicator for the line breaks at the end; null where only a changed number of blank lines could say it. */
function chompFor({ map, value, chomp }: Block): string | null {
  const [old, now] = [lastBreaks(map.value), lastBreaks(value)]
  if (chomp === '+' && old === now) return '+'
  return now > 1 ? null : now === 1 ? '' : '-'
}

function lastBreaks(value: string): number {
  return value.length - withoutBreaks(value).length
}

function withoutBreaks(value: string): string {
  return value.replace(/\n+$/, '')
}

/** The first line shows the indentation where no indicator does, and readers differ about blank characters on the last. */
function fits({ value, indicator }: Block): boolean {
  const lines = withoutBreaks(value).split('\n')
  return !NEEDS_ESCAPES.test(value) && (indicator === '' ? /^\S/ : /\S/).test(lines[0] ?? '') && /\S/.test(lines.at(-1) ?? '')
}

function withHeader({ text, start, header, chomp: old, indicator }: Block, chomp: string, change: Replacement): Replacement {
  if (chomp === old) return change
  return { start, end: change.end, text: `${header[0]}${indicator}${chomp}${text.slice(start + header.length, change.start)}${change.text}` }
}

function changedLines({ text, map, value }: Block): Replacement {
  const [old, now] = [withoutBreaks(map.value), withoutBreaks(value)]
  const { prefix, suffix } = common(old, now)
  const from = old.slice(0, prefix).lastIndexOf('\n') + 1
  const feed = old.indexOf('\n', old.length - suffix)
  const tail = feed < 0 ? 0 : old.length - feed
  const start = lineStart(text, map.start(from))
  const end = lineEnd(text, map.start(old.length - tail))
  return { start, end, text: indented(now.slice(from, now.length - tail), map.indent, lineBreak(text, start)) }
}

function indented(value: string, indent: number, eol: string): string {
  return value.split('\n').map(line => line === '' ? '' : ' '.repeat(indent) + line).join(eol)
}

function asLiteral({ text, map, value, start, header, indicator }: Block, chomp: string): Replacement {
  const end = lineEnd(text, map.end(Math.max(0, withoutBreaks(map.value).length - 1)))
  const body = lineEnd(text, start)
  const eol = lineBreak(text, start)
  return { start, end, text: `|${indicator}${chomp}${text.slice(start + header.length, body)}${eol}${indented(withoutBreaks(value), map.indent, eol)}` }
}

interface Changed {
  readonly text: string
  /** Without the line breaks at the end of a block. */
  readonly value: string
  /** How characters are written in the style of the scalar. */
  readonly write: (characters: string) => string
  /** Line breaks can be written, as escapes. */
  readonly escapes: boolean
}

/** Only the characters that differ, as the scalar's style writes them; null where a line break of the text would change. */
export function changedCharacters(map: ScalarMap, { text, value, write, escapes }: Changed): Replacement | null {
  const old = map.style === 'folded' ? withoutBreaks(map.value) : map.value
  const { prefix, suffix } = common(old, value)
  const written = value.slice(prefix, value.length - suffix)
  const start = map.start(prefix)
  const end = old.length - suffix > prefix ? map.end(old.length - suffix - 1) : start
  if ((written.includes('\n') && !escapes) || text.slice(start, end).includes('\n')) return null
  return { start, end, text: write(written) }
}

/** The lengths of what two texts begin and end with alike; no character of two units is cut. */
function common(old: string, now: string): { readonly prefix: number, readonly suffix: number } {
  const most = Math.min(old.length, now.length)
  let prefix = 0
  while (prefix < most && old[prefix] === now[prefix]) prefix++
  if (/[\uD800-\uDBFF]/.test(old[prefix - 1] ?? '')) prefix--
  let suffix = 0
  while (suffix < most - prefix && old[old.length - 1 - suffix] === now[now.length - 1 - suffix]) suffix++
  if (/[\uDC00-\uDFFF]/.test(old[old.length - suffix] ?? '')) suffix--
  return { prefix, suffix: Math.max(0, suffix) }
}
