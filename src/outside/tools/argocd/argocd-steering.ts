import type { Clusters, Steering } from '../../../flow/ports.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { argoHubs } from './argo-hubs.ts'
import { lookApplication } from './look-application.ts'

/** Applications, for those who sync, pause and resume them. */
export function argocdSteering({ clusters, config }: { readonly clusters: Clusters, readonly config: readonly ClusterConfig[] }): Steering {
  const hubs = argoHubs(config)
  return {
    tool: 'argocd',
    look: ref => lookApplication(hubs.find(hub => hub.cluster === ref.cluster) ?? { cluster: ref.cluster, namespace: 'argocd', members: [] }, clusters.named(ref.cluster), ref),
  }
}
