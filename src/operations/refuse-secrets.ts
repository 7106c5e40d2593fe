import { WritError } from '../model/error.ts'
import { inputName } from './input-names.ts'

/** These are not kept as text: they name what is there already, or are checked byte for byte. */
const NOT_KEPT: readonly string[] = ['target', 'change', 'keyFile', 'signed']

/**
 * Throws usage/bad-argument where an input holds what `redact` would hide. Inputs go into commits, change requests and the store,
 * where nothing hides them and nobody can take them back. The message names the flag and never shows the text.
 */
export function refuseSecrets(input: unknown, redact: (text: string) => string): void {
  for (const { path, text } of texts(input, [])) {
    if (NOT_KEPT.includes(path[0] ?? '') || redact(text) === text) continue
    throw new WritError('usage/bad-argument', `${inputName(path)} holds something that looks like a secret, and it would stand in Git for everybody to read.`, {
      hint: `Leave the secret out of ${inputName(path)}; name the place where it is kept instead. Nothing was written.`,
    })
  }
}

function texts(value: unknown, path: readonly string[]): readonly { readonly path: readonly string[], readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return [...together(value).flatMap(found => texts(found, path)), ...Object.entries(value).flatMap(([key, inner]) => [{ path: [...path, key], text: key }, ...texts(inner, [...path, key])])]
}

/** What only a name beside it says to be a secret, as it will stand in a manifest; a value that is JSON itself, as what it holds. */
function together(value: object): readonly unknown[] {
  const of = new Map(Object.entries(value))
  const [name, field, text] = [of.get('name'), of.get('field'), of.get('value')]
  if (typeof text !== 'string' || text === '') return []
  if (of.get('as') === 'json' && /^\s*[{[]/.test(text)) return [parsed(text)]
  return [...typeof name === 'string' ? [`name: ${name}\nvalue: ${text}`] : [], ...typeof field === 'string' ? [`${field}=${text}`, `name: ${field.replace(/^.*\[name=/, '').replace(/\].*$/, '')}\nvalue: ${text}`] : []]
}

/** What is no JSON is refused elsewhere. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
