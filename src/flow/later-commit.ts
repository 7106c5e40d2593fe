import type { CommitInfo } from './ports.ts'
import { contentDiffers, contentTakenBack } from './rendered-content.ts'
import type { Verification } from './verify.ts'

/** Who gave the field another value after our merge; `commit` null where the history does not say. */
export interface LaterCommit { readonly commit: CommitInfo | null, readonly reverted: boolean, readonly sentence: string }

/**
 * Finds the commit between our merge and an observed revision from which on the source holds another value: by halving, so that few
 * renders are needed. Commits of side branches that do not have our merge are left out; they hold the old value without having set it.
 */
export async function laterCommit(v: Verification, revision: string): Promise<LaterCommit> {
  const after: CommitInfo[] = []
  for (const commit of await v.reader.commits(v.ours, revision)) {
    if (await v.reader.contains(commit.sha, v.ours)) after.unshift(commit)
  }
  let [low, high] = [0, after.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    const sha = after[middle]?.sha
    if (sha !== undefined && await contentDiffers(v, sha) !== null) high = middle
    else low = middle + 1
  }
  return {
    commit: after[low] ?? null,
    reverted: await contentTakenBack(v, revision),
    sentence: await contentDiffers(v, revision) ?? 'the value differs',
  }
}
