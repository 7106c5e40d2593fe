import { sameJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { jsonOf, readSource } from './source.ts'

/** One document of a YAML text: where it begins with its separator, where its own text begins, and where the next one begins. */
export interface DocumentSpan { readonly start: number, readonly body: number, readonly end: number, readonly value: Json }

/**
 * The documents of a text with their places, those without content among them (null). What stands above the first separator belongs to the first document.
 * null where the text cannot be read, or its separators are not what they look like.
 */
export function documentSpans(text: string): readonly DocumentSpan[] | null {
  const values = jsonOf(readSource(text, 'last'))
  if (values === null || values.length === 0) return values === null ? null : []
  const spans = cut(text)
  if (spans.length !== values.length) return null
  const found = spans.map((span, i) => ({ ...span, value: values[i] ?? null }))
  return found.every(({ body, end, value }) => sameJson(onlyOne(text.slice(body, end)), value)) ? found : null
}

function onlyOne(text: string): Json | undefined {
  const values = jsonOf(readSource(text, 'last'))
  return values === null || values.length > 1 ? undefined : values[0] ?? null
}

/** A line that begins with `---` separates documents, whatever stands around it (YAML 1.2, 9.1.2). */
function cut(text: string): readonly { readonly start: number, readonly body: number, readonly end: number }[] {
  const lines = [...text.matchAll(/^---(?=[ \t\r\n]|$)[ \t]*(?:#[^\n]*)?\r?\n?/gm)]
  const [first] = lines
  const headless = first === undefined || /^[ \t]*[^\s#%\uFEFF]/m.test(text.slice(0, first.index))
  const starts = lines.map(line => ({ start: line.index, body: line.index + line[0].length }))
  if (headless) starts.unshift({ start: 0, body: 0 })
  else if (starts[0] !== undefined) starts[0] = { ...starts[0], start: 0 }
  return starts.map((one, i) => ({ ...one, end: starts[i + 1]?.start ?? text.length }))
}

/** The line ending that a text uses. */
export function lineEndOf(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

/** The text with one more document at its end. */
export function withDocument(text: string, document: string): string {
  const eol = lineEndOf(text)
  const own = document.replace(/^\uFEFF/, '').replace(/^---[ \t]*\r?\n/, '').replaceAll('\r\n', '\n').replaceAll('\n', eol)
  const before = text === '' || text.endsWith('\n') ? text : `${text}${eol}`
  const separated = /(?:^|\n)---[ \t]*\r?\n\s*$/.test(before) || before.trim() === '' ? before : `${before}---${eol}`
  return `${separated}${own.endsWith('\n') ? own : `${own}${eol}`}`
}

/** The text without one of its documents; null where nothing but comments is left. */
export function withoutDocument(text: string, index: number): string | null {
  const spans = documentSpans(text)
  const span = spans?.[index]
  if (spans === null || span === undefined) return null
  const others = spans.filter((other, i) => i !== index && other.value !== null)
  if (others.length === 0) return null
  // The first document goes with the separator behind it, so that what is now first keeps the way in which the file began.
  const next = spans[index + 1]
  if (index === 0 && next !== undefined) return text.slice(0, span.body) + text.slice(next.body)
  return text.slice(0, span.start) + text.slice(span.end)
}
