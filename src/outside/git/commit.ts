import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { CommitText } from '../../flow/ports.ts'
import type { SigningConfig } from '../../model/config.ts'
import type { FileChange } from '../../model/plan.ts'
import { checkObjectId } from '../ref.ts'
import { keepBlob, readSized } from './blobs.ts'
import { has } from './fetch.ts'
import type { Mirror } from './mirror.ts'
import { checkPath, foldersOf } from './paths.ts'
import { checkSigned, rawCommit, signedContent, signingCall } from './signing.ts'
import { listTree } from './tree.ts'
import type { ListedEntry } from './listed-entry.ts'

/** Who stands as the committer: the bot, and what it signs with. */
export interface Committer { readonly name: string, readonly email: string, readonly signing?: SigningConfig | undefined }

/**
 * Writes a commit on `base` with these changes into the mirror, by plumbing and a temporary index (editing.md 3.4). Modes
 * are kept; a new file is 100644. Throws git/failed where a file is not as a change says it was, or nothing changes.
 */
export async function writeCommit(mirror: Mirror, work: { base: string, changes: readonly FileChange[], text: CommitText, committer: Committer }): Promise<string> {
  const { base, changes, text, committer } = work
  if (changes.every(({ before, after }) => before === after)) throw new WritError('git/failed', 'The changes leave every file as it is; there is nothing to commit.')
  const former = await fitting(mirror, base, changes)
  const lines: string[] = []
  for (const change of changes) lines.push(await indexLine(mirror, change, former.get(change.path)?.mode ?? '100644'))
  const scratch = await mkdtemp(join(mirror.cacheDir, 'index-'))
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') }
    await mirror.pipe(['read-tree', checkObjectId(base)], { env })
    await mirror.pipe(['update-index', '-z', '--index-info'], { env, input: lines.join('') })
    const tree = idIn((await mirror.call(['write-tree'], { env })).stdout)
    return await writeCommitObject(mirror, { tree, parents: [base], text, committer })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Writes a commit object; the same input gives the same id, or one of `text.again`. Throws git/refused where its text cannot be used, config/invalid where it cannot be signed. */
export async function writeCommitObject(mirror: Mirror, work: { tree: string, parents: readonly string[], text: CommitText, committer: Committer }): Promise<string> {
  const { tree, parents, text, committer } = work
  const seconds = Math.floor(Date.parse(text.at) / 1000)
  if (!Number.isFinite(seconds) || seconds < 0) throw new WritError('git/refused', 'The time of a commit cannot be read.')
  if (text.message.trim() === '' || text.message.includes('\0')) throw new WritError('git/refused', 'The message of a commit is empty or holds a NUL byte.')
  const date = `@${String(seconds)} +0000`
  const env = {
    GIT_AUTHOR_NAME: identity(text.author.name), GIT_AUTHOR_EMAIL: identity(text.author.email), GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: identity(committer.name), GIT_COMMITTER_EMAIL: identity(committer.email), GIT_COMMITTER_DATE: date,
  }
  const args = ['commit-tree', checkObjectId(tree), ...parents.flatMap(parent => ['-p', checkObjectId(parent)]), '-F', '-']
  const input = text.message.endsWith('\n') ? text.message : `${text.message}\n`
  const plain = idIn((await mirror.pipe(args, { env, input })).stdout)
  const commit = committer.signing === undefined ? plain : await madeBefore(mirror, plain, text.again ?? []) ?? await sign(mirror, committer.signing, { args, env, input })
  mirror.seen.add(commit)
  return commit
}

async function sign(mirror: Mirror, signing: SigningConfig, { args, env, input }: { readonly args: readonly string[], readonly env: Readonly<Record<string, string>>, readonly input: string }): Promise<string> {
  const call = signingCall(signing)
  const output = await mirror.pipe([...args, ...call.args], { env: { ...env, ...call.env }, config: call.config, input, accept: [0, 1, 128] })
  checkSigned(signing, output)
  return idIn(output.stdout)
}

/** A signed commit that says the same as the unsigned one. Signatures differ each time, and a new head would void what people have approved. */
async function madeBefore(mirror: Mirror, plain: string, again: readonly string[]): Promise<string | null> {
  const wanted = again.length === 0 ? '' : await rawCommit(mirror, plain)
  for (const id of again.toReversed()) {
    if (await has(mirror, id) && await signedContent(mirror, id) === wanted) return id
  }
  return null
}

// The entries that the changes replace, after each was found to be as its change says.
async function fitting(mirror: Mirror, base: string, changes: readonly FileChange[]): Promise<ReadonlyMap<string, ListedEntry>> {
  const entries = new Map((await listTree(mirror, base)).filter(({ named }) => named).map(entry => [entry.path, entry]))
  const folders = new Set([...entries.keys()].flatMap(foldersOf))
  const former = new Map(changes.flatMap(({ path }) => {
    const entry = entries.get(checkPath(path))
    const inTheWay = folders.has(path) || foldersOf(path).some(folder => entries.has(folder))
    if (inTheWay || (entry !== undefined && entry.kind !== 'file' && entry.kind !== 'executable')) throw new WritError('git/refused', `${path} is no regular file.`)
    return entry === undefined ? [] : [[path, entry] as const]
  }))
  if (new Set(changes.map(({ path }) => path)).size !== changes.length) throw new WritError('git/refused', 'Two changes name the same file.')
  const contents = await readSized(mirror, [...former.values()])
  for (const { path, before } of changes) {
    const bytes = contents.get(former.get(path)?.blob ?? '')
    const same = before === null ? bytes === undefined : bytes?.equals(Buffer.from(before)) === true
    if (!same) throw new WritError('git/failed', `${path} is not as the change expects it.`, { hint: 'The file changed meanwhile; ask again.' })
  }
  return former
}

async function indexLine(mirror: Mirror, { path, after }: FileChange, mode: string): Promise<string> {
  if (after === null) return `0 ${'0'.repeat(40)}\t${path}\0`
  const blob = idIn((await mirror.pipe(['hash-object', '-w', '--no-filters', '--stdin'], { input: after })).stdout)
  keepBlob(mirror, blob, Buffer.from(after))
  return `${mode} ${blob}\t${path}\0`
}

function idIn(stdout: Buffer): string {
  return checkObjectId(stdout.toString('utf8').trim())
}

// Git ends a name at < and >, and a line break would forge a header.
function identity(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  const plain = text.replaceAll(/[\u0000-\u001f\u007f<>]/g, ' ').trim()
  if (plain === '') throw new WritError('git/refused', 'The author or committer of a commit has no name or no address.')
  return plain
}
