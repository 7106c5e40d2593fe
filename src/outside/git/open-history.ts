import { createHash } from 'node:crypto'
import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Tree, TreeEntry } from '../../flow/ports.ts'
import type { CheckoutHistory } from '../../flow/world.ts'
import { WritError } from '../../model/error.ts'
import { checkObjectId, isObjectId } from '../ref.ts'
import { mirrorAt } from './mirror.ts'
import type { Mirror } from './mirror.ts'
import { openCheckout } from './open-checkout.ts'
import { readTree } from './tree.ts'
import { makeWorktree } from './worktree.ts'

const FILES_AT_ONCE = 32
// What `git rev-parse` would take for more than a name: ranges, reflogs, searches, peeled paths.
// oxlint-disable-next-line no-control-regex -- control characters are the point
const NO_NAME = /^-|[\u0000-\u0020\u007f:?*[\\]|\.\.|@\{|\^[{@!-]|^[@]$/

/**
 * The repository that a folder lies in, as it is on this disk. Only its objects and refs are read: no hook, filter, attribute or remote of it is used, and who
 * owns the folder does not matter, as it must not in a pipeline's container. Throws git/failed where there is no repository.
 */
export async function openHistory(cwd: string): Promise<{ readonly history: CheckoutHistory, /** A path as one of the repository; null where it lies elsewhere. */ readonly inside: (path: string) => string | null }> {
  const here = await realpath(cwd)
  const root = await rootOf(here)
  const dir = await gitFolder(root)
  const mirror = mirrorAt({ url: '', dir, cacheDir: dir, home: join(dir, 'no-home') })
  const checkout = await openCheckout(root)
  const history: CheckoutHistory = {
    resolve: ref => resolveRef(mirror, ref),
    async mergeBase(a, b) {
      const { code, stdout } = await mirror.pipe(['merge-base', checkObjectId(a), checkObjectId(b)], { accept: [0, 1] })
      return code === 0 ? stdout.toString('latin1').trim() : null
    },
    shallow: async () => (await mirror.pipe(['rev-parse', '--is-shallow-repository'])).stdout.toString('latin1').trim() === 'true',
    tree: commit => readTree(mirror, commit),
    worktree: commit => makeWorktree(mirror, commit),
    standing: async () => withIds(root, await checkout.tree()),
    copy: () => checkout.worktree(),
  }
  return {
    history,
    inside(path) {
      // The folder that Writ was called in may be reached through a link.
      const found = relative(root, resolve(here, relative(resolve(cwd), resolve(cwd, path))))
      return found === '..' || found.startsWith(`..${sep}`) ? null : found.split(sep).join('/')
    },
  }
}

async function resolveRef(mirror: Mirror, ref: string): Promise<string | null> {
  if (ref === '' || ref.length > 400 || NO_NAME.test(ref)) throw new WritError('usage/bad-argument', `${JSON.stringify(ref.slice(0, 80))} is no name of a commit that Writ takes.`, { hint: 'Give a branch, a tag, a remote-tracking branch such as origin/main, or a commit id.' })
  const { code, stdout } = await mirror.pipe(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { accept: [0, 1, 128] })
  // rev-parse gives back `--end-of-options` in some versions.
  const id = stdout.toString('latin1').trim().split('\n').at(-1) ?? ''
  return code === 0 && isObjectId(id) ? id : null
}

async function rootOf(here: string): Promise<string> {
  for (let at = here; ; at = dirname(at)) {
    if (await lstat(join(at, '.git')).then(() => true, () => false)) return at
    if (dirname(at) === at) throw new WritError('git/failed', `${here} lies in no Git repository.`, { hint: 'Call Writ in a checkout.' })
  }
}

/** `.git` is a folder, or in a linked work tree and in a submodule a file that names one. */
async function gitFolder(root: string): Promise<string> {
  const at = join(root, '.git')
  const info = await lstat(at)
  if (info.isDirectory()) return at
  const named = info.isFile() ? /^gitdir: (.+?)\s*$/.exec(await readFile(at, 'utf8'))?.[1] : undefined
  if (named === undefined) throw new WritError('git/failed', `${at} is no Git folder.`, { hint: 'Call Writ in a checkout.' })
  return resolve(root, named)
}

/** Executable or not makes no difference to what is rendered, so that a file counts as the same. */
async function withIds(root: string, tree: Tree): Promise<Tree> {
  const entries: TreeEntry[] = [...tree.entries]
  const queue = tree.entries.entries()
  const worker = async (): Promise<void> => {
    for (const [i, entry] of queue) entries[i] = { ...entry, blob: blobId(entry.kind === 'symlink' ? Buffer.from(entry.target ?? '') : await readFile(join(root, entry.path)).catch(() => Buffer.alloc(0))) }
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker))
  return { ...tree, entries }
}

function blobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${String(bytes.length)}\0`).update(bytes).digest('hex')
}
