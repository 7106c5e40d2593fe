import { lstat, mkdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { Worktree } from '../../flow/ports.ts'
import type { FileChange } from '../../model/plan.ts'
import { checkPath } from './paths.ts'

/** A file as it was before; null where it was not there. */
interface Former { readonly path: string, readonly bytes: Buffer | null, readonly mode: number }

/**
 * Gives the function that puts back what its earlier call changed, then makes these changes. Throws git/refused for a path
 * that leads out or through a link, and git/failed where a file is not as a change says it was.
 */
export function changeFiles(dir: string): Worktree['apply'] {
  let former: readonly Former[] = []
  return async changes => {
    for (const file of [...former].reverse()) await write(dir, file)
    former = []
    const before: Former[] = []
    for (const change of changes) before.push(await look(dir, change))
    former = before
    for (const [index, { path, after }] of changes.entries()) {
      await write(dir, { path, bytes: after === null ? null : Buffer.from(after), mode: before[index]?.mode ?? 0o644 })
    }
  }
}

async function look(dir: string, { path, before }: FileChange): Promise<Former> {
  await checkParents(dir, path)
  const found = await kindOf(join(dir, path))
  if (found !== null && found.kind !== 'file') throw new WritError('git/refused', `${path} is no regular file.`)
  const bytes = found === null ? null : await readFile(join(dir, path))
  const same = before === null ? bytes === null : bytes?.equals(Buffer.from(before)) === true
  if (!same) throw new WritError('git/failed', `${path} is not as the change expects it.`, { hint: 'The file changed meanwhile; ask again.' })
  return { path, bytes, mode: found?.mode ?? 0o644 }
}

/** Throws git/refused where a path leads out of a folder, or through anything that is no folder: nothing is ever written through a link. */
export async function checkParents(dir: string, path: string): Promise<void> {
  const parts = checkPath(path).split('/')
  for (let count = 1; count < parts.length; count += 1) {
    const parent = await kindOf(join(dir, ...parts.slice(0, count)))
    if (parent !== null && parent.kind !== 'folder') throw new WritError('git/refused', `The path ${path} leads through something that is no folder.`)
  }
}

async function kindOf(path: string): Promise<{ kind: 'file' | 'folder' | 'other', mode: number } | null> {
  const info = await lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new WritError('git/failed', 'A file of the work tree cannot be read.', { cause: error })
  })
  if (info === null) return null
  return { kind: info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'other', mode: info.mode & 0o777 }
}

// As Git does: folders come with their first file and go with their last.
async function write(dir: string, { path, bytes, mode }: Former): Promise<void> {
  const file = join(dir, path)
  if (bytes !== null) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes, { mode })
    return
  }
  await unlink(file).catch(() => undefined)
  for (let folder = dirname(file); folder.length > dir.length; folder = dirname(folder)) {
    if (!await rmdir(folder).then(() => true, () => false)) return
  }
}
