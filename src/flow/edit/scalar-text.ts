import { isScalar } from 'yaml'
import type { Scalar } from 'yaml'
import { blockScalarTexts, changedCharacters } from './block-scalar.ts'
import { fitsLiteral } from './block-lines.ts'
import { isJson } from './flow-text.ts'
import type { ScalarStyle, ScalarValue } from './inline-scalar.ts'
import { NEEDS_ESCAPES, doubleQuoted, inlineScalar, isSafePlain } from './inline-scalar.ts'
import type { Replacement } from './replacement.ts'
import { wholeLines } from './replacement.ts'
import { scalarMap } from './scalar-map.ts'
import type { Site } from './site.ts'

/**
 * Ways to give a scalar another value in its place and style, the best first; none where the value needs lines of its own
 * (editing.md 2.5 rules 2 and 3).
 */
export function scalarTexts(site: Site, value: ScalarValue): readonly Replacement[] {
  const { source: { text, documents }, document, found: { node, flow, holders } } = site
  if (!isScalar(node) || !node.range) return []
  const [start, end] = node.range
  if (start === end) return []
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return typeof value === 'string' ? blockScalarTexts(node, text, value) : []
  const root = documents[document]
  const json = root !== undefined && flow && isJson(root)
  const whole = (written: string): Replacement => ({ start, end, text: written })
  if (typeof value !== 'string') return [whole(String(value))]
  const lines = !flow && holders.length > 0 && node.type !== 'QUOTE_DOUBLE' && fitsLiteral(value)
  const changed = changedPart(site, node, value)
  if (lines && changed === null) return []
  const style: ScalarStyle = { flow, quote: json ? 'json' : node.type === 'QUOTE_DOUBLE' ? 'double' : node.type === 'QUOTE_SINGLE' ? 'single' : null }
  return [...changed === null ? [] : [changed], whole(inlineScalar(value, style))]
}

/** Only what differs, where the scalar stands over several lines or has escapes that a person chose. */
function changedPart({ source: { text }, found: { flow } }: Site, node: Scalar, value: string): Replacement | null {
  const [start, end] = node.range ?? [0, 0, 0]
  const old = text.slice(start, end)
  const isDouble = node.type === 'QUOTE_DOUBLE'
  const lines = old.includes('\n')
  if (!lines && !(isDouble && old.includes('\\'))) return null
  if (node.type === 'PLAIN' && !isSafePlain(value, flow)) return null
  if (!isDouble && NEEDS_ESCAPES.test(value)) return null
  const map = scalarMap(node, text)
  const write = (characters: string): string => isDouble ? doubleQuoted(characters).slice(1, -1) : node.type === 'QUOTE_SINGLE' ? characters.replaceAll('\'', '\'\'') : characters
  const change = map === null ? null : changedCharacters(map, { text, value, write, escapes: isDouble })
  return change === null ? null : wholeLines(text, change, { start, end })
}
