import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, startProgram } from './program.ts'
import type { Program } from './program.ts'

export interface RealGitea { readonly url: string, /** Of its administrator, with all rights. */ readonly token: string, readonly program: Program }

// Debian's nobody: Gitea refuses to run as root.
const NOBODY = { uid: 65534, gid: 65534 }

/** Starts Gitea on SQLite with one administrator `root-of-all`. `folder` is its own and must be reachable by other users. */
export async function startGitea(start: { readonly folder: string, readonly logs: string, readonly binaries: string }): Promise<RealGitea> {
  const { folder } = start
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  // The cache may lie where only its owner looks.
  cpSync(start.binaries, join(folder, 'static'), { recursive: true })
  const [port = 0] = await freePorts(1)
  const work = join(folder, 'work')
  mkdirSync(work)
  const config = join(work, 'app.ini')
  writeFileSync(config, settings({ work, static: join(folder, 'static'), port }))
  const user = process.getuid?.() === 0 ? NOBODY : undefined
  if (user !== undefined) for (const path of [work, config]) chownSync(path, user.uid, user.gid)
  const command = join(folder, 'static', 'gitea')
  const once = (...args: readonly string[]): string => execFileSync(command, ['--config', config, ...args], { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'] ?? '', HOME: work }, ...user })
  once('migrate')
  once('admin', 'user', 'create', '--admin', '--username', 'root-of-all', '--password', 'only-for-tests', '--email', 'root@example.com', '--must-change-password=false')
  const token = once('admin', 'user', 'generate-access-token', '--username', 'root-of-all', '--token-name', 'tests', '--scopes', 'all', '--raw').trim()
  const url = `http://127.0.0.1:${port}`
  const program = await startProgram({
    name: 'gitea', command, args: ['--config', config, 'web'], cwd: work, logs: start.logs, ...(user === undefined ? {} : { user }), ready: async () => (await fetch(`${url}/api/v1/version`)).ok,
  })
  return { url, token, program }
}

function settings(of: { readonly work: string, readonly static: string, readonly port: number }): string {
  return `RUN_MODE = prod
WORK_PATH = ${of.work}
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${of.port}
ROOT_URL = http://127.0.0.1:${of.port}/
STATIC_ROOT_PATH = ${of.static}
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
PATH = ${of.work}/gitea.db
[repository]
ROOT = ${of.work}/repositories
[security]
INSTALL_LOCK = true
[webhook]
ALLOWED_HOST_LIST = loopback
[log]
LEVEL = Warn
`
}
