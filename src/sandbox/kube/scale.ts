import type { Json, JsonObject } from '../../model/json.ts'
import { objectAt, textAt, valueAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'
import type { Kind } from './kind.ts'
import { mergePatch } from './patch.ts'
import { selectorText } from './select.ts'

/** The autoscaling/v1 Scale of an object. */
export function scaleOf(object: JsonObject, { scale }: Kind): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata')
  const at = (path: readonly string[] | undefined): Json | undefined => path && valueAt(object, ...path)
  const selector = selectorText(at(scale?.selector))
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, ...(resourceVersion ? { resourceVersion } : {}), creationTimestamp },
    spec: { replicas: at(scale?.spec) ?? 0 },
    status: { replicas: at(scale?.status) ?? 0, ...(selector ? { selector } : {}) },
  }
}

/** The object with the replica count, and at the revision, that a Scale names. */
export function scaled(object: JsonObject, scale: Json | undefined, kind: Kind): JsonObject {
  const replicas = valueAt(scale, 'spec', 'replicas') ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer')
  const resourceVersion = textAt(scale, 'metadata', 'resourceVersion')
  const spec = kind.scale?.spec.reduceRight<Json>((inner, key) => ({ [key]: inner }), replicas) ?? {}
  return objectAt(mergePatch(mergePatch(object, spec), resourceVersion ? { metadata: { resourceVersion } } : {}))
}
