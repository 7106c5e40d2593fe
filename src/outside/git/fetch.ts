import { WritError } from '../../model/error.ts'
import { checkObjectId, checkRef, isObjectId } from '../ref.ts'
import { remoteFailure } from './failure.ts'
import { maintain } from './maintenance.ts'
import type { Mirror } from './mirror.ts'
import type { Remote } from './remote.ts'

const FETCH = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--'] as const
const TIPS = 'refs/writ/tips'

/** Asks the remote where a branch is, without fetching; null where it does not exist. `HEAD` is the default branch. */
export async function askTip(mirror: Mirror, remote: Remote, branch: string): Promise<{ branch: string, commit: string } | null> {
  const ref = branch === 'HEAD' ? 'HEAD' : `refs/heads/${checkRef(branch)}`
  const args = ['ls-remote', '--symref', '--', remote.url, ref]
  const output = await remote.call(mirror, args)
  if (output.code !== 0) throw remoteFailure(args, output.stderr)
  const lines = output.stdout.toString('utf8').split('\n').map(line => line.split('\t'))
  const commit = lines.find(([id = '', name]) => name === ref && isObjectId(id))?.[0]
  const symbolic = lines.find(([id = '', name]) => name === ref && id.startsWith('ref: refs/heads/'))?.[0]
  const named = branch === 'HEAD' ? symbolic?.slice('ref: refs/heads/'.length) : branch
  return commit === undefined || named === undefined ? null : { branch: checkRef(named), commit }
}

/** Where a branch is now, with its commit fetched; null where it does not exist. */
export async function fetchTip(mirror: Mirror, remote: Remote, branch: string): Promise<{ branch: string, commit: string } | null> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const tip = await askTip(mirror, remote, branch)
    if (tip === null || await ensure(mirror, remote, tip.commit)) return tip
    // The branch moved between the question and the fetch.
  }
  throw new WritError('git/unreachable', `The branch ${branch} moved each time it was fetched.`, { retry: true })
}

/** Makes sure that a commit or tree is in the mirror; false where the remote does not know it. */
export async function ensure(mirror: Mirror, remote: Remote, id: string): Promise<boolean> {
  checkObjectId(id)
  if (await has(mirror, id)) return true
  const args = [...FETCH, remote.url, `+${id}:${TIPS}/${id}`]
  const output = await remote.call(mirror, args)
  // It may have come although the exit code is not 0: another process was faster at writing the ref.
  if (output.code !== 0 && !await has(mirror, id)) {
    if (!/not our ref|unadvertised object|couldn't find remote ref|no such remote ref|did not send all necessary|upload-pack: not/i.test(output.stderr)) throw remoteFailure(args, output.stderr)
    return fetchAll(mirror, remote, id)
  }
  mirror.seen.add(id)
  await maintain(mirror, id)
  return true
}

/** Throws git/failed where a commit or tree is neither in the mirror nor known to the remote. */
export async function need(mirror: Mirror, remote: Remote, id: string): Promise<void> {
  if (!await ensure(mirror, remote, id)) throw new WritError('git/failed', `The repository does not know ${id}.`, { hint: 'Its history may have been rewritten; ask again.' })
}

// Servers without protocol 2 give only what a ref names, so that an older commit comes with the branches that hold it.
async function fetchAll(mirror: Mirror, remote: Remote, id: string): Promise<boolean> {
  const output = await remote.call(mirror, [...FETCH, remote.url, '+refs/heads/*:refs/writ/heads/*'])
  if (await has(mirror, id)) return true
  if (output.code !== 0) throw remoteFailure(FETCH, output.stderr)
  return false
}

/** True where an object is in the mirror. Every fetch is one pack, so an object that is there has all it names. */
export async function has(mirror: Mirror, id: string): Promise<boolean> {
  if (mirror.seen.has(id)) return true
  const found = (await mirror.pipe(['cat-file', '-e', checkObjectId(id)], { accept: [0, 1, 128] })).code === 0
  if (found) mirror.seen.add(id)
  return found
}
