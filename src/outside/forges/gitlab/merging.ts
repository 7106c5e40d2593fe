import type { MergeAsk, MergeResult } from '../../../model/forge.ts'
import { isUnsure } from '../parts.ts'
import { Project, Request, TrainCar, infoOf, read } from './answers.ts'
import { mergeableOf } from './checks.ts'
import { orElse, saidBy, statusOf } from './client.ts'
import type { Gitlab } from './client.ts'
import type { At } from './reviews.ts'

/** What GitLab answers where it does not merge: no right, not now, not this head, conflicts. */
const REFUSED: readonly number[] = [400, 401, 403, 405, 406, 409, 422]

/** Merges with the expected head, the way the project is set to: merge commit, semi-linear, fast-forward, squashed, or by its merge train. */
export async function merge(gitlab: Gitlab, at: At, { ask, request: before }: { readonly ask: MergeAsk, readonly request: Request }): Promise<MergeResult> {
  if (before.state === 'merged') return { kind: 'merged', info: infoOf(before) }
  if (before.state === 'closed') return blocked('it is closed')
  if (before.state === 'locked') return blocked('it is being merged')
  if (before.sha !== ask.head) return { kind: 'moved' }
  const project = read(Project, await gitlab.projects.show(at.project), 'a project')
  if (project.merge_trains_enabled === true) return board(gitlab, at, ask)
  const sent = gitlab.requests.merge(at.project, at.iid, { sha: ask.head, mergeCommitMessage: ask.message, squashCommitMessage: ask.message })
  try {
    await sent
  } catch (error) {
    const status = statusOf(error) ?? 0
    if (!isUnsure(error) && !REFUSED.includes(status)) throw error
    const after = await show(gitlab, at)
    if (after.state === 'merged') return { kind: 'merged', info: infoOf(after) }
    if (isUnsure(error)) throw error
    return refused(error, { after, head: ask.head })
  }
  const after = await show(gitlab, at)
  if (after.state === 'merged') return { kind: 'merged', info: infoOf(after) }
  return blocked(after.merge_error ?? (after.state === 'locked' ? 'it is being merged' : 'it said yes, and does not show the merge yet'))
}

/** Its place in the merge train, in words; null where it is in none. */
export async function trainOf(gitlab: Gitlab, { project, iid }: At): Promise<string | null> {
  const car = await orElse(gitlab.trains.showStatus(project, iid), null)
  const status = car === null ? 'merged' : read(TrainCar, car, 'a merge train').status
  return status === 'merged' || status === 'skip_merged' ? null : `it is in the merge train (${status})`
}

async function show(gitlab: Gitlab, { project, iid }: At): Promise<Request> {
  return read(Request, await gitlab.requests.show(project, iid), 'a merge request')
}

function blocked(because: string): MergeResult {
  return { kind: 'blocked', because }
}

/** A project with a merge train is merged into by nothing else. */
async function board(gitlab: Gitlab, at: At, { head }: MergeAsk): Promise<MergeResult> {
  const there = await trainOf(gitlab, at)
  if (there !== null) return blocked(there)
  try {
    await gitlab.trains.addMergeRequest(at.project, at.iid, { sha: head })
  } catch (error) {
    if (isUnsure(error) || !REFUSED.includes(statusOf(error) ?? 0)) throw error
    return refused(error, { after: await show(gitlab, at), head })
  }
  return blocked(await trainOf(gitlab, at) ?? 'it was put on the merge train')
}

/** Its own words are mostly the status alone (`405 Method Not Allowed`): what keeps it from merging stands in the merge request. */
function refused(error: unknown, { after, head }: { readonly after: Request, readonly head: string }): MergeResult {
  const status = statusOf(error)
  const said = saidBy(error)
  if (after.state === 'opened' && after.sha !== head) return { kind: 'moved' }
  if (status === 409 && (said === '' || /SHA|HEAD/.test(said))) return { kind: 'moved' }
  // It could be read a moment ago, so the token as such is good.
  if (status === 401 || status === 403) return blocked(`the user of the token may not merge into ${after.target_branch}`)
  const { is, because } = mergeableOf(after, { approvalsLeft: 0, archived: false })
  if (because !== null) return blocked(because)
  return blocked(is === 'unknown' ? 'it is still being checked whether it can be merged' : after.merge_error ?? (said === '' ? `HTTP ${String(status)}` : said))
}
