import { formatText } from './format-text.ts'
import { badValue, CHARACTERS_PER_STEP } from './register.ts'
import type { Overload, Pay } from './register.ts'

const QUOTED: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' }

/** The functions of the library `strings`, version 2, that the engine lacks or has otherwise. */
export function strings(pay: Pay): readonly Overload[] {
  return [
    ['string.charAt(int): string', charAt],
    ['string.replace(string, string): string', (text: string, from: string, to: string) => replace(text, { from, to, limit: Infinity, pay })],
    ['string.replace(string, string, int): string', (text: string, ...[from, to, limit]: readonly [string, string, bigint]) => replace(text, { from, to, limit: limit < 0n ? Infinity : Number(limit), pay })],
    ['string.format(list): string', (template: string, values: readonly unknown[]) => formatText(template, values, pay)],
    ['writ_join(list): string', (list: readonly unknown[]) => join(list, '', pay)],
    ['writ_join(list, string): string', (list: readonly unknown[], separator: string) => join(list, separator, pay)],
    ['writ_quote(string): string', (text: string) => `"${Array.from(text).map(c => QUOTED[c] ?? c).join('')}"`],
    ['writ_lowerAscii(string): string', (text: string) => text.replaceAll(/[A-Z]/g, c => c.toLowerCase())],
    ['writ_upperAscii(string): string', (text: string) => text.replaceAll(/[a-z]/g, c => c.toUpperCase())],
  ]
}

function join(list: readonly unknown[], separator: string, pay: Pay): string {
  const texts = list.filter(item => typeof item === 'string')
  if (texts.length < list.length) throw badValue('join() needs a list of texts')
  pay(texts.reduce((sum, text) => sum + text.length + separator.length, 0) / CHARACTERS_PER_STEP)
  return texts.join(separator)
}

function charAt(text: string, index: bigint): string {
  const characters = Array.from(text)
  if (index < 0n || index > BigInt(characters.length)) throw badValue(`charAt(${index}) is out of the range of ${characters.length} characters`)
  return characters[Number(index)] ?? ''
}

function replace(text: string, by: { readonly from: string, readonly to: string, readonly limit: number, readonly pay: Pay }): string {
  const parts = by.from === '' ? ['', ...Array.from(text), ''] : text.split(by.from)
  const replaced = Math.min(by.limit, parts.length - 1)
  by.pay((text.length + replaced * by.to.length) / CHARACTERS_PER_STEP)
  const head = parts.slice(0, replaced + 1).join(by.to)
  return [head, ...parts.slice(replaced + 1)].join(by.from)
}
