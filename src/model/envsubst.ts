import { parseTemplate } from './envsubst-parse.ts'
import type { Part } from './envsubst-parse.ts'
import { matchesPattern } from './shell-pattern.ts'

/** What is known of one variable. */
export type Variable = { readonly kind: 'value', readonly text: string } | { readonly kind: 'unset' } | { readonly kind: 'unknown' }

/** An expression that was left as it stands, because its variable is not known. */
export interface Unresolved { readonly variable: string, readonly expression: string }

export type Substituted =
  | { readonly ok: true, readonly text: string, readonly unresolved: readonly Unresolved[] }
  | { readonly ok: false, readonly message: string }

/**
 * Replaces `${VAR}` and its bash forms as Flux does (fluxcd/pkg `envsubst`). An expression whose variable is not known, or not set and without
 * a default (strict controllers fail there, others put nothing), stays as it is and is told.
 */
export function substitute(text: string, variable: (name: string) => Variable): Substituted {
  const parsed = parseTemplate(text)
  if (!parsed.ok) return parsed
  const unresolved: Unresolved[] = []
  const pieces = parsed.parts.map(part => {
    if (part.kind === 'text') return part.text
    const value = evaluate(part, variable)
    if (value !== null) return value
    unresolved.push({ variable: part.variable, expression: part.source })
    return part.source
  })
  return { ok: true, text: pieces.join(''), unresolved }
}

/** The expressions of a text, outermost only; null where the text is not well-formed. */
export function expressionsOf(text: string): readonly Part[] | null {
  const parsed = parseTemplate(text)
  return parsed.ok ? parsed.parts : null
}

const DEFAULTS: ReadonlySet<string> = new Set(['-', '+', '=', '?', ':-', ':+', ':=', ':?'])

/** The value of an expression; null where it cannot be told. */
function evaluate(part: Part, variable: (name: string) => Variable): string | null {
  if (part.kind === 'text') return part.text
  const args: string[] = []
  for (const arg of part.args) {
    const value = evaluate(arg, variable)
    if (value === null) return null
    args.push(value)
  }
  const found = variable(part.variable)
  if (found.kind === 'unknown' || (found.kind === 'unset' && !DEFAULTS.has(part.operator))) return null
  return apply(part.operator, found.kind === 'value' ? found.text : '', args)
}

interface Operation { readonly run: (text: string, args: readonly string[]) => string | null, /** Go counts bytes and has its own tables of letters: beyond ASCII the answer is not known here. */ readonly asciiOnly?: true }

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...[',', ',,', '^', '^^'].map((operator): [string, Operation] => [operator, { asciiOnly: true, run: text => cased(operator, text) }]),
  ['#', { asciiOnly: true, run: (text, [pattern]) => pattern === undefined ? String(text.length) : trimmed(text, pattern, 'shortest') }],
  ['##', { asciiOnly: true, run: (text, [pattern = '']) => trimmed(text, pattern, 'longest') }],
  ['%', { asciiOnly: true, run: (text, [pattern = '']) => reversed(trimmed(reversed(text), reversed(pattern), 'shortest')) }],
  ['%%', { asciiOnly: true, run: (text, [pattern = '']) => reversed(trimmed(reversed(text), reversed(pattern), 'longest')) }],
  [':', { asciiOnly: true, run: part }],
  ['/#', { run: (text, [pattern = '', by]) => by !== undefined && text.startsWith(pattern) ? text.replace(pattern, () => by) : text }],
  ['/%', { run: (text, [pattern = '', by]) => by !== undefined && text.endsWith(pattern) ? text.slice(0, text.length - pattern.length) + by : text }],
  ['/', { run: (text, [pattern = '', by = '']) => text.replace(pattern, () => by) }],
  ['//', { run: (text, [pattern = '', by = '']) => pattern === '' && !isAscii(text) ? null : text.replaceAll(pattern, () => by) }],
])

function apply(operator: string, text: string, args: readonly string[]): string | null {
  const operation = OPERATIONS.get(operator)
  if (operation === undefined) return text === '' ? args.join('') : text
  return operation.asciiOnly === true && ![text, ...args].every(isAscii) ? null : operation.run(text, args)
}

function cased(operator: string, text: string): string {
  if (operator === ',,') return text.toLowerCase()
  if (operator === '^^') return text.toUpperCase()
  const first = text.charAt(0)
  return (operator === ',' ? first.toLowerCase() : first.toUpperCase()) + text.slice(1)
}

/** `${var:offset}` and `${var:offset:length}`, with Go's Atoi and its quirks. */
function part(text: string, args: readonly string[]): string | null {
  const [offset, length] = args.map(wholeNumber)
  if (offset === undefined || offset === null) return text
  const from = offset < 0 ? Math.max(0, text.length + offset) : offset
  if (args.length === 1) return from < text.length ? text.slice(from) : ''
  if (length === undefined || length === null) return text
  if (from + length >= text.length) return from < text.length ? text.slice(from) : ''
  // A negative length makes Go panic: the controller fails there.
  return length < 0 ? null : text.slice(from, from + length)
}

function wholeNumber(text: string): number | null {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null
}

function trimmed(text: string, pattern: string, which: 'shortest' | 'longest'): string {
  let found: string | null = null
  for (let length = text.length; length > 0; length--) {
    const match = matchesPattern(pattern, text.slice(0, length))
    if (match === null) return text
    if (!match) continue
    found = text.slice(0, length)
    if (which === 'longest') break
  }
  return found === null ? text : text.slice(found.length)
}

function reversed(text: string): string {
  return text.split('').reverse().join('')
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text)
}
