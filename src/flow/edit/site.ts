import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Node } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import { anatomyOf } from './anatomy.ts'
import type { Found } from './descend.ts'
import { startOf } from './descend.ts'
import type { Source } from './source.ts'

/** A node that is edited, in the text and the document that it stands in. */
export interface Site { readonly source: Source, readonly document: number, readonly found: Found }

/** Why a place is not edited. */
export interface Unspliced { readonly ok: false, readonly code: RefusalCode, readonly line: number, readonly sentence: string }

/** A refusal to edit at an offset. */
export function refused(source: Source, offset: number, { code, sentence }: { readonly code: RefusalCode, readonly sentence: string }): Unspliced {
  return { ok: false, code, line: source.lineOf(offset), sentence }
}

/** A refusal to edit a node for how it is written; FLOW where brackets are around what would change. */
export function refusedLayout({ source, found }: Site, flow: boolean = found.flow || isFlow(found.node)): Unspliced {
  return flow
    ? refused(source, startOf(found.node), { code: 'FLOW', sentence: 'the value stands in a flow collection whose layout an edit cannot keep' })
    : refused(source, startOf(found.node), { code: 'NO_CANDIDATE', sentence: 'the value is written in a form that an edit cannot keep' })
}

/** True for a value in brackets. */
export function isFlow(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true
}

/** True for nothing, `~` and `null`. */
export function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null
}

/** Where the characters of a value begin: for a collection in block style at its first entry. */
export function contentStart(node: Node): number {
  if (isAlias(node) || isScalar(node)) return startOf(node)
  const anatomy = isMap(node) || isSeq(node) ? anatomyOf(node) : null
  return anatomy?.flow?.open ?? anatomy?.entries[0]?.start ?? startOf(node)
}
