import { posix } from 'node:path'

/** A symbolic link: where it is and what it says. */
export interface Link { readonly path: string, readonly target: string }

const MAX_HOPS = 40

/**
 * The links that stay inside the folder: those whose target, followed hop by hop through all links, never leaves it
 * (CVE-2022-24731, CVE-2022-31036). A target that does not exist is inside or outside by its spelling.
 */
export function linksInside(links: readonly Link[]): readonly Link[] {
  const targets = new Map(links.map(({ path, target }) => [path, target]))
  return links.filter(({ path }) => staysInside(path, targets))
}

function staysInside(path: string, targets: ReadonlyMap<string, string>): boolean {
  let hops = 0
  let at: string[] = []
  let rest = path.split('/')
  while (rest.length > 0) {
    const [part = '', ...after] = rest
    rest = after
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (at.length === 0) return false
      at = at.slice(0, -1)
      continue
    }
    const next = [...at, part]
    const target = targets.get(next.join('/'))
    if (target === undefined) {
      at = next
      continue
    }
    hops += 1
    if (hops > MAX_HOPS || target === '' || target.includes('\0') || posix.isAbsolute(target)) return false
    rest = [...target.split('/'), ...rest]
  }
  return true
}
