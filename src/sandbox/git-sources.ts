import { createHash } from 'node:crypto'
import { access, chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { git, gitText } from './git.ts'

/** A commit whose files lie in a folder. */
export interface Checkout { readonly commit: string, readonly folder: string, /** sha256 over the listing of the tree. */ readonly digest: string }

/** What the stand-ins read Git through: remote repositories, fetched over the network into a folder of their own. */
export interface GitSources {
  /** The commit a branch, tag or HEAD stands at on the remote now; a full commit id is itself. Throws Git's own words. */
  resolve(url: string, revision: string): Promise<string>
  /** The files of a commit. */
  checkout(url: string, commit: string): Promise<Checkout>
  /** The first parent of a commit, or null for the first commit. */
  parent(url: string, commit: string): Promise<string | null>
}

const KEPT = 8

/** Sources below one folder, which the caller removes. */
export function gitSources(folder: string): GitSources {
  const queues = new Map<string, Promise<unknown>>()
  const checkouts = new Map<string, Promise<Checkout>>()
  // One call at a time for each mirror: two fetches into one repository would meet at its locks.
  const inTurn = <T>(url: string, work: () => Promise<T>): Promise<T> => {
    const next = (queues.get(url) ?? Promise.resolve()).then(work, work)
    queues.set(url, next.catch(() => undefined))
    return next
  }
  const refs = remoteRefs(folder)
  const mirror = (url: string): string => join(folder, `mirror-${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`)
  return {
    resolve: async (url, revision) => /^[0-9a-f]{40}$/.test(revision) ? revision : commitIn(await refs(url), revision),
    parent: (url, commit) => inTurn(url, async () => {
      await fetched(mirror(url), url, commit)
      const line = await gitText(['rev-list', '--parents', '-n', '1', commit], { cwd: mirror(url) })
      return line.split(' ')[1] ?? null
    }),
    checkout: (url, commit) => {
      const key = `${url} ${commit}`
      const there = checkouts.get(key)
      if (there !== undefined) return there
      const made = inTurn(url, async () => {
        await fetched(mirror(url), url, commit)
        return unpack(mirror(url), commit, join(folder, `tree-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`))
      })
      checkouts.set(key, made)
      made.catch(() => checkouts.delete(key))
      forgetOldest(checkouts)
      return made
    },
  }
}

function forgetOldest(checkouts: Map<string, Promise<Checkout>>): void {
  if (checkouts.size <= KEPT * 4) return
  const [oldest] = checkouts
  if (oldest === undefined) return
  checkouts.delete(oldest[0])
  void oldest[1].then(old => rm(old.folder, { recursive: true, force: true })).catch(() => undefined)
}

type Refs = ReadonlyMap<string, string>

/** Asks a remote for its refs. Whoever comes while one question runs shares the next one: its answer is never older than the asking. */
function remoteRefs(folder: string): (url: string) => Promise<Refs> {
  const running = new Map<string, Promise<Refs>>()
  const next = new Map<string, Promise<Refs>>()
  const start = (url: string): Promise<Refs> => {
    const asked = listRefs(folder, url).finally(() => running.delete(url))
    running.set(url, asked)
    return asked
  }
  return url => {
    const before = running.get(url)
    if (before === undefined) return start(url)
    const shared = next.get(url) ?? before.then(() => undefined, () => undefined).then(() => { next.delete(url); return start(url) })
    next.set(url, shared)
    return shared
  }
}

/** Protocol 2 asks twice for what protocol 0 tells at once. */
const ONE_REQUEST = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.version', GIT_CONFIG_VALUE_0: '0' }

async function listRefs(folder: string, url: string): Promise<Refs> {
  await mkdir(folder, { recursive: true })
  const lines = (await gitText(['ls-remote', '--', url], { cwd: folder, env: ONE_REQUEST, timeout: 20_000 })).split('\n')
  return new Map(lines.map(line => [line.split('\t')[1] ?? '', line.split('\t')[0] ?? '']))
}

function commitIn(refs: Refs, revision: string): string {
  const wanted = revision === '' ? 'HEAD' : revision
  const names = wanted === 'HEAD' || wanted.startsWith('refs/') ? [wanted] : [`refs/heads/${wanted}`, `refs/tags/${wanted}^{}`, `refs/tags/${wanted}`]
  for (const name of names) {
    const found = refs.get(name)
    if (found !== undefined && found !== '') return found
  }
  throw new Error(`unable to resolve '${wanted}' to a commit SHA`)
}

async function fetched(mirror: string, url: string, commit: string): Promise<void> {
  await mkdir(dirname(mirror), { recursive: true })
  const there = await access(join(mirror, 'HEAD')).then(() => true, () => false)
  if (!there) await git(['init', '--quiet', '--bare', mirror], { cwd: dirname(mirror) })
  const has = there && await git(['cat-file', '-e', `${commit}^{commit}`], { cwd: mirror }).then(() => true, () => false)
  if (!has) await git(['fetch', '--quiet', '--no-tags', '--', url, commit], { cwd: mirror, timeout: 60_000 })
}

async function unpack(mirror: string, commit: string, folder: string): Promise<Checkout> {
  const listing = await git(['ls-tree', '-r', '-z', commit], { cwd: mirror })
  const entries = listing.toString('utf8').split('\0').filter(line => line !== '').map(line => {
    const [head = '', path = ''] = line.split('\t')
    const [mode = '', , blob = ''] = head.split(' ')
    return { mode, blob, path }
  }).filter(entry => entry.mode !== '160000')
  const blobs = await readBlobs(mirror, entries.map(entry => entry.blob))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [i, entry] of entries.entries()) await writeEntry(folder, entry, blobs[i] ?? Buffer.alloc(0))
  return { commit, folder, digest: createHash('sha256').update(listing).digest('hex') }
}

async function writeEntry(folder: string, entry: { readonly mode: string, readonly path: string }, content: Buffer): Promise<void> {
  const path = join(folder, entry.path)
  await mkdir(dirname(path), { recursive: true })
  if (entry.mode === '120000') {
    const target = resolve(dirname(path), content.toString('utf8'))
    // A link out of the repository leads nowhere here, as in the controllers.
    if (!relative(folder, target).startsWith('..')) await symlink(content.toString('utf8'), path)
    return
  }
  await writeFile(path, content)
  if (entry.mode === '100755') await chmod(path, 0o755)
}

async function readBlobs(mirror: string, ids: readonly string[]): Promise<readonly Buffer[]> {
  const answer = await git(['cat-file', '--batch'], { cwd: mirror, input: ids.map(id => `${id}\n`).join('') })
  const blobs: Buffer[] = []
  let at = 0
  while (at < answer.length) {
    const end = answer.indexOf(10, at)
    const size = Number(answer.subarray(at, end).toString('latin1').split(' ')[2])
    blobs.push(answer.subarray(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return blobs
}
