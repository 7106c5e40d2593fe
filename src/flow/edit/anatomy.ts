import { isMap } from 'yaml'
import type { CST, Node, YAMLMap, YAMLSeq } from 'yaml'
import { asNode } from './source.ts'

/** Where one pair of a map or one item of a list stands in the text; all offsets in UTF-16 units. */
export interface Entry {
  /** Its first character: the dash, the key, or the anchor or tag before the key. */
  readonly start: number
  /** Behind the colon or the dash and what anchors and tags follow it: where its value may begin; null for a flow key without colon. */
  readonly slot: number | null
  /** Behind its last character that is no comment, blank or line end. */
  readonly end: number
  /** Written with `? key`. */
  readonly explicit: boolean
  readonly value: Node | null
}

/** A collection as it stands in the text. */
export interface Anatomy {
  readonly entries: readonly Entry[]
  /** The offsets of the brackets; null in block style. */
  readonly flow: { readonly open: number, readonly close: number } | null
}

/** The collection as its tokens have it; null where they do not match its nodes, as for a pair without braces in a flow list. */
export function anatomyOf(collection: YAMLMap | YAMLSeq): Anatomy | null {
  const token: CST.Token | undefined = collection.srcToken
  if (token?.type !== 'block-map' && token?.type !== 'block-seq' && token?.type !== 'flow-collection') return null
  const items: readonly CST.CollectionItem[] = token.items
  const values = isMap(collection) ? collection.items.map(pair => asNode(pair.value)) : collection.items.map(asNode)
  const entries = items.filter(item => isEntry(item, token.type)).map((item, i) => entryOf(item, values[i] ?? null))
  if (entries.length !== values.length || entries.some(entry => entry === null)) return null
  const close = token.type === 'flow-collection' ? token.end.find(end => end.type === 'flow-map-end' || end.type === 'flow-seq-end')?.offset : undefined
  if (token.type === 'flow-collection' && close === undefined) return null
  return { entries: entries.filter(entry => entry !== null), flow: close === undefined ? null : { open: token.offset, close } }
}

/** Comments and blank lines behind the last entry are items too, to the parser. */
function isEntry({ start, sep, value }: CST.CollectionItem, type: CST.Token['type']): boolean {
  if (type === 'block-seq') return start.some(token => token.type === 'seq-item-ind')
  return sep !== undefined || value !== undefined || start.some(token => token.type === 'anchor' || token.type === 'tag' || token.type === 'explicit-key-ind')
}

/** The entry that holds a node, or null where it cannot be told or is written with `? key`. */
export function entryAt(collection: YAMLMap | YAMLSeq, index: number): Entry | null {
  const entry = anatomyOf(collection)?.entries[index]
  return entry === undefined || entry.explicit ? null : entry
}

const BLANK = new Set(['space', 'newline', 'comment', 'comma', 'byte-order-mark'])
const BEFORE_VALUE = new Set(['map-value-ind', 'seq-item-ind', 'anchor', 'tag'])

function entryOf({ start, key, sep, value }: CST.CollectionItem, node: Node | null): Entry | null {
  const first = start.find(token => !BLANK.has(token.type))
  const keyStart = first?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset
  if (keyStart === undefined) return null
  const colon = sep?.findLast(token => BEFORE_VALUE.has(token.type))
  const dash = sep === undefined ? start.findLast(token => BEFORE_VALUE.has(token.type)) : undefined
  const before = colon ?? dash
  const slot = before === undefined ? (sep === undefined ? keyStart : null) : before.offset + before.source.length
  const end = value === undefined ? slot ?? (key === undefined || key === null ? keyStart : endOf(key)) : endOf(value)
  return { start: keyStart, slot, end, explicit: start.some(token => token.type === 'explicit-key-ind'), value: node }
}

/** Behind the last character of a token that is content; a block scalar that keeps its last lines ends with them. */
export function endOf(token: CST.Token): number {
  switch (token.type) {
    case 'block-map': case 'block-seq': case 'flow-collection': return endOfCollection(token)
    case 'block-scalar': return endOfBlockScalar(token)
    case 'alias': case 'scalar': case 'single-quoted-scalar': case 'double-quoted-scalar': return token.offset + token.source.length
    default: return token.offset
  }
}

function endOfCollection(token: CST.BlockMap | CST.BlockSequence | CST.FlowCollection): number {
  if (token.type === 'flow-collection') {
    const close = token.end.find(end => end.type === 'flow-map-end' || end.type === 'flow-seq-end')
    return close === undefined ? token.offset + 1 : close.offset + 1
  }
  const items: readonly CST.CollectionItem[] = token.items
  const last = items.findLast(item => isEntry(item, token.type))
  return (last === undefined ? null : entryOf(last, null))?.end ?? token.offset
}

function endOfBlockScalar({ props, source, offset }: CST.BlockScalar): number {
  const header = props.find(prop => prop.type === 'block-scalar-header')
  const last = props.at(-1)
  if (header === undefined || !('source' in header) || last === undefined || !('source' in last)) return offset
  if (source === '') return header.offset + header.source.length
  return last.offset + last.source.length + source.replace(/\r?\n$/, '').length
}
