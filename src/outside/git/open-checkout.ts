import { existsSync, rmSync } from 'node:fs'
import { constants, copyFile, mkdir, readFile, readdir, readlink, realpath, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Checkout, Tree, TreeEntry, Worktree } from '../../flow/ports.ts'
import { WritError } from '../../model/error.ts'
import { endWithWrit } from '../end-with-writ.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { writeFiles } from './write-files.ts'
import { changeFiles } from './worktree-changes.ts'

const SKIPPED = new Set(['.git', 'node_modules'])
const MOST_FILES = 100_000
const COPIES_AT_ONCE = 32
const LARGEST = 2 * 1024 * 1024

/** The repository that a folder lies in: the nearest folder above with a `.git`, else the folder itself. */
export async function openCheckout(cwd: string): Promise<Checkout> {
  const here = await realpath(cwd)
  const root = rootOf(here)
  return {
    tree: () => readTree(root),
    worktree: () => copyOf(root),
    write: changes => writeFiles(root, changes),
    inside(path) {
      const found = relative(root, resolve(here, path))
      if (found === '..' || found.startsWith(`..${sep}`)) throw new WritError('usage/bad-argument', `${path} is not in ${root}.`, { hint: 'Call Writ in the checkout that holds it.' })
      return found.split(sep).join('/')
    },
  }
}

function rootOf(here: string): string {
  for (let at = here; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return here
  }
}

async function readTree(root: string): Promise<Tree> {
  const entries: TreeEntry[] = []
  await list(root, '', entries)
  return {
    commit: 'working tree',
    entries,
    async read(paths) {
      const known = new Set(entries.filter(entry => entry.kind === 'file').map(entry => entry.path))
      const texts = await Promise.all(paths.filter(path => known.has(path)).map(async path => [path, await textOf(join(root, path))] as const))
      return new Map(texts.flatMap(([path, text]) => text === null ? [] : [[path, text] as const]))
    },
  }
}

async function list(root: string, folder: string, entries: TreeEntry[]): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) await list(root, path, entries)
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      entries.push(entry.isFile() ? { path, kind: 'file', blob: '' } : { path, kind: 'symlink', blob: '', ...await targetOf(join(root, path)) })
      if (entries.length > MOST_FILES) throw new WritError('git/too-large', `${root} holds more than ${MOST_FILES} files.`)
    }
  }
}

async function targetOf(link: string): Promise<Pick<TreeEntry, 'target'>> {
  const target = await readlink(link).catch(() => null)
  return target === null ? {} : { target }
}

/** null for what is no UTF-8 or too large to be a manifest, as from a commit. */
async function textOf(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null)
  if (bytes === null || bytes.length > LARGEST) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

async function copyOf(root: string): Promise<Worktree> {
  const dir = await scratchFolder('writ-checkout-')
  const forget = endWithWrit(() => { rmSync(dir, { recursive: true, force: true }) })
  const dispose = async (): Promise<void> => {
    forget()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await copyFiles(root, dir)
  } catch (error) {
    await dispose()
    throw error
  }
  return { dir: await realpath(dir), apply: changeFiles(dir), dispose }
}

/** Many at once: one after the other takes longer than all the renders. Links are copied as links, last, so that nothing is written through one. */
async function copyFiles(root: string, dir: string): Promise<void> {
  const entries: TreeEntry[] = []
  await list(root, '', entries)
  for (const folder of new Set(entries.map(({ path }) => dirname(path)))) await mkdir(join(dir, folder), { recursive: true })
  const files = entries.filter(({ kind }) => kind === 'file').values()
  const copy = async (): Promise<void> => {
    for (const { path } of files) await copyFile(join(root, path), join(dir, path), constants.COPYFILE_FICLONE)
  }
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, copy))
  for (const { path, kind } of entries) if (kind === 'symlink') await symlink(await readlink(join(root, path)), join(dir, path))
}
