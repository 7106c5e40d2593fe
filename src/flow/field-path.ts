import { WritError } from '../model/error.ts'
import type { FieldPath, Step } from '../model/field.ts'
import { fieldAt } from '../model/field.ts'
import { isList, isObject } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { isObjectList, keyValue, mergeKeyOf } from './list-keys.ts'

/**
 * The path that a person writes: dotted, with `[key=value]` or `[0]` for list items and `["a.b/c"]` or `a\.b` for keys with dots; or a JSON
 * pointer (RFC 6901) from the root. Items of lists that Kubernetes merges by key are named by it, whatever was written.
 * Throws usage/bad-argument for what is no path.
 */
export function fieldPath(text: string, root: Json | undefined): FieldPath {
  const steps = text.startsWith('/') ? pointerSteps(text) : dottedSteps(text)
  const path: Step[] = []
  for (const step of steps) path.push(named(step, { list: fieldAt(root, path), name: path.at(-1) }))
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

/** An index becomes the item's merge key where there is one; a number that was written as text becomes the number that the item holds. */
function named(step: Step, at: { readonly list: Json | undefined, readonly name: Step | undefined }): Step {
  const { list } = at
  if (!isList(list)) return step
  if (typeof step !== 'string') {
    const item = list.find(one => isObject(one) && one[step.key] !== undefined && String(keyValue(one, step.key)) === String(step.value))
    return item === undefined ? step : { key: step.key, value: keyValue(item, step.key) ?? step.value }
  }
  const key = isObjectList(list) ? mergeKeyOf(typeof at.name === 'string' ? at.name : '', list) : null
  const item = key === null ? undefined : list[Number(step)]
  const value = key === null || item === undefined ? null : keyValue(item, key)
  return key === null || value === null ? step : { key, value }
}

function badPath(text: string, why: string): WritError {
  return new WritError('usage/bad-argument', `${JSON.stringify(text)} is no field path: ${why}.`, {
    hint: 'Write it as spec.template.spec.containers[name=web].image, or as a JSON pointer such as /spec/values/image/tag.',
  })
}
