import { hubOf } from '../../../model/config.ts'
import type { ClusterConfig } from '../../../model/config.ts'
import { textAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'

/** How an Argo CD names one cluster of the configuration: server URLs and destination names. */
export interface ArgoMember { readonly cluster: string, readonly names: readonly string[] }

/** A cluster where Argo CD may run, its control-plane namespace, and the clusters that it deploys to. */
export interface ArgoHub { readonly cluster: string, readonly namespace: string, readonly members: readonly ArgoMember[] }

const IN_CLUSTER: readonly string[] = ['https://kubernetes.default.svc', 'in-cluster']

/**
 * Where to look for Applications. A cluster that is deployed to from a hub is looked at itself too:
 * an Argo CD of its own may run there, and would be a second owner.
 */
export function argoHubs(config: readonly ClusterConfig[]): readonly ArgoHub[] {
  const hubs = new Map<string, ArgoHub>()
  function add(cluster: string, namespace: string, member: ArgoMember): void {
    const known = hubs.get(cluster)
    hubs.set(cluster, { cluster, namespace: known?.namespace ?? namespace, members: [...known?.members ?? [], member] })
  }
  for (const one of config) {
    const hub = hubOf(config, one, 'argocd')
    const namespace = one.argocd?.namespace ?? 'argocd'
    const names = (one.argocd?.destinations ?? IN_CLUSTER).map(plainName)
    if (hub === one.name) add(hub, namespace, { cluster: one.name, names })
    else {
      // From a hub, in-cluster means the hub.
      add(hub, namespace, { cluster: one.name, names: names.filter(name => !IN_CLUSTER.includes(name)) })
      add(one.name, 'argocd', { cluster: one.name, names: IN_CLUSTER })
      // The Applications of a hub that is no cluster of the configuration are deployed, too: by Applications that mean the hub itself.
      if (!config.some(other => other.name === hub) && hubs.get(hub)?.members.some(member => member.cluster === hub) !== true) add(hub, namespace, { cluster: hub, names: IN_CLUSTER })
    }
  }
  return [...hubs.values()]
}

/** The destination as the Application writes it. */
export function destinationName(app: KubernetesObject): string {
  return plainName(textAt(app, 'spec', 'destination', 'server') || textAt(app, 'spec', 'destination', 'name') || '')
}

/** The cluster of the configuration that an Application deploys to, or null where writ.yaml names none. */
export function destinationCluster(hub: ArgoHub, app: KubernetesObject): string | null {
  const name = destinationName(app)
  return hub.members.find(member => member.names.includes(name))?.cluster ?? null
}

function plainName(name: string): string {
  return name.replace(/\/+$/, '')
}
