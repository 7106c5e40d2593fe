import type { RefusalCode } from './codes.ts'
import type { Evidence } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import type { VerifyState } from './observation.ts'
import type { Plan } from './plan.ts'

/** The steps that routes are made of. */
export type StepName = 'publish' | 'record' | 'approve' | 'merge' | 'act' | 'verify' | 'resume' | 'close'

/** Where a change stands. `open` until one of the ends. */
export type ChangeStatus = 'open' | 'verified' | 'rejected' | 'cancelled' | 'superseded' | 'failed' | 'refused'

/** For whom or what an open change waits, and the command that goes on. */
export interface Waiting {
  /** `time`: what was asked is in force, and ends by itself. */
  readonly for: 'people' | 'forge' | 'controller' | 'process' | 'time'
  readonly sentence: string
  /** The command for a person, or null where only time helps. */
  readonly next: string | null
}

/** What a merged change was verified by: all of it was seen. */
export interface VerifiedEvidence {
  readonly revision: string
  readonly mergeCommit: string
  readonly fields: readonly { readonly path: string, readonly value: Json }[]
  readonly health: string
  readonly at: string
  readonly sentences: readonly string[]
  /** What was read of the owner and of the live object at the last look, field by field. */
  readonly owner?: JsonObject
  readonly live?: JsonObject
}

/** One change on its route. Facts are added by steps and never taken back, except by a return to `publish`. */
export interface Change {
  readonly id: string
  readonly key: string
  readonly status: ChangeStatus
  /** The step to run next. */
  readonly step: StepName
  readonly plan: Plan
  readonly createdAt: string
  readonly updatedAt: string
  /** Fence of the process that wrote last; version grows by one with every write. */
  readonly version: number
  readonly waiting: Waiting | null
  /** `path` of facts that steps found: see ChangeFacts. */
  readonly facts: ChangeFacts
  /** Why it ended, where it did not end verified. */
  readonly ended: { readonly code: string, readonly message: string, readonly evidence: readonly Evidence[] } | null
}

/** Whose votes held at the last look, for the head that they were given on. */
export interface VotesSeen {
  readonly head: string
  readonly approved: readonly { readonly person: string, readonly at: string, readonly via: Approval['via'] }[]
  readonly missing: string | null
  /** Who asks for changes. */
  readonly against: readonly string[]
  /** Persons, or logins of the forge, whose word does not count, and why. */
  readonly ignored: readonly { readonly who: string, readonly reason: string }[]
}

/** What the steps of the pull-request route establish. */
export interface ChangeFacts {
  readonly branch?: string
  readonly head?: string
  readonly headBase?: string
  /** Every head that Writ ever pushed for this change: commits that it may replace. */
  readonly heads?: readonly string[]
  /** The head that was pushed although no change request could be opened for it. */
  readonly pushed?: string
  readonly changeRequest?: { readonly id: string, readonly url: string | null }
  readonly mergeAskedBy?: { readonly person: string, readonly head: string }
  /** The merge commit that was about to be pushed, written ahead of the push. */
  readonly mergeIntent?: string
  /** Every merge commit that ever was about to be pushed: a process that was taken over may still push its own. */
  readonly mergeIntents?: readonly string[]
  readonly mergeCommit?: string
  readonly mergedAt?: string
  /** Who merged it on the forge, by their login there. */
  readonly mergedBy?: string
  /** Where somebody else than Writ put it into the base: who, and which approval was missing then. */
  readonly mergedOutside?: { readonly by: string, readonly missing: string | null }
  /** When the owner was last triggered, and how often. */
  readonly refreshes?: number
  readonly refreshedAt?: string
  /** Since when the live object has been seen as asked and healthy, without interruption. */
  readonly healthySince?: string | null
  /** What was seen then: uid and generation. Another one later means that the object was changed in between. */
  readonly healthyOf?: string
  /** Since when the rollout has been seen failing, without interruption. */
  readonly failingSince?: string | null
  /** Since when the owner has said Synced while the live field differed, without interruption; and when it was asked once to drop its caches because of that. */
  readonly differsSince?: string | null
  readonly hardRefreshedAt?: string
  /** The observed revision whose rendered target was seen to hold the asked values. */
  readonly contentAt?: string
  readonly lastUnmet?: string
  /** When the environment's time was found to be up; a little later it is looked at once more before the change ends. */
  readonly timeUpAt?: string | null
  /** The state that the change waits in, since when, and when it came into each state first (argocd-flux.md 7). */
  readonly verifying?: { readonly state: VerifyState, readonly since: string, readonly entered: Readonly<Partial<Record<VerifyState, string>>> }
  /** When what only people could lift was lifted: no deadline counts the time before. */
  readonly clockFrom?: string
  /** Since when the owner has not been there, the cluster has not answered, and the owner has been failing at our revision. */
  readonly missingSince?: string | null
  readonly unreachableSince?: string | null
  readonly failingAtSince?: string | null
  /** Looks in a row that were not allowed, and since when. */
  readonly refusedLooks?: number
  readonly refusedSince?: string | null
  /** What the owner failed by at a revision without ours. */
  readonly failedBefore?: string
  /** When the owner was asked to look once more at a deleted object; `goneUnasked`: it could not be. */
  readonly goneAskedAt?: string
  readonly goneUnasked?: boolean
  readonly verified?: VerifiedEvidence
  /** When a steering change was about to act, written ahead of it; and when a pause was about to be ended because its time was up. */
  readonly actedAt?: string
  readonly resumedAt?: string
  /** When a verified change is looked at once more, when that was done, and what was wrong then. */
  readonly recheckAt?: string
  readonly recheckedAt?: string
  readonly regressed?: { readonly at: string, readonly sentence: string }
  readonly votes?: VotesSeen
  /** sha256 of the comment that stands on the change request; of one that could not be written, and when that was tried last. */
  readonly told?: string
  readonly untold?: { readonly text: string, readonly at: string }
  /** When a change that did not become verified was seen to have ended. */
  readonly endedAt?: string
  /** Of a change that failed after its merge: whether a rollback of it could be planned when it ended, and why not. */
  readonly rollback?: { readonly possible: boolean, readonly because: string | null }
  /** The change that rolls this one back, or did. */
  readonly rolledBackBy?: string
  /** True once nothing of an ended change is left open on its forge. */
  readonly tidied?: boolean
}

/** What a step says after it ran once. */
export type StepResult =
  | { readonly kind: 'done', readonly facts: ChangeFacts, readonly sentence: string, readonly plan?: Plan }
  | { readonly kind: 'waiting', readonly waiting: Waiting, readonly facts?: ChangeFacts, readonly retryAfter: number }
  /** The change goes back to an earlier step; the facts named are forgotten. */
  | { readonly kind: 'back', readonly to: StepName, readonly forget: readonly (keyof ChangeFacts)[], readonly sentence: string, readonly plan?: Plan }
  | { readonly kind: 'refused', readonly code: RefusalCode, readonly message: string, readonly evidence: readonly Evidence[] }
  | { readonly kind: 'ended', readonly status: Exclude<ChangeStatus, 'open' | 'verified'>, readonly code: string, readonly message: string, readonly evidence: readonly Evidence[] }

/** One row of the journal: intent before a step or effect, result after it. */
export interface JournalEntry {
  readonly seq: number
  readonly change: string
  readonly step: StepName
  readonly attempt: number
  readonly kind: 'intent' | 'result'
  readonly at: string
  readonly by: string
  readonly data: JsonObject
}

/** One person's vote on one head. */
export interface Approval {
  readonly change: string
  readonly person: string
  readonly vote: 'approve' | 'reject'
  readonly head: string
  readonly digest: string
  readonly environment: string
  readonly at: string
  readonly expires: string
  readonly via: 'os-user' | 'ssh-key' | 'forge'
  readonly comment: string | null
  /** The signed document and its armoured SSHSIG; null where the OS user was enough. */
  readonly signature: { readonly document: string, readonly armoured: string } | null
}

/** What an approver signs: canonical JSON, namespace `writ/approval/v1` (reliability.md R5, DESIGN.md section 3). */
export interface ApprovalDocument {
  readonly v: 1
  readonly change: string
  readonly head: string
  readonly digest: string
  readonly environment: string
  readonly vote: 'approve' | 'reject'
  readonly expires: string
}
