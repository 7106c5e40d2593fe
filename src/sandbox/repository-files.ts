import { lstat, readFile, readdir, readlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { gitText } from './git.ts'

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

/** Makes a commit on a branch and moves the branch; a branch that does not exist begins with it. Gives its id. One process writes all of it. */
export async function commitFiles(repository: string, { branch, files, message, author }: NewCommit): Promise<string> {
  const ref = `refs/heads/${branch}`
  const parent = await gitText(['for-each-ref', '--format=%(objectname)', ref], { cwd: repository })
  const stream = [
    `commit ${ref}\nmark :1\ncommitter ${author.name} <${author.email}> now\n`, ...data(`${message}\n`), ...parent === '' ? [] : [`from ${parent}\n`],
    ...files.filter(file => file.content === null).map(file => `D ${quoted(file.path)}\n`),
    ...files.flatMap(({ path, content, mode = '100644' }) => content === null ? [] : [`M ${mode} inline ${quoted(path)}\n`, ...data(content)]),
    'get-mark :1\ndone\n',
  ]
  return gitText(['fast-import', '--quiet', '--done', '--date-format=now'], { cwd: repository, input: Buffer.concat(stream.map(part => Buffer.from(part))) })
}

function data(content: string | Uint8Array): readonly (string | Uint8Array)[] {
  return [`data ${Buffer.byteLength(content)}\n`, content, '\n']
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
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
