import type { KindReader, Steering } from '../../../flow/ports.ts'
import { markedOwners } from '../marked-owners.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, fluxClusters, fluxRef } from './flux-kinds.ts'
import type { FluxOptions } from './flux-tool.ts'
import { lookFlux } from './look-flux.ts'

const PAUSABLE = [{ group: KUSTOMIZE_GROUP, kind: 'Kustomization' }, { group: HELM_GROUP, kind: 'HelmRelease' }] as const

/** Kustomizations and HelmReleases, for those who sync, pause and resume them. */
export function fluxSteering({ clusters, config, kinds }: Pick<FluxOptions, 'clusters' | 'config'> & { readonly kinds: KindReader }): Steering {
  const names = [...new Set(config.flatMap(one => fluxClusters(config, one.name)))]
  return {
    tool: 'flux',
    look: ref => lookFlux(clusters.named(ref.cluster), ref),
    hubs: cluster => fluxClusters(config, cluster).filter(name => name !== cluster),
    paused: async () => (await Promise.all(names.flatMap(name => PAUSABLE.map(({ group, kind }) => markedOwners({
      cluster: clusters.named(name), kinds, group, kind, namespace: null, ref: object => fluxRef(name, kind, object),
    }))))).flat(),
  }
}
