import { lstat, mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { git, gitText } from './git.ts'

/** A file of a commit. `content` null removes it. */
export interface RepositoryFile {
  readonly path: string
  readonly content: string | Uint8Array | null
  readonly mode?: '100644' | '100755' | '120000'
}

/** Who commits. */
export interface Committer { readonly name: string, readonly email: string }

/** A commit to be made in a bare repository. */
export interface NewCommit {
  readonly branch: string
  readonly files: readonly RepositoryFile[]
  readonly message: string
  readonly author: Committer
}

/** Makes a commit on a branch by plumbing and moves the branch; a branch that does not exist begins with it. Gives its id. */
export async function commitFiles(repository: string, commit: NewCommit): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'writ-sandbox-commit-'))
  try {
    const ref = `refs/heads/${commit.branch}`
    const env = { GIT_INDEX_FILE: join(scratch, 'index') }
    const parent = await gitText(['for-each-ref', '--format=%(objectname)', ref], { cwd: repository })
    if (parent !== '') await git(['read-tree', parent], { cwd: repository, env })
    const lines = await indexLines(repository, scratch, commit.files)
    await git(['update-index', '-z', '--index-info'], { cwd: repository, env, input: lines })
    const tree = await gitText(['write-tree'], { cwd: repository, env })
    const who = {
      GIT_AUTHOR_NAME: commit.author.name, GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_COMMITTER_NAME: commit.author.name, GIT_COMMITTER_EMAIL: commit.author.email,
    }
    const parents = parent === '' ? [] : ['-p', parent]
    const made = await gitText(['commit-tree', tree, ...parents], { cwd: repository, env: who, input: `${commit.message}\n` })
    await git(['update-ref', ref, made, parent === '' ? '0'.repeat(40) : parent], { cwd: repository })
    return made
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

// One process hashes all files: a repository of thousands of files is read in a moment.
async function indexLines(repository: string, scratch: string, files: readonly RepositoryFile[]): Promise<string> {
  const kept = files.filter(file => file.content !== null)
  const paths: string[] = []
  for (const [number, file] of kept.entries()) {
    const path = join(scratch, String(number))
    await writeFile(path, file.content ?? '')
    paths.push(path)
  }
  const hashes = kept.length === 0 ? [] : (await gitText(['hash-object', '-w', '--no-filters', '--stdin-paths'], { cwd: repository, input: `${paths.join('\n')}\n` })).split('\n')
  const added = kept.map((file, i) => `${file.mode ?? '100644'} ${hashes[i] ?? ''}\t${file.path}\0`)
  const removed = files.filter(file => file.content === null).map(file => `0 ${'0'.repeat(40)}\t${file.path}\0`)
  return [...removed, ...added].join('')
}

/** Every file below a folder, as a commit would hold it; `.git` folders are left out. Symbolic links stay links. */
export async function readFolder(folder: string): Promise<readonly RepositoryFile[]> {
  const found: RepositoryFile[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name)
    const path = relative(folder, full)
    if (path.split('/').includes('.git') || entry.isDirectory()) continue
    if (entry.isSymbolicLink()) found.push({ path, content: await readlink(full), mode: '120000' })
    else if (entry.isFile()) {
      const executable = ((await lstat(full)).mode & 0o100) !== 0
      found.push({ path, content: await readFile(full), mode: executable ? '100755' : '100644' })
    }
  }
  return found
}
