import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { TextEdit, YamlSteps } from './place.ts'
import { jsonOf, readSource } from './source.ts'
import type { Source } from './source.ts'

/** True where the text holds what the edit asks for and nothing else differs, in any document (editing.md 2.5 rule 8). */
export function onlyThatChanged(before: Source, after: Source, edit: TextEdit): boolean {
  const old = jsonOf(before)
  const now = jsonOf(after)
  if (old === null || now === null) return false
  const documents = old.length === 0 ? [null] : old
  if (documents.length !== now.length) return false
  const expected = documents.map((document, i) => i === edit.place.document ? expectedDocument(document, edit, now[i]) : document)
  return expected.every((document, i) => document !== undefined && sameJson(document, now[i]))
}

/** The document as asked. Inside a text: the new text must itself differ in that one place only. */
function expectedDocument(document: Json, edit: TextEdit, now: Json | undefined): Json | undefined {
  const { place } = edit
  if (place.inner === null) return changed(document, place.steps, edit)
  const oldText = at(document, place.steps)
  const newText = at(now, place.steps)
  if (typeof oldText !== 'string' || typeof newText !== 'string') return undefined
  const inside = onlyThatChanged(readSource(oldText), readSource(newText), { ...edit, place: place.inner })
  return inside ? changed(document, place.steps, { op: 'set', place, value: newText }) : undefined
}

/** The value after the edit; undefined where the edit does not fit it. */
function changed(value: Json, steps: YamlSteps, edit: TextEdit): Json | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return edit.op === 'set' ? edit.value : undefined
  if (rest.length === 0 && edit.op === 'add') return withAdded(value, step, edit.value)
  const child = at(value, [step])
  if (child === undefined) return undefined
  if (rest.length === 0 && edit.op === 'remove') return without(value, step)
  const inside = changed(child, rest, edit)
  if (inside === undefined) return undefined
  if (isList(value)) return value.map((item, i) => i === step ? inside : item)
  return isObject(value) ? { ...value, [step]: inside } : undefined
}

function withAdded(value: Json, step: string | number, added: Json): Json | undefined {
  if (typeof step === 'string') return value === null ? { [step]: added } : isObject(value) ? { ...value, [step]: added } : undefined
  const list = value ?? []
  return isList(list) && step <= list.length ? [...list.slice(0, step), added, ...list.slice(step)] : undefined
}

function without(value: Json, step: string | number): Json | undefined {
  if (isList(value)) return value.filter((_item, i) => i !== step)
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== step)) : undefined
}

/** The value at steps of keys and indices; undefined where there is none. */
export function at(value: Json | undefined, steps: YamlSteps): Json | undefined {
  let here = value
  for (const step of steps) {
    if (typeof step === 'number') here = isList(here) ? here[step] : undefined
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined
  }
  return here
}
