import { isScalar } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { addition } from './add.ts'
import { descend, startOf } from './descend.ts'
import type { Found } from './descend.ts'
import { editsBetween } from './edits-between.ts'
import { at, onlyThatChanged } from './expected.ts'
import { innerText } from './inner-text.ts'
import { lineBreak } from './layout.ts'
import type { Place, TextEdit } from './place.ts'
import { removal } from './remove.ts'
import type { Replacement } from './replacement.ts'
import { setting } from './set.ts'
import type { Unspliced } from './site.ts'
import { refused } from './site.ts'
import type { Source } from './source.ts'
import { jsonOf, readSource, withoutMark } from './source.ts'
import { touchGuard } from './touch-guard.ts'

export type Spliced =
  | { readonly ok: true, readonly text: string, readonly line: number }
  | Unspliced

/**
 * Makes one edit by replacing the characters that it is about and nothing else; a map or list that gets other entries is changed entry by entry.
 * The result is parsed again and must hold exactly the asked value there and the old ones everywhere else (editing.md 2.5 rule 8).
 */
export function splice(text: string, edit: TextEdit): Spliced {
  const source = readSource(text, 'last')
  const { problem } = source
  if (problem !== null) return { ok: false, code: problem.code, line: problem.line, sentence: problem.message }
  if (edit.op !== 'remove' && hasLoneSurrogate(edit.value)) return { ok: false, code: 'NO_CANDIDATE', line: 1, sentence: 'the value holds half a character, which no YAML file can' }
  const mark = text.slice(0, text.length - source.text.length)
  const made = edit.op === 'set' ? setEntries(source, edit) ?? makeOne(source, edit) : makeOne(source, edit)
  return 'ok' in made ? made : { ok: true, text: mark + made.source.text, line: made.line }
}

interface Made { readonly source: Source, readonly line: number }

/** The edits that make one collection of another of its kind; null where another value must be written as a whole. */
function setEntries(source: Source, { place, value }: Extract<TextEdit, { op: 'set' }>): Made | Unspliced | null {
  const before = valueAt(source, place)
  const bothMaps = isObject(before) && isObject(value) && Object.keys(value).length > 0 && Object.keys(before).length > 0
  const bothLists = isList(before) && isList(value) && value.length > 0 && before.length > 0
  if (!bothMaps && !bothLists) return null
  let made: Made = { source, line: 0 }
  for (const edit of editsBetween(before, value, place)) {
    const next = makeOne(made.source, edit)
    if ('ok' in next) return next
    made = { source: next.source, line: made.line === 0 ? next.line : made.line }
  }
  if (sameJson(valueAt(made.source, place), value)) return { ...made, line: Math.max(1, made.line) }
  return { ok: false, code: 'NO_CANDIDATE', line: Math.max(1, made.line), sentence: 'the value cannot be written there entry by entry' }
}

function valueAt(source: Source, { document, steps, inner }: Place): Json | undefined {
  const value = at(jsonOf(source)?.[document], steps)
  if (inner === null) return value
  return typeof value === 'string' ? valueAt(readSource(value), inner) : undefined
}

function makeOne(source: Source, edit: TextEdit): Made | Unspliced {
  const found = replacementsFor(source, edit)
  if ('ok' in found) return found
  let first: Unspliced | null = null
  for (const replacement of found) {
    const line = lineOfChange(source, replacement)
    const guard = touchGuard(source, replacement, edit.op)
    if (guard !== null) return { ok: false, line, ...guard }
    for (const text of withLastBreak(changedText(source.text, replacement), source.text)) {
      const after = readSource(text, 'last')
      if (onlyThatChanged(source, after, edit)) return { source: after, line }
    }
    first ??= { ok: false, code: 'NO_CANDIDATE', line, sentence: 'the value cannot be written there without changing how the rest of the file reads' }
  }
  return first ?? { ok: false, code: 'NO_CANDIDATE', line: 1, sentence: 'there is nothing to edit' }
}

/** A block at the end of a text may need the last line break that the text lacks. */
function withLastBreak(text: string, before: string): readonly string[] {
  return text.endsWith('\n') || text === '' ? [text] : [text, text + lineBreak(before, before.length)]
}

function changedText(text: string, { start, end, text: written }: Replacement): string {
  return text.slice(0, start) + written + text.slice(end)
}

/** The first line that changes: whole lines begin behind the line break that is replaced with them. */
function lineOfChange(source: Source, { start, end, text: written }: Replacement): number {
  const wholeLines = /^\r?\n/.test(written) || (written === '' && /^\r?\n/.test(source.text.slice(start, end)))
  return source.lineOf(start) + (wholeLines ? 1 : 0)
}

function hasLoneSurrogate(value: Json): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (isList(value)) return value.some(hasLoneSurrogate)
  return isObject(value) && Object.entries(value).some(([key, item]) => hasLoneSurrogate(key) || hasLoneSurrogate(item ?? null))
}

/** Ways to make the edit, the best first; which of them read right, only the parser knows. */
function replacementsFor(source: Source, edit: TextEdit): readonly Replacement[] | Unspliced {
  const { place: { document, steps, inner } } = edit
  if (inner !== null) return innerReplacements(source, edit, inner)
  switch (edit.op) {
    case 'set': return setting(source, { document, steps, value: edit.value })
    case 'add': return addition(source, { document, steps, value: edit.value })
    case 'remove': return removal(source, { document, steps })
  }
}

/** An edit of YAML inside a text: by its own characters, else by a new text that is set as a whole. */
function innerReplacements(source: Source, edit: TextEdit, place: Place): readonly Replacement[] | Unspliced {
  const { document, steps } = edit.place
  const holder = scalarAt(source, edit.place)
  if ('ok' in holder) return holder
  const inner = innerText(holder.node, source.text)
  const text = isScalar(holder.node) && typeof holder.node.value === 'string' ? holder.node.value : null
  if (text === null || withoutMark(text) !== text) return refused(source, startOf(holder.node), { code: 'NO_CANDIDATE', sentence: 'there is no text that could hold YAML' })
  const innerSource = readSource(text)
  const outerLine = (line: number): number => source.lineOf(inner?.outer(lineOffset(text, line)) ?? startOf(holder.node))
  const { problem } = innerSource
  if (problem !== null) return { ok: false, code: problem.code, line: outerLine(problem.line), sentence: problem.message }
  const found = replacementsFor(innerSource, { ...edit, place })
  if ('ok' in found) return { ...found, line: outerLine(found.line) }
  const direct = found.flatMap(change => inner?.replaced(change) ?? [])
  const [best] = found
  const texts = best === undefined ? [] : withLastBreak(changedText(text, best), '')
  const whole = texts.map(value => setting(source, { document, steps, value })).flatMap(each => 'ok' in each ? [] : each)
  return [...direct, ...whole]
}

function scalarAt(source: Source, place: Place): Found | Unspliced {
  const document = source.documents[place.document]
  const found = document === undefined ? { kind: 'absent' as const } : descend(document, place.steps)
  if (found.kind === 'blocked') return refused(source, found.offset, found)
  return found.kind === 'found' ? found : refused(source, 0, { code: 'NO_CANDIDATE', sentence: 'there is no value to replace' })
}

function lineOffset(text: string, line: number): number {
  let offset = 0
  for (let i = 1; i < line; i++) offset = text.indexOf('\n', offset) + 1
  return offset
}
