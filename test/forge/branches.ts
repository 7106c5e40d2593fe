import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The branches of the contract, and what moves one of them. */
export interface Branches { readonly heads: readonly [string, string, string], readonly move: (branch: string, commit: string) => void, readonly dispose: () => void }

/** Pushes `main`, `writ/a`, `writ/b` and `later` to an empty repository, with a token that git is given by its environment. */
export function pushBranches(url: string, { user, token }: { readonly user: string, readonly token: string }): Branches {
  const dir = mkdtempSync(join(tmpdir(), 'writ-forge-'))
  const env = {
    PATH: process.env['PATH'] ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader', GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
  }
  const git = (...args: readonly string[]): string => execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const commit = (text: string): string => {
    writeFileSync(join(dir, 'app.yaml'), `${text}\n`)
    git('add', 'app.yaml')
    git('commit', '-qm', text)
    return git('rev-parse', 'HEAD')
  }
  git('init', '-q', '-b', 'main')
  commit('replicas: 1')
  git('checkout', '-qb', 'a')
  const heads = [commit('replicas: 2'), commit('replicas: 3')] as const
  git('checkout', '-qb', 'b', 'main')
  const third = commit('replicas: 4')
  // The default branch is the one that comes first.
  git('push', '-q', url, 'main')
  git('push', '-q', url, `${heads[0]}:refs/heads/writ/a`, `${third}:refs/heads/writ/b`, `${heads[1]}:refs/heads/later`)
  return { heads: [...heads, third], move: (branch, to) => { git('push', '-q', '-f', url, `${to}:refs/heads/${branch}`) }, dispose: () => { rmSync(dir, { recursive: true }) } }
}
