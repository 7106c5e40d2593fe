import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ANSWERS = new Map<string, { readonly code: number, readonly out: string }>()

/** One bare repository, changed by plumbing as a forge does. */
export function bareGit(folder: string): { readonly ref: (branch: string) => string | null, readonly base: (a: string, b: string) => string | null, readonly contains: (commit: string, ancestor: string) => boolean, readonly mergedTree: (base: string, head: string) => string | null, readonly commit: (tree: string, parents: readonly string[], message: string) => string, readonly move: (branch: string, to: string, from: string) => boolean, readonly run: (...args: readonly string[]) => string } {
  const tried = (...args: readonly string[]): { readonly code: number, readonly out: string } => {
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'GitLab', GIT_AUTHOR_EMAIL: 'gitlab@example.com', GIT_COMMITTER_NAME: 'GitLab', GIT_COMMITTER_EMAIL: 'gitlab@example.com' }
    const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8', env })
    return { code: status ?? 1, out: stdout.trim() }
  }
  const run = (...args: readonly string[]): string => {
    const { code, out } = tried(...args)
    if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}`)
    return out
  }
  // What Git says of commits is so for ever; 0 and 1 are answers, anything else is none.
  const known = (...args: readonly string[]): { readonly code: number, readonly out: string } => {
    const key = [folder, ...args].join(' ')
    const answer = ANSWERS.get(key) ?? tried(...args)
    if (answer.code <= 1) ANSWERS.set(key, answer)
    return answer
  }
  return {
    run,
    ref: branch => refOf(folder, `refs/heads/${branch}`),
    base: (a, b) => { const { code, out } = known('merge-base', a, b); return code === 0 ? out : null },
    contains: (commit, ancestor) => known('merge-base', '--is-ancestor', ancestor, commit).code === 0,
    // Its tree must be written into this repository: no other one's answer will do.
    mergedTree: (base, head) => { const { code, out } = known('merge-tree', '--write-tree', base, head); return code === 0 ? out.split('\n')[0] ?? null : null },
    commit: (tree, parents, message) => run('commit-tree', tree, ...parents.flatMap(parent => ['-p', parent]), '-m', message),
    move: (branch, to, from) => tried('update-ref', `refs/heads/${branch}`, to, from).code === 0,
  }
}

/** Refs are read with every call: as files, which is a hundred times as fast as asking git. */
function refOf(folder: string, name: string): string | null {
  const file = join(folder, name)
  if (existsSync(file) && statSync(file).isFile()) return readFileSync(file, 'utf8').trim()
  const packed = join(folder, 'packed-refs')
  const line = existsSync(packed) ? readFileSync(packed, 'utf8').split('\n').find(one => one.endsWith(` ${name}`)) : undefined
  return line?.split(' ')[0] ?? null
}
