import type { FieldPath } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'

/** Keys in the order in which their names are like that of a field. */
export function nearest<T extends { readonly path: ValuePath }>(keys: readonly T[], path: FieldPath): readonly T[] {
  return keys.map(key => ({ key, near: sharesName(key.path, path) })).toSorted((a, b) => b.near - a.near).map(({ key }) => key)
}

/** How many names at the end of a key are those at the end of a field. */
export function sharesName(key: ValuePath, path: FieldPath): number {
  const [names, steps] = [key.filter(step => typeof step === 'string'), path.flatMap(step => typeof step === 'string' ? [step] : [String(step.value), step.key])]
  let shared = 0
  while (shared < names.length && names.at(-1 - shared)?.toLowerCase() === steps.at(-1 - shared)?.toLowerCase()) shared++
  return shared
}
