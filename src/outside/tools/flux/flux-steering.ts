import type { Clusters, Steering } from '../../../flow/ports.ts'
import { lookFlux } from './look-flux.ts'

/** Kustomizations and HelmReleases, for those who sync, pause and resume them. */
export function fluxSteering({ clusters }: { readonly clusters: Clusters }): Steering {
  return { tool: 'flux', look: ref => lookFlux(clusters.named(ref.cluster), ref) }
}
