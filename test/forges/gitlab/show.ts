import type { CommitStatusSchema, ExpandedMergeRequestSchema, MergeRequestDiffVersionsSchema, MergeRequestNoteSchema, MergeRequestReviewerSchema, ProjectSchema, SimpleUserSchema, UserSchema } from '@gitbeaker/rest'
import { mergeStatus, pipelineStatus } from './mergeability.ts'
import { headOf } from './state.ts'
import type { GitlabState, MergeRequest, Project, Status, User } from './state.ts'

// The bodies are typed by the client's own schemas. What those do not know yet is added by name.
type ShownUser = Pick<SimpleUserSchema, 'id' | 'name' | 'username' | 'state' | 'avatar_url' | 'web_url'>
type ShownRequest = Pick<ExpandedMergeRequestSchema, 'id' | 'iid' | 'project_id' | 'title' | 'description' | 'state' | 'created_at' | 'updated_at' | 'web_url' | 'merged_at' | 'closed_at' | 'target_branch' | 'source_branch' | 'user_notes_count' | 'upvotes' | 'downvotes'
  | 'source_project_id' | 'target_project_id' | 'labels' | 'draft' | 'work_in_progress' | 'milestone' | 'merge_when_pipeline_succeeds' | 'merge_status' | 'sha' | 'merge_commit_sha' | 'squash_commit_sha' | 'discussion_locked' | 'should_remove_source_branch'
  | 'force_remove_source_branch' | 'prepared_at' | 'reference' | 'references' | 'squash' | 'has_conflicts' | 'blocking_discussions_resolved'> & { readonly author: ShownUser, readonly merged_by: ShownUser | null, readonly closed_by: ShownUser | null }
type Shown<T> = T & Readonly<Record<string, unknown>>

export function showUser(state: GitlabState, { id, username }: User): ShownUser {
  return { id, name: username, username, state: 'active', avatar_url: `${state.url}/avatar/${id}`, web_url: `${state.url}/${username}` }
}

export function showAccount(state: GitlabState, user: User): Shown<Pick<UserSchema, 'id' | 'username' | 'bot' | 'state' | 'web_url'>> {
  return { ...showUser(state, user), id: user.id, username: user.username, state: 'active', web_url: `${state.url}/${user.username}`, bot: user.bot, created_at: '2020-01-01T00:00:00.000Z' }
}

export function showProject(state: GitlabState, project: Project): Shown<Pick<ProjectSchema, 'id' | 'path_with_namespace' | 'web_url' | 'archived' | 'merge_method' | 'squash_option' | 'only_allow_merge_if_pipeline_succeeds' | 'allow_merge_on_skipped_pipeline' | 'default_branch' | 'http_url_to_repo'>> {
  return {
    id: project.id, path_with_namespace: project.path, web_url: `${state.url}/${project.path}`, http_url_to_repo: `${state.url}/${project.path}.git`, default_branch: 'main', archived: project.archived,
    merge_method: project.mergeMethod, squash_option: project.squash, only_allow_merge_if_pipeline_succeeds: project.pipelineMustPass, allow_merge_on_skipped_pipeline: project.skippedPasses,
    ...project.edition === 'free' ? {} : { merge_trains_enabled: project.trains, only_allow_merge_if_all_status_checks_passed: project.checksMustPass },
  }
}

/** `one`: as the answer about a single one; lists and changes say less, and start no check. */
export function showRequest(state: GitlabState, { project, request }: { readonly project: Project, readonly request: MergeRequest }, one: boolean): Shown<ShownRequest> {
  const person = (user: User | null): ShownUser | null => user === null ? null : showUser(state, user)
  const head = headOf(request)
  const status = shownStatus(project, request, one)
  const shown: Shown<ShownRequest> = {
    id: project.id * 1000 + request.iid, iid: request.iid, project_id: project.id, title: request.title, description: request.description, state: request.state, created_at: request.createdAt, updated_at: request.createdAt,
    web_url: `${state.url}/${project.path}/-/merge_requests/${request.iid}`, merged_by: person(request.mergedBy), merge_user: person(request.mergedBy), merged_at: null, closed_by: person(request.closedBy), closed_at: null,
    target_branch: request.target, source_branch: request.source, user_notes_count: request.notes.filter(note => !note.system).length, upvotes: 0, downvotes: 0, author: showUser(state, request.author),
    assignees: [], assignee: null, reviewers: request.reviewers.map(({ user }) => showUser(state, user)), source_project_id: project.id, target_project_id: project.id, labels: [],
    draft: request.draft, work_in_progress: request.draft, milestone: null, merge_when_pipeline_succeeds: request.autoMerge,
    merge_status: status === 'unchecked' || status === 'checking' ? status : status === 'conflict' ? 'cannot_be_merged' : 'can_be_merged', detailed_merge_status: status,
    sha: head, merge_commit_sha: request.mergeCommit, squash_commit_sha: request.squashCommit, discussion_locked: null, should_remove_source_branch: null, force_remove_source_branch: false, prepared_at: request.createdAt,
    reference: `!${request.iid}`, references: { short: `!${request.iid}`, relative: `!${request.iid}`, full: `${project.path}!${request.iid}` }, squash: request.squash, squash_on_merge: request.squash || project.squash === 'always',
    has_conflicts: status === 'conflict', blocking_discussions_resolved: !request.threadsOpen,
  }
  if (!one) return shown
  const pipeline = pipelineStatus(project, head)
  const headPipeline = pipeline === null ? null : { id: 1, iid: 1, project_id: project.id, sha: head, ref: request.source, status: pipeline, source: 'external', created_at: request.createdAt, updated_at: request.createdAt, web_url: `${state.url}/${project.path}/-/pipelines/1` }
  return { ...shown, subscribed: false, changes_count: '1', merge_error: null, first_contribution: false, user: { can_merge: true }, head_pipeline: headPipeline, diff_refs: { base_sha: request.versions.at(-1)?.base ?? '', head_sha: head, start_sha: request.versions.at(-1)?.base ?? '' } }
}

/** Whether it merges is computed when somebody asks for one: the first time the answer is that it is being looked at. */
function shownStatus(project: Project, request: MergeRequest, one: boolean): string {
  const of = headOf(request) + request.target
  if (request.checked === of || request.state !== 'opened') return mergeStatus(project, request)
  if (!one) return 'unchecked'
  request.checked = of
  return 'checking'
}

export function showVersion(request: MergeRequest, version: MergeRequest['versions'][number]): MergeRequestDiffVersionsSchema {
  return { id: version.id, head_commit_sha: version.head, base_commit_sha: version.base, start_commit_sha: version.base, created_at: version.at, merge_request_id: request.iid, state: 'collected', real_size: '1', patch_id_sha: version.head }
}

export function showNote(state: GitlabState, { project, request }: { readonly project: Project, readonly request: MergeRequest }, note: MergeRequest['notes'][number]): Pick<MergeRequestNoteSchema, 'id' | 'body' | 'attachment' | 'created_at' | 'updated_at' | 'system' | 'noteable_id' | 'noteable_type' | 'noteable_iid' | 'project_id' | 'resolvable'> & { readonly author: ShownUser } {
  return { id: note.id, body: note.body, attachment: null, author: showUser(state, note.author), created_at: note.at, updated_at: note.at, system: note.system, noteable_id: request.iid, noteable_type: 'MergeRequest', noteable_iid: request.iid, project_id: project.id, resolvable: false }
}

export function showReviewer(state: GitlabState, { user, state: is, at }: MergeRequest['reviewers'][number]): Pick<MergeRequestReviewerSchema, 'created_at'> & { readonly user: ShownUser, readonly state: string } {
  return { user: showUser(state, user), state: is, created_at: at }
}

export function showStatus(state: GitlabState, project: Project, of: Status): Pick<CommitStatusSchema, 'id' | 'sha' | 'ref' | 'name' | 'target_url' | 'created_at' | 'allow_failure'> & { readonly status: string } {
  return { id: of.id, sha: of.sha, ref: 'main', status: of.status, name: of.name, target_url: `${state.url}/${project.path}/-/jobs/${of.id}`, created_at: of.at, allow_failure: of.allowFailure }
}

/** Free GitLab says nothing of rules; times came late. */
export function showApprovals(state: GitlabState, project: Project, request: MergeRequest): Record<string, unknown> {
  const approvedBy = request.approvals.map(({ user, at }) => ({ user: showUser(state, user), ...state.approvalTimes ? { approved_at: at } : {} }))
  const left = Math.max(0, project.approvalsRequired - request.approvals.length)
  const common = { user_has_approved: false, user_can_approve: true, approved: left === 0, approved_by: approvedBy }
  if (project.edition === 'free') return common
  return { ...common, id: request.iid, iid: request.iid, project_id: project.id, title: request.title, description: request.description, state: request.state, created_at: request.createdAt, updated_at: request.createdAt, merge_status: 'can_be_merged', approvals_required: project.approvalsRequired, approvals_left: left }
}
