import type { Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import { fieldAt } from '../../model/field.ts'
import type { JsonObject } from '../../model/json.ts'
import { objectsAt, showJson, valueAt } from '../../model/json.ts'
import type { JudgedObject } from '../../model/plan.ts'
import { podSpecPath, showRef } from '../../model/resource.ts'
import { quantity } from './quantity.ts'

/**
 * A limit below its request is what every API server rejects (validation.go, ValidateResourceRequirements): merged, it would stop the
 * owner's sync. Refused only where the change makes it so.
 */
export function resourceOrder(objects: readonly JudgedObject[]): Refusal | null {
  for (const { ref, before, after } of objects) {
    const old = containersOf(ref.kind, before)
    for (const container of containersOf(ref.kind, after)) {
      const same = old.find(one => one['name'] === container['name'])
      const wrong = wrongOf(container).find(sentence => same === undefined || !wrongOf(same).includes(sentence))
      if (wrong === undefined) continue
      return refuse('NEEDS_INPUT', `${showRef(ref)}: container ${showJson(container['name'])} would have ${wrong}; the API server rejects that.`, [{ sentence: wrong }], 'Ask for the limit and the request together.')
    }
  }
  return null
}

function containersOf(kind: string, object: JudgedObject['after']): readonly JsonObject[] {
  const path = podSpecPath(kind)
  if (path === null || object === null) return []
  const spec = fieldAt(object, path)
  return [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]
}

function wrongOf(container: JsonObject): readonly string[] {
  const requests = valueAt(container, 'resources', 'requests')
  const limits = valueAt(container, 'resources', 'limits')
  return Object.keys(typeof requests === 'object' && requests !== null ? requests : {}).flatMap(name => {
    const [request, limit] = [valueAt(requests, name), valueAt(limits, name)]
    if (request === undefined || limit === undefined) return []
    const [low, high] = [quantity(showJson(request)), quantity(showJson(limit))]
    return low !== null && high !== null && high < low ? [`a ${name} limit of ${showJson(limit)} below its request of ${showJson(request)}`] : []
  })
}
