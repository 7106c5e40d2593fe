import type { Environment } from '../model/environment.ts'
import type { Person } from '../model/config.ts'
import type { TargetAsk } from '../model/request.ts'
import type { KubernetesObject } from '../model/resource.ts'
import type { Approvals, Changes, Clock, Cluster, GitOpsTool, Leases, PolicyEngine, Renderer, Repositories, Signatures } from './ports.ts'

/** The clusters of the configuration. */
export interface Clusters {
  readonly all: readonly Cluster[]
  /** The cluster that a request means; null in the ask = the only one, or the kubeconfig's current context. Throws usage/bad-argument. */
  choose(ask: Pick<TargetAsk, 'cluster'>): Cluster
  /** By its name in writ.yaml. Throws internal/bug where there is none. */
  named(name: string): Cluster
}

/** Which environment an object is in: by cluster and namespace, never by the caller's word. */
export interface Environments {
  /** `namespaceObject` null for cluster-scoped objects. What no file covers is prod, with known = false. */
  of(cluster: string, namespace: string | null, namespaceObject: KubernetesObject | null): Environment
  readonly all: readonly Environment[]
}

/** Everything that plan and deliver may touch. Made by wire.ts, handed to every operation. */
export interface World {
  readonly clock: Clock
  readonly clusters: Clusters
  readonly environments: Environments
  readonly people: readonly Person[]
  readonly tools: readonly GitOpsTool[]
  readonly repositories: Repositories
  readonly renderers: readonly Renderer[]
  readonly policies: PolicyEngine
  readonly changes: Changes
  readonly leases: Leases
  readonly approvals: Approvals
  readonly signatures: Signatures
  /** Name and e-mail of Writ's own commits. */
  readonly committer: { readonly name: string, readonly email: string }
  /** `host/pid`, for the journal. */
  readonly process: string
}
