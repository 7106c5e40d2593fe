import { isScalar } from 'yaml'
import type { Node } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { descend, startOf } from './descend.ts'
import type { InnerText } from './inner-text.ts'
import { innerText } from './inner-text.ts'
import type { Place, TextEdit, YamlSteps } from './place.ts'
import type { Replacement } from './scalar-text.ts'
import { replaceScalar } from './scalar-text.ts'
import type { Source } from './source.ts'
import { jsonOf, readSource } from './source.ts'
import { touchGuard } from './touch-guard.ts'

export type Spliced =
  | { readonly ok: true, readonly text: string, readonly line: number }
  | Unspliced

/** Why a place is not edited. */
export interface Unspliced { readonly ok: false, readonly code: RefusalCode, readonly line: number, readonly sentence: string }

/**
 * Gives one scalar a new value by replacing its characters and nothing else.
 * The result is parsed again and must hold exactly the asked value there and the old ones everywhere else (editing.md 2.5 rule 8).
 */
export function splice(text: string, edit: TextEdit): Spliced {
  if (edit.op !== 'set' || typeof edit.value === 'object') return { ok: false, code: 'NO_CANDIDATE', line: 1, sentence: 'only scalars that are there are edited' }
  return spliceScalar(text, { place: edit.place, value: edit.value })
}

interface ScalarEdit { readonly place: Place, readonly value: string | number | boolean }

function spliceScalar(text: string, edit: ScalarEdit): Spliced {
  const source = readSource(text, 'last')
  if (source.problem !== null) return { ok: false, code: source.problem.code, line: source.problem.line, sentence: source.problem.message }
  const found = replacementFor(source, edit)
  if ('ok' in found) return found
  const line = source.lineOf(found.start)
  const guard = touchGuard(source, found)
  if (guard !== null) return { ok: false, line, ...guard }
  const after = text.slice(0, found.start) + found.text + text.slice(found.end)
  if (!onlyThatChanged(source, after, edit)) {
    return { ok: false, code: 'NO_CANDIDATE', line, sentence: 'the value cannot be written there without changing how the rest of the file reads' }
  }
  return { ok: true, text: after, line }
}

function replacementFor(source: Source, { place, value }: ScalarEdit): Replacement | Unspliced {
  const node = scalarAt(source, place)
  if ('ok' in node) return node
  if (place.inner === null) {
    return replaceScalar(node.node, source.text, { value, flow: node.flow }) ?? noScalar(source.lineOf(startOf(node.node)))
  }
  const inner = innerText(node.node, source.text)
  if (inner === null) return { ok: false, code: 'NO_CANDIDATE', line: source.lineOf(startOf(node.node)), sentence: 'the inline patch is folded or escaped, so that its lines cannot be told' }
  return innerReplacement(source, inner, { place: place.inner, value })
}

function innerReplacement(source: Source, inner: InnerText, edit: ScalarEdit): Replacement | Unspliced {
  const innerSource = readSource(inner.text)
  const outerLine = (line: number): number => source.lineOf(inner.outer(lineStart(inner.text, line)))
  if (innerSource.problem !== null) return { ok: false, code: innerSource.problem.code, line: outerLine(innerSource.problem.line), sentence: innerSource.problem.message }
  const found = replacementFor(innerSource, edit)
  if ('ok' in found) return { ...found, line: outerLine(found.line) }
  return { start: inner.outer(found.start), end: inner.outer(found.end), text: found.text }
}

function scalarAt(source: Source, place: Place): { readonly node: Node, readonly flow: boolean } | Unspliced {
  const document = source.documents[place.document]
  const found = document === undefined ? { kind: 'absent' as const } : descend(document, place.steps, source.text)
  if (found.kind === 'blocked') return { ok: false, code: found.code, line: source.lineOf(found.offset), sentence: found.sentence }
  if (found.kind === 'absent' || !isScalar(found.node)) return noScalar(found.kind === 'absent' ? 1 : source.lineOf(startOf(found.node)))
  return found
}

function noScalar(line: number): Unspliced {
  return { ok: false, code: 'NO_CANDIDATE', line, sentence: 'there is no value to replace' }
}

function onlyThatChanged(before: Source, afterText: string, { place, value }: ScalarEdit): boolean {
  const old = jsonOf(before)
  const now = jsonOf(readSource(afterText, 'last'))
  if (old === null || now === null || old.length !== now.length) return false
  const expected = old.map((document, i) => i === place.document ? withInner(document, { place, value }, now[i]) : document)
  return expected.every((document, i) => document !== undefined && sameJson(document, now[i]))
}

/** The document with the scalar set. Inside a text: the new text must itself differ in that one scalar only. */
function withInner(document: Json, { place, value }: ScalarEdit, now: Json | undefined): Json | undefined {
  if (place.inner === null) return setAt(document, place.steps, value)
  const oldText = at(document, place.steps)
  const newText = at(now, place.steps)
  if (typeof oldText !== 'string' || typeof newText !== 'string') return undefined
  return onlyThatChanged(readSource(oldText), newText, { place: place.inner, value }) ? setAt(document, place.steps, newText) : undefined
}

function at(value: Json | undefined, steps: YamlSteps): Json | undefined {
  let here = value
  for (const step of steps) {
    if (typeof step === 'number') here = isList(here) ? here[step] : undefined
    else here = isObject(here) ? here[step] : undefined
  }
  return here
}

function setAt(value: Json, steps: YamlSteps, to: Json): Json | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return to
  const child = at(value, [step])
  const changed = child === undefined ? undefined : setAt(child, rest, to)
  if (changed === undefined) return undefined
  if (isList(value)) return value.map((item, i) => i === step ? changed : item)
  return isObject(value) ? { ...value, [step]: changed } : undefined
}

function lineStart(text: string, line: number): number {
  let offset = 0
  for (let i = 1; i < line; i++) offset = text.indexOf('\n', offset) + 1
  return offset
}
