import { rmSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { Worktree } from '../../flow/ports.ts'
import { endWithWrit } from '../end-with-writ.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { eachBlob, readSized } from './blobs.ts'
import { linksInside } from './links.ts'
import type { Mirror } from './mirror.ts'
import { checkPaths } from './paths.ts'
import { listTree } from './tree.ts'
import type { ListedEntry } from './listed-entry.ts'
import { changeFiles } from './worktree-changes.ts'

/** A tree with more bytes is git/too-large. */
export const MAX_BYTES = 500 * 1024 * 1024
const AT_ONCE = 16

/**
 * Writes the files of a commit or tree into a fresh private folder, byte for byte, as no git checkout would: no filter, no
 * line-end conversion, no hook, no submodule. Links that lead out of the folder are left out. Throws git/refused for a path
 * that could leave the folder, and git/too-large.
 */
export async function makeWorktree(mirror: Mirror, id: string): Promise<Worktree> {
  const entries = await listTree(mirror, id)
  checkPaths(entries.map(({ path, named, raw }) => (named ? path : raw.toString('latin1'))))
  const bytes = entries.reduce((sum, { size }) => sum + size, 0)
  if (bytes > MAX_BYTES) throw new WritError('git/too-large', `The files of the repository are larger than ${String(MAX_BYTES / 1024 / 1024)} MB.`)
  const dir = await scratchFolder('writ-worktree-')
  const forget = endWithWrit(() => { rmSync(dir, { recursive: true, force: true }) })
  const dispose = async (): Promise<void> => {
    forget()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await writeEntries(mirror, dir, entries)
  } catch (error) {
    await dispose()
    throw error instanceof WritError ? error : new WritError('git/failed', `The files of ${id} cannot be written: ${reason(error)}.`, { cause: error })
  }
  return { dir, apply: changeFiles(dir), dispose }
}

async function writeEntries(mirror: Mirror, dir: string, entries: readonly ListedEntry[]): Promise<void> {
  const files = entries.filter(({ kind }) => kind === 'file' || kind === 'executable')
  const folders = new Set(files.map(({ path }) => dirname(path)))
  for (const { path, kind } of entries) {
    if (kind === 'submodule') folders.add(path)
    if (kind === 'symlink') folders.add(dirname(path))
  }
  for (const folder of folders) await mkdir(join(dir, folder), { recursive: true })
  const byBlob = new Map<string, ListedEntry[]>()
  for (const entry of files) byBlob.set(entry.blob, [...byBlob.get(entry.blob) ?? [], entry])
  const blobs = [...byBlob].map(([blob, [first]]) => ({ blob, size: first?.size ?? 0 }))
  await eachBlob(mirror, blobs, async contents => {
    const writes = [...contents].flatMap(([blob, data]) => (byBlob.get(blob) ?? []).map(entry => ({ entry, data })))
    await inParallel(writes, ({ entry, data }) => writeFile(at(dir, entry), data, { flag: 'wx', mode: entry.kind === 'executable' ? 0o755 : 0o644 }))
  })
  // Links come last: no file is ever written through one, whatever the file system takes for the same name.
  await writeLinks(mirror, dir, entries.filter(({ kind }) => kind === 'symlink'))
}

async function writeLinks(mirror: Mirror, dir: string, entries: readonly ListedEntry[]): Promise<void> {
  const contents = await readSized(mirror, entries.filter(({ size }) => size <= 4096))
  const links = entries.map(({ path, blob }) => ({ path, target: contents.get(blob)?.toString('utf8') ?? '' }))
  for (const { path, target } of linksInside(links)) await symlink(target, join(dir, path))
}

function at(dir: string, { raw }: ListedEntry): Buffer {
  return Buffer.concat([Buffer.from(`${dir}/`), raw])
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTDIR' ? 'two of its paths are the same on this file system' : code
}
