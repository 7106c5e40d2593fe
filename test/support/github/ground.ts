import { createHmac } from 'node:crypto'
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeConfig } from '../../../src/model/config.ts'
import { openForge } from '../../../src/outside/forges/index.ts'
import type { Forge } from '../../../src/flow/ports.ts'
import type { ForgePeople, ForgeUnderTest } from '../../contracts/forge.ts'
import type { ForgeCrowd, ForgeFaults } from '../../contracts/forge-extremes.ts'
import { gitText } from './git.ts'
import { follow, mergeInto } from './git-state.ts'
import { startGitHubServer } from './server.ts'
import type { GitHubServer } from './server.ts'
import { nextId } from './state.ts'
import type { GitHubState, PullState, RepositoryState } from './state.ts'

/** A GitHub in this process with two repositories, the people of the contract, and Writ's own user. */
export interface Ground extends ForgeUnderTest {
  readonly server: GitHubServer
  readonly state: GitHubState
  readonly repositories: readonly [RepositoryState, RepositoryState]
  readonly people: ForgePeople
  readonly crowd: ForgeCrowd
  readonly faults: ForgeFaults
  readonly config: ForgeConfig
  /** Another connection; `more` of the configuration, and a secret for all that it names. */
  open(more?: Partial<ForgeConfig>, secret?: () => Promise<string>): Forge
  /** The pull request as the server keeps it. */
  pull(id: string): PullState
}

export const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
const NEVER = (): Promise<never> => Promise.reject(new Error('this forge keeps its change requests itself'))

export async function makeGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-github-'))
  const state: GitHubState = { accounts: new Map(), tokens: new Map(), repositories: [], renamed: new Map(), app: null, hideRuns: false, lag: 0 }
  for (const [i, login] of ['ada', 'bo', 'eve', 'writ-bot'].entries()) state.accounts.set(login, { login, id: i + 10, type: 'User' })
  state.tokens.set(TOKEN, { login: 'writ-bot', ends: Number.POSITIVE_INFINITY, repositories: null })
  const server = await startGitHubServer(state, folder)
  const [repository, elsewhere] = [addRepository(state, { folder, name: 'acme/apps' }), addRepository(state, { folder, name: 'acme/other' })]
  const heads = await makeBranches(repository.folder)
  await cp(repository.folder, elsewhere.folder, { recursive: true })
  const config: ForgeConfig = { name: 'hub', kind: 'github', host: new URL(server.url).host, credentials: { username: 'git', token: { env: 'UNUSED' } }, webhook: { env: 'UNUSED' }, insecureAllow: ['http', 'loopback'] }
  const open: Ground['open'] = (more = {}, secret = () => Promise.resolve(TOKEN)) => openForge({ ...config, ...more }, { rows: { find: NEVER, get: NEVER, open: NEVER, update: NEVER, end: NEVER }, secret })
  const pull = (id: string): PullState => repository.pulls.find(({ number }) => String(number) === id) ?? expected(id)
  return {
    server, state, config, open, pull, repositories: [repository, elsewhere], one: open(), other: open(), repository: `${server.url}/acme/apps.git`, elsewhere: `${server.url}/acme/other.git`, heads,
    move: async (branch, commit) => { await gitText(['update-ref', `refs/heads/${branch}`, commit], { cwd: repository.folder }) },
    people: peopleOf(repository, pull), faults: faultsOf(server, pull),
    crowd: {
      page: 100,
      comment: (id, by, body) => Promise.resolve(void pull(id).comments.push({ id: nextId(), by, body })),
      permit: (by, may) => Promise.resolve(void repository.roles.set(by, may)),
    },
    dispose: async () => {
      await server.stop()
      await rm(folder, { recursive: true })
      if (server.faults().length > 0) throw new Error(`A real GitHub would not do that:\n${server.faults().join('\n')}`)
    },
  }
}

function expected(id: string): never {
  throw new Error(`there is no pull request ${id}`)
}

function addRepository(state: GitHubState, { folder, name }: { readonly folder: string, readonly name: string }): RepositoryState {
  const repository: RepositoryState = {
    id: nextId(), name, folder: join(folder, `${name}.git`), archived: false, roles: new Map([['ada', 'write'], ['bo', 'admin'], ['eve', 'read'], ['writ-bot', 'write']]), pulls: [], statuses: new Map(), runs: new Map(), protection: new Map(), rules: new Map(), methods: ['merge', 'squash', 'rebase'],
  }
  state.repositories.push(repository)
  return repository
}

/** The same branches, with the same commits, as on every forge under test. */
async function makeBranches(at: string): Promise<readonly [string, string, string]> {
  await gitText(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', at], { cwd: tmpdir() })
  await appendFile(join(at, 'config'), '[http]\n\treceivepack = true\n')
  const commits = [['main', 'replicas: 1', null], ['writ/a', 'replicas: 2', 1], ['later', 'replicas: 3', 2], ['writ/b', 'replicas: 4', 1]] as const
  const stream = commits.map(([branch, text, from], i) => [
    `commit refs/heads/${branch}`, `mark :${i + 1}`, 'committer Ann <ann@example.org> now', `data ${text.length}`, text, ...from === null ? [] : [`from :${from}`], 'M 100644 inline app.yaml', `data ${text.length + 1}`, `${text}\n`,
  ].join('\n')).join('\n')
  await gitText(['fast-import', '--quiet', '--date-format=now'], { cwd: at, input: `${stream}\n` })
  const [first = '', second = '', third = ''] = (await gitText(['rev-parse', 'writ/a', 'later', 'writ/b'], { cwd: at })).split('\n')
  return [first, second, third]
}

const PULLS = '/repos/{owner}/{repo}/pulls'
const WRITES = { open: `POST ${PULLS}`, text: `PATCH ${PULLS}/{pull_number}`, close: `PATCH ${PULLS}/{pull_number}`, comment: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', merge: `PUT ${PULLS}/{pull_number}/merge` } as const

function faultsOf(server: GitHubServer, pull: (id: string) => PullState): ForgeFaults {
  return {
    lose: what => { server.break(WRITES[what], { kind: 'lost' }) },
    limit: seconds => { server.break('every', { kind: 'status', status: 403, message: 'You have exceeded a secondary rate limit.', headers: { 'retry-after': String(seconds) } }) },
    refuse: () => { server.break('every', { kind: 'status', status: 401, message: 'Bad credentials' }) },
    event: id => {
      const body = JSON.stringify({ action: 'synchronize', repository: { clone_url: `${server.url}/acme/apps.git` }, pull_request: { number: pull(id).number, head: { ref: pull(id).branch } } })
      return { headers: { 'x-github-event': 'pull_request', 'x-github-delivery': 'd-1', 'x-hub-signature-256': `sha256=${createHmac('sha256', TOKEN).update(body).digest('hex')}` }, body }
    },
  }
}

const VERDICTS = { approve: 'APPROVED', 'request-changes': 'CHANGES_REQUESTED', comment: 'COMMENTED' } as const

function peopleOf(repository: RepositoryState, pull: (id: string) => PullState): ForgePeople {
  const now = async (id: string): Promise<PullState> => {
    await follow(repository, pull(id))
    return pull(id)
  }
  return {
    review: async (id, by, verdict) => {
      const { head, reviews } = await now(id)
      reviews.push({ id: nextId(), by, state: VERDICTS[verdict], commit: head, at: new Date().toISOString() })
    },
    dismiss: async (id, by) => { for (const review of (await now(id)).reviews) if (review.by === by && review.state !== 'COMMENTED') review.state = 'DISMISSED' },
    status: (commit, name, state) => {
      repository.statuses.set(commit, [...repository.statuses.get(commit) ?? [], { context: name, state, id: nextId() }])
      return Promise.resolve()
    },
    require: names => {
      repository.protection.set('main', names.map(context => ({ context, app_id: null })))
      return Promise.resolve()
    },
    merge: async (id, by, how) => {
      const of = await now(id)
      const commit = await mergeInto(repository, of, { method: how, message: `Merge #${id}` })
      if (commit === null) throw new Error('it conflicts')
      Object.assign(of, { state: 'closed', merged: { by, commit, at: new Date().toISOString() } })
    },
    close: async (id, by) => { Object.assign(await now(id), { state: 'closed', closedBy: by }) },
    retarget: async (id, base) => { (await now(id)).base = base },
    comments: async id => (await now(id)).comments.map(({ body }) => body),
  }
}
