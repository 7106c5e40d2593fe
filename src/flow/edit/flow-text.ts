import { isMap, isScalar, isSeq, visit } from 'yaml'
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { anatomyOf } from './anatomy.ts'
import type { Found } from './descend.ts'
import type { ScalarStyle } from './inline-scalar.ts'
import { doubleQuoted, inlineScalar } from './inline-scalar.ts'
import type { Source } from './source.ts'

/** How values in brackets are written. */
export interface FlowStyle {
  readonly quote: ScalarStyle['quote']
  /** Between a key and its value, and between entries. */
  readonly colon: string
  readonly comma: string
}

/** A value on one line in brackets. */
export function flowText(value: Json, style: FlowStyle): string {
  if (isList(value)) return `[${value.map(item => flowText(item, style)).join(style.comma)}]`
  if (isObject(value)) return `{${Object.keys(value).flatMap(key => value[key] === undefined ? [] : [flowPair(key, value[key] ?? null, style)]).join(style.comma)}}`
  return inlineScalar(value, { flow: true, quote: style.quote })
}

/** A pair of a map in brackets. */
export function flowPair(key: string, value: Json, style: FlowStyle): string {
  return `${flowKey(key, style)}${style.colon}${flowText(value, style)}`
}

function flowKey(key: string, { quote, colon }: FlowStyle): string {
  return quote === 'json' || !colon.endsWith(' ') ? doubleQuoted(key) : inlineScalar(key, { flow: true, quote: null })
}

/** How the collection that a node is, or else stands in, is written. */
export function flowStyleAt(source: Source, document: number, found: Found): FlowStyle {
  const own = isMap(found.node) || isSeq(found.node) ? [found.node] : []
  const around = [...own, ...found.holders.map(({ collection }) => collection).toReversed()].filter(collection => collection.flow === true)
  const root = source.documents[document]
  const json = root !== undefined && isJson(root)
  const colon = around.map(collection => gapsOf(collection, source.text).colon).find(gap => gap !== null) ?? null
  const comma = around.map(collection => gapsOf(collection, source.text).comma).find(gap => gap !== null) ?? null
  return {
    quote: json ? 'json' : quoteOf(around[0]),
    colon: colon ?? (json && comma === ',' ? ':' : ': '),
    comma: comma ?? (json && colon === ':' ? ',' : ', '),
  }
}

/** True for a document in brackets all of whose keys and strings are in double quotes. */
export function isJson(document: Document): boolean {
  const { contents } = document
  if (!(isMap(contents) || isSeq(contents)) || contents.flow !== true) return false
  const quoted: boolean[] = []
  visit(document, { Scalar(_key, scalar) { if (typeof scalar.value === 'string') quoted.push(scalar.type === 'QUOTE_DOUBLE') } })
  return quoted.length > 0 && quoted.every(Boolean)
}

/** The quotes that all strings beside an item of a list have. */
export function quoteOf(collection: YAMLMap | YAMLSeq | undefined): 'double' | 'single' | null {
  if (!isSeq(collection)) return null
  const strings = collection.items.filter(item => isScalar(item) && typeof item.value === 'string')
  if (strings.length === 0) return null
  if (strings.every(item => isScalar(item) && item.type === 'QUOTE_DOUBLE')) return 'double'
  return strings.every(item => isScalar(item) && item.type === 'QUOTE_SINGLE') ? 'single' : null
}

/** What stands between keys and values, and between entries, where the collection shows it on one line. */
function gapsOf(collection: YAMLMap | YAMLSeq, text: string): { readonly colon: string | null, readonly comma: string | null } {
  const entries = anatomyOf(collection)?.entries ?? []
  const colons = !isMap(collection) ? [] : entries.flatMap(({ slot, value }) => slot === null || value === null ? [] : [text.slice(slot, startOfValue(value, slot))])
  const commas = entries.slice(1).map(({ start }, i) => text.slice(entries[i]?.end ?? start, start)).flatMap(gap => /^ *,( *)$/.exec(gap)?.[1] ?? [])
  const colon = colons.find(gap => /^ *$/.test(gap))
  const comma = commas[0]
  return { colon: colon === undefined ? null : `:${colon}`, comma: comma === undefined ? null : `,${comma}` }
}

function startOfValue(value: Node, slot: number): number {
  return value.range?.[0] ?? slot
}
