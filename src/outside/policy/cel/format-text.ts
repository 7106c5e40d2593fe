import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { entriesOf } from './equality.ts'
import { badValue, CHARACTERS_PER_STEP } from './register.ts'
import type { Pay } from './register.ts'

/** `"%s: %d".format([...])`: the verbs s, d, f, e, b, o, x and X, with a precision for f and e. */
export function formatText(template: string, values: readonly unknown[], pay: Pay): string {
  let next = 0
  return template.replaceAll(/%(?:%|(?:\.(\d{1,3}))?(.?))/gsu, (all: string, precision: string | undefined, verb: string | undefined) => {
    if (all === '%%') return '%'
    if (next >= values.length) throw badValue(`format() has more places than the ${values.length} values`)
    const value = values[next]
    next += 1
    return verb === 's' ? shown(value, { quoted: false, pay }) : written(value, verb ?? '', Number(precision ?? 6))
  })
}

function written(value: unknown, verb: string, precision: number): string {
  switch (verb) {
    case 'd': return integer(value).toString()
    case 'f': return double(value).toFixed(precision)
    case 'e': return double(value).toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b': return typeof value === 'boolean' ? String(Number(value)) : integer(value).toString(2)
    case 'o': return integer(value).toString(8)
    case 'x': return hexadecimal(value)
    case 'X': return hexadecimal(value).toUpperCase()
    default: throw badValue(`format() does not know %${verb}`)
  }
}

/** A value as %s shows it; texts inside lists and maps are quoted. */
function shown(value: unknown, how: { readonly quoted: boolean, readonly pay: Pay }): string {
  how.pay(typeof value === 'string' ? value.length / CHARACTERS_PER_STEP : 1)
  if (typeof value === 'string') return how.quoted ? JSON.stringify(value) : value
  const inner = { ...how, quoted: true }
  if (Array.isArray(value)) return `[${value.map(item => shown(item, inner)).join(', ')}]`
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Duration || value instanceof UnsignedInt) return value.toString()
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = entriesOf(value)
  if (entries === null) throw badValue('format() cannot show a value of this type')
  return `{${[...entries].map(([key, item]) => `${shown(key, inner)}: ${shown(item, inner)}`).sort().join(', ')}}`
}

function integer(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof UnsignedInt) return value.value
  throw badValue('format() needs an integer here')
}

function double(value: unknown): number {
  if (typeof value === 'number') return value
  return Number(integer(value))
}

function hexadecimal(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return integer(value).toString(16)
}
