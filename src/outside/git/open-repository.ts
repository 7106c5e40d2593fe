import type { RepositoryReader, RepositoryWriter } from '../../flow/ports.ts'
import { isObjectId } from '../ref.ts'
import { normaliseUrl } from '../url.ts'
import { writeCommit, writeCommitObject } from './commit.ts'
import type { Committer } from './commit.ts'
import { ensure, fetchTip, need } from './fetch.ts'
import { isAncestor, listChanges, listCommits, mergeTrees } from './history.ts'
import { isThere, openMirror } from './mirror.ts'
import type { Mirror } from './mirror.ts'
import { pushBranch } from './push.ts'
import { openRemote } from './remote.ts'
import type { Remote, RemoteOptions } from './remote.ts'
import { readTree } from './tree.ts'
import { makeWorktree } from './worktree.ts'

/** What opens a repository. `cacheDir` is Writ's own; many repositories and processes may share it. */
export interface RepositoryOptions extends RemoteOptions {
  readonly cacheDir: string
  readonly committer: Committer
}

/** One remote repository, to read and to write. */
export interface Repository { readonly reader: RepositoryReader, readonly writer: RepositoryWriter }

/**
 * Opens a remote repository through a bare mirror under `cacheDir`. Reaches neither disk nor network before the first
 * call. Throws git/refused where the URL or the credentials are not allowed.
 */
export function openRepository(options: RepositoryOptions): Repository {
  const remote = openRemote(options)
  let opening: Promise<Mirror> | null = null
  const mirror = async (): Promise<Mirror> => {
    const known = await opening?.catch(() => null) ?? null
    if (known !== null && await isThere(known)) return known
    // Several calls may meet here; each opens the same mirror.
    opening = openMirror(options.url, options.cacheDir)
    return opening
  }
  return { reader: readerOf(options.url, remote, mirror), writer: writerOf(options.committer, remote, mirror) }
}

function readerOf(url: string, remote: Remote, mirror: () => Promise<Mirror>): RepositoryReader {
  const holding = async (...ids: readonly string[]): Promise<Mirror> => {
    const opened = await mirror()
    for (const id of ids) await need(opened, remote, id)
    return opened
  }
  return {
    url: normaliseUrl(url),
    async tip(branch) { return fetchTip(await mirror(), remote, branch) },
    async tree(commit) { return readTree(await holding(commit), commit) },
    async worktree(commit) { return makeWorktree(await holding(commit), commit) },
    async contains(commit, ancestor) {
      // A controller may show a revision that is no commit id; no commit of the remote has such a name.
      if (!isObjectId(commit) || !isObjectId(ancestor)) return false
      const opened = await mirror()
      return await ensure(opened, remote, commit) && await ensure(opened, remote, ancestor) && isAncestor(opened, ancestor, commit)
    },
    async commits(from, to, only) { return listCommits(await holding(...from === null ? [to] : [from, to]), { from, to, only }) },
    async mergeTree(base, head) { return mergeTrees(await holding(base, head), base, head) },
    async changes(from, to) { return listChanges(await holding(from, to), from, to) },
  }
}

function writerOf(committer: Committer, remote: Remote, mirror: () => Promise<Mirror>): RepositoryWriter {
  return {
    async commit(base, changes, text) {
      const opened = await mirror()
      await need(opened, remote, base)
      // What another process pushed is not in this mirror yet; what the remote does not know was never pushed.
      if (committer.signing !== undefined) for (const id of text.again ?? []) await ensure(opened, remote, id)
      return writeCommit(opened, { base, changes, text, committer })
    },
    async mergeCommit(...[base, head, tree, text]) {
      const opened = await mirror()
      for (const id of [base, head]) await need(opened, remote, id)
      return writeCommitObject(opened, { tree, parents: [base, head], text, committer })
    },
    async push(branch, commit, expected) { return pushBranch(await mirror(), remote, { branch, commit, expected }) },
  }
}
