import { WritError } from '../model/error.ts'
import { isList, isObject, plainJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'

/**
 * What a person writes as the value of a field, in the type that the field has; null where the field holds a map or a list, which no plain text replaces.
 * A field that is not there takes the type that the text looks like, as YAML has it. Throws usage/bad-argument for JSON that is none.
 */
export function asked(text: string, as: 'field' | 'string' | 'json', before: Json | undefined): { readonly value: Json } | null {
  if (as === 'json') return { value: readJson(text) }
  if (as === 'string') return { value: text }
  if (isObject(before) || isList(before)) return null
  if (typeof before === 'string') return { value: text }
  return { value: scalar(text, before) }
}

function scalar(text: string, before: Json | undefined): Json {
  const boolean = text === 'true' || text === 'false'
  if (boolean && typeof before !== 'number') return text === 'true'
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text) && typeof before !== 'boolean' && String(Number(text)) === text) return Number(text)
  return text
}

function readJson(text: string): Json {
  try {
    return plainJson(JSON.parse(text))
  } catch {
    throw new WritError('usage/bad-argument', `${JSON.stringify(text.slice(0, 80))} is not JSON.`, { hint: 'Quote texts: --set-json \'field="text"\'.' })
  }
}
