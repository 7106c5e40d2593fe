import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, textAt, valueAt } from '../../model/json.ts'
import { badRequest, conflict, noResource } from './api-error.ts'
import type { Kind, ScalePaths } from './kinds.ts'
import { groupVersionOf } from './kinds.ts'
import { asObject } from './merge.ts'
import type { Objects, PatchType, Target, WriteOptions } from './objects.ts'
import { jsonPatch, mergePatch } from './patch.ts'
import { selectorText } from './select.ts'

/** The autoscaling/v1 Scale of an object. */
export function scaleOf(objects: Objects, target: Target): JsonObject {
  return scaleView(objects.get(target), pathsOf(target.kind))
}

interface ScaleChange { readonly body: Json, readonly type: PatchType | 'replace', readonly options: WriteOptions }

/** Writes the replica count through the subresource: by a whole Scale, or by a patch of it (a strategic one merges the same way). */
export function writeScale(objects: Objects, target: Target, { body, type, options }: ScaleChange): JsonObject {
  const paths = pathsOf(target.kind)
  const live = objects.get(target)
  const view = scaleView(live, paths)
  const apply = type === 'apply-patch+yaml'
  const next = apply || type === 'replace' ? body : type === 'json-patch+json' ? jsonPatch(view, body) : mergePatch(view, body)
  const replicas = valueAt(next, 'spec', 'replicas') ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer')
  const revision = textAt(next, 'metadata', 'resourceVersion')
  if (revision && revision !== textAt(live, 'metadata', 'resourceVersion')) {
    throw conflict(target.kind, target.name, 'the object has been modified; please apply your changes to the latest version and try again')
  }
  if (apply) {
    const config = withNumber({ apiVersion: groupVersionOf(target.kind), kind: target.kind.kind, metadata: { name: target.name } }, paths.spec, replicas)
    return scaleView(objects.patch(target, { body: config, type }, options).object, paths)
  }
  const written = objects.replace(target, { ...asObject(withNumber(live, paths.spec, replicas)), apiVersion: groupVersionOf(target.kind) }, options)
  return scaleView(written.object, paths)
}

function pathsOf(kind: Kind): ScalePaths {
  if (!kind.scale) throw noResource()
  return kind.scale
}

function scaleView(object: JsonObject, paths: ScalePaths): JsonObject {
  const metadata = asObject(object['metadata'])
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selector = selectorText(valueAt(object, ...paths.selector))
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, ...(resourceVersion ? { resourceVersion } : {}), creationTimestamp },
    spec: { replicas: valueAt(object, ...paths.spec) ?? 0 },
    status: { replicas: valueAt(object, ...paths.status) ?? 0, ...(selector ? { selector } : {}) },
  }
}

function withNumber(value: Json, [key, ...rest]: readonly string[], number: number): Json {
  if (key === undefined) return number
  const source = isObject(value) ? value : {}
  return { ...source, [key]: withNumber(source[key] ?? {}, rest, number) }
}
