import { createVerify } from 'node:crypto'
import { appBody, branchBody, commentBody, eventBody, held, issueBody, lastStatuses, listedPull, pullBody, repositoryBody, reviewBody, runBody, statusBody, userBody } from './bodies.ts'
import type { Place } from './bodies.ts'
import { follow, mergeInto, tipOf } from './git-state.ts'
import { filled } from './schemas.ts'
import { mayWrite, nextId, roleOf } from './state.ts'
import type { GitHubState, PullState, RepositoryState } from './state.ts'

/** Who asks: a person or an App's installation, or the App itself by its signed word. */
export interface Caller { readonly login: string, readonly app: boolean, readonly repositories: readonly string[] | null }

export interface Asked { readonly state: GitHubState, readonly place: Place, readonly caller: Caller, readonly params: Readonly<Record<string, string>>, readonly query: URLSearchParams, readonly body: Readonly<Record<string, unknown>> }

/** `list`: shown in pages. */
export interface Answer { readonly status: number, readonly body: unknown, readonly headers?: Readonly<Record<string, string>>, readonly list?: (items: readonly unknown[]) => unknown }

type InRepository = Asked & { readonly repository: RepositoryState }
type OfPull = InRepository & { readonly pull: PullState }

/** Every call that the server knows, by its name in GitHub's description. */
export const ROUTES: Readonly<Record<string, (asked: Asked) => Promise<Answer>>> = {
  'GET /user': ({ state, caller }) => {
    const known = state.accounts.get(caller.login)
    if (known === undefined || known.type === 'Bot') return failed(403, 'Resource not accessible by integration')
    return ok(filled('public-user', { ...userBody(known), user_view_type: 'public', public_repos: 1 }))
  },
  'GET /app': ({ state: { app }, caller }) => caller.app && app !== null ? ok(appBody(app)) : failed(401, 'A JSON web token could not be decoded'),
  'POST /app/installations/{installation_id}/access_tokens': ({ state, caller, params, body }) => {
    const owner = [...state.app?.installations ?? []].find(([, id]) => String(id) === params['installation_id'])?.[0]
    if (!caller.app || state.app === null) return failed(401, 'A JSON web token could not be decoded')
    if (owner === undefined) return failed(404, 'Not Found')
    const repositories = (body['repositories'] as readonly string[] | undefined ?? []).map(name => `${owner}/${name}`)
    if (!repositories.every(name => state.repositories.some(one => one.name === name))) return failed(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.')
    const token = `ghs_${String(nextId()).padStart(36, '0')}`
    const ends = Date.now() + 3_600_000
    state.tokens.set(token, { login: `${state.app.slug}[bot]`, ends, repositories })
    return ok({ token, expires_at: new Date(ends).toISOString(), permissions: { contents: 'write', pull_requests: 'write' }, repository_selection: 'selected' }, 201)
  },
  'GET /repos/{owner}/{repo}/installation': ({ state, caller, params }) => {
    const id = state.app?.installations.get(params['owner'] ?? '')
    if (!caller.app) return failed(401, 'A JSON web token could not be decoded')
    return id === undefined ? failed(404, 'Not Found') : ok(filled('installation', { id, app_id: state.app?.id ?? 0, app_slug: state.app?.slug ?? '', target_type: 'Organization', permissions: {}, events: [], account: userBody({ login: params['owner'] ?? '', id: 1, type: 'User' }), single_file_name: null, suspended_at: null, repository_selection: 'all' }))
  },
  'GET /repos/{owner}/{repo}': inRepository(({ repository, place }) => ok(repositoryBody(repository, place))),
  'GET /repos/{owner}/{repo}/branches/{branch}': inRepository(async ({ repository, params }) => {
    const commit = await tipOf(repository, params['branch'] ?? '')
    return commit === null ? failed(404, 'Branch not found') : ok(branchBody(repository, { name: params['branch'] ?? '', commit }))
  }),
  'GET /repos/{owner}/{repo}/rules/branches/{branch}': inRepository(({ repository, params }) => listed((repository.rules.get(params['branch'] ?? '') ?? []).map(rule => ({ ...rule, ruleset_source_type: 'Repository', ruleset_source: repository.name, ruleset_id: 1 })))),
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': inRepository(({ state, repository, caller, params }) => {
    if (!mayWrite(repository, caller.login)) return failed(403, 'Must have push access to view collaborator permission.')
    const account = state.accounts.get(params['username'] ?? '')
    if (account === undefined) return failed(404, 'Not Found')
    const permission = roleOf(repository, account.login)
    return ok({ permission, role_name: permission, user: null })
  }),
  'GET /repos/{owner}/{repo}/commits/{ref}/status': inRepository(({ repository, params, place }) => {
    const all = lastStatuses(repository, params['ref'] ?? '')
    return listed(all.map(statusBody), statuses => filled('combined-commit-status', { state: 'pending', sha: params['ref'], total_count: all.length, statuses, repository: repositoryBody(repository, place, 'minimal-repository') }))
  }),
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': inRepository(({ state, repository, params, place }) => {
    if (state.hideRuns) return failed(403, 'Resource not accessible by personal access token')
    const all = repository.runs.get(params['ref'] ?? '') ?? []
    return listed(all.map(run => runBody(run, { commit: params['ref'] ?? '', place })), check_runs => ({ total_count: all.length, check_runs }))
  }),
  'GET /repos/{owner}/{repo}/pulls': inRepository(async asked => listed(await pullsOf(asked))),
  'POST /repos/{owner}/{repo}/pulls': writing(openPull),
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': ofPull(async asked => ok(await pullBody(asked.state, asked.repository, asked))),
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': writing(ofPullIn(async asked => {
    const { pull, body, caller } = asked
    if (typeof body['title'] === 'string') pull.title = body['title'].trim()
    if (typeof body['body'] === 'string') pull.body = body['body']
    if (typeof body['base'] === 'string') pull.base = body['base']
    if (body['state'] === 'closed' && pull.state === 'open') Object.assign(pull, { state: 'closed', closedBy: caller.login })
    return ok(await pullBody(asked.state, asked.repository, asked))
  })),
  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge': writing(ofPullIn(mergePull)),
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': ofPull(asked => listed(asked.pull.reviews.map(review => reviewBody(asked.state, { ...asked, review })))),
  'GET /repos/{owner}/{repo}/issues/{issue_number}': ofPull(({ state, pull }) => ok(issueBody(state, pull))),
  'GET /repos/{owner}/{repo}/issues/{issue_number}/events': ofPull(({ state, pull }) => listed(pull.closedBy === null ? [] : [eventBody(state, { event: 'closed', by: pull.closedBy })])),
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': ofPull(({ state, pull }) => listed(pull.comments.map(comment => commentBody(state, comment)))),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': writing(ofPullIn(({ state, pull, body, caller }) => {
    const comment = { id: nextId(), by: caller.login, body: String(body['body']) }
    pull.comments.push(comment)
    return ok(commentBody(state, comment), 201)
  })),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': writing(({ state, repository, params, body }) => {
    const comment = repository.pulls.flatMap(({ comments }) => comments).find(({ id }) => String(id) === params['comment_id'])
    if (comment === undefined) return failed(404, 'Not Found')
    comment.body = String(body['body'])
    return ok(commentBody(state, comment))
  }),
}

function ok(body: unknown, status = 200): Promise<Answer> {
  return Promise.resolve({ status, body })
}

function listed(items: readonly unknown[], list: (items: readonly unknown[]) => unknown = all => all): Promise<Answer> {
  return Promise.resolve({ status: 200, body: items, list })
}

export function failed(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const errors = status === 422 ? { errors: [{ resource: 'PullRequest', code: 'custom', message }] } : {}
  return Promise.resolve({ status, body: { message: status === 422 ? 'Validation Failed' : message, documentation_url: 'https://docs.github.com/rest', ...errors }, headers })
}

function inRepository(answer: (asked: InRepository) => Promise<Answer>): (asked: Asked) => Promise<Answer> {
  return asked => {
    const name = `${asked.params['owner'] ?? ''}/${asked.params['repo'] ?? ''}`
    const moved = asked.state.renamed.get(name)
    if (moved !== undefined) return Promise.resolve({ status: 301, body: { message: 'Moved Permanently', url: `${asked.place.api}/repositories/${moved}` }, headers: { location: `${asked.place.api}/repositories/${moved}` } })
    const repository = asked.state.repositories.find(one => one.name === name)
    if (repository === undefined || roleOf(repository, asked.caller.login) === 'none' || asked.caller.repositories?.includes(name) === false) return failed(404, 'Not Found')
    return answer({ ...asked, repository })
  }
}

function writing(answer: (asked: InRepository) => Promise<Answer>): (asked: Asked) => Promise<Answer> {
  return inRepository(asked => {
    if (asked.repository.archived) return failed(403, 'Repository was archived so is read-only.')
    if (!mayWrite(asked.repository, asked.caller.login)) return failed(403, 'Resource not accessible by personal access token', { 'x-accepted-github-permissions': 'pull_requests=write' })
    return answer(asked)
  })
}

function ofPull(answer: (asked: OfPull) => Promise<Answer>): (asked: Asked) => Promise<Answer> {
  return inRepository(ofPullIn(answer))
}

function ofPullIn(answer: (asked: OfPull) => Promise<Answer>): (asked: InRepository) => Promise<Answer> {
  return asked => {
    const pull = asked.repository.pulls.find(({ number }) => String(number) === (asked.params['pull_number'] ?? asked.params['issue_number']))
    return pull === undefined ? failed(404, 'Not Found') : answer({ ...asked, pull })
  }
}

async function pullsOf({ state, repository, place, query }: InRepository): Promise<readonly unknown[]> {
  const shown: PullState[] = []
  for (const pull of repository.pulls) {
    await follow(repository, pull)
    const owner = repository.name.split('/')[0] ?? ''
    if (pull.hidden > 0) pull.hidden -= 1
    else if ((query.get('state') === 'all' || pull.state === (query.get('state') ?? 'open')) && [null, `${owner}:${pull.branch}`].includes(query.get('head')) && [null, pull.base].includes(query.get('base'))) shown.push(pull)
  }
  const ordered = query.get('direction') === 'asc' ? shown : shown.reverse()
  return Promise.all(ordered.map(async pull => listedPull(state, repository, { pull, place, base: await tipOf(repository, pull.base) ?? pull.head })))
}

async function openPull(asked: InRepository): Promise<Answer> {
  const { state, repository, body, caller } = asked
  const [branch, base] = [String(body['head']).replace(/^[^:]+:/, ''), String(body['base'])]
  const [head, tip] = [await tipOf(repository, branch), await tipOf(repository, base)]
  if (head === null || tip === null) return { status: 422, body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest', errors: [{ resource: 'PullRequest', field: head === null ? 'head' : 'base', code: 'invalid' }] } }
  const pull: PullState = {
    number: repository.pulls.length + 1, title: String(body['title']).trim(), body: typeof body['body'] === 'string' ? body['body'] : null, draft: body['draft'] === true, state: 'open', branch, base, head, by: caller.login,
    created: new Date().toISOString(), merged: null, closedBy: null, autoMerge: null, queued: null, reviews: [], comments: [], computed: '', hidden: state.lag,
  }
  // Between this look and the push nothing waits: two that ask at once are kept apart, as GitHub does.
  if (repository.pulls.some(other => other.state === 'open' && other.branch === branch && other.base === base)) return failed(422, `A pull request already exists for ${repository.name.split('/')[0] ?? ''}:${branch}.`)
  repository.pulls.push(pull)
  await follow(repository, pull)
  if (pull.state === 'open') return ok(await pullBody(state, repository, { ...asked, pull }), 201)
  repository.pulls.pop()
  return failed(422, `No commits between ${base} and ${branch}`)
}

const WAYS = { merge: 'Merge commits are not allowed on this repository.', squash: 'Squash merges are not allowed on this repository.', rebase: 'Rebase merges are not allowed on this repository.' } as const

async function mergePull({ repository, pull, body, caller }: OfPull): Promise<Answer> {
  await follow(repository, pull)
  const method = body['merge_method'] ?? 'merge'
  if (method !== 'merge' && method !== 'squash' && method !== 'rebase') return failed(422, 'merge_method is unknown')
  if (pull.state !== 'open') return failed(405, 'Pull Request is not mergeable')
  if (pull.draft) return failed(405, 'Pull Request is still a draft')
  if (body['sha'] !== undefined && body['sha'] !== pull.head) return failed(409, 'Head branch was modified. Review and try the merge again.')
  if (!repository.methods.includes(method)) return failed(405, WAYS[method])
  if ((repository.rules.get(pull.base) ?? []).some(({ type }) => type === 'merge_queue')) return failed(405, 'Changes must be made through the merge queue')
  const because = held(repository, pull)
  if (because !== null) return failed(405, because)
  const title = typeof body['commit_title'] === 'string' ? body['commit_title'] : `Merge pull request #${pull.number}`
  const commit = await mergeInto(repository, pull, { method, message: typeof body['commit_message'] === 'string' ? `${title}\n\n${body['commit_message']}` : title })
  if (commit === null) return failed(405, 'Pull Request is not mergeable')
  Object.assign(pull, { state: 'closed', merged: { by: caller.login, commit, at: new Date().toISOString() } })
  return ok({ sha: commit, merged: true, message: 'Pull Request successfully merged' })
}

/** True where an App's word is signed with its key and is not over. */
export function isSigned(state: GitHubState, token: string): boolean {
  const [head = '', payload = '', signature = ''] = token.split('.')
  if (state.app === null || signature === '') return false
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly iss: unknown, readonly exp: number }
  return String(claims.iss) === String(state.app.id) && claims.exp * 1000 > Date.now() && createVerify('RSA-SHA256').update(`${head}.${payload}`).verify(state.app.publicKey, signature, 'base64url')
}
