import { z } from 'zod'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo } from '../../../model/forge.ts'

// Of each answer only what is used; the field names are those of GitLab's REST API v4. What came later than GitLab 14, or is in paid editions only, may be missing.
const User = z.object({ id: z.number(), username: z.string() })

export const Request = z.object({
  iid: z.number(), web_url: z.string(), state: z.enum(['opened', 'closed', 'merged', 'locked']), title: z.string(), description: z.string().nullish(), draft: z.boolean().optional(),
  sha: z.string().nullable(), source_branch: z.string(), target_branch: z.string(), source_project_id: z.number().nullable(), target_project_id: z.number(),
  merge_commit_sha: z.string().nullish(), squash_commit_sha: z.string().nullish(), merged_by: User.nullish(), merge_user: User.nullish(), closed_by: User.nullish(),
  merge_when_pipeline_succeeds: z.boolean().optional(), merge_status: z.string().optional(), detailed_merge_status: z.string().optional(), merge_error: z.string().nullish(),
  head_pipeline: z.object({ status: z.string(), sha: z.string(), web_url: z.string().nullish(), source: z.string().nullish() }).nullish(),
})
export type Request = z.infer<typeof Request>

/** Without a head while GitLab still prepares it. */
export const Version = z.object({ id: z.number(), head_commit_sha: z.string().nullable(), created_at: z.string() })
export type Version = z.infer<typeof Version>

export const Approvals = z.object({ approvals_left: z.number().nullish(), approved_by: z.array(z.object({ user: User, approved_at: z.string().nullish() })).default([]) })
export type Approvals = z.infer<typeof Approvals>

export const Reviewer = z.object({ user: User, state: z.string() })
export type Reviewer = z.infer<typeof Reviewer>

export const Note = z.object({ id: z.number(), body: z.string(), system: z.boolean(), author: User.nullish(), created_at: z.string() })
export type Note = z.infer<typeof Note>

export const Project = z.object({
  archived: z.boolean().optional(), merge_method: z.string().optional(), merge_trains_enabled: z.boolean().nullish(),
  only_allow_merge_if_pipeline_succeeds: z.boolean().nullish(), allow_merge_on_skipped_pipeline: z.boolean().nullish(), only_allow_merge_if_all_status_checks_passed: z.boolean().nullish(),
})
export type Project = z.infer<typeof Project>

export const CommitStatus = z.object({ id: z.number(), name: z.string(), status: z.string(), target_url: z.string().nullish(), allow_failure: z.boolean().nullish() })
export const ExternalCheck = z.object({ name: z.string(), status: z.string(), external_url: z.string().nullish() })
/** `state` is that of the account; `membership_state` came with GitLab 14.8: `awaiting` where nobody has let in whoever it is yet. */
export const Member = z.object({ id: z.number(), access_level: z.number(), state: z.string(), membership_state: z.string().nullish(), expires_at: z.string().nullish() })
export const TrainCar = z.object({ status: z.string() })
export const Account = z.object({ id: z.number(), username: z.string(), bot: z.boolean().nullish() })

/** Reads an answer; a forge that answers otherwise is one that Writ does not know. */
export function read<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new WritError('forge/failed', `The forge's answer about ${what} is not what GitLab gives: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`)
}

/** `locked` is what GitLab says while it merges: until that is done it is open. */
export function infoOf(request: Request): ChangeRequestInfo {
  const state = request.state === 'merged' || request.state === 'closed' ? request.state : 'open'
  return {
    id: String(request.iid), url: request.web_url, state, head: request.sha ?? '', base: request.target_branch,
    mergeCommit: state === 'merged' ? mergeCommitOf(request) : null,
    closedBy: state === 'closed' ? request.closed_by?.username ?? null : null,
    mergedBy: state === 'merged' ? (request.merge_user ?? request.merged_by)?.username ?? null : null,
  }
}

/** The commit that the base got: the merge, else the squashed one, else the head itself, which was fast-forwarded to. */
function mergeCommitOf({ merge_commit_sha: merge, squash_commit_sha: squash, sha }: Request): string | null {
  return merge ?? squash ?? sha
}
