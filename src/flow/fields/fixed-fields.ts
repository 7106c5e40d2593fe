import { WritError, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import { isList, isObject, sameJson, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { showRef } from '../../model/resource.ts'

/** What names the object: another value is another object. */
const IDENTITY = ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.generateName']
/** What the API server writes itself. */
const SERVER = ['status', 'metadata.uid', 'metadata.resourceVersion', 'metadata.generation', 'metadata.creationTimestamp', 'metadata.deletionTimestamp', 'metadata.deletionGracePeriodSeconds', 'metadata.managedFields', 'metadata.selfLink']

/** Fields that the API server takes once and never changes (validation of each kind; `kubectl explain` says so for most). */
const ONCE: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'apps/StatefulSet': ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy', 'spec.volumeClaimTemplates'],
  'batch/Job': ['spec.selector', 'spec.template', 'spec.completionMode', 'spec.podFailurePolicy', 'spec.backoffLimitPerIndex', 'spec.managedBy'],
  '/Pod': ['spec'],
  '/PersistentVolumeClaim': ['spec.accessModes', 'spec.storageClassName', 'spec.volumeName', 'spec.volumeMode', 'spec.selector', 'spec.dataSource', 'spec.dataSourceRef'],
  '/PersistentVolume': ['spec.csi', 'spec.nfs', 'spec.hostPath', 'spec.local', 'spec.volumeMode'],
  '/Service': ['spec.clusterIP', 'spec.clusterIPs'],
  '/Secret': ['type'],
  'storage.k8s.io/StorageClass': ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'scheduling.k8s.io/PriorityClass': ['value', 'preemptionPolicy'],
  'node.k8s.io/RuntimeClass': ['handler'],
  'apiextensions.k8s.io/CustomResourceDefinition': ['spec.group', 'spec.scope'],
}

/** Of those, what the API server sets where a manifest leaves it out: on an object that is live they say nothing of what was asked. */
const ASSIGNED: Readonly<Record<string, readonly string[]>> = {
  'batch/Job': ['spec.selector', 'spec.completionMode'],
  '/PersistentVolumeClaim': ['spec.storageClassName', 'spec.volumeName', 'spec.volumeMode', 'spec.dataSource', 'spec.dataSourceRef'],
  '/PersistentVolume': ['spec.volumeMode'],
  '/Service': ['spec.clusterIP', 'spec.clusterIPs'],
  'apps/StatefulSet': ['spec.podManagementPolicy'],
  'storage.k8s.io/StorageClass': ['reclaimPolicy', 'volumeBindingMode'],
  'scheduling.k8s.io/PriorityClass': ['preemptionPolicy'],
}

/**
 * Fields that no edit can change in place. Throws usage/bad-argument for what names the object or belongs to the API server;
 * refuses UNSUPPORTED what it takes once: merged, the owner's sync would fail.
 */
export function fixedFields(object: KubernetesObject, target: Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>, edits: readonly Edit[]): Refusal | null {
  for (const edit of edits) {
    const { path } = edit
    const key = `${target.group}/${target.kind}`
    const touched = (fields: readonly string[], left: readonly string[] = []): string | null => within(path, fields.filter(field => !isKept(object, edit, field))) ?? below(object, edit, { fields, left })
    const named = touched(IDENTITY)
    if (named !== null) throw new WritError('usage/bad-argument', `${named} names the object; with another value it would be another object.`, { hint: 'Create the new object and delete the old one: writ apply, writ delete.' })
    const own = touched(SERVER, SERVER)
    if (own !== null) throw new WritError('usage/bad-argument', `${own} is written by the API server; it does not belong into Git.`, { hint: 'Name a field of the spec.' })
    const once = isMadeAnew(object) || isChangeable(target.kind, path) ? null : touched(ONCE[key] ?? [], textAt(object, 'metadata', 'uid') === undefined ? [] : ASSIGNED[key]) ?? frozen(object, path)
    if (once !== null) return refusal(target, path, once)
  }
  return null
}

/** Hooks of Argo CD, and objects that Argo CD or Flux replace or make anew when they cannot be changed (argocd-flux.md 5 and 6). */
export function isMadeAnew(object: KubernetesObject): boolean {
  const annotation = (name: string): string => textAt(object, 'metadata', 'annotations', name) ?? ''
  const options = annotation('argocd.argoproj.io/sync-options').split(',').map(option => option.trim())
  return annotation('argocd.argoproj.io/hook') !== '' || annotation('helm.sh/hook') !== '' || options.some(option => option === 'Replace=true' || option === 'Force=true')
    || annotation('kustomize.toolkit.fluxcd.io/force').toLowerCase() === 'enabled'
}

/** What may change of a Pod that runs (validation.ValidatePodUpdate). */
function isChangeable(kind: string, path: FieldPath): boolean {
  if (kind !== 'Pod') return false
  const [, section, , field] = path
  return section === 'activeDeadlineSeconds' || section === 'tolerations' || ((section === 'containers' || section === 'initContainers') && field === 'image' && path.length === 4)
}

/** ConfigMaps and Secrets that say that they are immutable, until somebody makes a new one. */
function frozen(object: KubernetesObject, path: FieldPath): string | null {
  if (object.apiVersion !== 'v1' || (object.kind !== 'ConfigMap' && object.kind !== 'Secret') || object['immutable'] !== true) return null
  return within(path, ['data', 'binaryData', 'stringData', 'immutable'])
}

/** The field of the list that a path is or lies in. */
function within(path: FieldPath, fields: readonly string[]): string | null {
  return fields.find(field => field.split('.').every((part, i) => path[i] === part)) ?? null
}

/** The field of the list that another value of the map around it changes, too; `left`: those that the map may leave out. */
function below(object: KubernetesObject, { path, after }: Edit, { fields, left }: { readonly fields: readonly string[], readonly left: readonly string[] }): string | null {
  return fields.find(field => {
    const parts = field.split('.')
    if (path.length === 0 || parts.length <= path.length || path.some((step, i) => step !== parts[i])) return false
    const value = fieldAt(after, parts.slice(path.length))
    if (value === undefined && after !== undefined && left.includes(field)) return false
    return !isSame(object, parts, value)
  }) ?? null
}

/** A whole map that is asked for in the place of the same: with another value only where that may change. */
function isKept(object: KubernetesObject, { path, after }: Edit, field: string): boolean {
  return isObject(after) && showPath(path) === field && isSame(object, field.split('.'), after)
}

/** True where a field would stay as it is. What a live object has beside what is stated is the API server's (defaults, generated labels, where a Pod runs). */
function isSame(object: KubernetesObject, field: readonly string[], after: Json | undefined): boolean {
  const isLive = textAt(object, 'metadata', 'uid') !== undefined
  const same = (path: readonly string[], now: Json | undefined, then: Json | undefined): boolean => {
    if (isChangeable(object.kind, path)) return true
    if (isObject(now) && isObject(then)) return [...new Set([...Object.keys(then), ...isLive ? [] : Object.keys(now)])].every(key => same([...path, key], now[key], then[key]))
    if (isList(now) && isList(then)) return now.length === then.length && now.every((one, i) => same([...path, String(i)], one, then[i]))
    return sameJson(now, then)
  }
  return same(field, fieldAt(object, field), after)
}

function refusal(target: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>, path: FieldPath, field: string): Refusal {
  return refuse('UNSUPPORTED', `The API server never lets ${field} of ${showRef(target)} change; the object would have to be made anew.`,
    [{ sentence: `${field} cannot be changed in place`, at: showPath(path) }], 'Leave it as it is, or create an object with another name.')
}
