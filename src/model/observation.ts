/** One look at an owner after a merge. Every sentence is what was read, never what was hoped. */
export interface Observation {
  /** The commit (40 hex digits) that the owner says it compared and applied for our source; null where it names none. */
  readonly revision: string | null
  /** True where every accept condition of the tool holds, `contains(revision)` and the live object apart (argocd-flux.md 6.2, 6.3). */
  readonly accepted: boolean
  /** The conditions that do not hold, one sentence each, with the value seen. Empty where accepted. */
  readonly unmet: readonly string[]
  /** True where the owner still points at the repository, path and branch that were edited. */
  readonly unchanged: boolean
  /** Something only a person can lift: suspended, manual sync, frozen. */
  readonly blocked: { readonly code: 'BLOCKED_SUSPENDED' | 'BLOCKED_MANUAL_SYNC', readonly sentence: string, readonly next: string } | null
  /** The owner's own error. `revision` is the commit it failed at, where it says so. */
  readonly failure: { readonly permanent: boolean, readonly sentence: string, readonly revision: string | null } | null
  /** True where the owner's own list still names the object. */
  readonly listed: boolean
  /** True while a request to look again has not been taken. */
  readonly pending: boolean
  /** Seen, and no obstacle: shown with the evidence. */
  readonly notes: readonly string[]
}

/** Health of one live object, judged only after the controller has seen its newest generation (argocd-flux.md 6.4). */
export type Health =
  | { readonly state: 'healthy', readonly sentence: string }
  | { readonly state: 'progressing', readonly sentence: string }
  | { readonly state: 'failing', readonly sentence: string }
  | { readonly state: 'paused', readonly sentence: string }
