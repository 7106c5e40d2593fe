import { canonical, isList, isObject, sameJson, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { PAUSE_MARK } from '../../model/steering.ts'
import type { OwnerLook, PauseMark, PauseSwitch } from '../../model/steering.ts'

/** What Writ wrote on an owner that it paused; null where it wrote nothing, or somebody made something else of it. */
export function readMark(object: KubernetesObject): PauseMark | null {
  const text = metadataText(object, 'annotations', PAUSE_MARK)
  if (text === undefined) return null
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || value['v'] !== 1) return null
    const { change, until, path, paused = null, before = null } = value
    if (typeof change !== 'string' || typeof until !== 'string' || !isList(path) || !isWay(path)) return null
    return { v: 1, change, until, path: path.map(String), paused, before }
  } catch {
    return null
  }
}

/** Only the fields that Writ itself sets: whoever may write annotations must not choose another one for it to write. */
function isWay(path: readonly Json[]): boolean {
  return ['spec/suspend', 'spec/syncPolicy/automated', 'spec/syncPolicy/automated/enabled'].includes(path.map(String).join('/'))
}

/** True where the switch stands as a pause sets it. */
export function isThrown(object: KubernetesObject, { path, paused }: PauseSwitch): boolean {
  return sameJson(valueAt(object, ...path) ?? null, paused)
}

/** The patch that pauses, under the state that was read. */
export function pausePatch(look: OwnerLook, mark: PauseMark): JsonObject {
  return merged({ metadata: { resourceVersion: look.resourceVersion, annotations: { [PAUSE_MARK]: canonical({ ...mark }) } } }, mark.path, mark.paused)
}

/** The patch that puts back what was there before; only the mark goes where somebody has set the field since. */
export function resumePatch(look: OwnerLook, pause: PauseSwitch): JsonObject {
  const metadata = { resourceVersion: look.resourceVersion, annotations: { ...look.wake, [PAUSE_MARK]: null } }
  return isThrown(look.object, pause) ? merged({ metadata }, pause.path, pause.before) : { metadata }
}

function merged(patch: JsonObject, path: readonly string[], value: Json): JsonObject {
  return { ...patch, ...nested(path, value) }
}

function nested([first = '', ...rest]: readonly string[], value: Json): JsonObject {
  return { [first]: rest.length === 0 ? value : nested(rest, value) }
}
