import type { Change } from '../../model/change.ts'
import type { Cluster, GitOpsTool, RepositoryReader } from '../ports.ts'
import type { World } from '../world.ts'

/** Everything one look at a merged change needs. */
export interface Verification {
  readonly world: World
  readonly change: Change
  /** The commit on the base branch that carries the change: what an observed revision must contain. */
  readonly ours: string
  readonly reader: RepositoryReader
  readonly tool: GitOpsTool
  readonly cluster: Cluster
  readonly now: number
}
