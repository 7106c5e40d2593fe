/** A piece of a template: text, or an expression with the text it was read from. */
export type Part =
  | { readonly kind: 'text', readonly text: string }
  | { readonly kind: 'expression', readonly variable: string, readonly operator: string, readonly args: readonly Part[], readonly source: string }

export type Parsed = { readonly ok: true, readonly parts: readonly Part[] } | { readonly ok: false, readonly message: string }

type Token = 'eof' | 'open' | 'close' | 'text' | 'illegal'
type Accept = (char: string, count: number) => boolean
interface Mode { readonly text?: boolean, readonly open?: boolean, readonly close?: boolean, readonly escape?: boolean }

/** The scanner of fluxcd/pkg `envsubst/parse/scan.go`: an escaped character takes the one before it out of the buffer. */
interface Scanner { buffer: string, position: number, start: number, width: number, mode: Mode, backslash: boolean, accept: Accept }

const BAD = 'bad substitution'
const MISSING_BRACE = 'missing closing brace'
const BAD_NAME = 'unable to parse variable name'
const BAD_PARAMETER = 'unable to parse substitution within function'
const BAD_DEFAULT = 'unable to parse default function'
class BadTemplate extends Error {}

/** Takes a text with `${…}` apart, as fluxcd/pkg `envsubst/parse` does. `$$` is a dollar sign. */
export function parseTemplate(text: string): Parsed {
  const scanner: Scanner = { buffer: text, position: 0, start: 0, width: 0, mode: {}, backslash: false, accept: anything }
  const parts: Part[] = []
  try {
    for (;;) {
      scanner.accept = anything
      scanner.mode = { text: true, open: true, escape: true }
      scanner.backslash = false
      const token = scan(scanner)
      if (token === 'eof') return { ok: true, parts }
      if (token === 'text') parts.push({ kind: 'text', text: scanned(scanner) })
      else if (token === 'open') parts.push(expression(scanner))
      else throw new BadTemplate(BAD)
    }
  } catch (error) {
    if (error instanceof BadTemplate) return { ok: false, message: error.message }
    throw error
  }
}

function expression(scanner: Scanner): Part {
  const from = scanner.position - 2
  scanner.backslash = true
  const { variable, operator, args } = inside(scanner)
  return { kind: 'expression', variable, operator, args, source: scanner.buffer.slice(from, scanner.position) }
}

interface Inside { readonly variable: string, readonly operator: string, readonly args: readonly Part[] }

function inside(scanner: Scanner): Inside {
  if (peek(scanner) === '#') {
    const operator = take(scanner, (char, count) => char === '#' && count === 1, BAD)
    const variable = take(scanner, inName, BAD)
    return closed(scanner, { variable, operator, args: [] })
  }
  const variable = take(scanner, inName, BAD_NAME)
  switch (peek(scanner)) {
    case ':': return defaultOrPart(scanner, variable)
    case '=': return defaults(scanner, variable)
    case ',': case '^': {
      const operator = take(scanner, (char, count) => (char === ',' || char === '^') && count < 3, BAD)
      return closed(scanner, { variable, operator, args: [] })
    }
    case '/': return replacement(scanner, variable)
    case '#': return trimming(scanner, variable, '#')
    case '%': return trimming(scanner, variable, '%')
    default: break
  }
  scanner.accept = inName
  scanner.mode = { close: true }
  if (scan(scanner) !== 'close') throw new BadTemplate(MISSING_BRACE)
  return { variable, operator: '', args: [] }
}

function defaultOrPart(scanner: Scanner, variable: string): Inside {
  read(scanner)
  const next = peek(scanner)
  // The peek leaves its own width behind, which the scanner of Flux steps back by; it is one character here as there.
  scanner.position -= next === '' ? 0 : 1
  if (next === '') throw new BadTemplate(BAD_PARAMETER)
  return /[=\-?+]/.test(next) ? defaults(scanner, variable) : portion(scanner, variable)
}

function portion(scanner: Scanner, variable: string): Inside {
  const operator = take(scanner, (char, count) => count === 1 && char === ':', BAD)
  const offset = parameter(scanner, char => char !== ':' && char !== '}')
  scanner.accept = char => char === ':'
  scanner.mode = { text: true, close: true }
  const token = scan(scanner)
  if (token === 'close') return { variable, operator, args: [offset] }
  if (token !== 'text') throw new BadTemplate(BAD)
  return closed(scanner, { variable, operator, args: [offset, parameter(scanner, notClosing)] })
}

function trimming(scanner: Scanner, variable: string, mark: '#' | '%'): Inside {
  const operator = take(scanner, (char, count) => char === mark && count < 3, BAD)
  return closed(scanner, { variable, operator, args: [parameter(scanner, notClosing)] })
}

function replacement(scanner: Scanner, variable: string): Inside {
  const operator = take(scanner, (char, count) => (count === 1 && char === '/') || (count === 2 && /[/#%]/.test(char)), BAD)
  const pattern = parameter(scanner, char => char !== '/', true)
  take(scanner, char => char === '/', BAD)
  if (peek(scanner) === '}') return closed(scanner, { variable, operator, args: [pattern] })
  return closed(scanner, { variable, operator, args: [pattern, parameter(scanner, notClosing, true)] })
}

function defaults(scanner: Scanner, variable: string): Inside {
  const single = peek(scanner) === '='
  const accept: Accept = single ? (char, count) => count === 1 && char === '=' : (char, count) => (count === 1 && char === ':') || (count === 2 && /[=\-?+]/.test(char))
  const operator = take(scanner, accept, BAD_DEFAULT)
  const args: Part[] = []
  while (peek(scanner) !== '}') args.push(parameter(scanner, notClosing))
  return closed(scanner, { variable, operator, args })
}

function parameter(scanner: Scanner, accept: Accept, escape = false): Part {
  scanner.accept = accept
  scanner.mode = { text: true, open: true, escape }
  const token = scan(scanner)
  if (token === 'open') return expression(scanner)
  if (token === 'text') return { kind: 'text', text: scanned(scanner) }
  throw new BadTemplate(BAD_PARAMETER)
}

function take(scanner: Scanner, accept: Accept, otherwise: string): string {
  scanner.accept = accept
  scanner.mode = { text: true }
  if (scan(scanner) !== 'text') throw new BadTemplate(otherwise)
  return scanned(scanner)
}

function closed(scanner: Scanner, inner: Inside): Inside {
  scanner.mode = { close: true }
  if (scan(scanner) !== 'close') throw new BadTemplate(BAD)
  return inner
}

function scan(scanner: Scanner): Token {
  scanner.start = scanner.position
  const char = read(scanner)
  if (char === '') return 'eof'
  if (opens(scanner, char)) return 'open'
  if (scanner.mode.close === true && char === '}') return 'close'
  return scanText(scanner, char) ? 'text' : 'illegal'
}

function scanText(scanner: Scanner, first: string): boolean {
  if (scanner.mode.text !== true) return false
  if (isEscaped(scanner, first)) skip(scanner)
  else if (!scanner.accept(first, scanner.position - scanner.start)) return false
  for (;;) {
    const char = read(scanner)
    if (char === '') return true
    if (opens(scanner, char)) {
      scanner.position -= 2
      return true
    }
    if (isEscaped(scanner, char)) {
      skip(scanner)
      continue
    }
    if (!scanner.accept(char, scanner.position - scanner.start)) {
      scanner.position -= char.length
      return true
    }
  }
}

function opens(scanner: Scanner, char: string): boolean {
  if (scanner.mode.open !== true || char !== '$' || peek(scanner) !== '{') return false
  read(scanner)
  return true
}

function isEscaped(scanner: Scanner, char: string): boolean {
  if (scanner.mode.escape !== true) return false
  if (char === '$') return peek(scanner) === '$'
  return char === '\\' && scanner.backslash && /^[/\\]/.test(peek(scanner))
}

/** The escaping character goes; what it escapes moves into its place and counts as read. */
function skip(scanner: Scanner): void {
  scanner.buffer = scanner.buffer.slice(0, scanner.position - 1) + scanner.buffer.slice(scanner.position)
}

function read(scanner: Scanner): string {
  const code = scanner.buffer.codePointAt(scanner.position)
  if (code === undefined) return ''
  const char = String.fromCodePoint(code)
  scanner.position += char.length
  return char
}

function peek(scanner: Scanner): string {
  const code = scanner.buffer.codePointAt(scanner.position)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function scanned(scanner: Scanner): string {
  return scanner.buffer.slice(scanner.start, scanner.position)
}

function anything(): boolean {
  return true
}

function notClosing(char: string): boolean {
  return char !== '}'
}

function inName(char: string): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(char)
}
