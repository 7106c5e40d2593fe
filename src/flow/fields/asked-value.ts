import { WritError } from '../../model/error.ts'
import { isList, isObject, plainJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { checkValue } from '../../model/reserved-keys.ts'

/**
 * What a person writes as the value of a field, in the type that the field has; null where the field holds a map or a list, which no plain text replaces.
 * A field that is not there takes the type that the text looks like, as YAML has it. `either` are fields that hold numbers or texts, such as ports and amounts.
 * Throws usage/bad-argument for JSON that is none, for a text of another type, and for numbers that cannot be held exactly.
 */
export function asked(text: string, as: 'field' | 'string' | 'json', of: { readonly before: Json | undefined, readonly either: boolean }): { readonly value: Json } | null {
  const { before, either } = of
  if (as === 'json') return { value: readJson(text) }
  if (as === 'string') return { value: text }
  if (isObject(before) || isList(before)) return null
  if (typeof before === 'string') return { value: either ? overText(text, before) : text }
  if (typeof before === 'boolean' && text !== 'true' && text !== 'false') throw otherType(text, 'true or false')
  if (text === 'true' || text === 'false') {
    if (typeof before === 'number') throw otherType(text, 'a number')
    return { value: text === 'true' }
  }
  const number = NUMBER.test(text) && (typeof before === 'number' || String(Number(text)) === text)
  if (typeof before === 'number' && !number && !either) throw otherType(text, 'a number')
  return { value: number ? exactNumber(text) : text }
}

/** Where both are taken, a whole number means one: no port is named by digits alone, and no share but a percentage is a text. */
function overText(text: string, before: string): Json {
  return /^(?:0|[1-9]\d{0,9})$/.test(text) && isPortOrShare(before) ? Number(text) : text
}

/** A name of a port, or a percentage: what stands in the place of a whole number. */
function isPortOrShare(before: string): boolean {
  if (/^[\d.]+(?:[numk]|[KMGTPE]i?)?$/.test(before)) return false
  return /^\d+%$/.test(before) || /^(?=.*[a-z])[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?$/.test(before)
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

function otherType(text: string, type: string): WritError {
  return new WritError('usage/bad-argument', `The field holds ${type}; ${JSON.stringify(text.slice(0, 80))} is of another type.`, { hint: 'If it shall change its type, say so with --string or --json (of writ edit: --set-string, --set-json).' })
}

/** JSON numbers are held as doubles: past 2^53 another one would be written than the one that was asked for. */
function exactNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new WritError('usage/bad-argument', `${text.slice(0, 80)} is too large a number to be held exactly.`, { hint: 'Numbers up to 9007199254740991 are; edit the file by hand.' })
  return value
}

function readJson(text: string): Json {
  for (const [number] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g)) exactNumber(number)
  const value = parsed(text)
  checkValue(value)
  return plainJson(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WritError('usage/bad-argument', `${JSON.stringify(text.slice(0, 80))} is not JSON.`, { hint: 'Quote texts: --json \'field="text"\' (of writ edit: --set-json).' })
  }
}
