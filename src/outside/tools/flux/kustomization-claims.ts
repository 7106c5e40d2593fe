import type { Cluster } from '../../../flow/ports.ts'
import type { Evidence } from '../../../model/error.ts'
import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import { sameOwner, showOwner } from '../../../model/owner.ts'
import type { Claim, OwnerRef } from '../../../model/owner.ts'
import { metadataText, refKey, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion } from '../conditions.ts'
import type { OwnerIndex } from '../owner-index.ts'
import { forbidden, unseenClaim } from '../unseen.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, OPERATOR_GROUP, fluxRef } from './flux-kinds.ts'
import { helmStorage, storedRelease } from './helm-storage.ts'
import { inInventory, parseInventoryId } from './inventory-id.ts'

/** The owners of Flux and of its operator. */
export type FluxKind = Exclude<OwnerRef['kind'], 'Application' | 'ApplicationSet'>

/** Every kind of owner that keeps an inventory, and the prefix of the labels that it sets. */
export const FLUX_OWNERS: readonly { readonly kind: FluxKind, readonly group: string, readonly labels: string }[] = [
  { kind: 'Kustomization', group: KUSTOMIZE_GROUP, labels: KUSTOMIZE_GROUP },
  { kind: 'HelmRelease', group: HELM_GROUP, labels: HELM_GROUP },
  { kind: 'ResourceSet', group: OPERATOR_GROUP, labels: `resourceset.${OPERATOR_GROUP}` },
  { kind: 'FluxInstance', group: OPERATOR_GROUP, labels: OPERATOR_GROUP },
]

/** One look of the Flux of one cluster at one object. */
interface Look { readonly cluster: Cluster, readonly target: Target, readonly live: KubernetesObject, readonly index: (kind: FluxKind) => OwnerIndex }

/**
 * What the Flux of one cluster says about an object (argocd-flux.md 2, 4.4): membership in `status.inventory` of a Kustomization,
 * HelmRelease, ResourceSet or FluxInstance is proof; its labels are a mark. What an owner with kubeConfig deploys is on another cluster: it proves only on a hub's
 * behalf, and only where the object's labels name it.
 */
export async function fluxClaims(cluster: Cluster, of: { readonly target: Target, readonly live: KubernetesObject, readonly index: (kind: FluxKind) => OwnerIndex }): Promise<readonly Claim[]> {
  const look: Look = { cluster, ...of }
  return (await Promise.all(FLUX_OWNERS.map(one => claimsOfKind(look, one)))).flat()
}

/** A kind that may not be listed may hold another owner. */
async function claimsOfKind(look: Look, { kind }: (typeof FLUX_OWNERS)[number]): Promise<readonly Claim[]> {
  try {
    return await claimsOf(look, kind, (await look.index(kind).concerning(askedKeys(look, kind))).owners)
  } catch (error) {
    return [unseenClaim({ tool: 'flux', kind, cluster: look.cluster.name }, forbidden(error))]
  }
}

async function claimsOf(look: Look, kind: FluxKind, owners: readonly KubernetesObject[]): Promise<readonly Claim[]> {
  const marked = markedOwner(look, kind)
  const listed = owners.flatMap(object => {
    const owner = fluxRef(look.cluster.name, kind, object)
    const named = marked !== null && sameOwner(marked, owner)
    if (!inInventory(object, look.target) || !reaches(look, object, named)) return []
    const evidence: readonly Evidence[] = [{ sentence: 'status.inventory lists it', at: showOwner(owner) }, ...(named ? [markEvidence(look, owner)] : [])]
    return [{ owner, proof: true, exists: true, ...named ? { marked: true } : {}, evidence }]
  })
  const stored = kind === 'HelmRelease' ? await storedClaims(look, marked, owners) : []
  const all = [...listed, ...stored]
  if (marked === null || all.some(claim => sameOwner(claim.owner, marked))) return all
  return [...all, markClaim(look, marked, owners.find(object => sameOwner(fluxRef(look.cluster.name, kind, object), marked)))]
}

/** HelmReleases before Flux 2.8 keep no inventory: what Helm itself keeps of the release stands for it. Only of those that the object's marks name, Helm's own included. */
async function storedClaims(look: Look, marked: OwnerRef | null, releases: readonly KubernetesObject[]): Promise<readonly Claim[]> {
  const meant = releases.filter(object => valueAt(object, 'status', 'inventory') === undefined && ((marked !== null && sameOwner(marked, fluxRef(look.cluster.name, 'HelmRelease', object))) || isHelmOf(look, object)))
  return Promise.all(meant.map(async object => {
    const owner = fluxRef(look.cluster.name, 'HelmRelease', object)
    const named = marked !== null && sameOwner(marked, owner)
    const mark = named ? [markEvidence(look, owner)] : [{ sentence: `meta.helm.sh names the release of ${showOwner(owner)}`, at: showRef(look.target) }]
    const stored = await helmStorage(look.cluster, object)
    const proof = stored.known && stored.lists(look.target) && reaches(look, object, named)
    const sentence = !stored.known ? `it keeps no inventory, and Helm's own record of the release cannot stand for it: ${stored.because}; Flux 2.8 keeps one`
      : proof ? `the manifest of the release in ${stored.secret} holds it` : `it keeps no inventory, and the manifest of the release in ${stored.secret} does not hold it`
    return { owner, proof, exists: true, marked: true, ...proof || !isEarly(look, object) ? {} : { early: true }, evidence: [...mark, { sentence, at: showOwner(owner) }] }
  }))
}

/** True where Helm's own annotations name the release that a HelmRelease deployed. */
function isHelmOf({ live }: Look, object: KubernetesObject): boolean {
  const stored = storedRelease(object)
  return stored !== null && metadataText(live, 'annotations', 'meta.helm.sh/release-name') === stored.name && metadataText(live, 'annotations', 'meta.helm.sh/release-namespace') === stored.namespace
}

/** What the owners of an object are found by: the object itself, its labels, and Helm's own annotations. */
function askedKeys(look: Look, kind: FluxKind): readonly string[] {
  const marked = markedOwner(look, kind)
  const [release, namespace] = ['name', 'namespace'].map(key => metadataText(look.live, 'annotations', `meta.helm.sh/release-${key}`))
  return [refKey(look.target), ...marked === null ? [] : [nameKey(marked.namespace, marked.name)], ...release === undefined || namespace === undefined ? [] : [helmKey(namespace, release)]]
}

/** Everything that an owner is found by; one without an inventory by the release that Helm knows, too. */
export function fluxKeys(owner: KubernetesObject): readonly string[] {
  const listed = objectsAt(owner, 'status', 'inventory', 'entries').flatMap(entry => {
    const ref = parseInventoryId(textAt(entry, 'id') ?? '')
    return ref === null ? [] : [refKey(ref)]
  })
  const stored = valueAt(owner, 'status', 'inventory') === undefined ? storedRelease(owner) : null
  return [...listed, nameKey(textAt(owner, 'metadata', 'namespace') ?? '', textAt(owner, 'metadata', 'name') ?? ''), ...stored === null ? [] : [helmKey(stored.namespace, stored.name)]]
}

function nameKey(namespace: string, name: string): string {
  return `name ${namespace}/${name}`
}

function helmKey(namespace: string, name: string): string {
  return `release ${namespace}/${name}`
}

/** True where what an owner deploys can be on the object's cluster. */
function reaches(look: Look, owner: KubernetesObject, named: boolean): boolean {
  const remote = valueAt(owner, 'spec', 'kubeConfig') !== undefined
  return look.cluster.name === look.target.cluster ? !remote : remote && named
}

function markedOwner(look: Look, kind: FluxKind): OwnerRef | null {
  const group = FLUX_OWNERS.find(one => one.kind === kind)?.labels ?? ''
  const name = metadataText(look.live, 'labels', `${group}/name`)
  const namespace = metadataText(look.live, 'labels', `${group}/namespace`)
  return name === undefined || namespace === undefined ? null : { tool: 'flux', kind, cluster: look.cluster.name, namespace, name }
}

/** A mark whose owner does not list the object: stale or copied. */
function markClaim(look: Look, owner: OwnerRef, object: KubernetesObject | undefined): Claim {
  const mark = markEvidence(look, owner)
  if (object === undefined) return { owner, proof: false, exists: false, evidence: [mark, { sentence: `there is no ${showOwner(owner)} in cluster ${look.cluster.name}` }] }
  return { owner, proof: false, exists: true, marked: true, ...isEarly(look, object) ? { early: true } : {}, evidence: [mark, { sentence: inInventory(object, look.target) ? 'it lists one of that name on another cluster (spec.kubeConfig)' : 'status.inventory does not list it', at: showOwner(owner) }] }
}

/** Being deleted, or its owner is at work: the inventory may name it in a moment (argocd-flux.md 4.5). */
function isEarly({ live }: Look, owner: KubernetesObject): boolean {
  return inDeletion(live) || condition(owner, 'Reconciling')?.['status'] === 'True' || condition(owner, 'Ready') === null
}

function markEvidence(look: Look, owner: OwnerRef): Evidence {
  return { sentence: `the labels name ${showOwner(owner)}`, at: showRef(look.target) }
}
