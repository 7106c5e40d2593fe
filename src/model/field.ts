import { isList, isObject, sameJson } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** One step into an object: a key (of a list without merge key: the index, in digits), or the list item whose merge key has this value (`containers[name=web]`). */
export type Step = string | { readonly key: string, readonly value: string | number }

/** The way to a field from an object's root. List items are named by merge key, never by index alone (editing.md 4.1). */
export type FieldPath = readonly Step[]

/**
 * A field with the value asked for; `after` undefined: the field shall go. `before` is what the rendered object held when the plan was made, undefined where
 * it was not there. Maps and lists are compared whole: one edit may set or remove a subtree.
 */
export interface Edit {
  readonly path: FieldPath
  readonly before: Json | undefined
  readonly after: Json | undefined
  /** The asked type stands, whatever type the field has. */
  readonly typed?: true
}

/** The edit of the whole object among these: made where it has an `after`, else gone; null where fields are asked. */
export function wholeOf(edits: readonly Edit[]): Edit | null {
  return edits.find(edit => edit.path.length === 0) ?? null
}

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
      if (isList(here) && isIndex(step)) here = here[Number(step)]
      else if (isObject(here) && Object.hasOwn(here, step)) here = here[step]
      else return undefined
    } else {
      if (!isList(here)) return undefined
      here = here.find(item => isObject(item) && sameJson(item[step.key], step.value))
    }
  }
  return here
}

/**
 * The value with one field set, or gone where `to` is undefined. Maps and list items on the way are made; a list item that is made comes last.
 * What becomes empty stays as an empty map or list.
 */
export function withField(root: Json | undefined, path: FieldPath, to: Json | undefined): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return to
  const child = fieldAt(root, [step])
  if (to === undefined && child === undefined) return root
  const changed = withField(child ?? (typeof step === 'string' ? undefined : { [step.key]: step.value }), rest, to)
  if (typeof step !== 'string') return withItem(isList(root) ? root : [], item => isObject(item) && sameJson(item[step.key], step.value), changed)
  if (isList(root) && isIndex(step)) return withItem(root, (_item, i) => i === Number(step), changed)
  const map: Record<string, Json | undefined> = isObject(root) ? { ...root } : {}
  if (changed === undefined) return without(map, step)
  return { ...map, [step]: changed }
}

function withItem(list: readonly Json[], is: (item: Json, index: number) => boolean, to: Json | undefined): readonly Json[] {
  const at = list.findIndex(is)
  if (at < 0) return to === undefined ? list : [...list, to]
  return to === undefined ? list.filter((_item, i) => i !== at) : list.map((item, i) => i === at ? to : item)
}

function without(map: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
}

function isIndex(step: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(step)
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
