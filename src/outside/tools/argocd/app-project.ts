import type { Cluster } from '../../../flow/ports.ts'
import { isList, textAt, valueAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { ARGO_GROUP } from './applications.ts'

/** The project of an Application, from the control plane's namespace; null where it is not there. */
export async function projectOf(cluster: Cluster, app: KubernetesObject, namespace: string): Promise<KubernetesObject | null> {
  const kind = await cluster.served(ARGO_GROUP, 'AppProject')
  return kind === null ? null : cluster.get(kind, namespace, textAt(app, 'spec', 'project') || 'default')
}

/** What a project keeps from ever being deployed: demanded signatures. Its sync windows only say when. */
export function projectObstacle(project: KubernetesObject | null): Obstacle | null {
  if (project === null) return null
  for (const key of ['signatureKeys', 'sourceIntegrity']) {
    const value = valueAt(project, 'spec', key)
    if (value !== undefined && value !== null && !(isList(value) && value.length === 0)) return unsupported(`AppProject ${textAt(project, 'metadata', 'name') ?? ''} spec.${key}`, 'so a merge by Writ, which is not signed, would never sync')
  }
  return null
}
