import type { Cluster } from '../../../flow/ports.ts'
import type { Evidence } from '../../../model/error.ts'
import { valueAt } from '../../../model/json.ts'
import { sameOwner, showOwner } from '../../../model/owner.ts'
import type { Claim, OwnerRef } from '../../../model/owner.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, fluxRef, listAll } from './flux-kinds.ts'
import { inInventory } from './inventory-id.ts'

type FluxKind = 'Kustomization' | 'HelmRelease'

/** One look of the Flux of one cluster at one object. */
interface Look { readonly cluster: Cluster, readonly target: Target, readonly live: KubernetesObject }

/**
 * What the Flux of one cluster says about an object (argocd-flux.md 2, 4.4): membership in `status.inventory` of a Kustomization or
 * HelmRelease is proof; its labels are a mark. What an owner with kubeConfig deploys is on another cluster: it proves only on a hub's
 * behalf, and only where the object's labels name it.
 */
export async function fluxClaims(cluster: Cluster, of: { readonly target: Target, readonly live: KubernetesObject }): Promise<readonly Claim[]> {
  const look: Look = { cluster, ...of }
  const [kustomizations, releases] = await Promise.all([listAll(cluster, KUSTOMIZE_GROUP, 'Kustomization'), listAll(cluster, HELM_GROUP, 'HelmRelease')])
  return [...claimsOf(look, 'Kustomization', kustomizations), ...claimsOf(look, 'HelmRelease', releases)]
}

function claimsOf(look: Look, kind: FluxKind, owners: readonly KubernetesObject[]): readonly Claim[] {
  const marked = markedOwner(look, kind)
  const listed = owners.flatMap(object => {
    const owner = fluxRef(look.cluster.name, kind, object)
    const named = marked !== null && sameOwner(marked, owner)
    if (!inInventory(object, look.target) || !reaches(look, object, named)) return []
    const evidence: readonly Evidence[] = [{ sentence: 'status.inventory lists it', at: showOwner(owner) }, ...(named ? [markEvidence(look, owner)] : [])]
    return [{ owner, proof: true, exists: true, evidence }]
  })
  if (marked === null || listed.some(claim => sameOwner(claim.owner, marked))) return listed
  return [...listed, markClaim(look, marked, owners.find(object => sameOwner(fluxRef(look.cluster.name, kind, object), marked)))]
}

/** True where what an owner deploys can be on the object's cluster. */
function reaches(look: Look, owner: KubernetesObject, named: boolean): boolean {
  const remote = valueAt(owner, 'spec', 'kubeConfig') !== undefined
  return look.cluster.name === look.target.cluster ? !remote : remote && named
}

function markedOwner(look: Look, kind: FluxKind): OwnerRef | null {
  const group = kind === 'Kustomization' ? KUSTOMIZE_GROUP : HELM_GROUP
  const name = metadataText(look.live, 'labels', `${group}/name`)
  const namespace = metadataText(look.live, 'labels', `${group}/namespace`)
  return name === undefined || namespace === undefined ? null : { tool: 'flux', kind, cluster: look.cluster.name, namespace, name }
}

/** A mark whose owner does not list the object: stale or copied, unless the owner keeps no list at all (HelmReleases before Flux 2.8). */
function markClaim(look: Look, owner: OwnerRef, object: KubernetesObject | undefined): Claim {
  const mark = markEvidence(look, owner)
  if (object === undefined) return { owner, proof: false, exists: false, evidence: [mark, { sentence: `there is no ${showOwner(owner)} in cluster ${look.cluster.name}` }] }
  const listless = owner.kind === 'HelmRelease' && valueAt(object, 'status', 'inventory') === undefined
  const sentence = listless ? 'it keeps no inventory, so the labels are taken for its word' : 'status.inventory does not list it'
  return { owner, proof: listless, exists: true, evidence: [mark, { sentence, at: showOwner(owner) }] }
}

function markEvidence(look: Look, owner: OwnerRef): Evidence {
  return { sentence: `the labels name ${showOwner(owner)}`, at: showRef(look.target) }
}
