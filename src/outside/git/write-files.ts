import { lstat, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { FileChange } from '../../model/plan.ts'
import { gitFolder, withEditLock } from './edit-lock.ts'
import { checkParents } from './worktree-changes.ts'

/** A change whose new text lies ready to take the place of its file. */
interface Ready { readonly file: string, readonly path: string, readonly next: string | null, readonly former: Buffer | null }

/**
 * Writes changes into a working tree: all of them or none. Every new text is written elsewhere first and then takes its file's place, so that
 * nobody ever reads half of one; what fails in between is put back. Modes are kept. One process at a time compares and writes.
 * Throws edit/changed-meanwhile, edit/write-failed, git/refused.
 */
export async function writeFiles(root: string, changes: readonly FileChange[]): Promise<void> {
  try {
    await withEditLock(root, () => writeLocked(root, changes))
  } catch (error) {
    throw error instanceof WritError ? error : new WritError('edit/write-failed', `The working tree cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
}

async function writeLocked(root: string, changes: readonly FileChange[]): Promise<void> {
  const ready: Ready[] = []
  const done: Ready[] = []
  const stage = await stageOf(root)
  try {
    for (const change of changes) ready.push(await prepare(root, change, stage))
    for (const one of ready) {
      await settle(one)
      done.push(one)
    }
  } catch (error) {
    for (const one of done.reverse()) await putBack(one)
    for (const { next } of ready) if (next !== null) await rm(next, { force: true })
    throw error
  } finally {
    if (stage !== null) await rm(stage, { recursive: true, force: true })
  }
}

/** A folder within Git's own for texts on their way, where no killed process leaves anything that people see; null where there is none on the same file system. */
async function stageOf(root: string): Promise<string | null> {
  const git = await gitFolder(root)
  if (git === null || (await stat(git)).dev !== (await stat(root)).dev) return null
  const stage = join(git, 'writ-edit')
  await rm(stage, { recursive: true, force: true })
  await mkdir(stage)
  return stage
}

async function prepare(root: string, { path, before, after }: FileChange, stage: string | null): Promise<Ready> {
  await checkParents(root, path)
  const file = join(root, path)
  const info = await lstat(file).catch(() => null)
  if (info !== null && !info.isFile()) throw new WritError('git/refused', `${path} is no regular file.`)
  const former = info === null ? null : await readFile(file)
  const same = before === null ? former === null : former?.equals(Buffer.from(before)) === true
  if (!same) throw new WritError('edit/changed-meanwhile', `${path} changed while the edit was being proven.`)
  if (after === null) return { file, path, next: null, former }
  const next = join(stage ?? dirname(file), `.writ-${process.pid}-${Math.trunc(performance.now() * 1000)}.tmp`)
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
