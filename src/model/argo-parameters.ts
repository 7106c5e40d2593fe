import { setText, setValue } from './helm-set.ts'
import type { Json } from './json.ts'

/** A parameter's value as Argo CD gives it to `--set` (util/helm/cmd.go cleanSetParameters): commas are no separators but in `{a,b}`. */
export function parameterForSet(value: string): string {
  return value.startsWith('{') && value.endsWith('}') ? value : value.replace(/(?<!\\),/g, '\\,')
}

/**
 * How a parameter is written so that Helm reads this value: a dollar sign twice, because Argo CD replaces `$NAME`; `string` where it must say forceString.
 * null where no parameter says it.
 */
export function parameterOf(value: Json, string: boolean): { readonly text: string, readonly string: boolean } | null {
  for (const forced of string ? [true] : [false, true]) {
    const text = [typeof value === 'object' ? null : String(value), setText(value, forced)].find(one => one !== null && setValue(parameterForSet(one), forced) === value)
    if (text !== null && text !== undefined) return { text: text.replaceAll('$', '$$$$'), string: forced }
  }
  return null
}
