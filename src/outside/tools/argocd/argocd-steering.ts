import type { Steering } from '../../../flow/ports.ts'
import { argoHubs } from './argo-hubs.ts'
import type { ArgocdOptions } from './argocd-tool.ts'
import { lookApplication } from './look-application.ts'

/** Applications, for those who sync, pause and resume them. */
export function argocdSteering({ clusters, config, now = Date.now }: Pick<ArgocdOptions, 'clusters' | 'config' | 'now'>): Steering {
  const hubs = argoHubs(config)
  return {
    tool: 'argocd',
    look: ref => lookApplication({ hub: hubs.find(hub => hub.cluster === ref.cluster) ?? { cluster: ref.cluster, namespace: 'argocd', members: [] }, now: now() }, clusters.named(ref.cluster), ref),
  }
}
