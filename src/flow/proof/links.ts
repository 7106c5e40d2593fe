import type { TreeEntry } from '../ports.ts'

/** What of the repository stands behind names: paths, and what the symbolic links among them say. */
export interface Linked { readonly files: ReadonlySet<string>, readonly directories: ReadonlySet<string>, readonly symlinks: ReadonlySet<string>, readonly targets: ReadonlyMap<string, string> }

const MOST_HOPS = 40

/** What each symbolic link says. */
export function linkTargets(entries: readonly TreeEntry[]): ReadonlyMap<string, string> {
  return new Map(entries.flatMap(({ path, target }) => target === undefined ? [] : [[path, target] as const]))
}

/** The file or folder that a path leads to once all symbolic links are followed; null where that is not in the repository. */
export function realPath({ files, directories, symlinks, targets }: Linked, path: string): string | null {
  let at: readonly string[] = []
  let rest: readonly string[] = path.split('/')
  for (let hops = 0; rest.length > 0;) {
    const [part = '', ...after] = rest
    rest = after
    if (part === '' || part === '.') continue
    if (part === '..' && at.length === 0) return null
    at = part === '..' ? at.slice(0, -1) : [...at, part]
    const here = at.join('/')
    if (part === '..' || !symlinks.has(here)) continue
    const target = targets.get(here)
    if (target === undefined || target === '' || target.startsWith('/') || ++hops > MOST_HOPS) return null
    at = at.slice(0, -1)
    rest = [...target.split('/'), ...rest]
  }
  const real = at.join('/')
  return files.has(real) || directories.has(real) ? real : null
}
