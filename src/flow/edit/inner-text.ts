import { isScalar } from 'yaml'
import type { Node } from 'yaml'

/** YAML that stands as a text inside YAML (an inline patch), and the way back from its offsets to the file's. */
export interface InnerText {
  readonly text: string
  /** The file's offset of an offset in `text`. */
  outer(offset: number): number
}

/** The inner text of a scalar, or null where line folding or escapes make the offsets differ. */
export function innerText(node: Node, text: string): InnerText | null {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return null
  const [start, end] = node.range
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return blockText(text, [start, end], node.value)
  const quote = node.type === 'PLAIN' ? 0 : 1
  const inside = text.slice(start + quote, end - quote)
  return inside === node.value ? { text: inside, outer: offset => start + quote + offset } : null
}

function blockText(text: string, [start, end]: readonly [number, number], value: string): InnerText | null {
  const header = text.indexOf('\n', start)
  if (header < 0 || header >= end) return null
  const lines = text.slice(header + 1, end).split(/(?<=\n)/)
  const first = lines.find(line => line.trim() !== '')
  if (first === undefined) return null
  const explicit = /[1-9]/.exec(text.slice(start, header).split('#')[0] ?? '')
  // An explicit indentation indicator is rare and relative to the parent; the value check below would catch a wrong guess, so it is refused.
  if (explicit !== null) return null
  const indent = /^ */.exec(first)?.[0].length ?? 0
  const segments: { readonly inner: number, readonly outer: number }[] = []
  let inner = ''
  let outer = header + 1
  for (const line of lines) {
    const cut = Math.min(indent, /^ */.exec(line)?.[0].length ?? 0)
    segments.push({ inner: inner.length, outer: outer + cut })
    inner += line.slice(cut)
    outer += line.length
  }
  if (withoutLastBreaks(inner) !== withoutLastBreaks(value)) return null
  return { text: inner, outer: offset => mapped(segments, offset) }
}

function mapped(segments: readonly { readonly inner: number, readonly outer: number }[], offset: number): number {
  const segment = segments.findLast(candidate => candidate.inner <= offset) ?? { inner: 0, outer: 0 }
  return segment.outer + offset - segment.inner
}

/** As YAML normalises line breaks; how many end a block depends on its chomping indicator. */
function withoutLastBreaks(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n+$/, '')
}
