import { isList, isObject, sameJson } from './json.ts'
import type { Json } from './json.ts'

/** One step into an object: a key, or the list item whose merge key has this value (`containers[name=web]`). */
export type Step = string | { readonly key: string, readonly value: string | number }

/** The way to a field from an object's root. List items are named by merge key, never by index alone (editing.md 4.1). */
export type FieldPath = readonly Step[]

/** A field with the value asked for. `before` is what the rendered object held when the plan was made. */
export interface Edit { readonly path: FieldPath, readonly before: Json | undefined, readonly after: Json }

/** One leaf that differs between two renders of one object. */
export interface FieldChange { readonly path: FieldPath, readonly before: Json | undefined, readonly after: Json | undefined }

/** `spec.template.spec.containers[name=web].image`; keys with dots or brackets are quoted. */
export function showPath(path: FieldPath): string {
  return path.map((step, i) => {
    if (typeof step !== 'string') return `[${step.key}=${step.value}]`
    const plain = /^[A-Za-z0-9_$-]+$/.test(step)
    return plain ? (i === 0 ? step : `.${step}`) : `[${JSON.stringify(step)}]`
  }).join('')
}

/** The value at a path, or undefined where any step is missing. */
export function fieldAt(root: Json | undefined, path: FieldPath): Json | undefined {
  let here = root
  for (const step of path) {
    if (typeof step === 'string') {
      if (!isObject(here) || !Object.hasOwn(here, step)) return undefined
      here = here[step]
    } else {
      if (!isList(here)) return undefined
      here = here.find(item => isObject(item) && sameJson(item[step.key], step.value))
    }
  }
  return here
}

/** True if both paths name the same field. */
export function samePath(a: FieldPath, b: FieldPath): boolean {
  return a.length === b.length && a.every((step, i) => {
    const other = b[i]
    return typeof step === 'string' || other === undefined || typeof other === 'string'
      ? step === other
      : step.key === other.key && step.value === other.value
  })
}
