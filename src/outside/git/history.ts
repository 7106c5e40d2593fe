import { WritError } from '../../model/error.ts'
import type { CommitInfo, CommitsAsk } from '../../flow/ports.ts'
import type { FileChange } from '../../model/plan.ts'
import { checkObjectId, isObjectId } from '../ref.ts'
import { blobSizes, readBlobs, textOf } from './blobs.ts'
import type { Mirror } from './mirror.ts'
import { MAX_TEXT } from './tree.ts'

const MAX_COMMITS = 200
const FIELDS = ['%H', '%P', '%an', '%ae', '%ce', '%cI', '%s', '%b']

/** True where `commit` is `ancestor` or has it in its history; both are in the mirror. */
export async function isAncestor(mirror: Mirror, ancestor: string, commit: string): Promise<boolean> {
  if (ancestor === commit) return true
  const pair = `${ancestor} ${commit}`
  const known = mirror.known.ancestry.get(pair)
  if (known !== undefined) return known
  const found = (await mirror.pipe(['merge-base', '--is-ancestor', checkObjectId(ancestor), checkObjectId(commit)], { accept: [0, 1] })).code === 0
  mirror.known.ancestry.keep(pair, found, 1)
  return found
}

/** The commits reachable from `to` and not from `from`, of some paths or of all, newest first. Times are the committer's, in UTC. */
export async function listCommits(mirror: Mirror, { from, to, only = {} }: { readonly from: string | null, readonly to: string, readonly only?: CommitsAsk | undefined }): Promise<readonly CommitInfo[]> {
  const { paths = [], firstParent, until, most = MAX_COMMITS } = only
  const range = from === null ? [checkObjectId(to)] : [checkObjectId(to), '--not', checkObjectId(from)]
  const which = [`--max-count=${String(Math.min(most, MAX_COMMITS))}`, ...firstParent === true ? ['--first-parent'] : [], ...until === undefined ? [] : [`--until=${new Date(until).toISOString()}`]]
  const literal = paths.length === 0 || paths.includes('') ? [] : ['--', ...paths.map(path => `:(literal)${path}`)]
  const args = ['log', '-z', '--no-color', '--encoding=UTF-8', ...which, `--format=${FIELDS.join('%x00')}`, ...range, ...literal]
  const { stdout } = await mirror.pipe(args)
  const texts = stdout.toString('utf8').split('\0')
  const commits: CommitInfo[] = []
  for (let at = 0; at + FIELDS.length <= texts.length; at += FIELDS.length) {
    const [sha = '', parents = '', author = '', email = '', committerEmail = '', when = '', subject = '', body = ''] = texts.slice(at, at + FIELDS.length)
    commits.push({ sha, parents: parents.split(' ').filter(id => id !== ''), author, email, committerEmail, at: new Date(when).toISOString(), subject, body: body.trimEnd() })
  }
  return commits
}

/** The tree of merging `head` into `base`, or null where Git finds a conflict. Needs git 2.38. */
export async function mergeTrees(mirror: Mirror, base: string, head: string): Promise<string | null> {
  const output = await mirror.call(['merge-tree', '--write-tree', '--no-messages', checkObjectId(base), checkObjectId(head)], { accept: [0, 1, 128, 129] })
  const tree = output.stdout.toString('utf8').split('\n')[0] ?? ''
  if (output.code === 1) return null
  if (output.code === 0 && isObjectId(tree)) {
    mirror.seen.add(tree)
    return tree
  }
  if (output.code === 129 || /write-tree|usage:/.test(output.stderr)) throw new WritError('git/failed', 'This git cannot merge without a work tree.', { hint: 'Install git 2.38 or later.' })
  throw new WritError('git/failed', `${head} cannot be merged into ${base}.`, { hint: 'Their histories have nothing in common, or the mirror is damaged.' })
}

/** One line of diff-tree: null stands for a side that is not there. */
interface Difference { readonly path: string, readonly before: string | null, readonly after: string | null, readonly modes: readonly [string, string] }

/**
 * The files that differ, with both texts. What is no UTF-8 text is given so that two different contents never look alike:
 * bytes as latin1, a file above 2 MB and a submodule as one line with its id, a link as its target.
 */
export async function listChanges(mirror: Mirror, from: string, to: string): Promise<readonly FileChange[]> {
  const { stdout } = await mirror.pipe(['diff-tree', '-r', '-z', '--raw', '--no-renames', checkObjectId(from), checkObjectId(to)])
  const differences = readDifferences(stdout.toString('utf8'))
  const ids = differences.flatMap(({ before, after, modes }) => [modes[0] === '160000' ? null : before, modes[1] === '160000' ? null : after]).filter(id => id !== null)
  const contents = await readBlobs(mirror, ids, MAX_TEXT)
  const sizes = new Map((await blobSizes(mirror, ids.filter(id => !contents.has(id)))).map(({ blob, size }) => [blob, size]))
  const shown = (id: string | null, mode: string): string | null => {
    if (id === null) return null
    if (mode === '160000') return `Subproject commit ${id}\n`
    const bytes = contents.get(id)
    return bytes === undefined ? `(blob ${id}, ${String(sizes.get(id) ?? 0)} bytes, too large to show)\n` : textOf(bytes) ?? bytes.toString('latin1')
  }
  return differences.map(({ path, before, after, modes }) => ({ path, before: shown(before, modes[0]), after: shown(after, modes[1]) }))
}

// `:100644 100644 <id> <id> M` NUL path NUL, again and again.
function readDifferences(text: string): readonly Difference[] {
  const parts = text.split('\0')
  const found: Difference[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [before = '', after = '', from = '', to = ''] = (parts[at] ?? '').slice(1).split(' ')
    found.push({ path: parts[at + 1] ?? '', before: idOrNull(from), after: idOrNull(to), modes: [before, after] })
  }
  return found
}

function idOrNull(id: string): string | null {
  return /^0+$/.test(id) ? null : id
}
