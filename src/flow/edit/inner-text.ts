import type { Node } from 'yaml'
import { lineBreak } from './layout.ts'
import { NEEDS_ESCAPES, doubleQuoted } from './inline-scalar.ts'
import type { ScalarMap } from './scalar-map.ts'
import { scalarMap } from './scalar-map.ts'
import type { Replacement } from './scalar-text.ts'

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
      const start = map.start(change.start)
      const end = change.end > change.start ? map.end(change.end - 1) : start
      const written = writtenIn(map, change, lineBreak(text, map.start(0)))
      return written === null ? null : { start, end, text: written }
    },
  }
}

/** Characters as the style of a scalar writes them; what is not escaped must stand there as it is. */
function writtenIn(map: ScalarMap, { text, end }: Replacement, eol: string): string | null {
  if (map.style === 'double') return doubleQuoted(text).slice(1, -1)
  if (NEEDS_ESCAPES.test(text)) return null
  if (map.style === 'literal') return indentedLines(text, map.indent, map.value[end]).join(eol)
  if (text.includes('\n')) return null
  return map.style === 'single' ? text.replaceAll('\'', '\'\'') : text
}

/** Lines of a literal block: the first one goes on with its line, and blank ones stay blank unless something follows on the last. */
function indentedLines(text: string, indent: number, next: string | undefined): readonly string[] {
  const lines = text.split('\n')
  const goesOn = next !== undefined && next !== '\n'
  return lines.map((line, i) => i === 0 || (line === '' && !(goesOn && i === lines.length - 1)) ? line : ' '.repeat(indent) + line)
}
