import { fieldAt } from '../field.ts'
import type { FieldPath } from '../field.ts'
import { isList, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { plainScalar } from '../plain-scalar.ts'

/** A template that is not understood, and where it stands. */
export interface NotRead { readonly because: string, readonly at: FieldPath }

/** What a template is filled with, and where that stands. */
export interface Inputs { readonly values: JsonObject, readonly at: FieldPath }

/** An expression of a template: the input that it names, whether that is quoted, and the text around it. */
export interface InputExpression { readonly steps: readonly string[], readonly quoted: boolean, readonly start: string, readonly end: string }

const EXPRESSION = /<< *inputs((?:\.[A-Za-z_][A-Za-z0-9_]*)+) *(?:\| *(quote|toString) *)?>>/g
/** What go-yaml writes as it is, without quotes, so that an expression between such characters is filled in where YAML reads plain text. */
const PLAIN = /^[A-Za-z0-9._/:@+-]*$/
/** Plain text that readers of YAML 1.1 in Go take for something else than a text, a small number, true or false. */
const DISPUTED = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+]?0[0-9].*|[-+]?[0-9]+(?::[0-9.]+)+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[-+]?0[xbo].*|[-+]?\.?(?:inf|nan))$/i

/**
 * A template of a ResourceSet filled in (flux-operator internal/builder/resourceset.go). The operator writes it as YAML, fills the text and reads that again; so only
 * what is the same in every step is read here: literals, and expressions that print one input between plain characters. All else is not read. Throws nothing.
 */
export function evaluate(template: Json, inputs: Inputs | null, at: FieldPath): { readonly value: Json } | NotRead {
  if (typeof template === 'string') return template.includes('<<') ? evaluateText(template, inputs, at) : { value: template }
  if (isList(template)) {
    const items: Json[] = []
    for (const [i, item] of template.entries()) {
      const found = evaluate(item, inputs, [...at, String(i)])
      if ('because' in found) return found
      items.push(found.value)
    }
    return { value: items }
  }
  if (!isObject(template)) return { value: template }
  const map: Record<string, Json> = {}
  for (const [key, item] of Object.entries(template)) {
    if (key.includes('<<')) return { because: `the key ${JSON.stringify(key)} is an expression`, at }
    const found = item === undefined ? { value: null } : evaluate(item, inputs, [...at, key])
    if ('because' in found) return found
    map[key] = found.value
  }
  return { value: map }
}

/** The one expression of a text; null where there is none, several, or one that does more. */
export function expressionOf(template: string): InputExpression | null {
  const [match, ...more] = [...template.matchAll(EXPRESSION)]
  if (match === undefined || more.length > 0) return null
  const [whole, name = '', how] = match
  const [start, end] = [template.slice(0, match.index), template.slice(match.index + whole.length)]
  return PLAIN.test(start) && PLAIN.test(end) ? { steps: name.slice(1).split('.'), quoted: how === 'quote', start, end } : null
}

function evaluateText(template: string, inputs: Inputs | null, at: FieldPath): { readonly value: Json } | NotRead {
  const strange = (why: string): NotRead => ({ because: `${JSON.stringify(template)} ${why}`, at })
  const literals = template.split(EXPRESSION).filter((_part, i) => i % 3 === 0)
  if (!literals.every(part => PLAIN.test(part)) || !/^[A-Za-z0-9/<]/.test(template)) return strange('does more than print inputs between plain characters')
  const found = [...template.matchAll(EXPRESSION)].map(([whole, name = '', how]) => ({ whole, name, how, text: printed(fieldAt(inputs?.values, name.slice(1).split('.'))) }))
  const missing = found.find(({ text }) => text === null)
  if (missing !== undefined) return strange(`takes inputs${missing.name}, which is not there, or is no plain text or small number`)
  const [quoted] = found.filter(({ how }) => how === 'quote')
  if (quoted !== undefined) return quoted.whole !== template ? strange('quotes a part of a text') : quotable(quoted.text ?? '') ? { value: quoted.text } : strange('quotes a text that is written otherwise there')
  const text = literals.reduce((all, part, i) => `${all}${found[i - 1]?.text ?? ''}${part}`)
  const value = readPlain(text)
  return value === undefined ? strange(`becomes ${JSON.stringify(text)}, which YAML may read in another way`) : { value }
}

/** As Go's templates print it; large and broken numbers come out in other ways than they were written. */
function printed(value: Json | undefined): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6 && !Object.is(value, -0) ? String(value) : null
}

function quotable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !/["\\]/.test(text)
}

/** What YAML reads a plain text as; undefined where that is not the same everywhere. */
function readPlain(text: string): string | number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  if (!/^[A-Za-z0-9/]/.test(text) || !PLAIN.test(text) || text.endsWith(':') || DISPUTED.test(text)) return undefined
  const value = plainScalar(text)
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value) && String(value) === text) ? value : undefined
}
