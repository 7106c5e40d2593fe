import type { Clusters, KindReader } from '../../flow/ports.ts'
import type { ClusterConfig } from '../../model/config.ts'
import { ARGO_GROUP, applicationKeys } from './argocd/applications.ts'
import { argoHubs } from './argocd/argo-hubs.ts'
import type { ArgoHub } from './argocd/argo-hubs.ts'
import { fluxClusters } from './flux/flux-kinds.ts'
import { FLUX_OWNERS, fluxKeys } from './flux/kustomization-claims.ts'
import type { FluxKind } from './flux/kustomization-claims.ts'
import { ownerIndex } from './owner-index.ts'
import type { IndexSize, OwnerIndex } from './owner-index.ts'

/** Where the owners of all tools are looked up. */
export interface OwnerIndexes {
  applications(hub: Pick<ArgoHub, 'cluster' | 'namespace'>): OwnerIndex
  flux(cluster: string, kind: FluxKind): OwnerIndex
  /** Keeps all of them by watches from now on: for a process that answers many questions. What may not be listed is asked for each time, and says so then. */
  hold(): Promise<void>
  release(): void
  size(): IndexSize
}

/** What indexes need. `life`: milliseconds for which a list serves the questions that come with the first one, about an object, its owner and the owner of that. */
export interface IndexesAsk { readonly clusters: Clusters, readonly kinds: KindReader, readonly config: readonly ClusterConfig[], readonly life?: number }

/** The indexes of every cluster where a tool may run; nothing is read before somebody asks. */
export function ownerIndexes({ clusters, kinds, config, life = 2000 }: IndexesAsk): OwnerIndexes {
  const known = new Map<string, OwnerIndex>()
  const one = (key: string, make: () => OwnerIndex): OwnerIndex => {
    const found = known.get(key) ?? make()
    known.set(key, found)
    return found
  }
  const applications: OwnerIndexes['applications'] = ({ cluster, namespace }) => one(`Application ${cluster}`, () => ownerIndex({
    cluster: clusters.named(cluster), kinds, life, group: ARGO_GROUP, kind: 'Application', keysOf: app => applicationKeys(app, namespace), fallback: namespace,
  }))
  const flux: OwnerIndexes['flux'] = (cluster, kind) => one(`${kind} ${cluster}`, () => ownerIndex({
    cluster: clusters.named(cluster), kinds, life, group: FLUX_OWNERS.find(owner => owner.kind === kind)?.group ?? '', kind, keysOf: fluxKeys,
  }))
  const everything = (): readonly OwnerIndex[] => {
    const names = [...new Set(config.flatMap(({ name }) => fluxClusters(config, name)))]
    return [...argoHubs(config).map(applications), ...names.flatMap(name => FLUX_OWNERS.map(({ kind }) => flux(name, kind)))]
  }
  return {
    applications, flux,
    hold: async () => { await Promise.allSettled(everything().map(index => index.hold())) },
    release: () => { for (const index of known.values()) index.release() },
    size: () => [...known.values()].map(index => index.size()).reduce((all, size) => ({ owners: all.owners + size.owners, keys: all.keys + size.keys, bytes: all.bytes + size.bytes }), { owners: 0, keys: 0, bytes: 0 }),
  }
}
