import type { Clusters, GitOpsTool } from '../../../flow/ports.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { WritError } from '../../../model/error.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Claim, Owner } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import type { OwnerIndexes } from '../owner-indexes.ts'
import { withoutEchoes } from '../without-echoes.ts'
import { applicationClaims } from './application-claims.ts'
import { applicationConsumers } from './application-consumers.ts'
import { ARGO_GROUP, applicationKind, listApplications } from './applications.ts'
import { argoHubs } from './argo-hubs.ts'
import { argoSettings } from './argo-settings.ts'
import { observeApplication } from './observe-application.ts'
import { SET_REFRESH, observeApplicationSet } from './observe-application-set.ts'
import { readApplication } from './read-application.ts'
import { startSync } from './start-sync.ts'

const REFRESH = 'argocd.argoproj.io/refresh'
const REFRESH_AT = 'argocd.argoproj.io/refresh-timestamp'

/** What the adapter needs: the clusters, where owners are looked up, and how writ.yaml says that Argo CD names them. */
export interface ArgocdOptions {
  readonly clusters: Clusters
  readonly config: readonly ClusterConfig[]
  readonly indexes: OwnerIndexes
  /** Milliseconds since the epoch, for sync windows. Default: this machine's clock. */
  readonly now?: () => number
}

/** Argo CD through its own objects; no API server or token of Argo CD is needed. */
export function argocdTool({ clusters, config, indexes, now = Date.now }: ArgocdOptions): GitOpsTool {
  const hubs = argoHubs(config)

  async function claims(target: Target, live: KubernetesObject): Promise<readonly Claim[]> {
    const asked = hubs.filter(hub => hub.members.some(member => member.cluster === target.cluster))
    for (const hub of asked) {
      const member = hub.members.find(one => one.cluster === target.cluster)
      if (member?.names.length === 0) {
        throw new WritError('config/invalid', `writ.yaml does not say how the Argo CD of ${hub.cluster} names cluster ${target.cluster}.`, { hint: `Add the server URL or destination name to clusters[${target.cluster}].argocd.destinations.` })
      }
    }
    const all = await Promise.all(asked.map(hub => applicationClaims(hub, clusters.named(hub.cluster), { target, live, index: indexes.applications(hub) })))
    return withoutEchoes(all.flat())
  }

  /** Both annotations: releases before the second one ignore it and leave it, later ones use it so that a request is never lost (argocd-flux.md 5.1). */
  async function refresh(owner: Owner, token: string, how: 'normal' | 'hard' | 'settled'): Promise<void> {
    const cluster = clusters.named(owner.cluster)
    const set = owner.kind === 'ApplicationSet'
    const kind = set ? await cluster.served(ARGO_GROUP, 'ApplicationSet') : await applicationKind(cluster)
    if (kind === null) throw new WritError('cluster/not-found', `${showOwner(owner)} is no longer served by cluster ${owner.cluster}.`)
    if (set) {
      if (how !== 'settled') await cluster.annotate(kind, owner.namespace, owner.name, { [SET_REFRESH]: 'true' })
      return
    }
    if (how === 'settled') {
      const app = await cluster.get(kind, owner.namespace, owner.name)
      // Where another request is under way, its controller needs it.
      if (app !== null && metadataText(app, 'annotations', REFRESH) === undefined && metadataText(app, 'annotations', REFRESH_AT) !== undefined) await cluster.annotate(kind, owner.namespace, owner.name, { [REFRESH_AT]: null })
      return
    }
    await cluster.annotate(kind, owner.namespace, owner.name, { [REFRESH]: how, [REFRESH_AT]: token, ...owner.source.hydrated === true ? { 'argocd.argoproj.io/hydrate': 'normal' } : {} })
  }

  /** The control plane's namespace, as writ.yaml says it. */
  function namespaceOf(cluster: string): string {
    return hubs.find(hub => hub.cluster === cluster)?.namespace ?? 'argocd'
  }

  return {
    name: 'argocd',
    claims,
    read: (ref, target, also) => readApplication(clusters.named(ref.cluster), { ref, target, also, namespace: namespaceOf(ref.cluster), now: now() }),
    owners: async () => (await Promise.all(hubs.map(async hub => {
      const apps = await listApplications(clusters.named(hub.cluster), hub.namespace)
      if (apps.length === 0) return []
      const settings = await argoSettings(clusters.named(hub.cluster), hub.namespace)
      return apps.flatMap(app => applicationConsumers(hub, app, settings))
    }))).flat(),
    refresh,
    sync: (owner, ask) => startSync(clusters.named(owner.cluster), owner, ask),
    observe: (owner, target, wanted = 'there') => owner.kind === 'ApplicationSet' ? observeApplicationSet(clusters.named(owner.cluster), owner) : observeApplication(clusters.named(owner.cluster), owner, { target, wanted, namespace: namespaceOf(owner.cluster), now: now() }),
  }
}
