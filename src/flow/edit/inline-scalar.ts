import { stringify } from 'yaml'
import { plainScalar } from '../../model/plain-scalar.ts'

/** A scalar as JSON has it. */
export type ScalarValue = string | number | boolean | null

/** How a scalar is to be written: inside brackets, and quoted like its neighbours (`json`: as JSON demands). */
export interface ScalarStyle { readonly flow: boolean, readonly quote: 'double' | 'single' | 'json' | null }

/** A scalar on one line, plain where YAML 1.1 and 1.2 both read the very same value, quoted otherwise (editing.md 2.5 rule 3). */
export function inlineScalar(value: ScalarValue, { flow, quote }: ScalarStyle): string {
  if (typeof value !== 'string') return String(value)
  if (quote === 'double' || quote === 'json') return doubleQuoted(value)
  if (quote === 'single') return singleQuoted(value)
  return isSafePlain(value, flow) ? value : doubleQuoted(value)
}

/** A string in double quotes, escaped as JSON does and where Go's YAML readers take a character for a line break or for no text. */
export function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A string in single quotes where they can hold it. */
export function singleQuoted(value: string): string {
  return NEEDS_ESCAPES.test(value) || /[\n\t]/.test(value) ? doubleQuoted(value) : `'${value.replaceAll('\'', '\'\'')}'`
}

/** Characters that only an escape can stand for; line feeds and tabs are not among them. */
export const NEEDS_ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/

/** True for text that means itself without quotes, to readers of YAML 1.1 and 1.2. */
export function isSafePlain(value: string, flow: boolean): boolean {
  if (NEEDS_ESCAPES.test(value) || /[\n\t]/.test(value) || /^(?:---|\.\.\.|<<$|=$)/.test(value)) return false
  if ((flow && /[,[\]{}]|:$|^[-?:]/.test(value)) || plainScalar(value) !== value) return false
  return stringify(value, { compat: 'yaml-1.1', lineWidth: 0, doubleQuotedAsJSON: true }).replace(/\n$/, '') === value
}
