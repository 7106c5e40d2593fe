import type { ConsumerOwner, Destination, Owner, OwnerRef } from '../../model/owner.ts'
import type { FileChange } from '../../model/plan.ts'
import type { Closure, RenderAsk } from './closure.ts'
import type { Ruled } from './rules.ts'
import type { TreeIndex } from './tree-index.ts'

/** One directory that is deployed, or could be: who claims it, and why its render is unknown where it is. */
export interface Consumer {
  readonly ask: RenderAsk
  readonly owners: readonly { readonly ref: OwnerRef, readonly destination: Destination }[]
  readonly unsupported: string | null
  readonly closure: Closure
  /** How it is rendered once files are changed. */
  readonly after: (changes: readonly FileChange[]) => Promise<RenderAsk | string>
  /** Something names it that is no owner which Writ reads, so that its effect is unknown: what that is, and the whole sentence. */
  readonly mention?: { readonly by: string, readonly because: string }
  /** Where it is the one that brings the asked owner's own manifest to the cluster: those files, and the names of the objects in them. */
  readonly carries?: { readonly files: ReadonlySet<string>, readonly names: ReadonlySet<string> }
}

/** What an owner's own manifest says once files are changed; the owner as it is where nobody can edit that, a sentence where it says what cannot be honoured. */
export type Reread = (owner: Ruled, changes: readonly FileChange[]) => Rereading | Promise<Rereading>

/** What it says then, or a sentence. */
export type Rereading = Pick<Ruled, 'source' | 'render'> | string

/** The asked delivery, and all owners that follow the same branch of the same repository. */
export interface ConsumerQuestion {
  readonly index: TreeIndex
  readonly asked: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source' | 'render'>
  readonly owners: readonly ConsumerOwner[]
  /** Who else names the asked path: another owner, or the asked delivery itself. */
  readonly samePath: 'other' | 'asked'
  /** What manifests of owners in the repository say once they are changed; left out where there are none that count. */
  readonly reread?: Reread
}
