import type { Cluster } from '../../../flow/ports.ts'
import { refuse } from '../../../model/error.ts'
import type { Refusal } from '../../../model/error.ts'
import { textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion } from '../conditions.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { refuseOwner, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { ignoredByKustomization } from '../ignored-fields.ts'
import { KUSTOMIZE_GROUP, SOURCE_GROUP, kustomizationKind, sourceRefOf } from './flux-kinds.ts'
import { branchOf, gitObstacle, kustomizationSpec } from './kustomization-spec.ts'
import { withLiveVariables } from './live-variables.ts'
import { commitOfRevision } from './revision.ts'

/** Reads one Kustomization with its source whole, for one object that it deploys. `live` decides about opt-outs on the object itself. */
export async function readKustomization(cluster: Cluster, of: { readonly ref: OwnerRef, readonly target: Target, readonly live: KubernetesObject | null }): Promise<Owner | Refusal> {
  const { ref, target } = of
  if (ref.kind === 'HelmRelease') return refuseOwner(ref, unsupported('spec.chart', 'so the object comes from a Helm release, which this version does not edit'))
  const kind = await kustomizationKind(cluster)
  const object = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (object === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
  const own = standing(object) ?? kustomizationSpec(object, null).obstacle ?? optOut(of.live)
  if (own !== null) return refuseOwner(ref, own)
  const source = await gitRepository(cluster, object)
  const named = sourceRefOf(object)
  if (source === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} names the source ${named.kind} ${named.namespace}/${named.name}, which is not there.`)
  const obstacle = sourceStanding(source) ?? gitObstacle(source)
  if (obstacle !== null) return refuseOwner(ref, obstacle)
  const ignores = ignoredByKustomization(object, target)
  return {
    ...ref,
    uid: textAt(object, 'metadata', 'uid') ?? '',
    source: { url: textAt(source, 'spec', 'url') ?? '', revision: branchOf(source), path: plainPath(textAt(object, 'spec', 'path') ?? '') },
    render: await withLiveVariables(cluster, ref.namespace, kustomizationSpec(object, source).render),
    delivery: { automated: true, reverts: true, syncedCommit: commitOfRevision(textAt(object, 'status', 'lastAppliedRevision')), behindBecause: behindBecause(object), keeps: keepsBecause(object) },
    destination: { cluster: target.cluster, namespace: null },
    sourceObject: named,
    ...ignores.length === 0 ? {} : { ignores },
  }
}

/** A commit that it could not apply ships with the next one that it can. */
function behindBecause(object: KubernetesObject): string | null {
  const [applied, attempted] = [textAt(object, 'status', 'lastAppliedRevision'), textAt(object, 'status', 'lastAttemptedRevision')]
  return condition(object, 'Ready')?.['status'] === 'False' && attempted !== undefined && applied !== attempted ? 'its last reconciliation failed' : null
}

/** Without prune Flux only forgets what is no longer in Git. */
function keepsBecause(object: KubernetesObject): string | null {
  return valueAt(object, 'spec', 'prune') === true ? null : 'spec.prune is not true'
}

/** The GitRepository that a Kustomization names, or null where it is not there. */
export async function gitRepository(cluster: Cluster, kustomization: KubernetesObject): Promise<KubernetesObject | null> {
  const kind = await cluster.served(SOURCE_GROUP, 'GitRepository')
  const { namespace, name } = sourceRefOf(kustomization)
  return kind === null ? null : cluster.get(kind, namespace, name)
}

function standing(object: KubernetesObject): Obstacle | null {
  if (inDeletion(object)) return unsupported('metadata.deletionTimestamp', 'so it is being deleted')
  if (!isNothing(valueAt(object, 'spec', 'kubeConfig'))) return unsupported('spec.kubeConfig', 'so it deploys to another cluster, which this version does not look at')
  return valueAt(object, 'spec', 'suspend') === true ? { code: 'SUSPENDED', path: 'spec.suspend', because: 'so a merge would not deploy' } : null
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null
}

function sourceStanding(source: KubernetesObject): Obstacle | null {
  const name = `GitRepository ${textAt(source, 'metadata', 'name') ?? ''}`
  return valueAt(source, 'spec', 'suspend') === true ? { code: 'SUSPENDED', path: `${name} spec.suspend`, because: 'so a merge would not deploy' } : null
}

/** Labels or annotations of the object that keep Flux from applying it (argocd-flux.md 2). */
function optOut(live: KubernetesObject | null): Obstacle | null {
  if (live === null) return null
  const value = (key: string): string | undefined => metadataText(live, 'annotations', `${KUSTOMIZE_GROUP}/${key}`) ?? metadataText(live, 'labels', `${KUSTOMIZE_GROUP}/${key}`)
  const where = (key: string): string => `${live.kind} metadata.annotations[${KUSTOMIZE_GROUP}/${key}]`
  if (value('reconcile')?.toLowerCase() === 'disabled') return { code: 'SUSPENDED', path: where('reconcile'), because: 'so Flux leaves the object alone' }
  const apply = value('ssa')?.toLowerCase()
  return apply === 'ignore' || apply === 'ifnotpresent' ? { code: 'IGNORED', path: where('ssa'), because: `which is ${apply}, so Flux does not update the object` } : null
}
