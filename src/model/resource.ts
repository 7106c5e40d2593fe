import { isObject, textAt, valueAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** A Kubernetes kind as the API server names it. The core group is ''. */
export interface GroupVersionKind { readonly group: string, readonly version: string, readonly kind: string }

/** One object's address inside one cluster; namespace is null for cluster-scoped kinds. */
export interface ObjectRef extends GroupVersionKind { readonly namespace: string | null, readonly name: string }

/** An object in a named cluster of the configuration; uid as seen live, where it was seen. */
export interface Target extends ObjectRef { readonly cluster: string, readonly uid?: string }

/** A Kubernetes object as JSON. */
export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: JsonObject
}

/** True for JSON that has apiVersion, kind and metadata.name (or generateName), as every manifest must. */
export function isKubernetesObject(value: Json | undefined): value is KubernetesObject {
  return isObject(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isObject(value['metadata'])
}

/** Splits `apps/v1` into group and version; `v1` is the core group. */
export function groupVersion(apiVersion: string): { group: string, version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** Joins group and version as manifests write them. */
export function apiVersionOf(of: { readonly group: string, readonly version: string }): string {
  return of.group === '' ? of.version : `${of.group}/${of.version}`
}

/** The address of an object as it states it itself; namespace null where it states none. */
export function refOf(object: KubernetesObject): ObjectRef {
  return {
    ...groupVersion(object.apiVersion),
    kind: object.kind,
    namespace: textAt(object, 'metadata', 'namespace') ?? null,
    name: textAt(object, 'metadata', 'name') ?? '',
  }
}

/** `Deployment shop/web`, the way Writ names an object everywhere. */
export function showRef(ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return ref.namespace === null ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`
}

/** A key that is equal for the same object whatever API version it was read through (group, not version, is identity). */
export function refKey(ref: Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>): string {
  return `${ref.group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
}

/** Where a kind keeps its pod template's spec, or null for kinds that have none. */
export function podSpecPath(kind: string): readonly string[] | null {
  switch (kind) {
    case 'Pod': return ['spec']
    case 'CronJob': return ['spec', 'jobTemplate', 'spec', 'template', 'spec']
    case 'Deployment': case 'StatefulSet': case 'DaemonSet': case 'ReplicaSet': case 'Job': case 'Rollout': case 'ReplicationController':
      return ['spec', 'template', 'spec']
    default: return null
  }
}

/** Where a kind keeps its pod template, or null for kinds that have none; a Pod is no template. */
export function podTemplatePath(kind: string): readonly string[] | null {
  const spec = podSpecPath(kind)
  return spec === null || kind === 'Pod' ? null : spec.slice(0, -1)
}

/** Label or annotation of an object, or undefined. */
export function metadataText(object: KubernetesObject, of: 'labels' | 'annotations', key: string): string | undefined {
  const value = valueAt(object, 'metadata', of, key)
  return typeof value === 'string' ? value : undefined
}
