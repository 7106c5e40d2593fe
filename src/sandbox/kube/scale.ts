import type { Json, JsonObject } from '../../model/json.ts'
import { objectAt, textAt, valueAt } from '../../model/json.ts'
import { badRequest, conflict, noResource } from './api-error.ts'
import type { Kind } from './kind.ts'
import type { Objects, PatchType, Target, WriteOptions } from './objects.ts'
import { jsonPatch, mergePatch } from './patch.ts'
import { selectorText } from './select.ts'

/** The autoscaling/v1 Scale of an object. */
export function scaleOf(object: JsonObject, kind: Kind): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata')
  const { spec, status } = pathsOf(kind)
  const selector = selectorText(valueAt(object, ...pathsOf(kind).selector))
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, ...(resourceVersion ? { resourceVersion } : {}), creationTimestamp },
    spec: { replicas: valueAt(object, ...spec) ?? 0 },
    status: { replicas: valueAt(object, ...status) ?? 0, ...(selector ? { selector } : {}) },
  }
}

interface ScaleChange { readonly body: Json, readonly type: PatchType | 'replace', readonly options: WriteOptions }

/** Writes the replica count through the subresource: by a whole Scale, or by a patch of it (a strategic one merges the same way). */
export function writeScale(objects: Objects, target: Target, { body, type, options }: ScaleChange): JsonObject {
  const { kind, name } = target
  const live = objects.get(target)
  const view = scaleOf(live, kind)
  const apply = type === 'apply-patch+yaml'
  const next = apply || type === 'replace' ? body : type === 'json-patch+json' ? jsonPatch(view, body) : mergePatch(view, body)
  const replicas = valueAt(next, 'spec', 'replicas') ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer')
  const revision = textAt(next, 'metadata', 'resourceVersion')
  if (revision && revision !== textAt(live, 'metadata', 'resourceVersion')) throw conflict(kind, name)
  const header = { apiVersion: kind.groupVersion, kind: kind.kind, metadata: { name } }
  const sized = pathsOf(kind).spec.reduceRight<Json>((inner, key) => ({ [key]: inner }), replicas)
  const whole = mergePatch({ ...apply ? header : live, apiVersion: kind.groupVersion }, sized)
  return scaleOf((apply ? objects.patch(target, { body: whole, type }, options) : objects.replace(target, whole, options)).object, kind)
}

function pathsOf({ scale }: Kind): NonNullable<Kind['scale']> {
  if (!scale) throw noResource()
  return scale
}
