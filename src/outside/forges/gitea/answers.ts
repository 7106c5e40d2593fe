import { z } from 'zod'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo, Check, Review } from '../../../model/forge.ts'
import type { Json } from '../../../model/json.ts'

// Of each answer only what is used; the field names are those of Gitea's modules/structs and of Forgejo's.
const User = z.object({ login: z.string() })
const Branch = z.object({ ref: z.string(), sha: z.string(), repo_id: z.number() })

export const Pull = z.object({
  number: z.number(), html_url: z.string(), state: z.enum(['open', 'closed']), merged: z.boolean(), title: z.string(), body: z.string(),
  merge_commit_sha: z.string().nullish(), merged_by: User.nullish(), mergeable: z.boolean(), draft: z.boolean().optional(), head: Branch, base: Branch,
})
export type Pull = z.infer<typeof Pull>

export const PullReview = z.object({
  user: User.nullish(), state: z.string(), commit_id: z.string(), dismissed: z.boolean(), official: z.boolean(), submitted_at: z.string(), html_url: z.string(),
})
export type PullReview = z.infer<typeof PullReview>

export const CombinedStatus = z.object({ statuses: z.array(z.object({ context: z.string(), status: z.string(), target_url: z.string() })).nullable() })
export const BaseBranch = z.object({ enable_status_check: z.boolean(), status_check_contexts: z.array(z.string()).nullable(), required_approvals: z.number() })
export const Repository = z.object({ archived: z.boolean(), allow_merge_commits: z.boolean(), default_merge_style: z.string() })
export const Comment = z.object({ id: z.number(), body: z.string(), user: User.nullish() })
export const TimelineEntry = z.object({ type: z.string(), user: User.nullish() })
export const Named = User

/** Reads an answer; a forge that answers otherwise is one that Writ does not know. */
export function read<T>(schema: z.ZodType<T>, body: Json, what: string): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new WritError('forge/failed', `The forge's answer to ${what} is not what Gitea 1.20 and later and Forgejo give: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`)
}

export function infoOf(pull: Pull, closedBy: string | null): ChangeRequestInfo {
  const state = pull.merged ? 'merged' : pull.state
  return {
    id: String(pull.number), url: pull.html_url, state, head: pull.head.sha, base: pull.base.ref,
    mergeCommit: pull.merged ? pull.merge_commit_sha ?? null : null,
    closedBy: state === 'closed' ? closedBy : null, mergedBy: pull.merged ? pull.merged_by?.login ?? null : null,
  }
}

/** The latest word of each reviewer; comments are none, and a dismissed one leaves nothing. `writers`: who may write now. */
export function reviewsOf(reviews: readonly PullReview[], writers: ReadonlySet<string>): readonly Review[] {
  const latest = new Map<string, PullReview>()
  for (const review of reviews) {
    const login = review.user?.login ?? ''
    if (login === '' || (review.state !== 'APPROVED' && review.state !== 'REQUEST_CHANGES')) continue
    const before = latest.get(login)
    if (before === undefined || Date.parse(before.submitted_at) <= Date.parse(review.submitted_at)) latest.set(login, review)
  }
  return [...latest].filter(([, review]) => !review.dismissed).map(([login, review]) => ({
    by: { login, bot: false }, verdict: review.state === 'APPROVED' ? 'approved' : 'changes-requested', commit: review.commit_id,
    // Official is who could approve at the time; the right may have been taken since.
    at: new Date(review.submitted_at).toISOString(), writes: review.official && writers.has(login.toLowerCase()), url: review.html_url || null,
  }))
}

const STATES: Readonly<Record<string, Check['state']>> = { success: 'passed', warning: 'passed', skipped: 'passed', pending: 'pending' }

/** The newest status of each context, and those that the base requires and nobody has set yet. Required names may be globs. */
export function checksOf(status: z.infer<typeof CombinedStatus>, branch: z.infer<typeof BaseBranch> | null): readonly Check[] {
  const required = branch?.enable_status_check === true ? branch.status_check_contexts ?? [] : []
  const fits = required.map(pattern => ({ pattern, is: globOf(pattern) }))
  const set = (status.statuses ?? []).map((one): Check => ({
    name: one.context, state: STATES[one.status] ?? 'failed', url: one.target_url || null,
    // Without names every status counts.
    required: branch?.enable_status_check === true && (required.length === 0 || fits.some(({ is }) => is.test(one.context))),
  }))
  const unset = fits.filter(({ is }) => !set.some(({ name }) => is.test(name))).map(({ pattern }): Check => ({ name: pattern, state: 'pending', required: true, url: null }))
  return [...set, ...unset]
}

function globOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`)
}
