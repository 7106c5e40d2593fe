import { isAlias, isCollection, isMap, isScalar, visit } from 'yaml'
import type { Alias, Document, Node, Scalar } from 'yaml'
import type { Json } from '../../model/json.ts'
import { onlyThatChanged } from './expected.ts'
import { inlineScalar } from './inline-scalar.ts'
import type { FileEdit, YamlSteps } from './place.ts'
import type { Replacement } from './replacement.ts'
import type { Source } from './source.ts'
import { asNode, readSource } from './source.ts'
import { touchGuard } from './touch-guard.ts'

/** A scalar that carries an anchor or stands as an alias. */
export interface AnchoredScalar { readonly source: Source, readonly document: number, readonly steps: YamlSteps, readonly file: string }

/**
 * Gives one use of an anchored scalar a value of its own and leaves all others what they are: an alias becomes the value, and where the anchor itself
 * stands, the next use takes anchor and old value over. null where that cannot be done, or where the place belongs to somebody else.
 */
export function ownValue(at: AnchoredScalar, value: Json): FileEdit | null {
  const parsed = at.source.documents[at.document]
  const found = parsed === undefined ? null : nodeAt(parsed, at.steps)
  if (parsed === undefined || found === null || !found.node.range || typeof value === 'object') return null
  const [start, end] = found.node.range
  const written: Replacement = { start, end, text: inlineScalar(value, { flow: found.flow, quote: quoteOf(found.node) }) }
  const changes = isAlias(found.node) ? [written] : isScalar(found.node) ? handedOn(at.source, parsed, found.node) : null
  if (changes === null) return null
  return edited(at, isAlias(found.node) ? changes : [written, ...changes], value)
}

/** The anchored scalar gets the value for all of its uses. */
export function valueForAllUses(at: AnchoredScalar, value: Json): FileEdit | null {
  const parsed = at.source.documents[at.document]
  const found = parsed === undefined ? null : nodeAt(parsed, at.steps)
  if (found === null || !isScalar(found.node) || !found.node.range || typeof value === 'object') return null
  const [start, end] = found.node.range
  const change: Replacement = { start, end, text: inlineScalar(value, { flow: found.flow, quote: quoteOf(found.node) }) }
  return !at.source.text.slice(start, end).includes('\n') && touchGuard(at.source, change, 'set') === null ? { file: at.file, text: applied(at.source.text, [change]) } : null
}

function edited({ source, document, steps, file }: AnchoredScalar, changes: readonly Replacement[], value: Json): FileEdit | null {
  if (changes.some(change => touchGuard(source, change, 'set') !== null)) return null
  const text = applied(source.text, changes)
  return onlyThatChanged(source, readSource(text, 'last'), { op: 'set', place: { document, steps, inner: null }, value }) ? { file, text } : null
}

function applied(text: string, changes: readonly Replacement[]): string {
  return [...changes].sort((a, b) => b.start - a.start).reduce((changed, { start, end, text: to }) => changed.slice(0, start) + to + changed.slice(end), text)
}

/** Takes the anchor away here and puts it, with the old value, where the first alias stands. */
function handedOn({ text }: Source, document: Document, node: Scalar): readonly Replacement[] | null {
  const [start, end] = node.range ?? [0, 0]
  const anchor = node.anchor ?? ''
  const mark = new RegExp(`&${anchor.replaceAll(/[^\w]/g, '\\$&')}[ \\t]+$`).exec(text.slice(0, start))
  const next = firstAlias(document, anchor, start)
  const old = text.slice(start, end)
  if (mark === null || !next?.range || old.includes('\n')) return null
  return [{ start: mark.index, end: start, text: '' }, { start: next.range[0], end: next.range[1], text: `&${anchor} ${old}` }]
}

/** The first use of an anchor after an offset; null where one is a key of a map, which no anchor is handed to. */
function firstAlias(document: Document, anchor: string, after: number): Alias | null {
  const found: Alias[] = []
  let asKey = false
  visit(document, {
    Alias(key, alias) {
      if (alias.source !== anchor || (alias.range?.[0] ?? 0) < after) return
      asKey ||= key === 'key'
      found.push(alias)
    },
  })
  return asKey ? null : found[0] ?? null
}

/** The node at steps, aliases not followed, and whether it stands in brackets. */
function nodeAt(document: Document, steps: YamlSteps): { readonly node: Node, readonly flow: boolean } | null {
  let here: Node | null = asNode(document.contents)
  let flow = false
  for (const step of steps) {
    if (!isCollection(here)) return null
    flow ||= here.flow === true
    here = asNode(isMap(here) && typeof step === 'number' ? here.get(String(step), true) : here.get(step, true))
  }
  return here === null ? null : { node: here, flow }
}

function quoteOf(node: Node): 'double' | 'single' | null {
  if (!isScalar(node)) return null
  return node.type === 'QUOTE_DOUBLE' ? 'double' : node.type === 'QUOTE_SINGLE' ? 'single' : null
}
