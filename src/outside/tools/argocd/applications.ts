import type { Cluster, ServedKind } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'

/** The Applications' group. */
export const ARGO_GROUP = 'argoproj.io'

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
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return cluster.list(kind, namespace)
    throw error
  }
}

/** How Writ names an Application. */
export function applicationRef(cluster: string, app: KubernetesObject): OwnerRef {
  return { tool: 'argocd', kind: 'Application', cluster, namespace: textAt(app, 'metadata', 'namespace') ?? '', name: textAt(app, 'metadata', 'name') ?? '' }
}

/** The entry of `status.resources` for an object, or null. The core group is left out there. */
export function resourceEntry(app: KubernetesObject, ref: Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>): JsonObject | null {
  return objectsAt(app, 'status', 'resources').find(entry => {
    return (textAt(entry, 'group') ?? '') === ref.group && textAt(entry, 'kind') === ref.kind
      && (textAt(entry, 'namespace') ?? '') === (ref.namespace ?? '') && textAt(entry, 'name') === ref.name
  }) ?? null
}
