import type { Cluster, ServedKind } from '../../../flow/ports.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'
import { forbidden } from '../unseen.ts'
import { instanceOf } from './tracking-id.ts'

/** The Applications' group. */
export const ARGO_GROUP = 'argoproj.io'

/** What has to do with an object among the Applications of a cluster. */
export interface Concerned {
  readonly apps: readonly KubernetesObject[]
  /** Why only the control-plane namespace was looked at; null where all were. */
  readonly partly: string | null
}

/** Where Applications are looked up. */
export interface Applications {
  /** Those that list the object, and those that one of the instance names means. */
  concerning(target: Identity, instances: readonly string[]): Promise<Concerned>
}

type Identity = Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>

/** The kind Application where Argo CD's CRDs are installed, else null. */
export function applicationKind(cluster: Cluster): Promise<ServedKind | null> {
  return cluster.served(ARGO_GROUP, 'Application')
}

/**
 * Every Application of a cluster. Where only the control-plane namespace may be read, that one: an owner elsewhere that shares an
 * object then still shows by Argo CD's own SharedResourceWarning.
 */
export async function listApplications(cluster: Cluster, namespace: string): Promise<Concerned> {
  const kind = await applicationKind(cluster)
  if (kind === null) return { apps: [], partly: null }
  try {
    return { apps: await cluster.list(kind, null), partly: null }
  } catch (error) {
    const partly = forbidden(error)
    return { apps: await cluster.list(kind, namespace), partly }
  }
}

/** Looks them up by a list of all, made anew each time. */
export function listedApplications(cluster: Cluster, namespace: string): Applications {
  return {
    async concerning(target, instances) {
      const { apps, partly } = await listApplications(cluster, namespace)
      return { apps: apps.filter(app => instances.includes(instanceOf(app, namespace)) || resourceEntry(app, target) !== null), partly }
    },
  }
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
