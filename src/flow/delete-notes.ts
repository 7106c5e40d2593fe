import type { FieldPath } from '../model/field.ts'
import { showPath } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import { isList, isObject, showJson, textAt, valueAt } from '../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../model/resource.ts'
import { refKey, refOf, showRef } from '../model/resource.ts'

/** What goes along with an object, or is left without it: a person decides with this before the eyes. */
export function deleteNotes(target: ObjectRef, live: KubernetesObject, others: readonly KubernetesObject[]): readonly string[] {
  const finalizers = valueAt(live, 'metadata', 'finalizers')
  const users = others.filter(object => refKey(refOf(object)) !== refKey(target)).flatMap(object => {
    const [path] = mentions(object, target, [])
    return path === undefined ? [] : [`${showRef(refOf(object))} (${showPath(path)})`]
  })
  return [
    ...isList(finalizers) && finalizers.length > 0 ? [`Finalizers delay its end until their controllers are done: ${finalizers.map(showJson).join(', ')}`] : [],
    ...dataNote(target, live),
    ...users.length === 0 ? [] : [`Git still refers to it: ${users.slice(0, 5).join(', ')}${users.length > 5 ? ` and ${users.length - 5} more` : ''}`],
  ]
}

function dataNote({ group, kind }: ObjectRef, live: KubernetesObject): readonly string[] {
  if (group === '' && kind === 'PersistentVolumeClaim') return [`DATA: the claim goes, and with it its volume ${textAt(live, 'spec', 'volumeName') ?? ''} and what is on it, unless the volume is retained`]
  if (group === '' && kind === 'PersistentVolume') return ['DATA: the volume goes; what is on it may be lost']
  if (group === 'apps' && kind === 'StatefulSet' && isList(valueAt(live, 'spec', 'volumeClaimTemplates'))) {
    const kept = textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') !== 'Delete'
    return [kept ? 'The claims of its pods stay, with their data' : 'DATA: the claims of its pods go with it (whenDeleted: Delete)']
  }
  return []
}

/** The keys under which manifests name objects of a kind. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['configMapRef', 'configMapKeyRef', 'configMap'], Service: ['service', 'serviceName'], ServiceAccount: ['serviceAccountName', 'serviceAccount'], PersistentVolumeClaim: ['claimName'],
  PriorityClass: ['priorityClassName'], StorageClass: ['storageClassName'], Role: ['roleRef'], ClusterRole: ['roleRef'], IngressClass: ['ingressClassName'], RuntimeClass: ['runtimeClassName'],
}
const BY_KIND: ReadonlySet<string> = new Set(['scaleTargetRef', 'targetRef', 'roleRef', 'subjects'])

function mentions(value: Json | undefined, target: ObjectRef, path: FieldPath): readonly FieldPath[] {
  if (isList(value)) return value.flatMap((item, i) => mentions(item, target, [...path, String(i)]))
  if (!isObject(value)) return []
  const keys = KEYS[target.kind] ?? []
  const parent = path.findLast(step => typeof step === 'string' && !/^\d+$/.test(step))
  if (typeof parent === 'string' && BY_KIND.has(parent) && value['kind'] === target.kind && value['name'] === target.name) return [path]
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key]
    if (keys.includes(key) && (inner === target.name || textAt(inner, 'name') === target.name)) return [here]
    return mentions(inner, target, here)
  })
}
