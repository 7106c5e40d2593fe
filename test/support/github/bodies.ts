import { changed, follow, mergedTree, tipOf } from './git-state.ts'
import { filled } from './schemas.ts'
import { mayWrite } from './state.ts'
import type { Account, CommentState, GitHubState, PullState, RepositoryState, ReviewState, RunState, StatusState } from './state.ts'

type Body = Readonly<Record<string, unknown>>

/** Where the server stands: its API, and its pages and clone URLs. */
export interface Place { readonly api: string, readonly site: string }

export function userBody({ login, id, type }: Account): Body {
  return filled('simple-user', { login, id, type, avatar_url: 'https://github.example/a.png', gravatar_id: '' })
}

function account(state: GitHubState, login: string): Body {
  return userBody(state.accounts.get(login) ?? { login, id: 0, type: 'User' })
}

export function repositoryBody(repository: RepositoryState, { site, api }: Place, schema = 'full-repository'): Body {
  const [owner = '', name = ''] = repository.name.split('/')
  return filled(schema, {
    id: repository.id, name, full_name: repository.name, private: true, archived: repository.archived, default_branch: 'main', owner: userBody({ login: owner, id: 1, type: 'User' }),
    html_url: `${site}/${repository.name}`, clone_url: `${site}/${repository.name}.git`, url: `${api}/repos/${repository.name}`,
    ...schema !== 'full-repository' ? {} : { allow_merge_commit: repository.methods.includes('merge'), allow_squash_merge: repository.methods.includes('squash'), allow_rebase_merge: repository.methods.includes('rebase') },
  })
}

/** A pull request as the list shows it. */
export function listedPull(state: GitHubState, repository: RepositoryState, of: { readonly pull: PullState, readonly place: Place, readonly base: string }): Body {
  const { pull, place } = of
  const side = (ref: string, sha: string): Body => ({ label: `${repository.name.split('/')[0] ?? ''}:${ref}`, ref, sha, user: account(state, repository.name.split('/')[0] ?? ''), repo: repositoryBody(repository, place, 'repository') })
  return filled('pull-request-simple', {
    number: pull.number, id: pull.number, node_id: `PR_${repository.id}_${pull.number}`, html_url: `${place.site}/${repository.name}/pull/${pull.number}`, state: pull.state, title: pull.title, body: pull.body, draft: pull.draft,
    user: account(state, pull.by), created_at: pull.created, updated_at: pull.created, closed_at: pull.state === 'open' ? null : pull.merged?.at ?? pull.created, merged_at: pull.merged?.at ?? null, merge_commit_sha: pull.merged?.commit ?? null,
    head: side(pull.branch, pull.head), base: side(pull.base, of.base), author_association: 'COLLABORATOR',
    auto_merge: pull.autoMerge === null ? null : { enabled_by: account(state, pull.autoMerge), merge_method: 'merge', commit_title: '', commit_message: '' },
  })
}

/** A pull request as it is shown alone. Mergeability is computed by Git after the first who asks for it. */
export async function pullBody(state: GitHubState, repository: RepositoryState, of: { readonly pull: PullState, readonly place: Place }): Promise<Body> {
  const { pull, place } = of
  await follow(repository, pull)
  const base = await tipOf(repository, pull.base) ?? pull.head
  const pair = `${base} ${pull.head}`
  const known = pull.computed === pair
  pull.computed = pair
  const tree = pull.state === 'open' && known ? await mergedTree(repository, base, pull.head) : null
  const mergeable = pull.state === 'open' && known ? tree !== null : null
  const { commits, files, additions, deletions } = await changed(repository, base, pull.head)
  return filled('pull-request', {
    ...listedPull(state, repository, { pull, place, base }), merged: pull.merged !== null, merged_by: pull.merged === null ? null : account(state, pull.merged.by), mergeable, rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : stateOf(repository, pull, mergeable), comments: pull.comments.length, review_comments: 0, maintainer_can_modify: false, commits, changed_files: files, additions, deletions,
  })
}

function stateOf(repository: RepositoryState, pull: PullState, mergeable: boolean): string {
  if (pull.draft) return 'draft'
  if (!mergeable) return 'dirty'
  if (held(repository, pull) !== null) return 'blocked'
  const last = lastStatuses(repository, pull.head)
  return last.every(one => one.state === 'success') && runsOf(repository, pull.head).every(run => run.conclusion === 'success') ? 'clean' : 'unstable'
}

/** Why the rules of the base hold a pull request back, in GitHub's words; null where they do not. */
export function held(repository: RepositoryState, pull: PullState): string | null {
  const rules = repository.rules.get(pull.base) ?? []
  const required = [
    ...(repository.protection.get(pull.base) ?? []).map(({ context }) => context),
    ...rules.flatMap(({ parameters }) => (parameters?.['required_status_checks'] ?? []) as readonly { readonly context: string }[]).map(({ context }) => context),
  ]
  const passed = new Set([...lastStatuses(repository, pull.head).filter(one => one.state === 'success').map(one => one.context), ...runsOf(repository, pull.head).filter(run => run.conclusion === 'success').map(run => run.name)])
  const missing = required.filter(name => !passed.has(name))
  if (missing.length > 0) return missing.length === 1 ? `Required status check "${missing[0] ?? ''}" is expected.` : `${missing.length} of ${required.length} required status checks are expected.`
  const approvals = Math.max(0, ...rules.map(({ parameters }) => Number(parameters?.['required_approving_review_count'] ?? 0)))
  const given = new Set(pull.reviews.filter(({ state, by }) => state === 'APPROVED' && mayWrite(repository, by)).map(({ by }) => by)).size
  return given >= approvals ? null : `At least ${approvals} approving review is required by reviewers with write access.`
}

/** The newest of each context. */
export function lastStatuses(repository: RepositoryState, commit: string): readonly StatusState[] {
  return [...new Map((repository.statuses.get(commit) ?? []).map(one => [one.context, one])).values()]
}

function runsOf(repository: RepositoryState, commit: string): readonly RunState[] {
  return repository.runs.get(commit) ?? []
}

export function statusBody(one: StatusState): Body {
  return filled('simple-commit-status', { id: one.id, context: one.context, state: one.state, description: null, target_url: null, avatar_url: null })
}

export function runBody(run: RunState, { commit, place }: { readonly commit: string, readonly place: Place }): Body {
  return filled('check-run', {
    id: 1, name: run.name, head_sha: commit, status: run.status, conclusion: run.conclusion, html_url: `${place.site}/run`, details_url: null, external_id: null, started_at: null, completed_at: null, check_suite: { id: 1 },
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${place.api}/annotations` }, app: appBody({ id: run.app, slug: `app-${run.app}` }), pull_requests: [],
  })
}

export function appBody({ id, slug }: { readonly id: number, readonly slug: string }): Body {
  return filled('integration', { id, slug, name: slug, owner: userBody({ login: 'acme', id: 1, type: 'User' }), description: null, permissions: {}, events: [] })
}

export function reviewBody(state: GitHubState, { repository, pull, review, place }: { readonly repository: RepositoryState, readonly pull: PullState, readonly review: ReviewState, readonly place: Place }): Body {
  const html_url = `${place.site}/${repository.name}/pull/${pull.number}#pullrequestreview-${review.id}`
  return filled('pull-request-review', { id: review.id, user: account(state, review.by), body: '', state: review.state, commit_id: review.commit, submitted_at: review.at, html_url, author_association: 'COLLABORATOR', _links: { html: { href: html_url }, pull_request: { href: html_url } } })
}

export function commentBody(state: GitHubState, comment: CommentState): Body {
  return filled('issue-comment', { id: comment.id, body: comment.body, user: account(state, comment.by), author_association: 'COLLABORATOR' })
}

export function issueBody(state: GitHubState, pull: PullState): Body {
  return filled('issue', { id: pull.number, number: pull.number, title: pull.title, state: pull.state, user: account(state, pull.by), closed_by: pull.closedBy === null ? null : account(state, pull.closedBy), labels: [] })
}

export function eventBody(state: GitHubState, of: { readonly event: string, readonly by: string }): Body {
  return filled('issue-event', { event: of.event, actor: account(state, of.by), commit_id: null, commit_url: null })
}

export function branchBody(repository: RepositoryState, of: { readonly name: string, readonly commit: string }): Body {
  const required = repository.protection.get(of.name) ?? []
  return filled('branch-with-protection', {
    name: of.name, commit: filled('commit', { sha: of.commit, commit: { author: null, committer: null, message: '', comment_count: 0, tree: { sha: of.commit, url: 'https://github.example/' }, url: 'https://github.example/' }, author: null, committer: null, parents: [] }),
    protected: required.length > 0, _links: { html: '', self: 'https://github.example/' },
    protection: { enabled: required.length > 0, required_status_checks: filled('protected-branch-required-status-check', { enforcement_level: required.length > 0 ? 'non_admins' : 'off', contexts: required.map(({ context }) => context), checks: required }) },
  })
}
