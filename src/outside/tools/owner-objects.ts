import type { OwnerObject, OwnerObjects } from '../../flow/ports.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { ARGO_GROUP } from './argocd/applications.ts'
import type { ArgocdOptions } from './argocd/argocd-tool.ts'
import { applicationSets } from './argocd/application-sets.ts'
import { argoClusters } from './argocd/argo-clusters.ts'
import { argoHubs } from './argocd/argo-hubs.ts'
import { applicationGates } from './argocd/application-gates.ts'
import { controlPlaneOf } from './argocd/tracking-id.ts'
import { declaredOwners } from './declared-owners.ts'
import { around, readWhereAllowed } from './flux/around.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, OPERATOR_GROUP } from './flux/flux-kinds.ts'
import { fluxGates } from './flux/flux-gates.ts'
import { manifestOwner } from './manifest-owner.ts'

const GROUPS: Readonly<Record<OwnerRef['kind'], string>> = { Application: ARGO_GROUP, ApplicationSet: ARGO_GROUP, Kustomization: KUSTOMIZE_GROUP, HelmRelease: HELM_GROUP, ResourceSet: OPERATOR_GROUP, FluxInstance: OPERATOR_GROUP }

/** Owners by their own objects in the clusters of the configuration. What may not be read is left out, so that it counts as unknown. */
export function ownerObjects({ clusters, config, now = Date.now }: Omit<ArgocdOptions, 'indexes'>): OwnerObjects {
  async function live(ref: OwnerRef): Promise<OwnerObject | null> {
    const cluster = clusters.named(ref.cluster)
    const object = await readWhereAllowed(cluster, { group: GROUPS[ref.kind], kind: ref.kind, namespace: ref.namespace, name: ref.name })
    if (object === null) return null
    return { object, around: await around(cluster, object) }
  }

  const configured = (ref: OwnerRef): string => argoHubs(config).find(hub => hub.cluster === ref.cluster)?.namespace ?? 'argocd'
  async function controlPlane(ref: OwnerRef): Promise<string> {
    const found = await live(ref)
    return found === null ? configured(ref) : controlPlaneOf(found.object, configured(ref))
  }

  return {
    declaredOwners, manifestOwner, live,
    argoClusters: async ref => argoClusters(clusters.named(ref.cluster), await controlPlane(ref)),
    applicationSets: async ref => applicationSets(clusters.named(ref.cluster), { controlPlane: await controlPlane(ref), home: ref.namespace }),
    async gates(ref, of) {
      const found = await live(ref)
      if (found === null) return []
      const cluster = clusters.named(ref.cluster)
      return ref.tool === 'flux' ? fluxGates(cluster, { ...found, ref, ...of }) : applicationGates(cluster, { ...found, ...of, now: now(), namespace: configured(ref) })
    },
  }
}
