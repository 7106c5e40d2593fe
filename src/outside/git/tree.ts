import { WritError } from '../../model/error.ts'
import type { Tree, TreeEntry } from '../../flow/ports.ts'
import { checkObjectId } from '../ref.ts'
import { readSized, textOf } from './blobs.ts'
import type { Mirror } from './mirror.ts'
import type { ListedEntry } from './listed-entry.ts'

/** Larger files are no manifests (reliability.md E.3). */
export const MAX_TEXT = 2 * 1024 * 1024
/** Longer ones lead nowhere. */
const MAX_LINK = 4096
/** A tree with more entries is git/too-large. */
export const MAX_ENTRIES = 100_000

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = { '100644': 'file', '100664': 'file', '100755': 'executable', '120000': 'symlink', '160000': 'submodule' }

/** Every path in a commit or tree. Throws git/too-large beyond MAX_ENTRIES. */
export async function listTree(mirror: Mirror, id: string): Promise<readonly ListedEntry[]> {
  const known = mirror.known.trees.get(id)
  if (known !== undefined) return known
  const entries = await readEntries(mirror, id)
  mirror.known.trees.keep(id, entries, entries.length)
  return entries
}

async function readEntries(mirror: Mirror, id: string): Promise<readonly ListedEntry[]> {
  const { stdout } = await mirror.pipe(['ls-tree', '-r', '-l', '-z', '--full-tree', checkObjectId(id)], { maxOutput: 48 * 1024 * 1024 })
  const entries: ListedEntry[] = []
  for (let at = 0; at < stdout.length;) {
    const tab = stdout.indexOf(9, at)
    const end = stdout.indexOf(0, tab)
    const [mode = '', , blob = '', size = ''] = stdout.subarray(at, tab).toString('latin1').split(/ +/)
    const kind = KINDS[mode]
    const raw = stdout.subarray(tab + 1, end)
    if (kind === undefined || tab < 0 || end < 0) throw new WritError('git/failed', `The tree ${id} holds an entry of a mode that Writ does not know: ${mode}.`)
    const path = raw.toString('utf8')
    entries.push({ path, kind, blob, mode, raw, named: Buffer.from(path).equals(raw), size: size === '-' ? 0 : Number(size) })
    if (entries.length > MAX_ENTRIES) throw new WritError('git/too-large', `The repository holds more than ${String(MAX_ENTRIES)} files.`)
    at = end + 1
  }
  return entries
}

/** The files of one commit (or tree). */
export async function readTree(mirror: Mirror, id: string): Promise<Tree> {
  const listed = await listTree(mirror, id)
  const links = listed.filter(({ kind, size }) => kind === 'symlink' && size <= MAX_LINK)
  const targets = links.length === 0 ? new Map<string, Buffer>() : await readSized(mirror, links)
  const targetOf = ({ kind, blob }: ListedEntry): Pick<TreeEntry, 'target'> => {
    const target = kind === 'symlink' ? targets.get(blob)?.toString('utf8') : undefined
    return target === undefined ? {} : { target }
  }
  const files = new Map(listed.filter(({ kind, named }) => named && (kind === 'file' || kind === 'executable')).map(entry => [entry.path, entry]))
  return {
    commit: id,
    entries: listed.map(entry => ({ path: entry.path, kind: entry.kind, blob: entry.blob, ...targetOf(entry) })),
    async read(paths) {
      const wanted = paths.flatMap(path => files.get(path) ?? []).filter(({ size }) => size <= MAX_TEXT)
      const contents = await readSized(mirror, wanted)
      return new Map(wanted.flatMap(({ path, blob }) => {
        const bytes = contents.get(blob)
        const text = bytes === undefined ? null : textOf(bytes)
        return text === null ? [] : [[path, text] as const]
      }))
    },
  }
}
