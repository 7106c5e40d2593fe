import { z } from 'zod'
import type { ChangeRequestInfo } from '../../../model/forge.ts'

// Of each answer only what is used; the field names are those of GitHub's REST API 2022-11-28, as GitHub Enterprise Server 3.9 and later has it.
export const User = z.object({ login: z.string(), type: z.string() })
const Branch = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullish() })

export const Pull = z.object({
  number: z.number(), node_id: z.string(), html_url: z.string(), state: z.enum(['open', 'closed']), title: z.string(), body: z.string().nullish(), draft: z.boolean().nullish(),
  merged: z.boolean(), merged_by: User.nullish(), merge_commit_sha: z.string().nullish(), mergeable: z.boolean().nullish(), mergeable_state: z.string().nullish(),
  head: Branch, base: Branch, auto_merge: z.object({ enabled_by: User.nullish() }).nullish(),
})
export type Pull = z.infer<typeof Pull>

/** Lists say less than the answer about one. */
export const ListedPull = z.object({ number: z.number(), state: z.enum(['open', 'closed']), merged_at: z.string().nullish(), head: Branch, base: Branch })
export type ListedPull = z.infer<typeof ListedPull>

export const PullReview = z.object({ user: User.nullish(), state: z.string(), commit_id: z.string().nullish(), submitted_at: z.string().nullish(), html_url: z.string() })
export type PullReview = z.infer<typeof PullReview>

export const Statuses = z.object({ statuses: z.array(z.object({ context: z.string(), state: z.string(), target_url: z.string().nullish() })) }).transform(({ statuses }) => statuses)
export type Status = z.infer<typeof Statuses>[number]

export const CheckRuns = z.object({
  check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullish(), html_url: z.string().nullish(), app: z.object({ id: z.number() }).nullish() })),
}).transform(body => body.check_runs)
export type CheckRun = z.infer<typeof CheckRuns>[number]

const RequiredChecks = z.object({
  enforcement_level: z.string().optional(), contexts: z.array(z.string()).optional(),
  checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).optional(),
})
export const BaseBranch = z.object({ protection: z.object({ required_status_checks: RequiredChecks.optional() }).optional() })
export type BaseBranch = z.infer<typeof BaseBranch>

export const Rule = z.object({
  type: z.string(),
  parameters: z.object({
    required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.number().nullish() })).optional(),
    allowed_merge_methods: z.array(z.string()).optional(),
  }).optional(),
})
export type Rule = z.infer<typeof Rule>

export const Repository = z.object({ allow_merge_commit: z.boolean().optional(), allow_squash_merge: z.boolean().optional(), allow_rebase_merge: z.boolean().optional() })
export const Comment = z.object({ id: z.number(), body: z.string().optional(), user: User.nullish() })
export const ClosedIssue = z.object({ closed_by: User.nullish() })
export const IssueEvent = z.object({ event: z.string(), actor: User.nullish() })
export const Permission = z.object({ permission: z.string() })
const QueueEntry = z.object({ position: z.number(), state: z.string() }).nullish()
export const Queued = z.object({ node: z.object({ mergeQueueEntry: QueueEntry }).nullish() })
export const Enqueued = z.object({ enqueuePullRequest: z.object({ mergeQueueEntry: QueueEntry }).nullish() })

export function infoOf(pull: Pull, closedBy: string | null): ChangeRequestInfo {
  const state = pull.merged ? 'merged' : pull.state
  return {
    id: String(pull.number), url: pull.html_url, state, head: pull.head.sha, base: pull.base.ref,
    // While it is open the field holds the commit of a trial.
    mergeCommit: pull.merged ? pull.merge_commit_sha ?? null : null,
    closedBy: state === 'closed' ? closedBy : null, mergedBy: pull.merged ? pull.merged_by?.login ?? null : null,
  }
}
