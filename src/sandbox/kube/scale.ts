import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import { badRequest, conflict, noResource } from './api-error.ts'
import type { Kind, ScalePaths } from './kinds.ts'
import { groupVersionOf } from './kinds.ts'
import { asObject } from './merge.ts'
import type { Objects, PatchType, Target, WriteOptions } from './objects.ts'
import { jsonPatch, mergePatch } from './patch.ts'

/** The autoscaling/v1 Scale of an object. */
export function scaleOf(objects: Objects, target: Target): JsonObject {
  return scaleView(objects.get(target), pathsOf(target.kind))
}

interface ScaleChange { readonly body: Json, readonly type: PatchType | 'replace', readonly options: WriteOptions }

/** Writes the replica count through the subresource: by a whole Scale, or by a merge or JSON patch of it. */
export function writeScale(objects: Objects, target: Target, { body, type, options }: ScaleChange): JsonObject {
  const paths = pathsOf(target.kind)
  const live = objects.get(target)
  const view = scaleView(live, paths)
  if (type === 'apply-patch+yaml') throw badRequest('server-side apply to the scale subresource is not supported here')
  const next = type === 'replace' ? body : type === 'json-patch+json' ? jsonPatch(view, body) : mergePatch(view, body)
  const replicas = valueAt(next, 'spec', 'replicas') ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no integer')
  const revision = textAt(next, 'metadata', 'resourceVersion')
  if (revision && revision !== textAt(live, 'metadata', 'resourceVersion')) {
    throw conflict(target.kind, target.name, 'the object has been modified; please apply your changes to the latest version and try again')
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

function selectorText(selector: Json | undefined): string {
  if (typeof selector === 'string') return selector
  const labels = Object.entries(asObject(valueAt(selector, 'matchLabels'))).map(([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`)
  const expressions = valueAt(selector, 'matchExpressions')
  const more = (isList(expressions) ? expressions : []).map(item => {
    const key = textAt(item, 'key') ?? ''
    const operator = textAt(item, 'operator')
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    const values = valueAt(item, 'values')
    return `${key} ${operator?.toLowerCase() ?? 'in'} (${isList(values) ? values.filter(value => typeof value === 'string').join(',') : ''})`
  })
  return [...labels, ...more].sort().join(',')
}

function withNumber(value: Json, [key, ...rest]: readonly string[], number: number): Json {
  if (key === undefined) return number
  const source = isObject(value) ? value : {}
  return { ...source, [key]: withNumber(source[key] ?? {}, rest, number) }
}
