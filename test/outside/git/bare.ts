import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const WHO = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.org', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.org' }

/** What a test writes into a file: text, bytes, a script, or a symbolic link. */
export type TestFile = string | Buffer | { readonly script: string } | { readonly link: string }

/** Runs the real git of the machine for a test's own set-up; throws with its words. */
export function rawGit(dir: string, args: readonly string[], more: { input?: string | Buffer, env?: Record<string, string> } = {}): string {
  const done = spawnSync('git', [...args], {
    cwd: dir, input: more.input ?? '', encoding: 'utf8', maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_DATE: '@1700000000 +0000', GIT_COMMITTER_DATE: '@1700000000 +0000', ...WHO, ...more.env },
  })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`)
  return done.stdout.trim()
}

/** A bare repository in a temporary folder with one branch `main`. */
export interface BareRepository {
  /** Holds the bare repository and whatever a test puts beside it. */
  readonly root: string
  readonly dir: string
  readonly url: string
  /** Commits files on a branch (made where it is missing) and gives the commit; null removes a file. */
  commit(files: Readonly<Record<string, TestFile | null>>, branch?: string, message?: string): Promise<string>
  git(...args: readonly string[]): string
  remove(): Promise<void>
}

export async function bareRepository(files: Readonly<Record<string, TestFile>> = { 'app.yaml': 'replicas: 1\n' }): Promise<BareRepository> {
  const root = await mkdtemp(join(tmpdir(), 'writ-test-git-'))
  const dir = join(root, 'team', 'app.git')
  await mkdir(dir, { recursive: true })
  rawGit(dir, ['init', '-q', '--bare', '-b', 'main'])
  const repository: BareRepository = {
    root, dir, url: `file://${dir}`,
    git: (...args) => rawGit(dir, args),
    async commit(change, branch = 'main', message = 'a change') {
      const work = await mkdtemp(join(root, 'work-'))
      rawGit(work, ['init', '-q', '-b', branch])
      const known = rawGit(dir, ['for-each-ref', '--format=%(refname)', `refs/heads/${branch}`, 'refs/heads/main'])
      const from = known.includes(`refs/heads/${branch}`) ? branch : known.includes('refs/heads/main') ? 'main' : null
      if (from !== null) {
        rawGit(work, ['fetch', '-q', dir, `refs/heads/${from}`])
        rawGit(work, ['reset', '-q', '--hard', 'FETCH_HEAD'])
      }
      for (const [path, file] of Object.entries(change)) await put(join(work, path), file)
      rawGit(work, ['add', '-A', '-f'])
      rawGit(work, ['commit', '-q', '--allow-empty', '-m', message])
      rawGit(work, ['push', '-q', '-f', dir, `HEAD:refs/heads/${branch}`])
      const commit = rawGit(work, ['rev-parse', 'HEAD'])
      await rm(work, { recursive: true, force: true })
      return commit
    },
    async remove() { await rm(root, { recursive: true, force: true }) },
  }
  await repository.commit(files)
  return repository
}

async function put(path: string, file: TestFile | null): Promise<void> {
  await rm(path, { force: true })
  if (file === null) return
  await mkdir(dirname(path), { recursive: true })
  if (typeof file === 'string' || Buffer.isBuffer(file)) await writeFile(path, file)
  else if ('link' in file) await symlink(file.link, path)
  else {
    await writeFile(path, file.script)
    await chmod(path, 0o755)
  }
}
