import { isMap, isSeq } from 'yaml'
import type { Node } from 'yaml'
import type { Json } from '../../model/json.ts'
import { addToBlock } from './add-to-block.ts'
import { addToFlow } from './add-to-flow.ts'
import { documentLines } from './block-lines.ts'
import { descend, startOf } from './descend.ts'
import { insertedLines, lineBreak } from './layout.ts'
import type { YamlSteps } from './place.ts'
import { rewriteValue } from './rewrite.ts'
import type { Replacement } from './replacement.ts'
import { shapeOf } from './shape.ts'
import type { Site, Unspliced } from './site.ts'
import { isFlow, isNull, refused } from './site.ts'
import type { Source } from './source.ts'
import { keyText } from './source.ts'

/** What is added: the last step is the new key, or the index before which the new item comes. */
export interface Addition { readonly document: number, readonly steps: YamlSteps, readonly value: Json }

/** The texts that add a pair to a map or an item to a list, the best first (editing.md 2.5 rules 4 and 5). */
export function addition(source: Source, { document, steps, value }: Addition): readonly Replacement[] | Unspliced {
  const step = steps.at(-1)
  const holds = steps.slice(0, -1)
  const absent = refused(source, 0, { code: 'NO_CANDIDATE', sentence: 'there is nothing to add to' })
  const parsed = source.documents[document]
  if (step === undefined) return absent
  const one: Json = typeof step === 'string' ? { [step]: value } : [value]
  if (parsed === undefined) return isEmptyText(source, document) && holds.length === 0 && (typeof step === 'string' || step === 0) ? [fillDocument(source, document, one)] : absent
  const found = descend(parsed, holds)
  if (found.kind === 'blocked') return refused(source, found.offset, found)
  if (found.kind === 'absent') return absent
  const site: Site = { source, document, found }
  if (isNull(found.node)) {
    if (typeof step === 'number' && step !== 0) return absent
    return found.holders.length === 0 ? [fillDocument(source, document, one)] : rewriteValue(site, one)
  }
  const fault = faultOf(found.node, step)
  if (fault !== null) return refused(source, startOf(found.node), { code: fault === MERGE ? 'MERGE' : 'NO_CANDIDATE', sentence: fault })
  if (isEmpty(found.node) && !found.flow) return rewriteValue(site, one)
  return isFlow(found.node) ? addToFlow(site, step, value) : addToBlock(site, step, value)
}

const MERGE = 'a YAML merge key (<<) is not added'

function faultOf(node: Node, step: string | number): string | null {
  if (typeof step === 'number') return isSeq(node) && step >= 0 && step <= node.items.length ? null : 'there is no list with such an index'
  if (!isMap(node)) return 'there is no map to add the key to'
  if (step === '<<') return MERGE
  return node.items.some(pair => keyText(pair.key) === step) ? `the key ${step} is there already` : null
}

function isEmpty(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.items.length === 0
}

/** True for a text without any document, which stands for one empty one. */
export function isEmptyText(source: Source, document: number): boolean {
  return document === 0 && source.documents.length === 0
}

/** The first content of an empty document: below its comments and its `---`. */
export function fillDocument(source: Source, document: number, value: Json): Replacement {
  const { text } = source
  const parsed = source.documents[document]
  const from = parsed?.contents?.range?.[0] ?? 0
  const to = parsed?.range[1] ?? text.length
  const lines = documentLines(value, shapeOf(source, document))
  const filled = text.slice(from, Math.max(from, to)).trimEnd().length
  if (filled > 0 || (from > 0 && text[from - 1] !== '\n')) return insertedLines(text, from + filled, lines)
  const eol = lineBreak(text, from)
  return { start: from, end: from, text: lines.map(line => line + eol).join('') }
}
