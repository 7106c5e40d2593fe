import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import type { ForgeConfig } from '../../../src/model/config.ts'
import { openForge } from '../../../src/outside/forges/index.ts'
import type { ForgePeople, ForgeUnderTest } from '../../contracts/forge.ts'
import { bareGit } from './git.ts'
import { LEVELS, LOGINS, callsOf, gitlabPeople } from './people.ts'
import type { Login } from './people.ts'
import { startGitlab } from './server.ts'
import type { GitlabServer } from './server.ts'
import type { MergeRequest, Project, User } from './state.ts'

export const TOKEN = 'glpat-only-for-tests-0001'
/** A signing token, as GitLab makes them. */
const SIGNING = `whsec_${Buffer.from('thirty-two bytes of a signing key').toString('base64')}`

/** A GitLab in this process with people, and what stands behind it. */
export interface GitlabUnderTest extends ForgeUnderTest {
  readonly people: ForgePeople
  /** What people do in numbers; `page`: as many entries as one page of a list holds here. */
  readonly crowd: { readonly page: number, readonly comment: (id: string, by: 'ada', text: string) => Promise<void>, readonly permit: (by: 'ada' | 'bo', may: 'write' | 'read') => Promise<void> }
  /** What goes wrong once, with the next call of its kind, and a webhook about a merge request. */
  readonly faults: { readonly lose: (what: keyof typeof CALLS) => void, readonly limit: (seconds: number) => void, readonly refuse: () => void, readonly event: (id: string) => { readonly headers: Readonly<Record<string, string>>, readonly body: string } }
  readonly server: GitlabServer
  readonly project: Project
  readonly user: (login: Login) => User
  readonly request: (id: string) => MergeRequest
}

const CALLS = { open: /^POST .*\/merge_requests$/, text: /^PUT .*\/merge_requests\/\d+$/, comment: /^POST .*\/notes$/, merge: /^PUT .*\/merge$/, close: /^PUT .*\/merge_requests\/\d+$/ } as const
const PAGE = 20

export interface GitlabSetup { readonly below?: string, readonly path?: string }

export async function gitlabUnderTest({ below = '', path = 'shop/platform/apps' }: GitlabSetup = {}): Promise<GitlabUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-gitlab-'))
  const server = await startGitlab({ folder, below })
  const { state } = server
  for (const login of LOGINS) {
    const id = server.newId()
    state.users.set(id, { id, username: login, bot: false })
  }
  const user = (login: Login): User => [...state.users.values()].find(one => one.username === login) ?? expect.fail(login)
  const tokens = { 'writ-bot': TOKEN, 'ada': 'glpat-of-ada', 'bo': 'glpat-of-bo', 'eve': 'glpat-of-eve', 'root': 'glpat-of-root' }
  for (const login of LOGINS) state.tokens.set(tokens[login], user(login).id)
  const call = callsOf(`${server.url}/api/v4`, tokens)
  state.largestPage = PAGE
  const ids = { 'writ-bot': user('writ-bot').id, 'ada': user('ada').id, 'bo': user('bo').id, 'eve': user('eve').id, 'root': user('root').id }
  const { heads } = template ??= makeTemplate()
  for (const where of [path, 'shop/other']) {
    mkdirSync(dirname(join(folder, where)), { recursive: true })
    cpSync(template.folder, join(folder, `${where}.git`), { recursive: true })
  }
  const [project, other] = [path, 'shop/other'].map(where => addProject(server, { path: where, folder: join(folder, `${where}.git`), user })) as [Project, Project]
  const git = bareGit(project.folder)
  const request = (id: string): MergeRequest => project.requests.find(one => one.iid === Number(id)) ?? expect.fail(id)
  const config: ForgeConfig = { name: 'lab', kind: 'gitlab', host: new URL(server.url).host, insecureAllow: ['http', 'loopback'], credentials: { username: 'oauth2', token: { env: 'TOKEN' } }, webhook: { env: 'WEBHOOK' }, ...below === '' ? {} : { api: `${server.url}/api/v4` } }
  const secret = (ref: unknown): Promise<string> => Promise.resolve(JSON.stringify(ref).includes('TOKEN') ? TOKEN : SIGNING)
  const rows = { find: refused, add: refused, change: refused, get: refused } as never
  const open = (): ForgeUnderTest['one'] => openForge(config, { rows, secret })
  return {
    one: open(), other: open(), server, project, user, request, heads,
    crowd: {
      page: PAGE,
      comment: async (id, by, text) => { await call(by, `POST /projects/${encodeURIComponent(path)}/merge_requests/${id}/notes`, { body: text }) },
      permit: async (by, may) => { await call('root', `PUT /projects/${encodeURIComponent(path)}/members/${ids[by]}`, { access_level: may === 'write' ? LEVELS[by] : 20 }) },
    },
    faults: {
      lose: what => { state.faults.push({ on: CALLS[what], times: 1, what: 'lost' }) },
      limit: seconds => { state.faults.push({ on: /./, times: 1, what: { status: 429, headers: { 'retry-after': String(seconds), 'ratelimit-remaining': '0' }, body: { message: 'Too Many Requests' } } }) },
      refuse: () => { state.faults.push({ on: /./, times: 1, what: { status: 401, body: { message: '401 Unauthorized' } } }) },
      event: id => signedEvent({ object_kind: 'merge_request', project: { git_http_url: `${server.url}/${path}.git` }, object_attributes: { iid: Number(id), source_branch: request(id).source } }),
    },
    repository: `${server.url}/${path}.git`, elsewhere: `${server.url}/${other.path}.git`,
    move: (branch, commit) => { git.run('update-ref', `refs/heads/${branch}`, commit); return Promise.resolve() },
    people: gitlabPeople(call, encodeURIComponent(path), ids),
    dispose: async () => {
      rmSync(folder, { recursive: true })
      await server.stop()
    },
  }
}

function signedEvent(event: unknown): { readonly headers: Readonly<Record<string, string>>, readonly body: string } {
  const body = JSON.stringify(event)
  const [id, time] = ['evt-1', '1790000000']
  const signature = createHmac('sha256', Buffer.from(SIGNING.slice('whsec_'.length), 'base64')).update(`${id}.${time}.${body}`).digest('base64')
  return { headers: { 'idempotency-key': id, 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` }, body }
}

function refused(): never {
  throw new Error('a GitLab keeps its own change requests')
}

function addProject(server: GitlabServer, { path, folder, user }: { readonly path: string, readonly folder: string, readonly user: (login: Login) => User }): Project {
  const members = new Map(LOGINS.map(login => [user(login).id, { level: LEVELS[login], state: 'active' as const, membership: 'active' as const, expires: null }]))
  const project: Project = {
    id: server.newId(), path, folder, edition: 'ultimate', archived: false, mergeMethod: 'merge', squash: 'default_off', pipelineMustPass: false, skippedPasses: false, checksMustPass: false, trains: false, resetApprovals: false,
    approvalsRequired: 0, members, mergeLevels: new Map([['main', 40]]), statuses: [], externalChecks: [], requests: [],
  }
  server.state.projects.push(project)
  return project
}

let template: { readonly folder: string, readonly heads: readonly [string, string, string] } | null = null

/** `main`, `writ/a` and `writ/b`, and a later commit for `writ/a`: made once, and copied for each test. */
function makeTemplate(): { readonly folder: string, readonly heads: readonly [string, string, string] } {
  const folder = mkdtempSync(join(tmpdir(), 'writ-gitlab-bare-'))
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
  const work = mkdtempSync(join(tmpdir(), 'writ-gitlab-work-'))
  const git = (...args: readonly string[]): string => execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const commit = (text: string): string => {
    writeFileSync(join(work, 'app.yaml'), text)
    git('add', '-A')
    git('commit', '-qm', text)
    return git('rev-parse', 'HEAD')
  }
  git('init', '-q', '-b', 'main')
  commit('replicas: 1')
  git('checkout', '-qb', 'writ/a')
  const first = commit('replicas: 2')
  git('checkout', '-qb', 'later')
  const second = commit('replicas: 3')
  git('checkout', '-qb', 'writ/b', 'main')
  const third = commit('replicas: 4')
  git('clone', '-q', '--bare', work, folder)
  rmSync(join(folder, 'hooks'), { recursive: true, force: true })
  execFileSync('git', ['-C', folder, 'config', 'http.receivepack', 'true'])
  rmSync(work, { recursive: true })
  return { folder, heads: [first, second, third] }
}
