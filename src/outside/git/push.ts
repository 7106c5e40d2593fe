import { WritError } from '../../model/error.ts'
import type { PushResult } from '../../flow/ports.ts'
import { checkObjectId, checkRef } from '../ref.ts'
import { meaningOf, remoteFailure, summary } from './failure.ts'
import { askTip } from './fetch.ts'
import type { Mirror } from './mirror.ts'
import type { Remote } from './remote.ts'

// The remote's own words for "the branch is elsewhere" or "somebody holds it this moment" (editing.md 4.5).
const RACE = /stale info|non-fast-forward|fetch first|needs force|remote ref updated since checkout|cannot lock ref|failed to (?:update|write|lock) ref|failed to lock|unable to lock|incorrect old value|reference (?:already exists|update failed)|but expected/i
// Begins like a race and never passes: a branch cannot stand where a folder of branches does.
const IN_THE_WAY = /' exists; cannot create '|cannot process '|directory.?file conflict|non-empty directory/i

/** What to push: the branch moves from `expected` (null: it must not exist) to `commit`. */
export interface Push { readonly branch: string, readonly commit: string, readonly expected: string | null }

/**
 * Pushes with a lease that the remote checks. A result that is not known, because the connection was lost or the texts say
 * nothing, is looked up at the remote before it is told. Throws git/push-rejected, git/unauthorized, git/unreachable.
 */
export async function pushBranch(mirror: Mirror, remote: Remote, push: Push): Promise<PushResult> {
  if (push.branch === 'HEAD') throw new WritError('git/refused', 'HEAD is no branch to push to.')
  const ref = `refs/heads/${checkRef(push.branch)}`
  const lease = `--force-with-lease=${ref}:${push.expected === null ? '' : checkObjectId(push.expected)}`
  const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', '--no-recurse-submodules', '--no-signed', lease, '--', remote.url, `${checkObjectId(push.commit)}:${ref}`]
  let failure: WritError
  try {
    const output = await remote.call(mirror, args)
    const line = output.stdout.toString('utf8').split('\n').find(text => text.includes(`:${ref}\t`)) ?? ''
    if (output.code === 0 && /^[ +*=]\t/.test(line)) return { kind: 'pushed' }
    failure = judge(line, output.stderr)
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    failure = error
  }
  if (failure.code !== 'git/unreachable' && !failure.retry && failure.code !== 'git/failed') throw failure
  return lookUp(() => askTip(mirror, remote, push.branch), push, failure)
}

/** What a push that did not pass means: the line of `git push --porcelain` for the branch, and what stood on stderr. */
export function judge(line: string, stderr: string): WritError {
  const reason = line.startsWith('!') ? line.split('\t').slice(2).join(' ') : ''
  const text = `${stderr}\n${reason}`
  const inTheWay = IN_THE_WAY.test(text)
  if (RACE.test(reason) && !inTheWay) return new WritError('git/push-rejected', `The push met another one: ${summary(reason)}`, { retry: true })
  const meaning = meaningOf(text)
  const turnedDown = reason.startsWith('[remote rejected]') && meaning.code !== 'git/unauthorized'
  if (!turnedDown && meaning.code !== 'git/push-rejected') return remoteFailure(['push'], text)
  const told = meaning.code === 'git/push-rejected' ? { retry: meaning.retry, ...meaning.hint === undefined ? {} : { hint: meaning.hint } } : {}
  return new WritError('git/push-rejected', `The repository rejected the push: ${summary(`${stderr}\nremote: ${reason}`)}`, told)
}

async function lookUp(ask: () => ReturnType<typeof askTip>, push: Push, failure: WritError): Promise<PushResult> {
  const tip = await ask().catch((error: unknown) => {
    if (error instanceof WritError && failure.code === 'git/unreachable') throw new WritError('git/unreachable', `Whether the push arrived is not known: ${failure.message}`, { retry: true, cause: error })
    throw error
  })
  if (tip?.commit === push.commit) return { kind: 'pushed' }
  if ((tip?.commit ?? null) !== push.expected) return { kind: 'moved' }
  throw failure
}
