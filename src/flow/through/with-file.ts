import type { RepositoryReader, Worktree } from '../ports.ts'

type Reader = Pick<RepositoryReader, 'tree' | 'worktree'>

/**
 * A repository with one more file, which is edited like all others and never reaches a renderer: the manifest of an owner that stands elsewhere. What an edit of it
 * does shows in how the owner renders.
 */
export function withFile(reader: Reader, file: { readonly path: string, readonly text: string }): Reader {
  return {
    async tree(commit) {
      const tree = await reader.tree(commit)
      return {
        commit: tree.commit,
        entries: [...tree.entries, { path: file.path, kind: 'file', blob: '' }],
        async read(paths) {
          const texts = await tree.read(paths.filter(path => path !== file.path))
          return paths.includes(file.path) ? new Map([...texts, [file.path, file.text]]) : texts
        },
      }
    },
    async worktree(commit): Promise<Worktree> {
      const worktree = await reader.worktree(commit)
      return { dir: worktree.dir, apply: changes => worktree.apply(changes.filter(({ path }) => path !== file.path)), dispose: () => worktree.dispose() }
    },
  }
}
