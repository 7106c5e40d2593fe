import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { WritError } from '../../model/error.ts'
import { normaliseUrl } from '../url.ts'
import { callGit, pipeGit } from './client.ts'
import type { GitOutput } from './client.ts'
import { gitEnvironment, withConfig } from './environment.ts'
import { localFailure } from './failure.ts'
import { recent } from './recent.ts'
import type { Recent } from './recent.ts'
import type { ListedEntry } from './listed-entry.ts'

/** More about a command on the mirror. `accept`: exit codes that are answers; 0 alone where left out. */
export interface LocalCall {
  /** Settings beside those that every command gets. */
  readonly config?: readonly (readonly [string, string])[]
  readonly env?: Readonly<Record<string, string>>
  readonly accept?: readonly number[]
}

/** More about a command with input or with large or binary output. */
export interface LocalPipe extends LocalCall { readonly input?: string | Uint8Array, readonly maxOutput?: number }

/** The bare repository in which Writ keeps what it fetched from one remote repository. Commands on it reach no network. */
export interface Mirror {
  /** Normalised. */
  readonly url: string
  readonly dir: string
  readonly cacheDir: string
  /** An empty folder. */
  readonly home: string
  /** Ids that were seen in it; nothing is ever pruned. */
  readonly seen: Set<string>
  /** What commits and trees hold, contents of small blobs, and who is whose ancestor: none of it ever changes under its ids, and a change asks for the same again and again. */
  readonly known: { readonly trees: Recent<readonly ListedEntry[]>, readonly blobs: Recent<Buffer>, readonly ancestry: Recent<boolean> }
  /** Through simple-git, which waits 50 ms for more where a command has said nothing. Throws git/failed where the exit code is not accepted. */
  call(args: readonly string[], more?: LocalCall): Promise<GitOutput>
  /** Through the process starter. */
  pipe(args: readonly string[], more?: LocalPipe): Promise<GitOutput>
}

const LOCAL_TIMEOUT = 120_000
const LEFTOVER = 3_600_000
// Some 40, 8 and 1 MB at most.
const KNOWN = { entries: 120_000, bytes: 8 * 1024 * 1024, pairs: 5000 }

/**
 * Opens the mirror of a repository under the cache folder, and makes it where it is not there. Several processes may do
 * so at once: it is made beside its place and moved there whole. Throws git/refused where others may write to the folder.
 */
export async function openMirror(url: string, cacheDir: string): Promise<Mirror> {
  const normal = normaliseUrl(url)
  const home = join(cacheDir, 'home')
  const dir = join(cacheDir, `${createHash('sha256').update(normal).digest('hex').slice(0, 24)}.git`)
  try {
    await privateFolder(cacheDir)
    await privateFolder(home)
    await sweep(cacheDir)
    if (!await exists(join(dir, 'HEAD'))) await make(dir, home)
    await sweep(join(dir, 'objects', 'pack'), /^tmp_/)
  } catch (error) {
    if (error instanceof WritError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new WritError('git/failed', `The cache folder ${cacheDir} cannot be used: ${code}.`, { cause: error, hint: 'Check its owner, its rights and the free space; it may be removed at any time.' })
  }
  return mirrorAt({ url: normal, dir, cacheDir, home })
}

/** False where somebody removed the mirror meanwhile, which they may. */
export async function isThere(mirror: Mirror): Promise<boolean> {
  return exists(join(mirror.dir, 'HEAD'))
}

/** The commands of a repository that is there. */
export function mirrorAt(place: Pick<Mirror, 'url' | 'dir' | 'cacheDir' | 'home'>): Mirror {
  const base = gitEnvironment({ gitDir: place.dir, home: place.home, protocol: null, silence: 60 })
  const judge = (args: readonly string[], output: GitOutput, accept: readonly number[] = [0]): GitOutput => {
    if (accept.includes(output.code)) return output
    throw localFailure(args, output)
  }
  return {
    ...place,
    seen: new Set(),
    known: { trees: recent(KNOWN.entries), blobs: recent(KNOWN.bytes), ancestry: recent(KNOWN.pairs) },
    async call(args, more = {}) {
      return judge(args, await callGit({ args, env: { ...withConfig(base, more.config), ...more.env }, cwd: place.dir, timeout: LOCAL_TIMEOUT }), more.accept)
    },
    async pipe(args, more = {}) {
      const { env, config, accept, ...rest } = more
      return judge(args, await pipeGit({ args, env: { ...withConfig(base, config), ...env }, cwd: place.dir, timeout: LOCAL_TIMEOUT, ...rest }), accept)
    },
  }
}

async function make(dir: string, home: string): Promise<void> {
  const fresh = `${dir}.${randomBytes(6).toString('hex')}.new`
  await mkdir(fresh, { mode: 0o700 })
  try {
    const args = ['init', '--quiet', '--bare', '--template=', '--initial-branch=writ', fresh]
    const output = await callGit({ args, env: gitEnvironment({ home, protocol: null, silence: 60 }), cwd: fresh, timeout: LOCAL_TIMEOUT })
    if (output.code !== 0) throw localFailure(args, output)
    await rename(fresh, dir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Another process was faster; its mirror is as good.
    if (!await exists(join(dir, 'HEAD'))) throw error
  }
}

async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const info = await stat(path)
  const uid = process.getuid?.() ?? info.uid
  if (info.uid !== uid) throw new WritError('git/refused', `The folder ${path} belongs to another user.`, { hint: 'Remove it, or name another cache folder.' })
  if ((info.mode & 0o077) !== 0) await chmod(path, 0o700)
}

// What a Writ or a git that was killed outright has left behind: handed-over credentials, indexes, mirrors half made, packs half received.
async function sweep(folder: string, leftover = /^(?:ask-|index-)|\.new$/): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!leftover.test(name)) continue
    const changed = await stat(join(folder, name)).then(info => info.mtimeMs, () => Number.POSITIVE_INFINITY)
    if (changed < Date.now() - LEFTOVER) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false)
}
