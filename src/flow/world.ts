import type { Environment } from '../model/environment.ts'
import type { Person } from '../model/config.ts'
import type { KubernetesObject } from '../model/resource.ts'
import type { ApiServers, Approvals, Changes, Clock, Clusters, GitOpsTool, Leases, OwnerObjects, PolicyEngine, Renderer, Repositories, Signatures, Steering, Tree, Worktree } from './ports.ts'

import type { RenderMemory } from './proof/render-memory.ts'

export type { Clusters } from './ports.ts'

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
  readonly servers: ApiServers
  readonly environments: Environments
  readonly people: readonly Person[]
  readonly tools: readonly GitOpsTool[]
  readonly ownerObjects: OwnerObjects
  readonly steering: readonly Steering[]
  readonly repositories: Repositories
  readonly renderers: readonly Renderer[]
  /** What was rendered of commits before. */
  readonly renders: RenderMemory
  readonly policies: PolicyEngine
  readonly changes: Changes
  readonly leases: Leases
  readonly approvals: Approvals
  readonly signatures: Signatures
  /** Takes secrets out of a text that leaves for a forge, where nobody can take them back. */
  readonly redact: (text: string) => string
  /** Name and e-mail of Writ's own commits. */
  readonly committer: { readonly name: string, readonly email: string }
  /** `host/pid`, for the journal. */
  readonly process: string
}

/** The commits of the repository that a checkout belongs to, as far as they are here. Reads only, and never reaches a remote. */
export interface CheckoutHistory {
  /** The commit that a branch, tag, remote-tracking branch or id names; null where it is not here. Throws usage/bad-argument for what is no name. */
  resolve(ref: string): Promise<string | null>
  /** The best common ancestor; null where none is here. */
  mergeBase(a: string, b: string): Promise<string | null>
  /** True where the clone was cut off. */
  shallow(): Promise<boolean>
  tree(commit: string): Promise<Tree>
  worktree(commit: string): Promise<Worktree>
  /** The files as they stand, each with the id that its content has as a blob. */
  standing(): Promise<Tree>
  /** A throw-away copy of the files as they stand. */
  copy(): Promise<Worktree>
}
