import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../src/model/json.ts'
import { textAt } from '../../src/model/json.ts'
import type { ForgePeople } from '../contracts/forge.ts'
import { startGitea } from './parts/gitea.ts'
import type { ForgeCrowd } from '../contracts/forge-extremes.ts'
import type { RealGitea } from './parts/gitea.ts'
import type { RealAddress } from './parts/up.ts'

const LOGINS = ['ada', 'bo', 'eve', 'writ-bot'] as const
type Login = (typeof LOGINS)[number]

/** A real Gitea with the people of the scenarios: their tokens, and calls of its API in their name. */
export interface GiteaPeople {
  readonly url: string
  readonly tokens: Readonly<Record<Login | 'root', string>>
  /** `call`: method and path, as in `GET /user`. */
  call(as: Login | 'root', call: string, body?: unknown): Promise<Json>
}

/** A repository with `main`, `writ/a` and `writ/b`. */
export interface GiteaRepository {
  readonly url: string
  /** `owner/name`. */
  readonly path: string
  readonly heads: readonly [string, string, string]
  readonly move: (branch: string, commit: string) => Promise<void>
  readonly people: ForgePeople
  readonly crowd: ForgeCrowd
}

/** A Gitea of a file's own, with the people. */
export async function openGitea(real: RealAddress): Promise<GiteaPeople & { readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-gitea-'))
  chmodSync(folder, 0o755)
  const gitea = await startGitea({ folder: join(folder, 'gitea'), logs: folder, binaries: real.folders.gitea })
  return {
    ...await startPeople(gitea),
    stop: async () => {
      await gitea.program.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes the people; the repositories are those of `root-of-all`. */
async function startPeople({ url, token }: RealGitea): Promise<GiteaPeople> {
  const tokens: Record<string, string> = { root: token }
  const call: GiteaPeople['call'] = async (as, asked, body) => {
    const [method = '', path = ''] = asked.split(' ')
    const answer = await fetch(`${url}/api/v1${path}`, {
      method, headers: { authorization: `token ${tokens[as] ?? ''}`, 'content-type': 'application/json' }, ...body === undefined ? {} : { body: JSON.stringify(body) },
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${as} ${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return text === '' ? null : JSON.parse(text) as Json
  }
  for (const login of LOGINS) {
    await call('root', 'POST /admin/users', { username: login, email: `${login}@example.com`, password: 'only-for-tests', must_change_password: false })
    const made = await fetch(`${url}/api/v1/users/${login}/tokens`, {
      method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${login}:only-for-tests`).toString('base64')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'tests', scopes: login === 'writ-bot' ? ['write:repository', 'write:issue', 'read:user'] : ['all'] }),
    })
    tokens[login] = textAt(await made.json() as Json, 'sha1') ?? ''
  }
  return { url, tokens: tokens as GiteaPeople['tokens'], call }
}

let made = 0

export async function makeRepository(gitea: GiteaPeople): Promise<GiteaRepository> {
  made += 1
  const path = `root-of-all/apps-${made}`
  await gitea.call('root', 'POST /user/repos', { name: `apps-${made}`, default_branch: 'main' })
  for (const login of ['ada', 'bo', 'writ-bot']) await gitea.call('root', `PUT /repos/${path}/collaborators/${login}`, { permission: 'write' })
  await gitea.call('root', `PUT /repos/${path}/collaborators/eve`, { permission: 'read' })
  const dir = mkdtempSync(join(tmpdir(), 'writ-gitea-clone-'))
  const remote = `${gitea.url.replace('://', `://root-of-all:${gitea.tokens.root}@`)}/${path}.git`
  const git = (...args: readonly string[]): string => execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const commit = (text: string): string => {
    writeFileSync(join(dir, 'app.yaml'), text)
    git('add', '-A')
    git('commit', '-qm', text)
    return git('rev-parse', 'HEAD')
  }
  git('init', '-q', '-b', 'main')
  commit('replicas: 1')
  git('checkout', '-qb', 'a')
  const first = commit('replicas: 2')
  const second = commit('replicas: 3')
  git('checkout', '-qb', 'b', 'main')
  const third = commit('replicas: 4')
  git('push', '-q', remote, 'main', `${first}:refs/heads/writ/a`, `${third}:refs/heads/writ/b`)
  // The later commit must be known before a branch is put there.
  git('push', '-q', remote, `${second}:refs/heads/later`)
  rmSync(dir, { recursive: true })
  const here = `/repos/${path}`
  // Gitea takes note of pushed branches a moment later, and until then knows no list of a base.
  for (let tries = 0; tries < 100; tries += 1) {
    const known = await gitea.call('root', `GET ${here}/pulls?base_branch=main`).then(() => true, () => false)
    if (known) break
    await new Promise(resolve => { setTimeout(resolve, 100) })
  }
  return {
    url: `${gitea.url}/${path}.git`, path, heads: [first, second, third], people: peopleOf(gitea, here),
    crowd: {
      page: 50,
      comment: async (id, by, body) => { await gitea.call(by, `POST ${here}/issues/${id}/comments`, { body }) },
      permit: async (by, may) => { await gitea.call('root', `PUT ${here}/collaborators/${by}`, { permission: may }) },
    },
    move: async (branch, to) => {
      const clone = mkdtempSync(join(tmpdir(), 'writ-gitea-move-'))
      const run = (...args: readonly string[]): string => execFileSync('git', args, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      run('init', '-q')
      run('fetch', '-q', remote, 'later')
      run('push', '-q', '-f', remote, `${to}:refs/heads/${branch}`)
      rmSync(clone, { recursive: true })
      for (let tries = 0; tries < 100; tries += 1) {
        const pulls = await gitea.call('root', `GET ${here}/pulls?state=open`) as readonly { head: { ref: string, sha: string } }[]
        if (pulls.every(pull => pull.head.ref !== branch || pull.head.sha === to)) return
        await new Promise(resolve => { setTimeout(resolve, 100) })
      }
    },
  }
}

const EVENTS = { approve: 'APPROVED', 'request-changes': 'REQUEST_CHANGES', comment: 'COMMENT' } as const

function peopleOf(gitea: GiteaPeople, here: string): ForgePeople {
  return {
    review: async (id, by, verdict) => { await gitea.call(by, `POST ${here}/pulls/${id}/reviews`, { event: EVENTS[verdict], body: 'seen' }) },
    dismiss: async (id, by) => {
      const reviews = await gitea.call('root', `GET ${here}/pulls/${id}/reviews`) as readonly { id: number, user: { login: string } }[]
      for (const review of reviews.filter(({ user }) => user.login === by)) await gitea.call('root', `POST ${here}/pulls/${id}/reviews/${review.id}/dismissals`, { message: 'no longer' })
    },
    status: async (commit, name, state) => { await gitea.call('root', `POST ${here}/statuses/${commit}`, { context: name, state }) },
    require: async names => { await gitea.call('root', `POST ${here}/branch_protections`, { rule_name: 'main', enable_push: true, enable_status_check: true, status_check_contexts: names }) },
    merge: async (id, by, how) => {
      for (let tries = 0; ; tries += 1) {
        try {
          await gitea.call(by, `POST ${here}/pulls/${id}/merge`, { Do: how })
          return
        } catch (error) {
          // It is still being computed whether it can be merged.
          if (tries === 50 || !String(error).includes('405')) throw error
          await new Promise(resolve => { setTimeout(resolve, 100) })
        }
      }
    },
    close: async (id, by) => { await gitea.call(by, `PATCH ${here}/pulls/${id}`, { state: 'closed' }) },
    retarget: async (id, base) => { await gitea.call('root', `PATCH ${here}/pulls/${id}`, { base }) },
    comments: async id => (await gitea.call('root', `GET ${here}/issues/${id}/comments`) as readonly { body: string }[]).map(({ body }) => body),
  }
}
