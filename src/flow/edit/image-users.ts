import { fieldAt, samePath } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { imageParts } from './image.ts'
import type { Sought } from './look.ts'

/**
 * True where an entry for the image of the sought field would reach a container that shall keep its image: the same image stands elsewhere in the render.
 * Only a guess, by which candidates are ordered: names may differ where the entry is applied.
 */
export function imageIsUsedElsewhere(sought: Sought): boolean {
  const { name } = imageParts(String(sought.before))
  return sought.objects.some(object => {
    const isTarget = refKey(refOf(object)) === refKey(refOf(sought.object))
    return imagePaths(object).some(path => {
      if (imageParts(String(fieldAt(object, path))).name !== name) return false
      return !isTarget || !sought.edits.some(edit => samePath(edit.path, path) && edit.after === sought.after)
    })
  })
}

/** The image fields that kustomize's image transformer finds: in every list of containers, wherever it stands. */
function imagePaths(object: Json): readonly FieldPath[] {
  const found: FieldPath[] = []
  const walk = (value: Json | undefined, path: FieldPath): void => {
    if (isList(value)) value.forEach((item, i) => { walk(item, [...path, String(i)]) })
    if (!isObject(value)) return
    for (const [key, inner] of Object.entries(value)) {
      if ((key === 'containers' || key === 'initContainers') && isList(inner)) {
        for (const [i, item] of inner.entries()) {
          if (!isObject(item) || typeof item['image'] !== 'string') continue
          const { name } = item
          found.push([...path, key, typeof name === 'string' ? { key: 'name', value: name } : String(i), 'image'])
        }
      } else walk(inner, [...path, key])
    }
  }
  walk(object, [])
  return found
}
