import { WritError } from '../../model/error.ts'
import type { FieldPath, Step } from '../../model/field.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import { isList, isObject } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { checkStep } from '../../model/reserved-keys.ts'
import { isObjectList, keyValue, mergeKeyOf } from './list-keys.ts'

/**
 * The path that a person writes: dotted, with `[key=value]` or `[0]` for list items and `["a.b/c"]` or `a\\.b` for keys with dots; or a JSON
 * pointer (RFC 6901) from the root, with `-` for an item after the last. Items of lists that Kubernetes merges by key are named by it, whatever was written.
 * With `goes` an item that is not there is no mistake: it is gone already.
 * Throws usage/bad-argument for what is no path, and for one that does not fit the object: nothing that stands on the way is ever replaced.
 */
export function fieldPath(text: string, root: Json | undefined, goes = false): FieldPath {
  const steps = text.startsWith('/') ? pointerSteps(text) : dottedSteps(text)
  for (const step of steps) checkStep(typeof step === 'string' ? step : step.key)
  const path: Step[] = []
  for (const [i, step] of steps.entries()) path.push(fitted(step, { path, here: fieldAt(root, path), last: i === steps.length - 1, goes }))
  return path
}

function pointerSteps(text: string): readonly Step[] {
  if (/~(?![01])/.test(text)) throw badPath(text, 'in a JSON pointer, ~ stands only in ~0 and ~1')
  return text.slice(1).split('/').map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function dottedSteps(text: string): readonly Step[] {
  const steps: Step[] = []
  const token = /(?:^|\.)((?:[^.[\]\\]|\\.)+)|\[(?:"((?:[^"\\]|\\.)*)"|(\d+)|([A-Za-z][\w.-]*)=([^\]]*))\]/gy
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (found === null) throw badPath(text, `what stands at ${JSON.stringify(text.slice(at, at + 20))} is not understood`)
    const [, key, quoted, index, name, value] = found
    if (key !== undefined) steps.push(key.replaceAll(/\\(.)/g, '$1'))
    else if (quoted !== undefined) steps.push(quoted.replaceAll(/\\(.)/g, '$1'))
    else if (index !== undefined) steps.push(index)
    else steps.push({ key: name ?? '', value: value ?? '' })
  }
  if (steps.length === 0) throw badPath(text, 'it is empty')
  return steps
}

interface Standing { readonly path: FieldPath, readonly here: Json | undefined, readonly last: boolean, readonly goes: boolean }

/** A step as the object at hand has it: an index becomes the item's merge key where there is one; a number that was written as text becomes the number that the item holds. */
function fitted(step: Step, at: Standing): Step {
  const { here, path } = at
  if (here === undefined || here === null) return typeof step === 'string' ? step : { key: step.key, value: numbered(step, []) }
  const name = path.at(-1)
  const list = typeof name === 'string' ? name : ''
  if (isList(here)) return typeof step === 'string' ? indexed(step, here, { ...at, list }) : keyed(step, here, { ...at, list })
  if (!isObject(here)) throw misfit(path, `holds ${JSON.stringify(here).slice(0, 60)}, below which nothing stands`)
  if (typeof step !== 'string') throw misfit(path, `is a map, so ${showPath([step])} names nothing in it`)
  return step
}

interface InList extends Standing { readonly list: string }

function indexed(step: string, items: readonly Json[], { path, last, goes, list }: InList): Step {
  const index = step === '-' ? String(items.length) : step
  if (!/^(?:0|[1-9]\d{0,8})$/.test(index)) throw misfit(path, `is a list, so ${JSON.stringify(step)} names nothing in it`)
  if (!goes && Number(index) >= items.length + (last ? 1 : 0)) throw misfit(path, `has ${items.length} item${items.length === 1 ? '' : 's'}, counted from 0`)
  const key = isObjectList(items) ? mergeKeyOf(list, items) : null
  const item = key === null ? undefined : items[Number(index)]
  const value = key === null || item === undefined ? null : keyValue(item, key)
  return key === null || value === null ? index : { key, value }
}

function keyed(step: Exclude<Step, string>, items: readonly Json[], { path, goes, list }: InList): Step {
  const found = items.filter(item => isObject(item) && item[step.key] !== undefined && String(keyValue(item, step.key)) === String(step.value))
  const [item, other] = found
  if (other !== undefined) throw misfit(path, `has ${found.length} items with ${step.key}=${step.value}: name one by another field or by its index`)
  if (item !== undefined) return { key: step.key, value: keyValue(item, step.key) ?? step.value }
  // Only the key that tells the items apart can name one that is to be made.
  const known = items.flatMap(one => keyValue(one, step.key) ?? [])
  if (!goes && items.length > 0 && !(isObjectList(items) && mergeKeyOf(list, items) === step.key)) {
    throw misfit(path, `has no item with ${step.key}=${step.value}${known.length === 0 ? '' : `; it has ${known.slice(0, 10).join(', ')}`}`)
  }
  return { key: step.key, value: numbered(step, known) }
}

const NUMBERED: ReadonlySet<string> = new Set(['containerPort', 'port'])

/** The value of the key of an item that is made: a number where those beside it are, or where it always is. */
function numbered(step: Exclude<Step, string>, known: readonly (string | number)[]): string | number {
  const isNumber = known.length > 0 ? known.every(value => typeof value === 'number') : NUMBERED.has(step.key)
  return isNumber && /^(?:0|[1-9]\d{0,14})$/.test(String(step.value)) ? Number(step.value) : step.value
}

function misfit(path: FieldPath, why: string): WritError {
  return new WritError('usage/bad-argument', `${path.length === 0 ? 'The object' : showPath(path)} ${why}.`, {
    hint: 'Name a list item as in spec.template.spec.containers[name=web].image or by its index.',
  })
}

function badPath(text: string, why: string): WritError {
  return new WritError('usage/bad-argument', `${JSON.stringify(text)} is no field path: ${why}.`, {
    hint: 'Write it as spec.template.spec.containers[name=web].image, or as a JSON pointer such as /spec/values/image/tag.',
  })
}
