import type { ValuePath } from '../../model/helm-set.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'

/** One key of a chart's values and what it holds. */
export interface ValueNode { readonly path: ValuePath, readonly value: Json }

const DEEPEST = 40

/** Every key of the values, maps and lists before what they hold. */
export function valueNodes(root: Json, path: ValuePath = []): readonly ValueNode[] {
  const own = path.length === 0 ? [] : [{ path, value: root }]
  if (path.length > DEEPEST) return own
  if (isList(root)) return [...own, ...root.flatMap((item, i) => valueNodes(item, [...path, i]))]
  return isObject(root) ? [...own, ...Object.entries(root).flatMap(([key, item]) => item === undefined ? [] : valueNodes(item, [...path, key]))] : own
}

/** A value that a template can print into a text. */
export function isPrintable(value: Json | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** True where two keys of values are one. */
export function sameKey(a: ValuePath, b: ValuePath): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i])
}

/** True where a key lies at another or below it. */
export function isAtOrBelow(path: ValuePath, above: ValuePath): boolean {
  return path.length >= above.length && above.every((step, i) => step === path[i])
}
