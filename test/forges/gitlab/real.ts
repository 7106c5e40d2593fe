import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeConfig } from '../../../src/model/config.ts'
import type { Json } from '../../../src/model/json.ts'
import { textAt, valueAt } from '../../../src/model/json.ts'
import { openForge } from '../../../src/outside/forges/index.ts'
import type { ForgeUnderTest } from '../../contracts/forge.ts'
import { LEVELS, LOGINS, callsOf, gitlabPeople } from './people.ts'
import type { Call, Login } from './people.ts'

/** A GitLab of one's own to be tried on: its address, and the token of an administrator, by which the people of the contract are made. It must be of an edition with status checks of services outside. */
export const VARIABLES = { url: 'WRIT_TEST_GITLAB_URL', token: 'WRIT_TEST_GITLAB_ADMIN_TOKEN' } as const

/** Makes projects on the GitLab that these variables name, one for each test; what is missing where they name none. */
export function realGitlab(environment: Readonly<Record<string, string | undefined>>): { readonly make: () => Promise<ForgeUnderTest> } | { readonly missing: readonly string[] } {
  const [url, token] = [environment[VARIABLES.url], environment[VARIABLES.token]]
  if (url === undefined || token === undefined) return { missing: Object.values(VARIABLES).filter(name => environment[name] === undefined) }
  let people: ReturnType<typeof makePeople> | null = null
  return { make: async () => makeForge(url.replace(/\/$/, ''), await (people ??= makePeople(url.replace(/\/$/, ''), token))) }
}

interface People { readonly call: Call, readonly tokens: Readonly<Record<Login, string>>, readonly ids: Readonly<Record<Login, number>> }

async function makePeople(url: string, root: string): Promise<People> {
  const tokens: Record<Login, string> = { 'writ-bot': '', 'ada': '', 'bo': '', 'eve': '', root }
  const ids: Record<Login, number> = { 'writ-bot': 0, 'ada': 0, 'bo': 0, 'eve': 0, 'root': 0 }
  const call = callsOf(`${url}/api/v4`, tokens)
  ids.root = idOf(await call('root', 'GET /user'))
  for (const login of LOGINS.filter(one => one !== 'root')) {
    const found = await call('root', `GET /users?username=${login}`)
    const [there] = Array.isArray(found) ? found as readonly Json[] : []
    ids[login] = idOf(there ?? await call('root', 'POST /users', { username: login, name: login, email: `${login}@example.com`, force_random_password: true, skip_confirmation: true }))
    const expires = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)
    tokens[login] = textAt(await call('root', `POST /users/${ids[login]}/personal_access_tokens`, { name: 'writ tests', scopes: ['api'], expires_at: expires }), 'token') ?? ''
  }
  return { call, tokens, ids }
}

function idOf(body: Json): number {
  return Number(valueAt(body, 'id'))
}

async function makeForge(url: string, people: People): Promise<ForgeUnderTest> {
  const { call, tokens, ids } = people
  const [project, other] = [await makeProject(people), await makeProject(people)]
  const remote = (path: string): string => `${url.replace('://', `://oauth2:${tokens.root}@`)}/${path}.git`
  const work = mkdtempSync(join(tmpdir(), 'writ-gitlab-real-'))
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
  const [first, second] = [commit('replicas: 2'), commit('replicas: 3')]
  git('checkout', '-qb', 'writ/b', 'main')
  const third = commit('replicas: 4')
  for (const path of [project, other]) git('push', '-q', remote(path), 'main', `${first}:refs/heads/writ/a`, 'writ/b')
  const config: ForgeConfig = { name: 'lab', kind: 'gitlab', host: new URL(url).host, insecureAllow: ['http', 'loopback'], api: `${url}/api/v4`, credentials: { username: 'oauth2', token: { env: 'TOKEN' } } }
  const open = (): ForgeUnderTest['one'] => openForge(config, { rows: undefined as never, secret: () => Promise.resolve(tokens['writ-bot']) })
  return {
    one: open(), other: open(), repository: `${url}/${project}.git`, elsewhere: `${url}/${other}.git`, heads: [first, second, third], people: gitlabPeople(call, encodeURIComponent(project), ids),
    move: async (branch, to) => {
      git('push', '-q', '-f', remote(project), `${to}:refs/heads/${branch}`)
      // GitLab takes a moment to see a push in its merge requests.
      for (let tries = 0; tries < 100; tries += 1) {
        const requests = await call('root', `GET /projects/${encodeURIComponent(project)}/merge_requests?state=opened&source_branch=${encodeURIComponent(branch)}`)
        if ((Array.isArray(requests) ? requests as readonly Json[] : []).every(request => textAt(request, 'sha') === to)) return
        await new Promise(resolve => { setTimeout(resolve, 200) })
      }
    },
    dispose: async () => {
      rmSync(work, { recursive: true })
      for (const path of [project, other]) await call('root', `DELETE /projects/${encodeURIComponent(path)}`)
    },
  }
}

let made = 0

async function makeProject({ call, ids }: People): Promise<string> {
  made += 1
  const path = textAt(await call('root', 'POST /projects', { name: `writ-test-${Date.now()}-${made}`, visibility: 'private', default_branch: 'main' }), 'path_with_namespace') ?? ''
  for (const login of LOGINS.filter(one => one !== 'root')) await call('root', `POST /projects/${encodeURIComponent(path)}/members`, { user_id: ids[login], access_level: LEVELS[login] })
  return path
}
