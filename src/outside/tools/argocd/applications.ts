import type { Cluster, ServedKind } from '../../../flow/ports.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import { refKey } from '../../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'
import { forbidden } from '../unseen.ts'
import { instanceOf } from './tracking-id.ts'

/** The Applications' group. */
export const ARGO_GROUP = 'argoproj.io'

type Identity = Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>

/** The kind Application where Argo CD's CRDs are installed, else null. */
export function applicationKind(cluster: Cluster): Promise<ServedKind | null> {
  return cluster.served(ARGO_GROUP, 'Application')
}

/**
 * Every Application of a cluster. Where only the control-plane namespace may be read, that one: an owner elsewhere that shares an
 * object then still shows by Argo CD's own SharedResourceWarning.
 */
export async function listApplications(cluster: Cluster, namespace: string): Promise<readonly KubernetesObject[]> {
  const kind = await applicationKind(cluster)
  if (kind === null) return []
  try {
    return await cluster.list(kind, null)
  } catch (error) {
    forbidden(error)
    return cluster.list(kind, namespace)
  }
}

/** Everything that an Application is found by: the objects that it lists, and the name under which Argo CD knows it. */
export function applicationKeys(app: KubernetesObject, namespace: string): readonly string[] {
  const listed = objectsAt(app, 'status', 'resources').map(entry => refKey({ group: textAt(entry, 'group') ?? '', kind: textAt(entry, 'kind') ?? '', namespace: textAt(entry, 'namespace') ?? null, name: textAt(entry, 'name') ?? '' }))
  return [...listed, instanceKey(instanceOf(app, namespace))]
}

/** The key of an Application's instance name. */
export function instanceKey(instance: string): string {
  return `instance ${instance}`
}

/** How Writ names an Application. */
export function applicationRef(cluster: string, app: KubernetesObject): OwnerRef {
  return { tool: 'argocd', kind: 'Application', cluster, namespace: textAt(app, 'metadata', 'namespace') ?? '', name: textAt(app, 'metadata', 'name') ?? '' }
}

/** The entry of `status.resources` for an object, or null. The core group is left out there. */
export function resourceEntry(app: KubernetesObject, ref: Identity): JsonObject | null {
  return objectsAt(app, 'status', 'resources').find(entry => {
    return (textAt(entry, 'group') ?? '') === ref.group && textAt(entry, 'kind') === ref.kind
      && (textAt(entry, 'namespace') ?? '') === (ref.namespace ?? '') && textAt(entry, 'name') === ref.name
  }) ?? null
}

/** True where the controller could no longer write the status: what it lists may be old. */
export function isStale(app: JsonObject): boolean {
  return objectsAt(app, 'status', 'conditions').some(one => one['type'] === 'UnknownError' && (textAt(one, 'message') ?? '').includes('resource size limit'))
}
