import type { JsonObject } from './json.ts'

/** What only a person, or time that somebody set, can lift (argocd-flux.md 7). */
const BLOCKS = ['BLOCKED_SUSPENDED', 'BLOCKED_WINDOW', 'BLOCKED_MANUAL_SYNC', 'BLOCKED_PAUSED', 'BLOCKED_PROMOTION', 'BLOCKED_DEPENDENCY'] as const
export type Block = typeof BLOCKS[number]

/** Where a merged change stands on its way into the cluster (argocd-flux.md 7). `UNREACHABLE`: the cluster does not answer. */
export const VERIFY_STATES = ['SOURCE_WAIT', 'HYDRATE_WAIT', 'SYNC_WAIT', 'CHILD_WAIT', 'ROLLOUT_WAIT', 'STABILISING', 'UNREACHABLE', ...BLOCKS] as const
export type VerifyState = typeof VERIFY_STATES[number]

/** What a controller's failure text means (argocd-flux.md 7.2). `config` is permanent too, but never our change's doing; `people`: it waits for somebody. */
export const FAILURE_CLASSES = ['permanent', 'rollout', 'config', 'transient', 'waiting', 'people', 'unknown'] as const
export type FailureClass = typeof FAILURE_CLASSES[number]

/** How long the owner's own spec lets each part take, in milliseconds (argocd-flux.md 7.1); `poll`: how often it looks by itself. */
export interface OwnerTimes { readonly source: number, readonly sync: number, readonly rollout: number, readonly poll: number }

/** One look at an owner after a merge. Every sentence is what was read, never what was hoped. */
export interface Observation {
  /** The commit (40 hex digits) that the owner says it compared and applied for our source; null where it names none. */
  readonly revision: string | null
  /** It names no commit at all: what it makes of our source is the only thing that shows whether it has come to our merge. */
  readonly generated?: true
  /** True where every accept condition of the tool holds, `contains(revision)` and the live object apart (argocd-flux.md 6.2, 6.3). */
  readonly accepted: boolean
  /** The conditions that do not hold, one sentence each, with the value seen. Empty where accepted. */
  readonly unmet: readonly string[]
  /** True where the owner still points at the repository, path and branch that were edited. */
  readonly unchanged: boolean
  /** Something only a person can lift: suspended, manual sync, frozen. `next` null where only time helps. */
  readonly blocked: { readonly code: Block, readonly sentence: string, readonly next: string | null } | null
  /**
   * The owner's own error. `revision` is the commit it failed at, where it says so. `permanent`: another try at the same revision changes nothing.
   * `rolledBack`: it put the version of before back.
   */
  readonly failure: { readonly permanent: boolean, readonly sentence: string, readonly revision: string | null, readonly class?: FailureClass, readonly rolledBack?: true } | null
  /** True where the owner's own list still names the object. */
  readonly listed: boolean
  /** True where all that keeps it from being accepted is that it looks again at what it has applied: once accepted, that takes nothing back. */
  readonly looking?: true
  /** True while a request to look again has not been taken. */
  readonly pending: boolean
  /** Seen, and no obstacle: shown with the evidence. */
  readonly notes: readonly string[]
  /** True where the owner itself is not there; `unserved` where the cluster no longer serves its kind. */
  readonly missing?: true
  readonly unserved?: true
  /** What it waits for while it is not accepted; left out: SYNC_WAIT. */
  readonly state?: Extract<VerifyState, 'SOURCE_WAIT' | 'HYDRATE_WAIT' | 'SYNC_WAIT' | 'CHILD_WAIT'>
  /** The commit that it has begun to apply, where it says so: what it waits for there is already live. */
  readonly attempted?: string | null
  /** Commits that must have another one in their history, too, for the owner's word to count: both of our repository; `ours` stands for the merge. */
  readonly contains?: readonly { readonly commit: string, readonly ancestor: string, readonly what: string }[]
  /** Where it compares by itself only what these paths name: a change elsewhere needs a hard refresh. */
  readonly generatePaths?: readonly string[]
  readonly times?: OwnerTimes
  /** What was read, field by field, to be kept as evidence. */
  readonly tuple?: JsonObject
}

/** Health of one live object, judged only after the controller has seen its newest generation (argocd-flux.md 6.4). */
export type Health =
  | { readonly state: 'healthy', readonly sentence: string, /** What a person should know all the same. */ readonly warning?: string }
  | { readonly state: 'progressing', readonly sentence: string }
  /** `slow`: it may still pass, and is given twice the time. `over`: its controller will not try again by itself; `back`: it has put back what was there before. */
  | { readonly state: 'failing', readonly sentence: string, readonly slow?: true, readonly over?: 'failed' | 'back' }
  | { readonly state: 'paused', readonly sentence: string }
