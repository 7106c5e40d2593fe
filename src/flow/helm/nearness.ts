import type { FieldPath } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { textAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** What keys are compared with: a field, the object that it is in, and words around its value. */
export interface NamedField { readonly path: FieldPath, readonly object: KubernetesObject, readonly text?: string }

/** Keys in the order in which their names are like that of a field: those with its own name, then those whose words are its words and those of its object. */
export function nearest<T extends { readonly path: ValuePath }>(keys: readonly T[], field: NamedField): readonly T[] {
  const all = wordsOfField(field)
  return keys.map(key => ({ key, near: sharesName(key.path, field.path), like: shared(key.path, all) }))
    .toSorted((a, b) => b.near - a.near || b.like - a.like).map(({ key }) => key)
}

/** Keys in the order in which their words are those of a field and of its object. */
export function likest<T extends { readonly path: ValuePath }>(keys: readonly T[], field: NamedField): readonly T[] {
  const all = wordsOfField(field)
  return keys.map(key => ({ key, like: shared(key.path, all) })).toSorted((a, b) => b.like - a.like).map(({ key }) => key)
}

/** How many names at the end of a key are those at the end of a field. */
export function sharesName(key: ValuePath, path: FieldPath): number {
  const [names, steps] = [key.filter(step => typeof step === 'string'), path.flatMap(step => typeof step === 'string' ? [step] : [String(step.value), step.key])]
  let shared = 0
  while (shared < names.length && names.at(-1 - shared)?.toLowerCase() === steps.at(-1 - shared)?.toLowerCase()) shared++
  return shared
}

/** The words that a key and a field with its object have in common; a word of something else counts a little against the key. */
export function likeness(key: ValuePath, field: NamedField): number {
  return shared(key, wordsOfField(field))
}

function shared(key: ValuePath, all: ReadonlySet<string>): number {
  const words = new Set(key.flatMap(step => typeof step === 'string' ? wordsOf(step) : []))
  const common = [...words].filter(word => all.has(word)).length
  return common - (words.size - common) / 10
}

function wordsOfField({ path, object, text }: NamedField): ReadonlySet<string> {
  const names = path.flatMap(step => typeof step === 'string' ? [step] : [String(step.value)])
  // What stands in a pod template is the pod's.
  const pod = path[0] === 'spec' && path.includes('template') ? ['pod'] : []
  return new Set([...names, ...pod, object.kind, textAt(object.metadata, 'name') ?? '', text ?? ''].flatMap(wordsOf))
}

/** `automountServiceAccountToken` is automount, service, account and token. */
function wordsOf(text: string): readonly string[] {
  return (text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []).map(word => word.toLowerCase().replace(/s$/, ''))
}
