import type { CommitInfo } from '../ports.ts'
import { contentAt } from './rendered-content.ts'
import type { Verification } from './verification.ts'

/**
 * The commit between our merge and an observed revision from which on the source holds another value, found by halving, so that few
 * renders are needed; null where the history does not say. Commits of side branches that do not have our merge are left out: they hold
 * the old value without having set it.
 */
export async function laterCommit(v: Verification, revision: string): Promise<CommitInfo | null> {
  const after: CommitInfo[] = []
  for (const commit of await v.reader.commits(v.ours, revision)) {
    if (await v.reader.contains(commit.sha, v.ours)) after.unshift(commit)
  }
  let [low, high] = [0, after.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    const sha = after[middle]?.sha
    if (sha !== undefined && (await contentAt(v, sha)).kind === 'different') high = middle
    else low = middle + 1
  }
  return after[low] ?? null
}
