import type { JudgedObject } from '../../model/plan.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { groupVersion } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { kindInfo } from './kinds.ts'
import type { KindInfo } from './kinds.ts'

/** The admission request that applying a change would make, as far as it can be known. */
export interface Admission {
  readonly ref: ObjectRef
  readonly version: string
  readonly info: KindInfo
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** null on DELETE. */
  readonly object: KubernetesObject | null
  /** null on CREATE. */
  readonly oldObject: KubernetesObject | null
  /** The namespace, as far as the object has one; a Namespace has none. */
  readonly namespace: string | null
  /** True where the object must have a namespace and nobody said which. */
  readonly namespaceMissing: boolean
}

/** The request for one judged object; null where there is nothing before and nothing after. */
export function admissionOf({ ref, before, after }: JudgedObject): Admission | null {
  const shown = after ?? before
  if (shown === null) return null
  const info = kindInfo(ref.group, ref.kind)
  return {
    ref, info, version: groupVersion(shown.apiVersion).version,
    operation: before === null ? 'CREATE' : after === null ? 'DELETE' : 'UPDATE',
    object: placed(after, ref), oldObject: placed(before, ref),
    namespace: info.namespaced === false ? null : ref.namespace,
    namespaceMissing: info.namespaced === true && ref.namespace === null,
  }
}

/** The field `request` (policy.md T4: the operation is always there). */
export function requestOf(admission: Admission): JsonObject {
  const { ref, version, operation } = admission
  const kind = { group: ref.group, version, kind: ref.kind }
  const resource = { group: ref.group, version, resource: admission.info.plurals[0] }
  const isNamespace = ref.group === '' && ref.kind === 'Namespace'
  return {
    kind, resource, requestKind: kind, requestResource: resource, operation, dryRun: false,
    ...ref.name === '' ? {} : { name: ref.name },
    ...namespaceOf(isNamespace ? ref.name : admission.namespace),
  }
}

function namespaceOf(namespace: string | null): { readonly namespace?: Json } {
  return namespace === null ? {} : { namespace }
}

/** The object with its namespace, which a manifest may leave to whoever applies it and the server always has. */
function placed(object: KubernetesObject | null, ref: ObjectRef): KubernetesObject | null {
  if (object === null || ref.namespace === null || object.metadata['namespace'] !== undefined) return object
  return { ...object, metadata: { ...object.metadata, namespace: ref.namespace } }
}
