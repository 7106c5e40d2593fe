import { fieldAt, samePath } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, showJson, textAt } from '../../model/json.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { imageParts } from './image.ts'
import type { Sought } from './look.ts'

/**
 * True where an entry for the image of the sought field would reach a container that shall keep its image: the same image stands elsewhere in the render.
 * Only a guess, by which candidates are ordered: names may differ where the entry is applied.
 */
export function imageIsUsedElsewhere(sought: Sought): boolean {
  const { name } = imageParts(showJson(sought.before))
  return sought.objects.some(object => {
    const isTarget = refKey(refOf(object)) === refKey(refOf(sought.object))
    return imagePaths(object).some(path => {
      if (imageParts(showJson(fieldAt(object, path))).name !== name) return false
      return !isTarget || !sought.edits.some(edit => samePath(edit.path, path) && edit.after === sought.after)
    })
  })
}

/** The image fields that kustomize's image transformer finds: in every list of containers, wherever it stands. */
function imagePaths(object: Json): readonly FieldPath[] {
  if (isList(object)) return object.flatMap((item, i) => imagePaths(item).map(path => [String(i), ...path]))
  if (!isObject(object)) return []
  return Object.entries(object).flatMap(([key, value]): readonly FieldPath[] => {
    const containers = (key === 'containers' || key === 'initContainers') && isList(value) ? value : null
    return containers === null ? imagePaths(value ?? null).map(path => [key, ...path]) : containers.flatMap((item, i) => {
      const name = textAt(item, 'name')
      return textAt(item, 'image') === undefined ? [] : [[key, name === undefined ? String(i) : { key: 'name', value: name }, 'image']]
    })
  })
}
