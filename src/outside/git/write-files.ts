import { lstat, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { FileChange } from '../../model/plan.ts'
import { checkParents } from './worktree-changes.ts'

/** A change whose new text lies ready beside its file. */
interface Ready { readonly file: string, readonly path: string, readonly next: string | null, readonly former: Buffer | null }

/**
 * Writes changes into a working tree: all of them or none. Every new text is written beside its file first and then takes its place, so that
 * nobody ever reads half of one; what fails in between is put back. Modes are kept. Throws edit/changed-meanwhile, edit/write-failed, git/refused.
 */
export async function writeFiles(root: string, changes: readonly FileChange[]): Promise<void> {
  const ready: Ready[] = []
  const done: Ready[] = []
  try {
    for (const change of changes) ready.push(await prepare(root, change))
    for (const one of ready) {
      await settle(one)
      done.push(one)
    }
  } catch (error) {
    for (const one of done.reverse()) await putBack(one)
    for (const { next } of ready) if (next !== null) await rm(next, { force: true })
    throw error instanceof WritError ? error : new WritError('edit/write-failed', `The working tree cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
}

async function prepare(root: string, { path, before, after }: FileChange): Promise<Ready> {
  await checkParents(root, path)
  const file = join(root, path)
  const info = await lstat(file).catch(() => null)
  if (info !== null && !info.isFile()) throw new WritError('git/refused', `${path} is no regular file.`)
  const former = info === null ? null : await readFile(file)
  const same = before === null ? former === null : former?.equals(Buffer.from(before)) === true
  if (!same) throw new WritError('edit/changed-meanwhile', `${path} changed while the edit was being proven.`)
  if (after === null) return { file, path, next: null, former }
  const next = join(dirname(file), `.writ-${process.pid}-${Math.trunc(performance.now() * 1000)}.tmp`)
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(next, 'wx', info === null ? 0o644 : info.mode & 0o777)
  try {
    await handle.writeFile(after)
    await handle.chmod(info === null ? 0o644 : info.mode & 0o777)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { file, path, next, former }
}

async function settle({ file, next }: Ready): Promise<void> {
  if (next === null) await unlink(file)
  else await rename(next, file)
}

async function putBack({ file, former }: Ready): Promise<void> {
  if (former === null) return rm(file, { force: true })
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(former)
  } finally {
    await handle.close()
  }
}
