import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { doubleQuoted } from './inline-scalar.ts'

/** JSON over several lines, below an entry that stands at the column. */
export function prettyJson(value: Json, at: { readonly column: number, readonly step: number, readonly eol: string }): string {
  const inside = { ...at, column: at.column + at.step }
  const wrapped = (open: string, lines: readonly string[], close: string): string => {
    const indent = at.eol + ' '.repeat(inside.column)
    return lines.length === 0 ? open + close : `${open}${indent}${lines.join(`,${indent}`)}${at.eol}${' '.repeat(at.column)}${close}`
  }
  if (isList(value)) return wrapped('[', value.map(item => prettyJson(item, inside)), ']')
  if (isObject(value)) return wrapped('{', Object.keys(value).flatMap(key => value[key] === undefined ? [] : [`${doubleQuoted(key)}: ${prettyJson(value[key] ?? null, inside)}`]), '}')
  return typeof value === 'string' ? doubleQuoted(value) : String(value)
}
