import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitText } from './git.ts'
import type { PullState, RepositoryState } from './state.ts'

const AS = { GIT_AUTHOR_NAME: 'GitHub', GIT_AUTHOR_EMAIL: 'noreply@github.example', GIT_COMMITTER_NAME: 'GitHub', GIT_COMMITTER_EMAIL: 'noreply@github.example' }

/** The commit of a branch, or null. */
export async function tipOf({ folder }: RepositoryState, branch: string): Promise<string | null> {
  // No process is needed for it: nothing here packs its refs.
  const found = await readFile(join(folder, 'refs', 'heads', branch), 'utf8').catch(() => '')
  return /^[0-9a-f]{40}\n$/.test(found) ? found.trim() : null
}

const known = new Map<string, Promise<string>>()

/** What two commits say of each other never changes: it is asked once. */
function between({ folder }: RepositoryState, args: readonly string[]): Promise<string> {
  const key = [folder, ...args].join(' ')
  const found = known.get(key) ?? gitText(args, { cwd: folder })
  known.set(key, found)
  return found
}

/** The pull request as Git has it now: its head follows the branch while it is open, and what the base contains already is merged. */
export async function follow(repository: RepositoryState, pull: PullState): Promise<void> {
  if (pull.state !== 'open') return
  const [head, base] = [await tipOf(repository, pull.branch), await tipOf(repository, pull.base)]
  if (head === null || base === null) {
    pull.state = 'closed'
    return
  }
  pull.head = head
  if (await between(repository, ['merge-base', base, head]).catch(() => '') === head) Object.assign(pull, { state: 'closed', merged: { by: pull.by, commit: base, at: new Date().toISOString() } })
}

/** The tree of the merge, null where it conflicts. */
export async function mergedTree(repository: RepositoryState, base: string, head: string): Promise<string | null> {
  const text = await between(repository, ['merge-tree', '--write-tree', base, head]).catch(() => null)
  return text === null ? null : text.split('\n')[0] ?? null
}

/** The numbers of a pull request, from Git. */
export async function changed(repository: RepositoryState, base: string, head: string): Promise<{ readonly commits: number, readonly files: number, readonly additions: number, readonly deletions: number }> {
  const stat = (await between(repository, ['diff', '--numstat', `${base}...${head}`])).split('\n').filter(line => line !== '').map(line => line.split('\t').map(Number))
  const sum = (i: number): number => stat.reduce((all, row) => all + (row[i] ?? 0), 0)
  return { commits: Number(await between(repository, ['rev-list', '--count', `${base}..${head}`])), files: stat.length, additions: sum(0), deletions: sum(1) }
}

/** Merges into the base, by Git, and moves the branch; null where it conflicts or the base has moved. */
export async function mergeInto(repository: RepositoryState, pull: PullState, of: { readonly method: string, readonly message: string }): Promise<string | null> {
  const base = await tipOf(repository, pull.base)
  const tree = base === null ? null : await mergedTree(repository, base, pull.head)
  if (base === null || tree === null) return null
  const parents = of.method === 'merge' ? ['-p', base, '-p', pull.head] : ['-p', base]
  const commit = await gitText(['commit-tree', tree, ...parents, '-m', of.message], { cwd: repository.folder, env: AS })
  await gitText(['update-ref', `refs/heads/${pull.base}`, commit, base], { cwd: repository.folder })
  return commit
}
