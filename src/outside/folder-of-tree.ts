import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Tree } from '../flow/ports.ts'
import { WritError } from '../model/error.ts'

/**
 * Writes a folder of a commit to the same place below `dir`; false where the commit has none. Only plain texts: what decides verdicts is nothing that a link
 * leads to. Throws config/invalid for a link, a submodule, and for what is no UTF-8 or larger than 2 MB.
 */
export async function folderOfTree(tree: Tree, folder: string, dir: string): Promise<boolean> {
  const entries = tree.entries.filter(({ path }) => folder === '' || path.startsWith(`${folder}/`))
  const [odd] = tree.entries.filter(({ path, kind }) => (path === folder || entries.some(entry => entry.path === path)) && kind !== 'file' && kind !== 'executable')
  if (odd !== undefined) throw invalid(odd.path, odd.kind === 'symlink' ? 'a symbolic link' : `a ${odd.kind}`)
  const texts = await tree.read(entries.map(({ path }) => path))
  for (const { path } of entries) {
    const text = texts.get(path)
    if (text === undefined) throw invalid(path, 'no UTF-8 text, or larger than 2 MB')
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  return entries.length > 0
}

function invalid(path: string, what: string): WritError {
  return new WritError('config/invalid', `${path}: ${what} is not read from the base branch.`, { hint: 'Only plain text files decide what a pull request is judged by.' })
}
