import { openForge } from '../../src/outside/forges/index.ts'
import type { ForgeConfig } from '../../src/model/config.ts'
import type { Forge } from '../../src/flow/ports.ts'
import type { ForgePeople } from '../contracts/forge.ts'
import { pushBranches } from './branches.ts'
import { withNames } from './hosted-kind.ts'
import type { HostedForge, HostedKind } from './hosted-kind.ts'

/*
 * A real GitHub or GitHub Enterprise Server.
 *
 *   WRIT_TEST_GITHUB_HOST    github.com, or the host of a GitHub Enterprise Server
 *   WRIT_TEST_GITHUB_OWNER   an organisation for throw-away repositories; the four users below are its members, its base permission is "Read"
 *   WRIT_TEST_GITHUB_ADMIN   a classic token of one of its owners, scopes repo and delete_repo; the repositories are made and deleted with it
 *   WRIT_TEST_GITHUB_WRIT    a token of the user that Writ is
 *   WRIT_TEST_GITHUB_ADA, WRIT_TEST_GITHUB_BO, WRIT_TEST_GITHUB_EVE   tokens of three more users, who review
 */
const [HOST, OWNER, ADMIN, WRIT, ADA, BO, EVE] = ['HOST', 'OWNER', 'ADMIN', 'WRIT', 'ADA', 'BO', 'EVE'].map(name => `WRIT_TEST_GITHUB_${name}`) as [string, string, string, string, string, string, string]
const VARIABLES: Readonly<Record<Login, string>> = { ada: ADA, bo: BO, eve: EVE, 'writ-bot': WRIT }
const EVENTS = { approve: 'APPROVE', 'request-changes': 'REQUEST_CHANGES', comment: 'COMMENT' } as const

type Login = 'ada' | 'bo' | 'eve' | 'writ-bot'
/** `call`: method and path, as in `GET /user`. */
type Call = (token: string, call: string, body?: unknown) => Promise<unknown>

export const hostedGitHub: HostedKind = {
  name: 'GitHub',
  variables: [HOST, OWNER, ADMIN, WRIT, ADA, BO, EVE],
  open(value) {
    const api = value(HOST) === 'github.com' ? 'https://api.github.com' : `https://${value(HOST)}/api/v3`
    const call: Call = async (token, asked, body) => {
      const [method = '', path = ''] = asked.split(' ')
      const answer = await fetch(`${api}${path}`, { method, headers: { authorization: `token ${token}`, accept: 'application/vnd.github+json' }, ...body === undefined ? {} : { body: JSON.stringify(body) } })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${asked}: ${answer.status} ${text.slice(0, 300)}`)
      return text === '' ? null : JSON.parse(text)
    }
    return () => make({ call, value })
  },
}

interface Hosted { readonly call: Call, readonly value: (variable: string) => string }

async function make({ call, value }: Hosted): Promise<HostedForge> {
  const logins = new Map<Login, string>()
  for (const name of ['ada', 'bo', 'eve', 'writ-bot'] as const) logins.set(name, (await call(value(VARIABLES[name]), 'GET /user') as { readonly login: string }).login)
  const [one, elsewhere] = [await makeRepository({ call, value }, logins), await makeRepository({ call, value }, logins)]
  const config: ForgeConfig = { name: 'hub', kind: 'github', host: value(HOST), credentials: { username: 'git', token: { env: WRIT } }, insecureAllow: [] }
  const open = (): Forge => withNames(openForge(config, { rows: { find: never, get: never, open: never, update: never, end: never }, secret: () => Promise.resolve(value(WRIT)) }), new Map([...logins].map(([name, login]) => [login, name])))
  const login = (name: Login): string => logins.get(name) ?? name
  return {
    one: open(), other: open(), repository: one.url, elsewhere: elsewhere.url, heads: one.heads, people: peopleOf({ call, value }, { here: one.here, login }),
    move: async (branch, commit) => {
      one.move(branch, commit)
      await until(async () => (await call(value(ADMIN), `GET ${one.here}/pulls`) as readonly { readonly head: { readonly ref: string, readonly sha: string } }[]).every(({ head }) => head.ref !== branch || head.sha === commit))
    },
    crowd: {
      page: 100,
      comment: async (id, by, body) => { await call(value(VARIABLES[by]), `POST ${one.here}/issues/${id}/comments`, { body }) },
      permit: async (by, may) => { await call(value(ADMIN), `PUT ${one.here}/collaborators/${login(by)}`, { permission: may === 'write' ? 'push' : 'pull' }) },
    },
    dispose: async () => { for (const repository of [one, elsewhere]) await repository.dispose() },
  }
}

async function makeRepository({ call, value }: Hosted, logins: ReadonlyMap<Login, string>): Promise<{ readonly url: string, readonly here: string, readonly heads: readonly [string, string, string], readonly move: (branch: string, commit: string) => void, readonly dispose: () => Promise<void> }> {
  const name = `writ-contract-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`
  const here = `/repos/${value(OWNER)}/${name}`
  await call(value(ADMIN), `POST /orgs/${value(OWNER)}/repos`, { name, private: false })
  for (const [who, login] of logins) if (who !== 'eve') await call(value(ADMIN), `PUT ${here}/collaborators/${login}`, { permission: 'push' })
  const url = `https://${value(HOST)}/${value(OWNER)}/${name}.git`
  const branches = pushBranches(url, { user: 'x-access-token', token: value(ADMIN) })
  return {
    url, here, heads: branches.heads, move: branches.move,
    dispose: async () => {
      branches.dispose()
      await call(value(ADMIN), `DELETE ${here}`)
    },
  }
}

function peopleOf({ call, value }: Hosted, { here, login }: { readonly here: string, readonly login: (name: Login) => string }): ForgePeople {
  const as = (name: Login): string => value(VARIABLES[name])
  return {
    review: async (id, by, verdict) => { await call(as(by), `POST ${here}/pulls/${id}/reviews`, { event: EVENTS[verdict], body: 'seen' }) },
    dismiss: async (id, by) => {
      const reviews = await call(value(ADMIN), `GET ${here}/pulls/${id}/reviews?per_page=100`) as readonly { readonly id: number, readonly state: string, readonly user: { readonly login: string } }[]
      for (const review of reviews.filter(({ user, state }) => user.login === login(by) && state !== 'COMMENTED')) await call(value(ADMIN), `PUT ${here}/pulls/${id}/reviews/${review.id}/dismissals`, { message: 'no longer' })
    },
    status: async (commit, context, state) => { await call(value(ADMIN), `POST ${here}/statuses/${commit}`, { context, state }) },
    require: async contexts => {
      await call(value(ADMIN), `PUT ${here}/branches/main/protection`, { required_status_checks: { strict: false, contexts }, enforce_admins: true, required_pull_request_reviews: null, restrictions: null })
    },
    merge: async (id, by, how) => {
      await until(() => call(as(by), `PUT ${here}/pulls/${id}/merge`, { merge_method: how }).then(() => true, (error: unknown) => {
        // It is still being computed whether it can be merged.
        if (String(error).includes(': 405 ')) return false
        throw error
      }))
    },
    close: async (id, by) => { await call(as(by), `PATCH ${here}/pulls/${id}`, { state: 'closed' }) },
    retarget: async (id, base) => { await call(value(ADMIN), `PATCH ${here}/pulls/${id}`, { base }) },
    comments: async id => {
      const found: string[] = []
      for (let page = 1; ; page += 1) {
        const listed = await call(value(ADMIN), `GET ${here}/issues/${id}/comments?per_page=100&page=${page}`) as readonly { readonly body: string }[]
        found.push(...listed.map(({ body }) => body))
        if (listed.length < 100) return found
      }
    },
  }
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await done()) return
    await new Promise(resolve => { setTimeout(resolve, 500) })
  }
  throw new Error('it did not come to that in half a minute')
}

function never(): Promise<never> {
  return Promise.reject(new Error('this forge keeps its change requests itself'))
}
