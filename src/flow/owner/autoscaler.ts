import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Edit } from '../../model/field.ts'
import { textAt } from '../../model/json.ts'
import { groupVersion, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import type { Cluster } from '../ports.ts'

const SCALERS = [
  { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', fields: 'spec.minReplicas and spec.maxReplicas' },
  { group: 'keda.sh', kind: 'ScaledObject', fields: 'spec.minReplicaCount and spec.maxReplicaCount' },
] as const

/** IGNORED where replicas are asked and an autoscaler of the namespace owns them (argocd-flux.md 3); null otherwise. */
export async function autoscaler(cluster: Cluster, target: Target, edits: readonly Edit[]): Promise<Refusal | null> {
  if (!edits.some(edit => edit.path.length === 2 && edit.path[1] === 'replicas')) return null
  const found = await autoscaledBy(cluster, target)
  if (found === null) return null
  return refuse('IGNORED', `${found.name} sets the replicas of ${showRef(target)}; a value in Git would be overwritten.`,
    [{ sentence: `${found.name} has ${showRef(target)} as its scaleTargetRef`, at: `${found.name} spec.scaleTargetRef` }], `Change ${found.fields} of ${found.name}.`)
}

/** The autoscaler of an object, and its fields that say how many; null where there is none. */
export async function autoscaledBy(cluster: Cluster, target: Target): Promise<{ readonly name: string, readonly fields: string } | null> {
  for (const scaler of SCALERS) {
    const kind = await cluster.served(scaler.group, scaler.kind)
    const found = kind === null ? undefined : (await cluster.list(kind, target.namespace)).find(object => scales(object, target))
    if (found !== undefined) return { name: showRef({ kind: scaler.kind, namespace: target.namespace, name: textAt(found, 'metadata', 'name') ?? '' }), fields: scaler.fields }
  }
  return null
}

function scales(object: KubernetesObject, target: Target): boolean {
  const kind = textAt(object, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment'
  const apiVersion = textAt(object, 'spec', 'scaleTargetRef', 'apiVersion')
  return kind === target.kind && textAt(object, 'spec', 'scaleTargetRef', 'name') === target.name
    && (apiVersion === undefined || groupVersion(apiVersion).group === target.group)
}
