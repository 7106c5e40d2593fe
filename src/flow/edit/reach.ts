import type { FieldPath, Step } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { Place, TextEdit, YamlSteps } from './place.ts'

/** How far a field path leads into a value: the steps that are there, what is left of the path, and what stands where they end. */
export interface Reach { readonly steps: YamlSteps, readonly rest: FieldPath, readonly here: Json }

/** Follows a field path through a value as far as it goes. List items are found by merge key or, for digits, by index. */
export function reachOf(value: Json, path: FieldPath): Reach {
  const steps: (string | number)[] = []
  let here = value
  for (const [i, step] of path.entries()) {
    const next = into(here, step)
    if (next === null) return { steps, rest: path.slice(i), here }
    steps.push(next.step)
    here = next.value
  }
  return { steps, rest: [], here }
}

function into(here: Json, step: Step): { readonly step: string | number, readonly value: Json } | null {
  if (typeof step === 'string') {
    if (isList(here)) return itemAt(here, Number(step))
    const value = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined
    return value === undefined ? null : { step, value }
  }
  return isList(here) ? itemAt(here, here.findIndex(item => isObject(item) && sameJson(item[step.key], step.value))) : null
}

function itemAt(list: readonly Json[], index: number): { readonly step: number, readonly value: Json } | null {
  const value = list[index]
  return value === undefined ? null : { step: index, value }
}

/** The edit that makes what is left of a path, with a value at its end; null where what stands there cannot hold it. New items come last. */
export function making({ steps, rest, here }: Reach, value: Json, at: Omit<Place, 'steps'>): TextEdit | null {
  const [step, ...more] = rest
  if (step === undefined) return null
  const place = (last: string | number): Place => ({ ...at, steps: [...steps, last] })
  if (typeof step === 'string' && (isObject(here) || !isDigits(step))) return isObject(here) || here === null ? { op: 'add', place: place(step), value: nested(more, value) } : null
  const [item] = isList(here) || here === null ? itemsOf(step, nested(more, value)) : []
  const length = isList(here) ? here.length : 0
  if (item === undefined || (typeof step === 'string' && Number(step) !== length)) return null
  return { op: 'add', place: place(length), value: item }
}

/** A value under the maps and lists that a path names. */
export function nested(path: FieldPath, value: Json): Json {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inside = nested(rest, value)
  return typeof step === 'string' && !isDigits(step) ? { [step]: inside } : itemsOf(step, inside)
}

function itemsOf(step: Step, inside: Json): readonly Json[] {
  return typeof step === 'string' ? [inside] : [isObject(inside) ? { [step.key]: step.value, ...inside } : inside]
}

/** True for a step into a list without merge key. */
export function isDigits(step: Step): boolean {
  return typeof step === 'string' && /^(?:0|[1-9]\d*)$/.test(step)
}
