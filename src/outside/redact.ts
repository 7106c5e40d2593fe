import type { Json } from '../model/json.ts'
import { REDACTED, hideSecrets } from '../model/hide-secrets.ts'
import { NAMED, TOKENS } from './secret-patterns.ts'
import type { SecretPattern } from './secret-patterns.ts'

/** Shorter values would blacken ordinary words. */
const SHORTEST = 6
const SHORTEST_WITHIN = 8

/** What every key begins and ends with is no secret, and what other keys are known by. */
const ARMOUR = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/

const known = new Set<string>()
let exact: RegExp | null = null

/** From now on this very value is taken out of every output: plain, within a URL, a JSON text or base64, also where that holds more than it. */
export function registerSecret(value: string): void {
  for (const one of value.split(/\r?\n/).map(line => line.trim()).filter(line => line.length >= SHORTEST && !ARMOUR.test(line))) {
    for (const form of formsOf(one)) known.add(form)
  }
  const longestFirst = [...known].sort((a, b) => b.length - a.length).map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  exact = longestFirst.length === 0 ? null : new RegExp(longestFirst.join('|'), 'g')
}

function formsOf(value: string): readonly string[] {
  const encoded = encodeURIComponent(value)
  const whole = Buffer.from(value).toString('base64').replace(/=+$/, '')
  // What stands before it in the same base64 shifts it by up to two bytes; the letters at both ends hold bits of its neighbours.
  const within = [0, 1, 2].map(shift => {
    const text = Buffer.from(`${'\0'.repeat(shift)}${value}`).toString('base64').replace(/=+$/, '')
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((Buffer.byteLength(value) + shift) * 8) / 6))
  }).filter(text => text.length >= SHORTEST_WITHIN)
  const base64 = [whole, ...within]
  return [value, encoded, encoded.replaceAll(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()), JSON.stringify(value).slice(1, -1), ...base64, ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')), ...base64.map(encodeURIComponent)]
}

/**
 * Takes secrets out of a text: the last thing before every output (reliability.md E.1). Lines stay lines, so that a diff keeps
 * its shape. Time is linear in the length of the text.
 */
export function redact(text: string): string {
  let clean = exact === null ? text : text.replace(exact, REDACTED)
  clean = withoutPrivateKeys(clean)
  for (const rule of TOKENS) clean = applied(rule, clean)
  for (const rule of NAMED) clean = applied(rule, clean)
  return withoutEncoded(clean)
}

/** The same for JSON: every text in it, and values that their key, their variable's name or their kind says are secret. */
export function redactJson(value: Json): Json {
  return hideSecrets(value, redact)
}

function applied({ pattern, random, except }: SecretPattern, text: string): string {
  return text.replace(pattern, (match: string, kept: unknown) => {
    const prefix = typeof kept === 'string' ? kept : ''
    const secret = match.slice(prefix.length)
    const harmless = except?.test(secret) === true || (random === true && !looksRandom(secret))
    return harmless ? match : prefix + REDACTED
  })
}

/** Words do not mix capitals, small letters and digits; tokens do, or are long runs of letters and digits. */
function looksRandom(text: string): boolean {
  if (/[a-z]/.test(text) && /[A-Z]/.test(text) && !/^(?:[A-Z][a-z]+)+$/.test(text)) return true
  return text.split(/[^A-Za-z0-9]/).some(run => run.length >= 12 && /[0-9]/.test(run) && /[A-Za-z]/.test(run))
}

const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const KEY_END = '-----END '
/** No private key is longer; a key whose end is missing is searched no further. */
const KEY_LENGTH = 32_768

function withoutPrivateKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text
  let clean = ''
  let from = 0
  for (const begin of text.matchAll(KEY_BEGIN)) {
    const start = begin.index + begin[0].length
    if (begin.index < from) continue
    const window = text.slice(start, start + KEY_LENGTH)
    const end = window.indexOf(KEY_END)
    const body = end >= 0 ? window.slice(0, end) : /^[A-Za-z0-9+/=\s\\|>-]*/.exec(window)?.[0] ?? ''
    clean += text.slice(from, start) + body.replace(/[A-Za-z0-9/=\\][^\n]*/g, REDACTED)
    from = start + body.length
  }
  return clean + text.slice(from)
}

/** A token inside base64, as the data of a Secret holds it. */
function withoutEncoded(text: string): string {
  return text.replace(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{24,}={0,2}/g, run => {
    const decoded = Buffer.from(run, 'base64').toString('latin1')
    return TOKENS.some(rule => decoded !== applied(rule, decoded)) || decoded.includes('PRIVATE KEY-----') ? REDACTED : run
  })
}
