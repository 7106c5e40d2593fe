import type { Change } from '../model/change.ts'

/**
 * What became of a request, for scripts that must tell apart what others report as one "success" (features.md C5). A change that goes no way through Git has none.
 * `created`: its change request was opened; `updated`: one that stood was brought up to date, or is the answer to the same request; `pushed_without_pr`: the branch is
 * on the forge, and no change request could be opened.
 */
export type Outcome = 'created' | 'updated' | 'no_changes' | 'declined' | 'conflict' | 'pushed_without_pr' | 'failed'

const CONFLICTS: ReadonlySet<string> = new Set(['STALE', 'CONFLICT', 'SUPERSEDED'])

/** The outcome of a change as it stands. `existed`: the same request stood already. null while nothing was published, and for what needs no change request. */
export function outcomeOf({ plan, facts, status, ended }: Change, existed: boolean): Outcome | null {
  if (plan.route !== 'pull-request') return null
  if (ended?.code === 'NO_CHANGE') return 'no_changes'
  if (status === 'rejected') return 'declined'
  if (status === 'failed' || status === 'refused') return refusalOutcome(ended?.code ?? '')
  if (facts.changeRequest !== undefined) return existed || (facts.heads?.length ?? 0) > 1 ? 'updated' : 'created'
  return facts.pushed === undefined ? null : 'pushed_without_pr'
}

/** The outcome of what was refused before there was a change. */
export function refusalOutcome(code: string): Outcome {
  return CONFLICTS.has(code) ? 'conflict' : 'failed'
}
