import type { Node } from 'yaml'
import { lineBreak, lineStart } from './layout.ts'
import { NEEDS_ESCAPES, doubleQuoted } from './inline-scalar.ts'
import type { ScalarMap } from './scalar-map.ts'
import { scalarMap } from './scalar-map.ts'
import type { Replacement } from './replacement.ts'

/** YAML that stands as a text inside YAML (an inline patch), and the way back from its offsets to the file's. */
export interface InnerText {
  readonly text: string
  /** The file's offset of an offset in `text`. */
  outer(offset: number): number
  /** The change of the file that makes a change of `text`; null where the scalar's style cannot hold it. */
  replaced(change: Replacement): Replacement | null
}

/** The inner text of a scalar, or null where its characters cannot be told. */
export function innerText(node: Node, text: string): InnerText | null {
  const map = scalarMap(node, text)
  if (map === null) return null
  return {
    text: map.value,
    outer: offset => map.start(offset),
    replaced: change => {
      const at = map.start(change.start)
      // A line of a literal block is written with its indentation, because a blank one has none.
      const fromLineStart = map.style === 'literal' && (change.start === 0 || map.value[change.start - 1] === '\n')
      const written = writtenIn(map, change, { eol: lineBreak(text, map.start(0)), fromLineStart })
      return written === null ? null : { start: fromLineStart ? lineStart(text, at) : at, end: change.end > change.start ? map.end(change.end - 1) : at, text: written }
    },
  }
}

interface Written { readonly eol: string, readonly fromLineStart: boolean }

/** Characters as the style of a scalar writes them; what is not escaped must stand there as it is. */
function writtenIn(map: ScalarMap, { text, end }: Replacement, { eol, fromLineStart }: Written): string | null {
  if (map.style === 'double') return doubleQuoted(text).slice(1, -1)
  if (NEEDS_ESCAPES.test(text)) return null
  if (map.style === 'literal') {
    const lines = text.split('\n')
    const goesOn = end < map.value.length && map.value[end] !== '\n'
    return lines.map((line, i) => (i === 0 && !fromLineStart) || (line === '' && !(goesOn && i === lines.length - 1)) ? line : ' '.repeat(map.indent) + line).join(eol)
  }
  if (text.includes('\n')) return null
  return map.style === 'single' ? text.replaceAll('\'', '\'\'') : text
}
