import { lstat, realpath } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'

/** A path inside a worktree: what it is, or that it is not there, or that it leads out of the repository (by `..` or a symbolic link). */
export type Confined = { readonly kind: 'file' | 'directory', /** Without symbolic links, relative to the worktree. */ readonly real: string } | { readonly kind: 'missing' } | { readonly kind: 'outside' }

/** Looks where a path of the worktree really leads. `root` must be a real path. */
export async function confine(root: string, path: string): Promise<Confined> {
  const inside = normalize(path)
  if (inside === '..' || inside.startsWith(`..${sep}`) || inside.startsWith(sep)) return { kind: 'outside' }
  let real: string
  try {
    real = await realpath(join(root, inside))
  } catch (error) {
    return isMissing(error) ? await danglingOr(root, inside) : { kind: 'outside' }
  }
  if (real !== root && !real.startsWith(root + sep)) return { kind: 'outside' }
  const found = await lstat(real)
  const relative = real === root ? '' : real.slice(root.length + 1)
  return found.isDirectory() ? { kind: 'directory', real: relative } : found.isFile() ? { kind: 'file', real: relative } : { kind: 'outside' }
}

/** A symbolic link without a target may point outside; what is simply not there is missing. */
async function danglingOr(root: string, inside: string): Promise<Confined> {
  try {
    return (await lstat(join(root, inside))).isSymbolicLink() ? { kind: 'outside' } : { kind: 'missing' }
  } catch {
    return { kind: 'missing' }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
