import type { Json } from '../../model/json.ts'
import { REPLICAS, bad, wholeNumber } from './arguments.ts'

export type FieldInput = Readonly<Record<string, Json>>
/** How a value is read: in the type of the field, as text, as JSON; or the field shall go. */
export type How = 'field' | 'string' | 'json' | 'unset'

/** What one word asks of a field: `FIELD=VALUE`, or FIELD alone where it shall go. With a container FIELD is one of its own. Throws usage/bad-argument. */
export function ask(how: How, word: string, container: string | null): FieldInput {
  if (how === 'unset') return fieldAsk({ field: word, value: null, how: 'field' }, container)
  const at = endOfField(word)
  if (at <= 0) throw bad(`${JSON.stringify(word)} is not FIELD=VALUE.`, 'Such as image=registry.example/web:1.4.2.')
  return fieldAsk({ field: word.slice(0, at), value: word.slice(at + 1), how }, container)
}

/** FIELD ends at the first `=` outside brackets. */
export function endOfField(word: string): number {
  let depth = 0
  for (let i = 0; i < word.length; i++) {
    if (word[i] === '[') depth++
    else if (word[i] === ']') depth--
    else if (word[i] === '=' && depth <= 0) return i
  }
  return -1
}

function fieldAsk({ field, value, how }: { readonly field: string, readonly value: string | null, readonly how: 'field' | 'string' | 'json' }, container: string | null): FieldInput {
  const plain = how === 'field'
  if (container === null) {
    if (field === 'replicas' && value !== null && plain) return { kind: 'replicas', value: wholeNumber(value, 'replicas', REPLICAS) }
    return { kind: 'field', container, field: field === 'replicas' ? 'spec.replicas' : field, value, as: how }
  }
  const resource = /^(limits|requests)\.(.+)$/.exec(field)
  if (field.startsWith('env.') && field.length > 4 && how !== 'json') return { kind: 'env', container, name: field.slice(4), value }
  if (field === 'image' && value !== null) return { kind: 'image', container, value }
  if (resource !== null && value !== null && plain) return { kind: 'resource', container, section: resource[1] ?? '', resource: resource[2] ?? '', value }
  return { kind: 'field', container, field: resource === null ? field : `resources.${field.replace('.', '["')}"]`, value, as: how }
}
