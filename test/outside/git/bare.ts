import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const WHO = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.org', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.org' }

/** What a test puts into a repository: text, bytes, a script, a symbolic link, or a submodule. */
export type TestFile = string | Buffer | { readonly script: string } | { readonly link: string } | { readonly submodule: string }

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
  /** Commits files on a branch (made from main where it is missing) and gives the commit; null removes a file. */
  commit(files: Readonly<Record<string, TestFile | null>>, branch?: string, message?: string): Promise<string>
  git(...args: readonly string[]): string
  /** The commit of a branch, or '': what its file says, since starting git from a large process takes longer than all that git does. */
  tip(branch: string): string
  /** Installs a server-side hook. */
  hook(name: string, script: string): Promise<void>
  remove(): Promise<void>
}

export async function bareRepository(files: Readonly<Record<string, TestFile>> = { 'app.yaml': 'replicas: 1\n' }): Promise<BareRepository> {
  const root = await mkdtemp(join(tmpdir(), 'writ-test-git-'))
  const dir = join(root, 'team', 'app.git')
  // What `git init --bare --template=` makes.
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) await mkdir(join(dir, folder), { recursive: true })
  await writeFile(join(dir, 'HEAD'), 'ref: refs/heads/main\n')
  await writeFile(join(dir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n')
  let seconds = 1_700_000_000
  const heads = new Set<string>()
  const repository: BareRepository = {
    root, dir, url: `file://${dir}`,
    git: (...args) => rawGit(dir, args),
    tip: branch => {
      if (existsSync(join(dir, 'packed-refs'))) return rawGit(dir, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`])
      const file = join(dir, 'refs', 'heads', branch)
      return existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
    },
    commit(change, branch = 'main', message = 'a change') {
      seconds += 1
      const from = heads.has(branch) ? branch : heads.has('main') ? 'main' : null
      const head = [`commit refs/heads/${branch}`, 'mark :1', `committer Ann <ann@example.org> ${String(seconds)} +0000`, `data ${String(Buffer.byteLength(message))}`, message, ...from === null ? [] : [`from refs/heads/${from}^0`]]
      const parts = [Buffer.from(`${head.join('\n')}\n`), ...Object.entries(change).flatMap(([path, file]) => lines(path, file))]
      heads.add(branch)
      return Promise.resolve(rawGit(dir, ['fast-import', '--quiet', '--force'], { input: Buffer.concat([...parts, Buffer.from('\nget-mark :1\n')]) }))
    },
    async hook(name, script) {
      await mkdir(join(dir, 'hooks'), { recursive: true })
      await writeFile(join(dir, 'hooks', name), script)
      await chmod(join(dir, 'hooks', name), 0o755)
    },
    async remove() { await rm(root, { recursive: true, force: true }) },
  }
  await repository.commit(files)
  return repository
}

// One file in the language of git fast-import.
function lines(path: string, file: TestFile | null): readonly Buffer[] {
  const name = `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  if (file === null) return [Buffer.from(`D ${name}\n`)]
  if (typeof file === 'string' || Buffer.isBuffer(file)) return inline('100644', name, Buffer.from(file))
  if ('link' in file) return inline('120000', name, Buffer.from(file.link))
  if ('script' in file) return inline('100755', name, Buffer.from(file.script))
  return [Buffer.from(`M 160000 ${file.submodule} ${name}\n`)]
}

function inline(mode: string, name: string, data: Buffer): readonly Buffer[] {
  return [Buffer.from(`M ${mode} inline ${name}\ndata ${String(data.length)}\n`), data, Buffer.from('\n')]
}
