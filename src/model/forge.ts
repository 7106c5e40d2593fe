/** A change request (pull request) as its forge shows it. */
export interface ChangeRequestInfo {
  readonly id: string
  readonly url: string | null
  readonly state: 'open' | 'merged' | 'closed'
  readonly head: string
  readonly base: string
  readonly mergeCommit: string | null
  readonly closedBy: string | null
}
