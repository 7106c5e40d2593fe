import type { Clusters, GitOpsTool } from '../../../flow/ports.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { WritError, refuse } from '../../../model/error.ts'
import { textAt } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import type { OwnerIndexes } from '../owner-indexes.ts'
import { withoutEchoes } from '../without-echoes.ts'
import { around } from './around.ts'
import { HELM_GROUP, REQUESTED_AT, SOURCE_GROUP, fluxClusters, kustomizationKind } from './flux-kinds.ts'
import { helmReleaseConsumers } from './helm-release-consumers.ts'
import { fluxClaims } from './kustomization-claims.ts'
import { kustomizationConsumers } from './kustomization-consumers.ts'
import { observeKustomization } from './observe-kustomization.ts'
import { gitRepository, readKustomization } from './read-kustomization.ts'
import { readHelmRelease } from './read-helm-release.ts'
import { commitOfRevision } from './revision.ts'

/** What the adapter needs: the clusters, where owners are looked up, and where writ.yaml says that their Flux runs. */
export interface FluxOptions { readonly clusters: Clusters, readonly config: readonly ClusterConfig[], readonly indexes: OwnerIndexes }

/** Flux through its own objects. */
export function fluxTool({ clusters, config, indexes }: FluxOptions): GitOpsTool {
  async function liveObject(target: Target): Promise<KubernetesObject | null> {
    const cluster = clusters.named(target.cluster)
    const kind = await cluster.served(target.group, target.kind)
    return kind === null ? null : cluster.get(kind, target.namespace, target.name)
  }

  async function read(ref: OwnerRef, target: Target): ReturnType<GitOpsTool['read']> {
    const cluster = clusters.named(ref.cluster)
    const live = await liveObject(target)
    if (ref.kind !== 'HelmRelease') return readKustomization(cluster, { ref, target, live })
    const kind = await cluster.served(HELM_GROUP, 'HelmRelease')
    const object = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
    if (object === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
    return readHelmRelease({ ref, target, live, object, around: await around(cluster, object) })
  }

  /** The source first; the Kustomization only where its source has moved and it has not (argocd-flux.md 5.2), or where it must apply again. */
  async function refresh(owner: Owner, token: string, how: 'normal' | 'hard'): Promise<void> {
    const cluster = clusters.named(owner.cluster)
    const [kind, sourceKind] = [await kustomizationKind(cluster), await cluster.served(SOURCE_GROUP, 'GitRepository')]
    const object = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
    const source = object === null ? null : await gitRepository(cluster, object)
    if (kind === null || sourceKind === null || object === null || source === null) throw new WritError('cluster/not-found', `${showOwner(owner)} or its source is no longer in cluster ${owner.cluster}.`)
    await cluster.annotate(sourceKind, textAt(source, 'metadata', 'namespace') ?? '', textAt(source, 'metadata', 'name') ?? '', { [REQUESTED_AT]: token })
    const fetched = commitOfRevision(textAt(source, 'status', 'artifact', 'revision'))
    const moved = fetched !== null && fetched !== commitOfRevision(textAt(object, 'status', 'lastAttemptedRevision'))
    if (moved || how === 'hard') await cluster.annotate(kind, owner.namespace, owner.name, { [REQUESTED_AT]: token })
  }

  return {
    name: 'flux',
    claims: async (target, live) => {
      const looks = fluxClusters(config, target.cluster).map(name => fluxClaims(clusters.named(name), { target, live, index: kind => indexes.flux(name, kind) }))
      return withoutEchoes((await Promise.all(looks)).flat())
    },
    read,
    owners: async () => {
      const names = [...new Set(config.flatMap(one => fluxClusters(config, one.name)))]
      return (await Promise.all(names.flatMap(name => [kustomizationConsumers(clusters.named(name)), helmReleaseConsumers(clusters.named(name))]))).flat()
    },
    refresh,
    observe: (owner, target, wanted = 'there') => observeKustomization(clusters.named(owner.cluster), owner, { target, wanted }),
  }
}
