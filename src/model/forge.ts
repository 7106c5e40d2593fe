/** Somebody on a forge. `bot`: the forge itself says that it is no person. */
export interface ForgeUser { readonly login: string, readonly bot: boolean }

/** A change request (pull request, merge request) as its forge shows it. */
export interface ChangeRequestInfo {
  readonly id: string
  readonly url: string | null
  readonly state: 'open' | 'merged' | 'closed'
  /** The commit that is proposed, and the branch that it shall go to. */
  readonly head: string
  readonly base: string
  readonly mergeCommit: string | null
  /** Who closed or merged it, where the forge says so. */
  readonly closedBy: string | null
  readonly mergedBy: string | null
}

/** The latest word of one reviewer, on the commit that it was given for (reliability.md R4). What was dismissed is left out. */
export interface Review {
  readonly by: ForgeUser
  readonly verdict: 'approved' | 'changes-requested'
  readonly commit: string
  readonly at: string
  /** False where the reviewer may not write to the repository: such a word never counts. */
  readonly writes: boolean
  readonly url: string | null
}

/** A status or check run on the head; the newest of each name. `required`: the base does not take the change without it. */
export interface Check { readonly name: string, readonly state: 'passed' | 'pending' | 'failed', readonly required: boolean, readonly url: string | null }

/** Would the forge merge it now? `unknown` while it computes. `because` in its own words where it has any. */
export interface Mergeable { readonly is: 'yes' | 'no' | 'unknown', readonly because: string | null }

/** Everything that decides about a change request, read at once. */
export interface ChangeRequestLook {
  readonly info: ChangeRequestInfo
  readonly reviews: readonly Review[]
  readonly checks: readonly Check[]
  readonly mergeable: Mergeable
  /** It merges by itself once its gates are passed (auto-merge, merge queue), in the forge's words; null where it does not. */
  readonly waitsToMerge: string | null
}

/** How a merge ended. `moved`: the head or the base is elsewhere by now. `blocked`: the forge does not take it, in its words. */
export type MergeResult =
  | { readonly kind: 'merged', readonly info: ChangeRequestInfo }
  | { readonly kind: 'moved' }
  | { readonly kind: 'blocked', readonly because: string }

/** What a webhook says: only a hint to look again, never truth. */
export interface ForgeEvent {
  /** As the forge writes it, to be compared after normalising. */
  readonly repository: string
  readonly request: string | null
  readonly branch: string | null
  /** One delivery has one id, however often it comes. */
  readonly delivery: string
}

/** What a forge is told when a change request is opened or brought up to date. */
export interface ChangeRequestText { readonly change: string, readonly branch: string, readonly base: string, readonly head: string, readonly title: string, readonly body: string }

/** What a forge cannot do, as data. */
export interface ForgeAbilities {
  /** 'writ': Writ merges and pushes itself; 'forge': the forge merges. */
  readonly mergedBy: 'writ' | 'forge'
  /** True where people review on the forge. */
  readonly reviews: boolean
  /** True where a comment can be put on a change request. */
  readonly comments: boolean
  /** How many characters it takes as the text of a change request or a comment. Left out: 65,536, the least of all forges. */
  readonly bodyLimit?: number
}

/** Who asks for which merge. `commit`: the merge commit that Writ pushed itself, where `mergedBy` is 'writ'. */
export interface MergeAsk { readonly head: string, readonly by: string, readonly commit: string | null, readonly message: string }
