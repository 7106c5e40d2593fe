import { bareGit } from './git.ts'
import { mergeNow, mergeStatus } from './mergeability.ts'
import { showAccount, showApprovals, showNote, showProject, showRequest, showReviewer, showStatus, showVersion } from './show.ts'
import { headOf } from './state.ts'
import type { GitlabState, MergeRequest, Project, User } from './state.ts'

/** One call, its places and parameters read. `project` and `request` are those of the path. */
export interface Call {
  readonly state: GitlabState
  readonly newId: () => number
  readonly user: User
  readonly level: number
  readonly at: Readonly<Record<string, string>>
  readonly given: Readonly<Record<string, unknown>>
  readonly project: Project
  readonly request: MergeRequest
}

export type Answer = { readonly status: number, readonly body: unknown } | { readonly list: readonly unknown[] }

/** `needs`: the level of the project that the call takes. `may`: its parameters; anything else is unknown. */
export interface Route { readonly call: string, readonly needs: number, readonly may: readonly string[], readonly answer: (call: Call) => Answer }

const PAGES = ['page', 'per_page', 'cursor'] as const
const REQUEST = '/projects/:project/merge_requests/:iid'

export const ROUTES: readonly Route[] = [
  { call: 'GET /user', needs: 0, may: [], answer: ({ state, user }) => ok(showAccount(state, user)) },
  { call: 'GET /users/:user', needs: 0, may: [], answer: ({ state, at }) => { const user = state.users.get(Number(at['user'])); return user === undefined ? missing('404 User Not Found') : ok(showAccount(state, user)) } },
  { call: 'GET /projects/:project', needs: 10, may: [], answer: ({ state, project }) => ok(showProject(state, project)) },
  { call: 'GET /projects/:project/members/all/:user', needs: 10, may: [], answer: showMember },
  { call: 'GET /projects/:project/repository/commits/:sha/statuses', needs: 10, may: [...PAGES, 'all'], answer: listStatuses },
  { call: 'GET /projects/:project/merge_requests', needs: 10, may: [...PAGES, 'state', 'scope', 'source_branch', 'target_branch', 'order_by', 'sort'], answer: listRequests },
  { call: 'POST /projects/:project/merge_requests', needs: 30, may: ['source_branch', 'target_branch', 'title', 'description'], answer: open },
  { call: `GET ${REQUEST}`, needs: 10, may: [], answer: ({ state, project, request }) => ok(showRequest(state, { project, request }, true)) },
  { call: `PUT ${REQUEST}`, needs: 30, may: ['title', 'description', 'state_event', 'target_branch', 'reviewer_ids'], answer: edit },
  { call: `PUT ${REQUEST}/merge`, needs: 30, may: ['sha', 'merge_commit_message', 'squash_commit_message', 'squash'], answer: merge },
  { call: `POST ${REQUEST}/approve`, needs: 30, may: [], answer: approve },
  { call: `POST ${REQUEST}/status_check_responses`, needs: 30, may: ['sha', 'external_status_check_id', 'status'], answer: respond },
  { call: 'POST /projects/:project/statuses/:sha', needs: 30, may: ['state', 'name'], answer: setStatus },
  { call: 'POST /projects/:project/external_status_checks', needs: 40, may: ['name', 'external_url'], answer: addCheck },
  { call: 'PUT /projects/:project', needs: 40, may: ['only_allow_merge_if_all_status_checks_passed'], answer: setProject },
  { call: 'PUT /projects/:project/members/:user', needs: 40, may: ['access_level'], answer: setMember },
  { call: `GET ${REQUEST}/versions`, needs: 10, may: PAGES, answer: ({ request }) => ({ list: request.versions.toReversed().map(version => showVersion(request, version)) }) },
  { call: `GET ${REQUEST}/approvals`, needs: 10, may: [], answer: ({ state, project, request }) => ok(showApprovals(state, project, request)) },
  { call: `GET ${REQUEST}/reviewers`, needs: 10, may: [], answer: ({ state, request }) => ({ list: request.reviewers.map(reviewer => showReviewer(state, reviewer)) }) },
  { call: `GET ${REQUEST}/notes`, needs: 10, may: [...PAGES, 'sort', 'order_by'], answer: ({ state, project, request, given }) => ({ list: (given['sort'] === 'asc' ? request.notes : request.notes.toReversed()).map(note => showNote(state, { project, request }, note)) }) },
  { call: `POST ${REQUEST}/notes`, needs: 20, may: ['body'], answer: addNote },
  { call: `PUT ${REQUEST}/notes/:note`, needs: 20, may: ['body'], answer: editNote },
  { call: `DELETE ${REQUEST}/notes/:note`, needs: 20, may: [], answer: removeNote },
  { call: `GET ${REQUEST}/status_checks`, needs: 10, may: PAGES, answer: listChecks },
  { call: 'GET /projects/:project/merge_trains/merge_requests/:iid', needs: 30, may: [], answer: ({ project, request }) => project.edition === 'free' || request.train === null ? missing('404 Not found') : ok({ id: request.iid, status: request.train, target_branch: request.target }) },
  { call: 'POST /projects/:project/merge_trains/merge_requests/:iid', needs: 30, may: ['sha'], answer: board },
]

function ok(body: unknown, status = 200): Answer {
  return { status, body }
}

function missing(message: string): Answer {
  return { status: 404, body: { message } }
}

function refused(status: number, message: unknown): Answer {
  return { status, body: { message } }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function showMember({ state, project, at }: Call): Answer {
  const [user, member] = [state.users.get(Number(at['user'])), project.members.get(Number(at['user']))]
  if (user === undefined || member === undefined) return missing('404 Not found')
  return ok({ id: user.id, username: user.username, name: user.username, state: member.state, membership_state: member.membership, access_level: member.level, expires_at: member.expires })
}

function listStatuses({ state, project, at }: Call): Answer {
  const of = project.statuses.filter(status => status.sha === at['sha'])
  if (of.length === 0 && bareGit(project.folder).base(at['sha'] ?? '', at['sha'] ?? '') === null) return missing('404 Commit Not Found')
  return { list: [...new Map(of.map(status => [status.name, status])).values()].map(status => showStatus(state, project, status)) }
}

function listRequests({ state, project, given }: Call): Answer {
  const all = project.requests.filter(request =>
    (given['state'] === undefined || request.state === given['state']) && (given['source_branch'] === undefined || request.source === given['source_branch']) && (given['target_branch'] === undefined || request.target === given['target_branch']))
  return { list: all.toReversed().map(request => showRequest(state, { project, request }, false)) }
}

/** Looks for an open one, and inserts: in between another process may do the same. */
function open({ state, project, user, given, newId }: Call): Answer {
  const [source, target, title] = [text(given['source_branch']), text(given['target_branch']), text(given['title'])]
  const git = bareGit(project.folder)
  const there = project.requests.find(request => request.state === 'opened' && request.source === source && request.target === target)
  if (there !== undefined && state.blindOpens > 0) state.blindOpens -= 1
  else if (there !== undefined) return refused(409, [`Another open merge request already exists for this source branch: !${there.iid}`])
  const [head, base] = [git.ref(source), git.ref(target)]
  if (title === '') return refused(400, { title: ['can\'t be blank'] })
  if (title.length > 255) return refused(400, { title: ['is too long (maximum is 255 characters)'] })
  if (head === null || base === null) return refused(422, [`Branch ${head === null ? source : target} does not exist`])
  const at = state.now()
  const request: MergeRequest = {
    iid: project.requests.length + 1, title, description: withoutActions(text(given['description'])), author: user, source, target, state: 'opened', createdAt: at, versions: [{ id: newId(), head, base: git.base(base, head) ?? '', at }],
    approvals: [], reviewers: [], notes: [], closedBy: null, mergedBy: null, mergeCommit: null, squashCommit: null, squash: project.squash === 'default_on', autoMerge: false, train: null, draft: title.startsWith('Draft: '), threadsOpen: false, checked: '', unseen: 0,
  }
  project.requests.push(request)
  return ok(showRequest(state, { project, request }, true), 201)
}

/** GitLab does what such lines say and takes them out. What they would have done here is a failed test. */
function withoutActions(body: string): string {
  if (/^\/[a-z]/im.test(body)) throw new Error('a quick action was sent')
  return body
}

function edit({ state, newId, project, request, user, given }: Call): Answer {
  if (typeof given['target_branch'] === 'string') {
    request.target = given['target_branch']
    request.versions.push({ id: newId(), head: headOf(request), base: '', at: state.now() })
  }
  if (Array.isArray(given['reviewer_ids'])) {
    const reviewers = given['reviewer_ids'].flatMap(id => state.users.get(Number(id)) ?? [])
    request.reviewers = reviewers.map(one => ({ user: one, state: 'unreviewed', at: state.now() }))
  }
  if (given['state_event'] === 'close' && request.state === 'opened') {
    request.state = 'closed'
    request.closedBy = user
  }
  if (typeof given['title'] === 'string') request.title = given['title']
  if (typeof given['description'] === 'string') request.description = withoutActions(given['description'])
  return ok(showRequest(state, { project, request }, true))
}

function merge({ state, project, request, user, level, given }: Call): Answer {
  if (level < (project.mergeLevels.get(request.target) ?? 30)) return refused(401, '401 Unauthorized')
  const head = headOf(request)
  if (given['sha'] !== undefined && given['sha'] !== head) return refused(409, `SHA does not match HEAD of source branch: ${head}`)
  const status = mergeStatus(project, request)
  if (status === 'conflict' || status === 'need_rebase') return refused(422, 'Branch cannot be merged')
  if (status !== 'mergeable') return refused(405, '405 Method Not Allowed')
  if (!mergeNow(project, request, { by: user, message: text(given['merge_commit_message']) || `Merge branch '${request.source}'`, squash: given['squash'] === true })) return refused(422, 'Branch cannot be merged')
  return ok(showRequest(state, { project, request }, true))
}

function approve({ state, project, request, user, newId }: Call): Answer {
  if (request.approvals.some(one => one.user === user)) return refused(401, '401 Unauthorized')
  request.approvals.push({ user, at: state.now() })
  request.reviewers = request.reviewers.map(one => one.user === user ? { ...one, state: 'approved' } : one)
  request.notes.push({ id: newId(), body: 'approved this merge request', system: true, author: user, at: state.now() })
  return ok(showApprovals(state, project, request), 201)
}

/** A quick action of a person: only who was asked for a review can do so, and loses the approval that was given before. */
function requestChanges({ state, request, user, newId }: Call): Answer {
  const reviewer = request.reviewers.find(one => one.user === user)
  if (reviewer === undefined) return refused(400, { commands_only: ['Could not request changes'] })
  reviewer.state = 'requested_changes'
  request.approvals = request.approvals.filter(one => one.user !== user)
  request.notes.push({ id: newId(), body: 'requested changes', system: true, author: user, at: state.now() })
  return ok({ commands_changes: {}, summary: ['Changes requested.'] }, 202)
}

function respond({ project, given }: Call): Answer {
  const check = project.externalChecks.find(one => one.id === given['external_status_check_id'])
  if (check === undefined) return missing('404 Not Found')
  check.states.set(text(given['sha']), given['status'] === 'passed' ? 'passed' : 'failed')
  return ok({ id: check.id }, 201)
}

function setStatus({ state, newId, project, at, given }: Call): Answer {
  const status = { id: newId(), sha: at['sha'] ?? '', name: text(given['name']), status: text(given['state']), allowFailure: false, at: state.now() }
  project.statuses.push(status)
  return ok(showStatus(state, project, status), 201)
}

function addCheck({ newId, project, given }: Call): Answer {
  if (project.edition === 'free') return missing('404 Not Found')
  const check = { id: newId(), name: text(given['name']), states: new Map<string, 'passed' | 'failed'>() }
  project.externalChecks.push(check)
  return ok({ id: check.id, name: check.name }, 201)
}

function setProject({ state, project, given }: Call): Answer {
  if (given['only_allow_merge_if_all_status_checks_passed'] !== undefined) project.checksMustPass = given['only_allow_merge_if_all_status_checks_passed'] === true
  return ok(showProject(state, project))
}

function setMember(call: Call): Answer {
  const member = call.project.members.get(Number(call.at['user']))
  if (member !== undefined) member.level = Number(call.given['access_level'])
  return showMember(call)
}

function addNote(call: Call): Answer {
  const { state, project, request, user, given, newId } = call
  if (given['body'] === '/request_changes') return requestChanges(call)
  const note = { id: newId(), body: withoutActions(text(given['body'])), system: false, author: user, at: state.now() }
  request.notes.push(note)
  return ok(showNote(state, { project, request }, note), 201)
}

function editNote({ state, project, request, user, at, given }: Call): Answer {
  const note = request.notes.find(one => one.id === Number(at['note']))
  if (note === undefined || note.author.id !== user.id) return missing('404 Note Not Found')
  note.body = withoutActions(text(given['body']))
  return ok(showNote(state, { project, request }, note))
}

function removeNote({ request, user, at }: Call): Answer {
  const place = request.notes.findIndex(one => one.id === Number(at['note']) && one.author.id === user.id)
  if (place < 0) return missing('404 Note Not Found')
  request.notes.splice(place, 1)
  return ok(null, 204)
}

function listChecks({ project, request }: Call): Answer {
  if (project.edition === 'free') return missing('404 Not Found')
  return { list: project.externalChecks.map(({ id, name, states }) => ({ id, name, external_url: 'https://checks.example.com', status: states.get(headOf(request)) ?? 'pending' })) }
}

function board({ project, request, given }: Call): Answer {
  if (!project.trains) return missing('404 Not found')
  if (given['sha'] !== headOf(request)) return refused(409, `SHA does not match HEAD of source branch: ${headOf(request)}`)
  if (mergeStatus(project, request) !== 'mergeable') return refused(400, 'Failed to merge')
  request.train = 'fresh'
  return ok([{ id: request.iid, status: 'fresh' }], 201)
}
