import { isScalar } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { addition } from './add.ts'
import { descend, startOf } from './descend.ts'
import { onlyThatChanged } from './expected.ts'
import { innerText } from './inner-text.ts'
import type { Place, TextEdit } from './place.ts'
import { removal } from './remove.ts'
import type { Replacement } from './scalar-text.ts'
import { replaceScalar } from './scalar-text.ts'
import type { Unspliced } from './site.ts'
import { refused } from './site.ts'
import type { Source } from './source.ts'
import { readSource } from './source.ts'
import { touchGuard } from './touch-guard.ts'

export type Spliced =
  | { readonly ok: true, readonly text: string, readonly line: number }
  | Unspliced

/**
 * Makes one edit by replacing the characters that it is about and nothing else.
 * The result is parsed again and must hold exactly the asked value there and the old ones everywhere else (editing.md 2.5 rule 8).
 */
export function splice(text: string, edit: TextEdit): Spliced {
  const source = readSource(text, 'last')
  const { problem } = source
  if (problem !== null) return { ok: false, code: problem.code, line: problem.line, sentence: problem.message }
  if (edit.op !== 'remove' && hasLoneSurrogate(edit.value)) return { ok: false, code: 'NO_CANDIDATE', line: 1, sentence: 'the value holds half a character, which no YAML file can' }
  const found = replacementsFor(source, edit)
  if ('ok' in found) return found
  let first: Unspliced | null = null
  for (const replacement of found) {
    const line = lineOfChange(source, replacement)
    const guard = touchGuard(source, replacement, edit.op)
    if (guard !== null) return { ok: false, line, ...guard }
    const after = source.text.slice(0, replacement.start) + replacement.text + source.text.slice(replacement.end)
    if (onlyThatChanged(source, readSource(after, 'last'), edit)) return { ok: true, text: text.slice(0, text.length - source.text.length) + after, line }
    first ??= { ok: false, code: 'NO_CANDIDATE', line, sentence: 'the value cannot be written there without changing how the rest of the file reads' }
  }
  return first ?? { ok: false, code: 'NO_CANDIDATE', line: 1, sentence: 'there is nothing to edit' }
}

/** The first line that changes: whole lines begin behind the line break that is replaced with them. */
function lineOfChange({ text, lineOf }: Source, { start, end, text: written }: Replacement): number {
  const wholeLines = /^\r?\n/.test(written) || (written === '' && /^\r?\n/.test(text.slice(start, end)))
  return lineOf(start) + (wholeLines ? 1 : 0)
}

function hasLoneSurrogate(value: Json): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (isList(value)) return value.some(hasLoneSurrogate)
  return isObject(value) && Object.entries(value).some(([key, item]) => hasLoneSurrogate(key) || hasLoneSurrogate(item ?? null))
}

/** Ways to make the edit, the best first; which of them read right, only the parser knows. */
function replacementsFor(source: Source, edit: TextEdit): readonly Replacement[] | Unspliced {
  const { place } = edit
  if (place.inner !== null) return innerReplacements(source, edit, place.inner)
  if (edit.op === 'remove') return removal(source, place)
  const one = edit.op === 'add' ? addition(source, { document: place.document, steps: place.steps, value: edit.value }) : setting(source, place, edit.value)
  return 'ok' in one ? one : [one]
}

function innerReplacements(source: Source, edit: TextEdit, place: Place): readonly Replacement[] | Unspliced {
  const node = scalarAt(source, edit.place)
  if ('ok' in node) return node
  const inner = innerText(node.node, source.text)
  if (inner === null) return refused(source, startOf(node.node), { code: 'NO_CANDIDATE', sentence: 'the inline patch is folded or escaped, so that its lines cannot be told' })
  const innerSource = readSource(inner.text)
  const outerLine = (line: number): number => source.lineOf(inner.outer(lineOffset(inner.text, line)))
  if (innerSource.problem !== null) return { ok: false, code: innerSource.problem.code, line: outerLine(innerSource.problem.line), sentence: innerSource.problem.message }
  const found = replacementsFor(innerSource, { ...edit, place })
  if ('ok' in found) return { ...found, line: outerLine(found.line) }
  return found.flatMap(change => inner.replaced(change) ?? [])
}

function setting(source: Source, place: Place, value: unknown): Replacement | Unspliced {
  const node = scalarAt(source, place)
  if ('ok' in node) return node
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return noScalar(source.lineOf(startOf(node.node)))
  return replaceScalar(node.node, source.text, { value, flow: node.flow }) ?? noScalar(source.lineOf(startOf(node.node)))
}

function scalarAt(source: Source, place: Place): Extract<ReturnType<typeof descend>, { kind: 'found' }> | Unspliced {
  const document = source.documents[place.document]
  const found = document === undefined ? { kind: 'absent' as const } : descend(document, place.steps)
  if (found.kind === 'blocked') return refused(source, found.offset, found)
  if (found.kind === 'absent' || !isScalar(found.node)) return noScalar(found.kind === 'absent' ? 1 : source.lineOf(startOf(found.node)))
  return found
}

function noScalar(line: number): Unspliced {
  return { ok: false, code: 'NO_CANDIDATE' satisfies RefusalCode, line, sentence: 'there is no value to replace' }
}

function lineOffset(text: string, line: number): number {
  let offset = 0
  for (let i = 1; i < line; i++) offset = text.indexOf('\n', offset) + 1
  return offset
}
