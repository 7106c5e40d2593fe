import type { Clusters, GitOpsTool } from '../../../flow/ports.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { WritError, refuse } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import type { OwnerIndexes } from '../owner-indexes.ts'
import { withoutEchoes } from '../without-echoes.ts'
import { around } from './around.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, REQUESTED_AT, SOURCE_GROUP, fluxClusters, kustomizationKind } from './flux-kinds.ts'
import { helmReleaseConsumers } from './helm-release-consumers.ts'
import { fluxClaims } from './kustomization-claims.ts'
import { kustomizationConsumers } from './kustomization-consumers.ts'
import { observeHelmRelease } from './observe-helm-release.ts'
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

  async function read(ref: OwnerRef, target: Target, also?: 'suspended'): ReturnType<GitOpsTool['read']> {
    const cluster = clusters.named(ref.cluster)
    const live = await liveObject(target)
    if (ref.kind !== 'HelmRelease') return readKustomization(cluster, { ref, target, live, also })
    const kind = await cluster.served(HELM_GROUP, 'HelmRelease')
    const object = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
    if (object === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
    return readHelmRelease({ ref, target, live, object, also, around: await around(cluster, object) })
  }

  /** A HelmRelease is asked through what declares it; itself it follows by its generation and its chart (argocd-flux.md 5.2). */
  async function deployerOf(owner: Owner): Promise<Pick<OwnerRef, 'namespace' | 'name'>> {
    if (owner.kind !== 'HelmRelease') return owner
    const cluster = clusters.named(owner.cluster)
    const kind = await cluster.served(HELM_GROUP, 'HelmRelease')
    const release = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
    const [name, namespace] = release === null ? [] : [metadataText(release, 'labels', `${KUSTOMIZE_GROUP}/name`), metadataText(release, 'labels', `${KUSTOMIZE_GROUP}/namespace`)]
    if (name === undefined || namespace === undefined) throw new WritError('cluster/not-found', `${showOwner(owner)} is not there, or nothing declares it.`)
    return { namespace, name }
  }

  /** A ConfigMap or Secret of values is looked at only at the interval, unless it has a label (argocd-flux.md 6.3): the release itself is asked. */
  async function askForValues(owner: Owner, token: string): Promise<void> {
    const cluster = clusters.named(owner.cluster)
    const kind = await cluster.served(HELM_GROUP, 'HelmRelease')
    const release = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
    if (kind !== null && release !== null && objectsAt(release, 'spec', 'valuesFrom').length > 0) await cluster.annotate(kind, owner.namespace, owner.name, { [REQUESTED_AT]: token })
  }

  /** Charts may come from a source of their own. */
  async function askChart(owner: Owner, token: string): Promise<void> {
    const cluster = clusters.named(owner.cluster)
    const [kind, sourceKind] = [await cluster.served(SOURCE_GROUP, 'HelmChart'), await cluster.served(SOURCE_GROUP, 'GitRepository')]
    const chart = kind === null ? null : await cluster.get(kind, owner.namespace, `${owner.namespace}-${owner.name}`)
    if (sourceKind === null || chart === null || textAt(chart, 'spec', 'sourceRef', 'kind') !== 'GitRepository') return
    await cluster.annotate(sourceKind, owner.namespace, textAt(chart, 'spec', 'sourceRef', 'name') ?? '', { [REQUESTED_AT]: token })
  }

  /** The source first; the Kustomization only where its source has moved and it has not (argocd-flux.md 5.2), or where it must apply again. */
  async function refresh(owner: Owner, token: string, how: 'normal' | 'hard' | 'settled'): Promise<void> {
    // The annotation stays: it is how Flux remembers what it has answered.
    if (how === 'settled') return
    const cluster = clusters.named(owner.cluster)
    const [kind, sourceKind] = [await kustomizationKind(cluster), await cluster.served(SOURCE_GROUP, 'GitRepository')]
    const { namespace, name } = await deployerOf(owner)
    const object = kind === null ? null : await cluster.get(kind, namespace, name)
    const source = object === null ? null : await gitRepository(cluster, object)
    if (kind === null || sourceKind === null || object === null || source === null) throw new WritError('cluster/not-found', `${showOwner(owner)} or its source is no longer in cluster ${owner.cluster}.`)
    await cluster.annotate(sourceKind, textAt(source, 'metadata', 'namespace') ?? '', textAt(source, 'metadata', 'name') ?? '', { [REQUESTED_AT]: token })
    if (owner.kind === 'HelmRelease') await askChart(owner, token)
    const fetched = commitOfRevision(textAt(source, 'status', 'artifact', 'revision'))
    const moved = fetched !== null && fetched !== commitOfRevision(textAt(object, 'status', 'lastAttemptedRevision'))
    if (owner.kind === 'HelmRelease' && (!moved || how === 'hard')) await askForValues(owner, token)
    if (moved || how === 'hard') await cluster.annotate(kind, namespace, name, { [REQUESTED_AT]: token })
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
    // Flux syncs by itself; what a person can ask for is that it looks now and applies again. The same token asks once.
    sync: (owner, ask) => refresh(owner, `writ-${ask.change}`, 'hard'),
    observe: (owner, target, wanted = 'there') => (owner.kind === 'HelmRelease' ? observeHelmRelease : observeKustomization)(clusters.named(owner.cluster), owner, { target, wanted }),
  }
}
