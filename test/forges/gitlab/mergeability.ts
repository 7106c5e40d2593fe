import { bareGit } from './git.ts'
import { headOf } from './state.ts'
import type { GitlabState, MergeRequest, Project, User } from './state.ts'

/** Brings the versions of the open requests up to what the branches are: a push voids approvals where the project says so. */
export function refresh(state: GitlabState, project: Project, newId: () => number): void {
  const git = bareGit(project.folder)
  for (const request of project.requests.filter(one => one.state === 'opened')) {
    const head = git.ref(request.source)
    if (head === null || head === headOf(request)) continue
    request.unseen += 1
    if (request.unseen <= state.lag) continue
    request.unseen = 0
    const target = git.ref(request.target)
    request.versions.push({ id: newId(), head, base: target === null ? '' : git.base(target, head) ?? '', at: state.now() })
    if (project.resetApprovals) request.approvals = []
  }
}

/** The first thing that keeps it from being merged, in the order in which GitLab looks; conflicts by Git. */
export function mergeStatus(project: Project, request: MergeRequest): string {
  const git = bareGit(project.folder)
  const head = headOf(request)
  const target = git.ref(request.target)
  if (request.state !== 'opened') return 'not_open'
  if (git.ref(request.source) === null || target === null || git.contains(target, head)) return 'commits_status'
  if (request.draft) return 'draft_status'
  if (request.threadsOpen) return 'discussions_not_resolved'
  if (project.edition === 'ultimate' && request.reviewers.some(one => one.state === 'requested_changes')) return 'requested_changes'
  if (request.approvals.length < project.approvalsRequired) return 'not_approved'
  if (project.checksMustPass && project.externalChecks.some(check => check.states.get(head) !== 'passed')) return 'status_checks_must_pass'
  if (project.pipelineMustPass) {
    const pipeline = pipelineStatus(project, head)
    if (pipeline === 'running') return 'ci_still_running'
    if (pipeline !== 'success' && !(pipeline === 'skipped' && project.skippedPasses)) return 'ci_must_pass'
  }
  if (git.mergedTree(target, head) === null) return 'conflict'
  return project.mergeMethod !== 'merge' && !git.contains(head, target) ? 'need_rebase' : 'mergeable'
}

/** Of the newest status of each name on a commit: what a pipeline made of them is; null where there is none. */
export function pipelineStatus(project: Project, sha: string): string | null {
  const newest = new Map(project.statuses.filter(one => one.sha === sha).map(one => [one.name, one]))
  const all = [...newest.values()].filter(one => !one.allowFailure).map(one => one.status)
  if (newest.size === 0) return null
  if (all.some(status => status === 'pending' || status === 'running')) return 'running'
  if (all.length > 0 && all.every(status => status === 'skipped')) return 'skipped'
  return all.every(status => status === 'success' || status === 'skipped') ? 'success' : 'failed'
}

/** Merges by Git the way the project is set to; false where the target was faster. */
export function mergeNow(project: Project, request: MergeRequest, how: { readonly by: User, readonly message: string, readonly squash: boolean }): boolean {
  const git = bareGit(project.folder)
  const target = git.ref(request.target) ?? ''
  const head = headOf(request)
  const squash = project.squash === 'always' || (project.squash !== 'never' && (how.squash || request.squash))
  const tree = git.mergedTree(target, head) ?? ''
  const base = git.base(target, head) ?? target
  const squashed = squash ? git.commit(git.run('rev-parse', `${head}^{tree}`), [project.mergeMethod === 'merge' ? base : target], request.title) : null
  const made = project.mergeMethod === 'ff' ? null : git.commit(tree, [target, squashed ?? head], how.message)
  if (!git.move(request.target, made ?? squashed ?? head, target)) return false
  request.state = 'merged'
  request.mergedBy = how.by
  request.mergeCommit = made
  request.squashCommit = squashed
  return true
}
