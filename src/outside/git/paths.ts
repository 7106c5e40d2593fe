import { WritError } from '../../model/error.ts'

// Characters that some file systems leave out when they compare names, so that `.g<U+200C>it` is `.git` there.
const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * Gives the path back. Throws git/refused where it is no plain relative path: absolute, empty parts, `.`, `..`, NUL,
 * longer than 4096 bytes, or any spelling of `.git` (CVE-2014-9390, CVE-2022-24731).
 */
export function checkPath(path: string): string {
  const parts = path.split('/')
  if (path.includes('\0') || Buffer.byteLength(path) > 4096 || parts.some(part => part === '' || part === '.' || part === '..' || isGitFolder(part))) {
    throw new WritError('git/refused', `The path ${JSON.stringify(path.slice(0, 120))} is not allowed in a repository.`, { hint: 'The repository holds a path that could lead out of its folder; remove it there.' })
  }
  return path
}

/** Throws git/refused where a path is not allowed, is there twice, or is both a file and a folder. */
export function checkPaths(paths: readonly string[]): void {
  const files = new Set(paths)
  const clash = files.size < paths.length ? 'the same' : paths.flatMap(path => foldersOf(checkPath(path))).find(folder => files.has(folder))
  if (clash !== undefined) throw new WritError('git/refused', 'The repository holds two entries of one name.', { hint: 'git fsck says which; repair the repository.' })
}

/** The folders above a path, the outermost first. */
export function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_part, index) => parts.slice(0, index + 1).join('/'))
}

function isGitFolder(part: string): boolean {
  const plain = part.replace(INVISIBLE, '').toLowerCase().replace(/[. ]+$/, '')
  return plain === '.git' || plain === 'git~1' || plain.startsWith('.git:') || plain.startsWith('.git\\')
}
