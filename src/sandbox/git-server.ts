import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WritError } from '../model/error.ts'
import { backend } from './git-backend.ts'
import { git, gitText } from './git.ts'
import { commitFiles } from './repository-files.ts'
import type { NewCommit, RepositoryFile } from './repository-files.ts'

/** Bare repositories, served over http on loopback by `git http-backend`. */
export interface GitServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** What a test may break while the server runs: `down` answers 503 to all, `readOnly` rejects every push by a hook's words. */
  readonly trouble: { down: boolean, readOnly: boolean }
  urlOf(name: string): string
  /** The bare repository on disk. */
  folderOf(name: string): string
  /** Makes a repository with one commit and gives that commit. */
  createRepository(name: string, files: readonly RepositoryFile[], branch?: string): Promise<string>
  /** Commits as another person would: straight to the branch, without Writ. Gives the commit. */
  commit(name: string, commit: NewCommit): Promise<string>
  /** The commit of a branch, or null where there is none. */
  head(name: string, branch?: string): Promise<string | null>
  /** The text of a file in a commit or branch, or null. */
  read(name: string, revision: string, path: string): Promise<string | null>
  stop(): Promise<void>
}

export interface GitServerOptions {
  /** Where the repositories are kept. The caller removes it. */
  readonly folder: string
  /** Where given, every request must carry it as the password of Basic authentication. */
  readonly token?: string
  readonly port?: number
}

// As the large forges do, any reachable commit may be asked for by its id.
const CONFIG = '[http]\n\treceivepack = true\n[uploadpack]\n\tallowReachableSHA1InWant = true\n'
const PRE_RECEIVE = '#!/bin/sh\nif [ -n "$WRIT_SANDBOX_READ_ONLY" ]; then echo "the branch is protected" >&2; exit 1; fi\n'

/** Starts the server on a free port of 127.0.0.1. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const trouble = { down: false, readOnly: false }
  await mkdir(options.folder, { recursive: true })
  const server = createServer((request, response) => {
    answer(request, response, { ...options, trouble }).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    ...repositories(options.folder),
    url: `http://127.0.0.1:${port}`, trouble,
    urlOf: name => `http://127.0.0.1:${port}/${name}.git`,
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

function repositories(folder: string): Pick<GitServer, 'folderOf' | 'createRepository' | 'commit' | 'head' | 'read'> {
  const folderOf = (name: string): string => {
    if (!/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/.test(name)) throw new WritError('git/refused', `${name} is no name for a repository.`)
    return join(folder, `${name}.git`)
  }
  return {
    folderOf,
    createRepository: (name, files, branch = 'main') => create(folderOf(name), files, branch),
    commit: (name, commit) => commitFiles(folderOf(name), commit),
    head: async (name, branch = 'main') => {
      const found = await gitText(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`], { cwd: folderOf(name) })
      return found === '' ? null : found
    },
    read: async (name, revision, path) => {
      try {
        return (await git(['cat-file', 'blob', `${revision}:${path}`], { cwd: folderOf(name) })).toString('utf8')
      } catch {
        return null
      }
    },
  }
}

async function create(folder: string, files: readonly RepositoryFile[], branch: string): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(dirname(folder), { recursive: true })
  await git(['init', '--quiet', '--bare', `--initial-branch=${branch}`, folder], { cwd: dirname(folder) })
  await appendFile(join(folder, 'config'), CONFIG)
  await mkdir(join(folder, 'hooks'), { recursive: true })
  await writeFile(join(folder, 'hooks', 'pre-receive'), PRE_RECEIVE, { mode: 0o755 })
  return commitFiles(folder, { branch, files, message: 'Begin', author: { name: 'Platform team', email: 'platform@example.com' } })
}

async function answer(request: IncomingMessage, response: ServerResponse, how: GitServerOptions & { trouble: GitServer['trouble'] }): Promise<void> {
  if (how.trouble.down) return void response.writeHead(503, { 'content-type': 'text/plain' }).end('down for maintenance\n')
  if (how.token !== undefined && !authorised(request, how.token)) {
    return void response.writeHead(401, { 'www-authenticate': 'Basic realm="sandbox"', 'content-type': 'text/plain' }).end('authentication required\n')
  }
  await backend(request, response, { root: how.folder, readOnly: how.trouble.readOnly })
}

function authorised(request: IncomingMessage, token: string): boolean {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ')
  return scheme === 'Basic' && Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':') === token
}
