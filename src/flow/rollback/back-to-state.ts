import { WritError, isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Located, NoChange } from '../../model/plan.ts'
import type { RollbackAsk, RollbackTo } from '../../model/request.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { changeKey } from '../digest.ts'
import type { CommitInfo } from '../ports.ts'
import type { World } from '../world.ts'
import { differences, fieldsBack, followingNotes } from './fields-back.ts'
import { MOST_LOOKS, openHistory } from './object-history.ts'
import type { Look, ObjectHistory } from './object-history.ts'
import { shownCommit, takenBackNote } from './rollback-notes.ts'

type State = Exclude<RollbackTo, { readonly kind: 'undo' }>

/** A commit to whose state the object goes back, and whose changes that takes back, newest first; `whole`: all of them are known. */
interface Found { readonly commit: string, readonly undone: readonly CommitInfo[], readonly whole: boolean }

/** The fields that bring an object back to an earlier state of its branch. Refuses NO_TARGET, RENDER_FAILED, UNSUPPORTED. Throws usage/bad-argument, change/not-found. */
export async function backToState(world: World, located: Located, to: State): Promise<RollbackAsk | Refusal | NoChange> {
  const history = await openHistory(world, located)
  if (isRefusal(history)) return history
  const name = showRef(located.target)
  const tip = await history.look(located.base)
  if (tip.kind === 'broken') return refuse('RENDER_FAILED', `${name} does not render at the tip of ${located.branch}.`, [{ sentence: tip.message, at: located.base }])
  if (tip.kind === 'absent') return refuse('NO_TARGET', `${name} is not in Git at the tip of ${located.branch}: a rollback brings fields back, not whole objects.`)
  const found = to.kind === 'previous' ? await previousState(history, tip.object) : await stateAt(world, history, to)
  if (isRefusal(found)) return found
  const old = await history.look(found.commit)
  const there = standing(old, { name, commit: found.commit })
  if (isRefusal(there)) return there
  if (there.apiVersion !== tip.object.apiVersion) return refuse('UNSUPPORTED', `${name} was ${there.apiVersion} at ${found.commit.slice(0, 12)} and is ${tip.object.apiVersion} now; Writ does not move objects between API versions.`)
  const fields = fieldsBack(tip.object, there)
  if (fields.length === 0) return { noChange: true, message: `${name} is as it was at ${found.commit.slice(0, 12)}.`, target: located.target, key: changeKey({ ...located, edits: [] }) }
  const { undone, whole } = to.kind === 'previous' ? found : await undoneSince(history, { tip: tip.object, commit: found.commit })
  return { kind: 'rollback', change: null, from: located.base, to: found.commit, fields, notes: [`goes back from ${located.base.slice(0, 12)} to ${found.commit.slice(0, 12)}`, ...takenBackNote(undone, whole), ...followingNotes(tip.object, there), ...history.notes] }
}

function standing(look: Look, { name, commit }: { readonly name: string, readonly commit: string }): KubernetesObject | Refusal {
  switch (look.kind) {
    case 'there': return look.object
    case 'absent': return refuse('NO_TARGET', `${name} was not there at ${commit.slice(0, 12)}: a rollback brings fields back, and does not take whole objects away.`, [], `To take it out of Git: writ delete.`)
    case 'broken': return refuse('NO_TARGET', `${name} does not render at ${commit.slice(0, 12)}: what it was there is not known.`, [{ sentence: look.message, at: commit }])
  }
}

/** The state before the last commit that changed the rendered object. Where it does not render, or was not there for a while, is passed over. */
async function previousState(history: ObjectHistory, now: KubernetesObject): Promise<Found | Refusal> {
  const name = showRef(history.located.target)
  const seen: { looks: number, came: CommitInfo | null } = { looks: 0, came: null }
  for await (const { commit, parent, before } of history.stepsBack()) {
    seen.looks += 1
    if (before === null || before.kind === 'absent') seen.came ??= commit
    else if (parent !== null && before.kind === 'there' && differences(now, before.object).length > 0) return { commit: parent, undone: [commit], whole: true }
  }
  const limit = seen.looks < MOST_LOOKS ? '' : `; more than ${MOST_LOOKS} commits are not read`
  if (seen.came !== null) return refuse('NO_TARGET', `${name} has no earlier state: it came with ${shownCommit(seen.came)}, and nothing changed it since${limit}.`)
  return refuse('NO_TARGET', `${name} was not changed by the last ${seen.looks} commits that touch what it is rendered from${limit}.`, [], 'Name a commit: --to-revision COMMIT, or a time: --to-time 2h.')
}

/** The commit that is meant by its id, by a change, or by a time. */
async function stateAt(world: World, history: ObjectHistory, to: Exclude<State, { readonly kind: 'previous' }>): Promise<Found | Refusal> {
  const { located: { base, branch }, reader } = history
  const at = (commit: string): Found => ({ commit, undone: [], whole: true })
  if (to.kind === 'time') {
    const [found] = await reader.commits(null, base, { firstParent: true, until: to.at, most: 1 })
    return found === undefined ? refuse('NO_TARGET', `${branch} has no commit of ${to.at} or before.`) : at(found.sha)
  }
  if (to.kind === 'revision') return at(await commitOf(history, to.commit))
  const change = await world.changes.get(to.change)
  if (change === null) throw new WritError('change/not-found', `There is no change ${to.change}.`)
  const { mergeCommit } = change.facts
  if (mergeCommit === undefined) return refuse('NO_TARGET', `change/${to.change} is not merged: no state of Git is its.`, [{ sentence: `its status is ${change.status}` }])
  if (!await reader.contains(base, mergeCommit)) return refuse('NO_TARGET', `change/${to.change} was merged as ${mergeCommit.slice(0, 12)}, which is not in the history of ${branch} of ${reader.url}.`)
  return at(mergeCommit)
}

/** A commit of the branch by its id, or the beginning of one. Throws usage/bad-argument. */
async function commitOf({ located: { base, branch }, reader }: ObjectHistory, id: string): Promise<string> {
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(id) && await reader.contains(base, id)) return id
  const known = await reader.commits(null, base)
  const found = known.filter(({ sha }) => sha.startsWith(id))
  const [only] = found
  if (only !== undefined && found.length === 1) return only.sha
  const read = known.length < 200 ? '' : `, of which the last ${known.length} commits are looked through for the beginning of an id`
  throw new WritError('usage/bad-argument', `${id} ${found.length > 1 ? `begins ${found.length} commits` : 'is no commit'} in the history of ${branch}${read}.`, { hint: 'Give the whole id; writ rollback TYPE/NAME --list shows those that changed the object.' })
}

/** The commits after a state that changed the object, newest first. */
async function undoneSince(history: ObjectHistory, { tip, commit: state }: { readonly tip: KubernetesObject, readonly commit: string }): Promise<Pick<Found, 'undone' | 'whole'>> {
  const undone: CommitInfo[] = []
  let after = tip
  let looks = 0
  for await (const { commit, before } of history.stepsBack()) {
    looks += 1
    if (await history.reader.contains(state, commit.sha)) return { undone, whole: true }
    if (before?.kind !== 'there') continue
    if (differences(before.object, after).length > 0) undone.push(commit)
    after = before.object
  }
  return { undone, whole: looks < MOST_LOOKS }
}
