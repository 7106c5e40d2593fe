/** What the in-process GitLab knows; the branches and commits are those of real bare repositories. */
export interface GitlabState {
  readonly url: string
  readonly users: Map<number, User>
  /** By token. */
  readonly tokens: Map<string, number>
  readonly projects: Project[]
  /** Paths that projects had before. */
  readonly renamed: Map<string, string>
  /** Answers given, as `GET /projects/…`. */
  readonly asked: string[]
  /** Calls and parameters that no GitLab of this kind knows, or that nobody wrote down here: a test that makes one has failed. */
  readonly unknown: string[]
  readonly faults: Fault[]
  /** The most that one page holds, whatever was asked for. */
  largestPage: number
  /** How the next page is told: by a link with its number or with a key, or by a header alone, as where something on the way has taken the link away. */
  paging: 'link' | 'keyset' | 'header'
  /** So many API calls pass until a push is noticed, as real ones take a moment. */
  lag: number
  /** False as before GitLab 18, where approvals had no time. */
  approvalTimes: boolean
  /** So many requests are opened without a look at those that are there, as when two come at once. */
  blindOpens: number
  readonly now: () => string
}

/** What happens instead of, or to, a matching call, so many times. */
export interface Fault {
  readonly on: RegExp
  times: number
  /** `lost`: it is done, and the answer never comes; `cut`: nothing is done; else the status and headers that are answered. */
  readonly what: 'lost' | 'cut' | { readonly status: number, readonly headers?: Readonly<Record<string, string>>, readonly body?: unknown }
}

export interface User { readonly id: number, readonly username: string, readonly bot: boolean }

export interface Membership { level: number, state: 'active' | 'blocked', membership: 'active' | 'awaiting', expires: string | null }

export interface Project {
  readonly id: number
  path: string
  readonly folder: string
  readonly edition: 'free' | 'ultimate'
  archived: boolean
  mergeMethod: 'merge' | 'rebase_merge' | 'ff'
  squash: 'never' | 'always' | 'default_on' | 'default_off'
  pipelineMustPass: boolean
  skippedPasses: boolean
  checksMustPass: boolean
  trains: boolean
  resetApprovals: boolean
  approvalsRequired: number
  readonly members: Map<number, Membership>
  /** By branch, the level that may merge. */
  readonly mergeLevels: Map<string, number>
  readonly statuses: Status[]
  readonly externalChecks: ExternalCheck[]
  readonly requests: MergeRequest[]
}

export interface Status { readonly id: number, readonly sha: string, readonly name: string, readonly status: string, readonly allowFailure: boolean, readonly at: string }

/** `states`: by commit, what the service outside said of it. */
export interface ExternalCheck { readonly id: number, readonly name: string, readonly states: Map<string, 'passed' | 'failed'> }

export interface MergeRequest {
  readonly iid: number
  title: string
  description: string
  readonly author: User
  readonly source: string
  target: string
  state: 'opened' | 'closed' | 'merged' | 'locked'
  readonly createdAt: string
  readonly versions: { readonly id: number, readonly head: string, readonly base: string, readonly at: string }[]
  approvals: { readonly user: User, readonly at: string }[]
  reviewers: { readonly user: User, state: string, readonly at: string }[]
  readonly notes: { readonly id: number, body: string, readonly system: boolean, readonly author: User, readonly at: string }[]
  closedBy: User | null
  mergedBy: User | null
  mergeCommit: string | null
  squashCommit: string | null
  squash: boolean
  autoMerge: boolean
  train: string | null
  draft: boolean
  threadsOpen: boolean
  /** The head and target that mergeability was last computed for. */
  checked: string
  /** Calls that have gone by since a push that is not noticed yet. */
  unseen: number
}

/** The newest version's head: what GitLab holds for the head of the request. */
export function headOf(request: MergeRequest): string {
  return request.versions.at(-1)?.head ?? ''
}

/** Every id is another one, whatever it is of. */
export function idsFrom(first: number): () => number {
  let last = first
  return () => { last += 1; return last }
}
