import type { ChangeRequestText } from '../model/forge.ts'

/** A change request that Writ itself keeps, for forges that have none. */
export interface ChangeRequestRow extends ChangeRequestText {
  /** `1`, `2`, … over the whole store. */
  readonly id: string
  readonly repository: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly mergeCommit: string | null
  /** The person who closed or merged it. */
  readonly closedBy: string | null
}

/** How a change request ends. */
export type ChangeRequestEnd =
  | { readonly state: 'merged', readonly mergeCommit: string, readonly by: string }
  | { readonly state: 'closed', readonly by: string }

/**
 * Change requests as rows: what the plain forge needs of the store. At most one is open for a repository and branch.
 * Every method can be repeated safely; an id that the repository does not have throws change/not-found.
 */
export interface ChangeRequestRows {
  /** The one of this branch, first choice open > merged > closed, the newest of these; null where there is none. */
  find(repository: string, branch: string): Promise<ChangeRequestRow | null>
  /** The one of this id, as it is. */
  get(repository: string, id: string): Promise<ChangeRequestRow>
  /** Opens one, or gives the open one of the same branch, brought up to date with this text. */
  open(repository: string, text: ChangeRequestText): Promise<ChangeRequestRow>
  /** Brings an open one up to date; one that has ended stays as it is. */
  update(repository: string, id: string, text: ChangeRequestText): Promise<ChangeRequestRow>
  /** Ends it. What is merged stays merged with its first merge commit; what is closed may still be recorded as merged. */
  end(repository: string, id: string, end: ChangeRequestEnd): Promise<ChangeRequestRow>
}
