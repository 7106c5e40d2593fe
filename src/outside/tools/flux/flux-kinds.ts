import type { Cluster, ServedKind } from '../../../flow/ports.ts'
import { hubOf } from '../../../model/config.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { textAt } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'

export const KUSTOMIZE_GROUP = 'kustomize.toolkit.fluxcd.io'
export const HELM_GROUP = 'helm.toolkit.fluxcd.io'
/** The Flux operator's own kinds: ResourceSet, FluxInstance. */
export const OPERATOR_GROUP = 'fluxcd.controlplane.io'
export const SOURCE_GROUP = 'source.toolkit.fluxcd.io'

/** The annotation that asks any Flux controller to look now; its value only has to be new. */
export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

/** The kind where Flux's CRDs are installed, in the version served, else null. */
export function kustomizationKind(cluster: Cluster): Promise<ServedKind | null> {
  return cluster.served(KUSTOMIZE_GROUP, 'Kustomization')
}

/** Every object of one of Flux's kinds; none where its CRD is absent. */
export async function listAll(cluster: Cluster, group: string, kind: string): Promise<readonly KubernetesObject[]> {
  const served = await cluster.served(group, kind)
  return served === null ? [] : cluster.list(served, null)
}

/** How Writ names an owner of Flux. */
export function fluxRef(cluster: string, kind: Exclude<OwnerRef['kind'], 'Application'>, object: KubernetesObject): OwnerRef {
  return { tool: 'flux', kind, cluster, namespace: textAt(object, 'metadata', 'namespace') ?? '', name: textAt(object, 'metadata', 'name') ?? '' }
}

/** The clusters where Flux may run for a cluster: its hub, and itself. */
export function fluxClusters(config: readonly ClusterConfig[], name: string): readonly string[] {
  const own = config.find(one => one.name === name)
  return own === undefined ? [name] : [...new Set([hubOf(config, own, 'flux'), name])]
}

/** The GitRepository (or other source) that a Kustomization names. */
export function sourceRefOf(kustomization: KubernetesObject): { readonly kind: string, readonly namespace: string, readonly name: string } {
  return {
    kind: textAt(kustomization, 'spec', 'sourceRef', 'kind') ?? '',
    namespace: textAt(kustomization, 'spec', 'sourceRef', 'namespace') || textAt(kustomization, 'metadata', 'namespace') || '',
    name: textAt(kustomization, 'spec', 'sourceRef', 'name') ?? '',
  }
}
