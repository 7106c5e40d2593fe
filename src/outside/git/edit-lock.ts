import { createHash } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WritError } from '../../model/error.ts'

const PAUSE_MS = 50
/** How long a lock may stand without a number: its process writes it at once. */
const UNNAMED_MS = 5_000

/**
 * Holds a checkout while its files are compared and written, so that of two edits of one file the second sees the first. The lock is a file with the number of its
 * process; that of a process that is gone counts for nothing. Throws edit/changed-meanwhile where somebody holds it for `patienceMs`.
 */
export async function withEditLock<T>(root: string, work: () => Promise<T>, patienceMs = 30_000): Promise<T> {
  const file = await lockFile(root)
  for (const end = performance.now() + patienceMs; !await taken(file);) {
    if (performance.now() > end) throw new WritError('edit/changed-meanwhile', `Another writ edit is writing in ${root}.`, { hint: `Wait for it. If there is none, remove ${file}.` })
    await sleep(PAUSE_MS)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** The folder in which Git keeps what belongs to a working tree; null where there is none. A linked work tree and a submodule name it in a file. */
export async function gitFolder(root: string): Promise<string | null> {
  const dot = join(root, '.git')
  const info = await stat(dot).catch(() => null)
  if (info?.isDirectory() === true) return dot
  const [, named] = info === null ? [] : /^gitdir: (.+)$/m.exec(await readFile(dot, 'utf8').catch(() => '')) ?? []
  const folder = named === undefined ? null : resolve(root, named.trim())
  return folder !== null && (await stat(folder).catch(() => null))?.isDirectory() === true ? folder : null
}

async function lockFile(root: string): Promise<string> {
  return join(await gitFolder(root) ?? tmpdir(), `writ-edit-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)
}

async function taken(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(String(process.pid))
    await handle.close()
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    await forget(file)
    return false
  }
}

/** Takes a lock away whose process is gone. It is moved first: whoever took it meanwhile gets it back. */
async function forget(file: string): Promise<void> {
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now())
  if (holder > 0 ? isAlive(holder) : age < UNNAMED_MS) return
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
    if (Number(await readFile(aside, 'utf8')) === holder) await rm(aside, { force: true })
    else await rename(aside, file)
  } catch {
    // Somebody else was faster.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
