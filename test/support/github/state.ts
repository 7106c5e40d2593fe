/** What a person may do in a repository. */
export type Role = 'admin' | 'write' | 'read'

export interface Account { readonly login: string, readonly id: number, readonly type: 'User' | 'Bot' }

export interface PullState {
  readonly number: number
  title: string
  body: string | null
  draft: boolean
  state: 'open' | 'closed'
  readonly branch: string
  base: string
  /** Where the branch stood when it was last seen; it stays when the pull request ends. */
  head: string
  readonly by: string
  readonly created: string
  merged: { readonly by: string, readonly commit: string, readonly at: string } | null
  closedBy: string | null
  autoMerge: string | null
  queued: number | null
  readonly reviews: ReviewState[]
  readonly comments: CommentState[]
  /** The pair of commits for which mergeability has been computed: the first who asks for another one is told null. */
  computed: string
  /** How many lists do not show it yet. */
  hidden: number
}

export interface ReviewState { readonly id: number, readonly by: string, state: string, readonly commit: string, readonly at: string }
export interface CommentState { readonly id: number, readonly by: string, body: string }
export interface StatusState { readonly context: string, readonly state: string, readonly id: number }
export interface RunState { readonly name: string, readonly status: string, readonly conclusion: string | null, readonly app: number }
export interface RuleState { readonly type: string, readonly parameters?: Readonly<Record<string, unknown>> }

export interface RepositoryState {
  readonly id: number
  /** `owner/name`. */
  name: string
  readonly folder: string
  archived: boolean
  readonly roles: Map<string, Role>
  readonly pulls: PullState[]
  readonly statuses: Map<string, StatusState[]>
  readonly runs: Map<string, RunState[]>
  /** Classic protection of a branch: names of required checks, with the App that must report them. */
  readonly protection: Map<string, readonly { readonly context: string, readonly app_id: number | null }[]>
  readonly rules: Map<string, RuleState[]>
  methods: readonly ('merge' | 'squash' | 'rebase')[]
}

/** An App: its id, its slug, its public key in PEM, and the installations by owner. */
export interface AppState { readonly id: number, readonly slug: string, readonly publicKey: string, readonly installations: ReadonlyMap<string, number> }

/** Whoever a token stands for, and until when and for which repositories. */
export interface TokenState { readonly login: string, readonly ends: number, readonly repositories: readonly string[] | null }

export interface GitHubState {
  readonly accounts: Map<string, Account>
  readonly tokens: Map<string, TokenState>
  readonly repositories: RepositoryState[]
  /** Names that repositories had before. */
  readonly renamed: Map<string, number>
  app: AppState | null
  /** Check runs may not be read with any token. */
  hideRuns: boolean
  /** How many lists do not show a new pull request. */
  lag: number
}

let last = 0

/** Numbers that grow, as GitHub's ids do. */
export function nextId(): number {
  last += 1
  return last
}

export function roleOf(repository: RepositoryState, login: string): Role | 'none' {
  return repository.roles.get(login) ?? 'none'
}

export function mayWrite(repository: RepositoryState, login: string): boolean {
  return ['admin', 'write'].includes(roleOf(repository, login))
}
