import { isScalar, stringify } from 'yaml'
import type { Node } from 'yaml'
import { plainScalar } from '../../model/plain-scalar.ts'

/** A replacement of part of a text: `[start, end)` in UTF-16 units. */
export interface Replacement { readonly start: number, readonly end: number, readonly text: string }

/** The text that gives an existing scalar a new value in the style it has (editing.md 2.5 rules 2 and 3); null where that cannot be done. */
export function replaceScalar(node: Node, text: string, to: { readonly value: string | number | boolean, readonly flow: boolean }): Replacement | null {
  if (!isScalar(node) || node.range === null || node.range === undefined) return null
  const [start, end] = node.range
  if (start === end) return null
  switch (node.type) {
    case 'QUOTE_DOUBLE': return { start, end, text: JSON.stringify(String(to.value)) }
    case 'QUOTE_SINGLE': return { start, end, text: singleQuoted(String(to.value)) }
    case 'BLOCK_LITERAL': case 'BLOCK_FOLDED': return blockLine(text, [start, end], String(to.value))
    case 'PLAIN': return { start, end, text: typeof to.value === 'string' ? plainOrQuoted(to.value, to.flow) : String(to.value) }
    default: return null
  }
}

/** Plain where both YAML 1.1 and 1.2 read the very same string, quoted otherwise. */
function plainOrQuoted(value: string, flow: boolean): string {
  const quoted = JSON.stringify(value)
  if (/[\n\r\t]/.test(value) || /^(?:---|\.\.\.)/.test(value) || (flow && /[,[\]{}]/.test(value)) || plainScalar(value) !== value) return quoted
  const written = stringify(value, { compat: 'yaml-1.1', lineWidth: 0, doubleQuotedAsJSON: true }).trimEnd()
  return written === value ? value : quoted
}

function singleQuoted(value: string): string {
  return /[\n\r\t]/.test(value) ? JSON.stringify(value) : `'${value.replaceAll('\'', '\'\'')}'`
}

/** A block scalar of one line keeps its header, indent and line ending. */
function blockLine(text: string, [start, end]: readonly [number, number], value: string): Replacement | null {
  const header = text.indexOf('\n', start)
  if (header < 0 || header >= end || /[\n\r]/.test(value)) return null
  const body = text.slice(header + 1, end)
  const lines = [...body.matchAll(/[^\r\n]+/g)].filter(line => line[0].trim() !== '')
  const [line] = lines
  if (line === undefined || lines.length !== 1) return null
  const indent = /^[ \t]*/.exec(line[0])?.[0].length ?? 0
  const from = header + 1 + line.index + indent
  return { start: from, end: header + 1 + line.index + line[0].length, text: value }
}
