import { z } from 'zod'
import type { Check, Mergeable } from '../../../model/forge.ts'
import { CommitStatus, ExternalCheck, read } from './answers.ts'
import type { Project, Request } from './answers.ts'
import { PAGING, orElse, whole } from './client.ts'
import type { Gitlab } from './client.ts'
import type { At } from './reviews.ts'

type State = Check['state']

const STATES: Readonly<Record<string, State>> = {
  success: 'passed', skipped: 'passed', created: 'pending', waiting_for_resource: 'pending', waiting_for_callback: 'pending', preparing: 'pending', pending: 'pending', running: 'pending', scheduled: 'pending', manual: 'pending', canceling: 'pending',
}

/** The statuses and jobs of the head, the checks of services outside, and the pipeline where the project merges nothing without it. One of each name, the worst where there are several. */
export async function readChecks(gitlab: Gitlab, { project, iid }: At, { request, settings }: { readonly request: Request, readonly settings: Project }): Promise<readonly Check[]> {
  const [statuses, external] = await Promise.all([
    request.sha === null ? [] : orElse(whole(gitlab.commits.allStatuses(project, request.sha, { ...PAGING, all: false }), 'statuses of one commit'), [], [404]),
    // Ultimate only.
    orElse(whole(gitlab.externalChecks.all(project, { mergerequestIId: iid, ...PAGING }), 'status checks of one merge request'), []),
  ])
  const newest = new Map<string, z.infer<typeof CommitStatus>>()
  for (const status of read(z.array(CommitStatus), statuses, 'the statuses of a commit')) if ((newest.get(status.name)?.id ?? -1) < status.id) newest.set(status.name, status)
  const outside = settings.only_allow_merge_if_all_status_checks_passed === true || request.detailed_merge_status === 'status_checks_must_pass'
  return onePerName([
    ...[...newest.values()].map((status): Check => ({ name: status.name, state: jobState(status), required: false, url: status.target_url ?? null })),
    ...read(z.array(ExternalCheck), external, 'the status checks of a merge request').map(({ name, status, external_url: url }): Check => ({ name, state: status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'pending', required: outside, url: url ?? null })),
    ...settings.only_allow_merge_if_pipeline_succeeds === true ? [pipelineCheck(request, settings)] : [],
  ])
}

/** A job that may fail stops nothing, whether it failed or waits for a person. */
function jobState({ status, allow_failure: mayFail }: z.infer<typeof CommitStatus>): State {
  if (mayFail === true && (status === 'failed' || status === 'manual' || status === 'canceled')) return 'passed'
  return STATES[status] ?? 'failed'
}

/** GitLab asks for a pipeline of the head: without one, or with one of an older head, nothing is merged. A pipeline of the merged result bears the commit of that. */
function pipelineCheck({ head_pipeline: pipeline, sha, detailed_merge_status: status }: Request, settings: Project): Check {
  const check = (state: State): Check => ({ name: 'pipeline', state, required: true, url: pipeline?.web_url ?? null })
  if (pipeline === null || pipeline === undefined) return check('pending')
  if (pipeline.sha !== sha && (pipeline.source !== 'merge_request_event' || status === 'ci_must_pass' || status === 'ci_still_running')) return check('pending')
  if (pipeline.status === 'skipped') return check(settings.allow_merge_on_skipped_pipeline === true ? 'passed' : 'failed')
  return check(STATES[pipeline.status] ?? 'failed')
}

const WORST: readonly State[] = ['passed', 'pending', 'failed']

function onePerName(checks: readonly Check[]): readonly Check[] {
  const named = new Map<string, Check>()
  for (const check of checks) {
    const before = named.get(check.name)
    const worse = before === undefined || WORST.indexOf(check.state) >= WORST.indexOf(before.state) ? check : before
    named.set(check.name, { ...worse, required: check.required || before?.required === true })
  }
  return [...named.values()]
}

/** What `detailed_merge_status` means (GitLab 15.6 and later): not known yet, or in words why not. */
const STATUSES: Readonly<Record<string, string | null>> = {
  unchecked: null, checking: null, preparing: null, approvals_syncing: null, cannot_be_merged_recheck: null,
  conflict: 'it conflicts with the base', cannot_be_merged: 'it conflicts with the base', broken_status: 'it conflicts with the base', need_rebase: 'it must be rebased first',
  commits_status: 'its branch is gone or has no commits', not_open: 'it is not open', draft_status: 'it is a draft',
  ci_must_pass: 'its pipeline must pass', ci_still_running: 'its pipeline is still running', external_status_checks: 'its status checks must pass', status_checks_must_pass: 'its status checks must pass',
  discussions_not_resolved: 'its threads are not all resolved', requested_changes: 'a reviewer asked for changes', not_approved: 'approvals are missing',
  blocked_status: 'another merge request blocks it', merge_request_blocked: 'another merge request blocks it', merge_time: 'it may be merged only later',
  policies_denied: 'a policy of the project denies it', security_policy_violations: 'a security policy is violated', security_policy_pipeline_check: 'a security policy waits for its pipelines',
  jira_association_missing: 'its title or description must name a Jira issue', title_not_matching: 'its title does not match the pattern of the project', title_regex: 'its title does not match the pattern of the project',
  locked_paths: 'somebody has locked files that it changes', locked_lfs_files: 'somebody has locked LFS files that it changes',
}

/** Would GitLab merge it now? What it says that is not known here stays in its own words. */
export function mergeableOf(request: Request, { approvalsLeft, archived }: { readonly approvalsLeft: number, readonly archived: boolean }): Mergeable {
  if (request.state === 'locked') return { is: 'unknown', because: 'it is being merged' }
  if (request.state !== 'opened') return { is: 'unknown', because: null }
  if (archived) return { is: 'no', because: 'the project is archived' }
  const status = request.detailed_merge_status ?? request.merge_status ?? 'unchecked'
  if (status === 'mergeable' || status === 'can_be_merged') return request.draft === true ? { is: 'no', because: 'it is a draft' } : { is: 'yes', because: null }
  const because = Object.hasOwn(STATUSES, status) ? STATUSES[status] ?? null : status.replaceAll('_', ' ')
  if (because === null) return { is: 'unknown', because: null }
  if (status !== 'not_approved' || approvalsLeft === 0) return { is: 'no', because }
  return { is: 'no', because: `${approvalsLeft} ${approvalsLeft === 1 ? 'approval is' : 'approvals are'} missing by the rules of the project` }
}
