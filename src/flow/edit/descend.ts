import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import type { Step } from '../../model/field.ts'
import { isObject, sameJson } from '../../model/json.ts'
import type { YamlSteps } from './place.ts'
import { anchorIsUsed, asNode, keyText, valueOf } from './source.ts'

/** A YAML construct on the way that makes a splice wrong. */
export interface Blocked { readonly kind: 'blocked', readonly code: RefusalCode, readonly offset: number, readonly sentence: string }

/** The collection that holds a node, and which of its entries the node is. */
export interface Holder { readonly collection: YAMLMap | YAMLSeq, readonly index: number }

export interface Found {
  readonly kind: 'found'
  readonly node: Node
  readonly steps: YamlSteps
  /** Inside a flow collection (the node itself may be one in block style). */
  readonly flow: boolean
  /** From the outermost to the one that holds the node; none for the root. */
  readonly holders: readonly Holder[]
}

export type Descent = Found | { readonly kind: 'absent' } | Blocked

/** Follows a path (list items by index or by merge key) through a document, and says what is in the way: editing.md 2.5 rules 5, 7 and 8. */
export function descend(document: Document, path: readonly (Step | number)[]): Descent {
  let here: Node | null = asNode(document.contents)
  const steps: (string | number)[] = []
  const holders: Holder[] = []
  for (const step of [...path, null]) {
    if (here === null) return { kind: 'absent' }
    const blocked = blockedAt(here, document)
    if (blocked !== null) return blocked
    if (step === null) break
    const next = into(here, step, document)
    if (next.kind !== 'next') return next
    steps.push(next.step)
    holders.push(next.holder)
    here = next.node
  }
  if (here === null) return { kind: 'absent' }
  return { kind: 'found', node: here, steps, flow: holders.some(({ collection }) => collection.flow === true), holders }
}

/** Where a node begins, in UTF-16 units of the whole text. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

type Next = { readonly kind: 'next', readonly node: Node | null, readonly step: string | number, readonly holder: Holder } | { readonly kind: 'absent' } | Blocked

function into(here: Node, step: Step | number, document: Document): Next {
  if (isScalar(here)) return { kind: 'absent' }
  if (typeof step === 'string') return isMap(here) ? intoMap(here, step, document) : { kind: 'absent' }
  if (!isSeq(here)) return { kind: 'absent' }
  const index = typeof step === 'number' ? step : here.items.findIndex(item => {
    const value = valueOf(asNode(item), document)
    return isObject(value) && sameJson(value[step.key], step.value)
  })
  if (index < 0 || index >= here.items.length) return { kind: 'absent' }
  const node = asNode(here.items[index])
  const twice = typeof step === 'number' || !isMap(node) ? null : givenTwice(node, step.key)
  return twice ?? { kind: 'next', node, step: index, holder: { collection: here, index } }
}

function intoMap(map: YAMLMap, key: string, document: Document): Next {
  const twice = givenTwice(map, key)
  if (twice !== null) return twice
  const index = map.items.findIndex((item: Pair) => keyText(item.key) === key)
  if (index >= 0) return { kind: 'next', node: asNode(map.items[index]?.value), step: key, holder: { collection: map, index } }
  const merge = map.items.find((item: Pair) => keyText(item.key) === '<<')
  const merged = merge === undefined ? null : valueOf(map, document)
  if (merge === undefined || !isObject(merged) || !Object.hasOwn(merged, key)) return { kind: 'absent' }
  const at = asNode(merge.key)
  return { kind: 'blocked', code: 'MERGE', offset: at === null ? startOf(map) : startOf(at), sentence: `${key} comes through a YAML merge key (<<)` }
}

/** Which of the two counts depends on who reads them; elsewhere in a document that harms no edit. */
function givenTwice(map: YAMLMap, key: string): Blocked | null {
  const [, second] = map.items.filter((item: Pair) => keyText(item.key) === key).map((item: Pair) => asNode(item.key))
  return second === undefined ? null : { kind: 'blocked', code: 'AMBIGUOUS', offset: second === null ? startOf(map) : startOf(second), sentence: `the key ${key} is given twice` }
}

function blockedAt(node: Node, document: Document): Blocked | null {
  if (isAlias(node)) return { kind: 'blocked', code: 'ALIAS', offset: startOf(node), sentence: `the value is the YAML alias *${node.source}` }
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor === undefined || !anchorIsUsed(document, anchor)) return null
  return { kind: 'blocked', code: 'ANCHOR', offset: startOf(node), sentence: `the value belongs to the YAML anchor &${anchor}, which is used elsewhere` }
}
