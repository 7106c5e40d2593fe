import type { Environment } from './environment.ts'
import type { Evidence, Refusal } from './error.ts'
import type { Edit, FieldChange } from './field.ts'
import type { Destination, Owner, OwnerRef } from './owner.ts'
import type { ChangeRequest } from './request.ts'
import type { KubernetesObject, ObjectRef, Target } from './resource.ts'
import type { SteerOrder } from './steering.ts'
import type { Verdict } from './verdict.ts'

/** The lists of DESIGN.md section 2. `pause` is steer with an end: it stays open until the owner is resumed. */
export type RouteName = 'pull-request' | 'steer' | 'pause'

/** A file before and after. `before` null = new file, `after` null = removed. */
export interface FileChange { readonly path: string, readonly before: string | null, readonly after: string | null }

/** One difference between two renders. */
export interface ObjectChange {
  readonly object: ObjectRef
  readonly kind: 'changed' | 'added' | 'removed'
  /** Of an object that is added or removed: the whole of it, at the empty path. */
  readonly fields: readonly FieldChange[]
  /** Lists that hold the same items in another order where order means nothing. */
  readonly reordered: readonly string[]
  /** Of `fields`, those that only follow: the name of a generated object, which holds a hash of its content, and the references to it. */
  readonly follows?: readonly string[]
}

/** What a file edit does to one consumer other than the asked one. */
export interface BlastEntry {
  /** The directory of the consumer in the repository; '' is the root. */
  readonly path: string
  /** Owners that deploy this path; empty where no known owner claims it. */
  readonly owners: readonly OwnerRef[]
  readonly environments: readonly string[]
  /** null where the consumer did not render before the edit either: its effect is unknown. */
  readonly changes: readonly ObjectChange[] | null
  readonly error: string | null
  /** Nothing changes but the asked owner's own manifest, which this one brings to the cluster: no other delivery is affected. */
  readonly carrier?: true
  /** What names the path, where that is nothing that Writ reads as an owner. */
  readonly by?: string
}

/** Which renderer said so. */
export interface RendererInfo { readonly name: string, readonly version: string }

/** The proof that exactly the asked change results. Hashes are sha256 over the canonical JSON of all rendered objects. */
export interface Proof {
  readonly renderer: RendererInfo
  readonly beforeHash: string
  readonly afterHash: string
  readonly changes: readonly ObjectChange[]
  readonly sentence: string
}

/** Objects that will deploy with this change although it does not touch them: the owner is behind. */
export interface AlsoShips {
  readonly since: string
  readonly because: string
  readonly changes: readonly ObjectChange[]
  readonly hash: string
  /** The environments that these objects are in: their rules count, too. */
  readonly environments?: readonly string[]
}

/** What an API server said to one object as the change leaves it. Nothing is kept of the question. */
export interface ServerAnswer {
  readonly object: ObjectRef
  readonly cluster: string
  /** By a dry run, in its published types (schema), or not at all. */
  readonly asked: 'dry run' | 'schema' | 'not asked'
  /** Why in its schema only, or not at all; null with a dry run. */
  readonly because: string | null
  /** What it said that refuses nothing: admission of the caller, and what was so before. */
  readonly warnings: readonly string[]
}

/** Whose approvals one environment asks for. */
export interface EnvironmentNeed {
  readonly count: number
  readonly senior: boolean
  /** Groups that may approve; empty: every known human but the requester. */
  readonly groups: readonly string[]
  readonly seniorGroup: string
}

/** An approval by one of these owners of changed files; `file` is where the base says so. */
export interface CodeOwnersNeed { readonly owners: readonly string[], readonly paths: readonly string[], readonly file: string, readonly forge: string }

/** Approvals that the change needs: of the highest affected environment, and where people of others must agree, too (`beside`). One vote counts in each that the person may vote for. */
export interface ApprovalNeed extends EnvironmentNeed {
  readonly signed: boolean
  /** True where a review on the forge counts, too. */
  readonly reviews?: true
  readonly codeOwners?: readonly CodeOwnersNeed[]
  readonly beside?: readonly (EnvironmentNeed & { readonly environment: string })[]
}

// The type grows step by step; leaving one out does not compile (architecture.md 6.4).
export interface Classified {
  readonly request: ChangeRequest
  readonly target: Target
  /** null where the object is not there yet: it will be made. */
  readonly live: KubernetesObject | null
  readonly environment: Environment
  /** What is asked, one edit per field; after the proof the leaves in which it differs from the render. An empty path is the whole object, made or gone. */
  readonly edits: readonly Edit[]
  /** The edits as they were asked, which do not depend on the commit: what tells two requests apart. Left out where `edits` still are those. */
  readonly asked?: readonly Edit[]
}
export interface Located extends Classified {
  readonly owner: Owner
  readonly ownerEvidence: readonly Evidence[]
  /** The commit of the owner's branch that was read. */
  readonly base: string
  /** The branch that was read: the owner's revision, or the default branch where that is HEAD. */
  readonly branch: string
  /** The ID of the place where a new object goes. */
  readonly place?: string
}
/** What an edit of an owner's own manifest reaches: fields of an object that the owner deploys, seen by rendering that with the edit. */
export interface Through {
  readonly target: Target
  /** As it lived when the plan was made; never printed. */
  readonly live?: KubernetesObject | null
  readonly owner: OwnerRef
  readonly ownerEvidence: readonly Evidence[]
  readonly edits: readonly Edit[]
  readonly changes: readonly ObjectChange[]
  readonly sentence: string
}
export interface Proven extends Located {
  /** Where the asked fields are those of another object, which an owner deploys and whose manifest is edited: the highest owner first, the asked object last. */
  readonly through?: readonly Through[]
  readonly files: readonly FileChange[]
  /** `path:line` of each edited place. */
  readonly places: readonly string[]
  readonly proof: Proof
  readonly blast: readonly BlastEntry[]
  readonly alsoShips: AlsoShips | null
  /** The name that the target has after the change, where it holds a hash of the content. */
  readonly renamedTo?: string
  /** What a person should know before deciding: what stays all the same, what goes along. Left out where there is nothing. */
  readonly notes?: readonly string[]
}
/** Whole objects behind a proof, for the policies; never stored with a change. */
export interface JudgedObject { readonly ref: ObjectRef, readonly before: KubernetesObject | null, readonly after: KubernetesObject | null }
export interface RenderedChanges {
  readonly asked: readonly JudgedObject[]
  /** For each entry of the blast radius that rendered, in its order. */
  readonly blast: readonly { readonly path: string, readonly environments: readonly string[], readonly objects: readonly JudgedObject[], /** Where they are deployed. */ readonly destinations: readonly Destination[] }[]
  /** What else ships with the change, by the environment that each object is in. */
  readonly ships?: readonly { readonly environment: string, readonly objects: readonly JudgedObject[] }[]
}
/** What Writ would do, complete: the dry run. */
export interface Plan extends Proven {
  readonly route: RouteName
  readonly routeReason: string
  readonly environmentClass: Environment['class']
  /** What the API servers said to the objects as they will be; absent where there is nothing to ask: deletions, and routes that change nothing in Git. */
  readonly server?: readonly ServerAnswer[]
  readonly verdicts: readonly Verdict[]
  readonly policyBundle: string
  readonly needs: ApprovalNeed
  /** May Writ merge without a person once its gates are passed? */
  readonly mergesItself: boolean
  readonly digest: string
  /** Unified diff of the files. */
  readonly diff: string
  /** On the routes that steer an owner: nothing in Git is changed then, `target` is the owner, and files and proof are empty. */
  readonly steer?: SteerOrder
}

/** The live and rendered values are already as asked: nothing to do, a success. */
export interface NoChange {
  readonly noChange: true
  readonly message: string
  readonly target: Target
  /** The idempotency key that the change would have had: an open change of the same key is on its way. */
  readonly key: string
}

/** Every way a plan can end. */
export type PlanResult = Plan | Refusal | NoChange

/** The object that was asked about, as it lived: below the owner whose manifest is edited, where one is. */
export function askedObject({ target, live, through }: Pick<Plan, 'target' | 'live' | 'through'>): { readonly target: Target, readonly live: KubernetesObject | null } {
  const below = through?.at(-1)
  return below === undefined ? { target, live } : { target: below.target, live: below.live ?? null }
}
