import type { Change } from '../../model/change.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { fieldAt, samePath, showPath, wholeOf } from '../../model/field.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { showJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Located } from '../../model/plan.ts'
import { askedObject } from '../../model/plan.ts'
import type { RollbackAsk, RollbackField } from '../../model/request.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { sameField } from '../fields/same-field.ts'
import type { CommitInfo } from '../ports.ts'
import type { World } from '../world.ts'
import { differences } from './fields-back.ts'
import { openHistory } from './object-history.ts'
import type { ObjectHistory } from './object-history.ts'
import { shownCommit, stayingNote } from './rollback-notes.ts'

/** What a change brought to an object, as the request that takes it back needs it. */
export interface Brought { readonly target: Target, readonly edits: readonly Edit[], readonly merge: string }

/** What a change brought; refused UNSUPPORTED where it is nothing that going back to old values of fields undoes. */
export function broughtBy(change: Change): Brought | Refusal {
  const { plan, facts, id } = change
  if (plan.steer !== undefined) return refuse('UNSUPPORTED', `change/${id} is a ${plan.steer.verb}: it changed nothing in Git that could be rolled back.`, [], plan.steer.verb === 'suspend' ? `To end the pause: writ resume ${plan.target.kind.toLowerCase()}/${plan.target.name}.` : 'Ask for the opposite.')
  const { target } = askedObject(plan)
  const edits = plan.through?.at(-1)?.edits ?? plan.edits
  const name = showRef(target)
  if (facts.mergeCommit === undefined) {
    const hint = change.status === 'open' ? `To take it back: writ cancel change/${id}.` : 'Nothing of it is in Git.'
    return refuse('UNSUPPORTED', `change/${id} is not merged: there is nothing to roll back.`, [{ sentence: `its status is ${change.status}` }], hint)
  }
  const whole = wholeOf(edits)
  if (whole !== null) {
    const hint = whole.after === undefined ? `To have ${name} again: writ apply -f with the manifest that change/${id} took out of Git; its commit is ${facts.mergeCommit.slice(0, 12)}.` : `To take it out of Git again: writ delete ${target.kind.toLowerCase()}/${target.name}.`
    return refuse('UNSUPPORTED', `change/${id} ${whole.after === undefined ? 'deleted' : 'made'} ${name}; a rollback brings fields back, not whole objects.`, [], hint)
  }
  return { target: plan.through === undefined && plan.renamedTo !== undefined ? { ...target, name: plan.renamedTo } : target, edits, merge: facts.mergeCommit }
}

/** The fields that a change brought, back to what they were before it; what others changed since stays. Refused CHANGED_SINCE where others changed those very fields, but with `overwrite`. */
export async function undoChange(world: World, located: Located, of: { readonly change: Change, readonly brought: Brought, readonly overwrite: boolean }): Promise<RollbackAsk | Refusal> {
  const { change, brought } = of
  const history = await openHistory(world, located)
  if (isRefusal(history)) return history
  const tip = await history.look(located.base)
  if (tip.kind !== 'there') return refuse('NO_TARGET', `${showRef(located.target)} ${tip.kind === 'absent' ? 'is no longer in Git' : `does not render at ${located.base.slice(0, 12)}: ${tip.message}`}.`)
  const found = brought.edits.map(edit => ({ edit, now: fieldAt(tip.object, edit.path) }))
  const since = await changedSince(history, { tip: tip.object, merge: brought.merge })
  const lost = found.filter(({ edit, now }) => !sameField(edit.path, now, edit.after) && !sameField(edit.path, now, edit.before))
  if (lost.length > 0 && !of.overwrite) return changedLater(change, lost.map(({ edit, now }) => told(edit, now, since)))
  const fields = found.map(({ edit, now }): RollbackField => ({ path: edit.path, ...now === undefined ? {} : { now }, ...edit.before === undefined ? {} : { was: edit.before } }))
  const own = (path: FieldPath): boolean => brought.edits.some(edit => touches(edit.path, path))
  return {
    kind: 'rollback', change: change.id, from: brought.merge, to: await before(history, brought.merge), fields,
    notes: [
      `rolls back change/${change.id}, merged as ${brought.merge.slice(0, 12)}${change.facts.mergedAt === undefined ? '' : ` at ${change.facts.mergedAt}`}${requestOf(change)}`,
      ...lost.map(({ edit, now }) => `takes back what was set later: ${told(edit, now, since).sentence}`),
      ...stayingNote(since.filter(one => one.paths.some(path => !own(path))).map(({ commit }) => commit)),
    ],
  }
}

function requestOf({ facts: { changeRequest } }: Change): string {
  return changeRequest === undefined || changeRequest.url === null ? '' : ` (${changeRequest.url})`
}

/** A later commit, and the fields of the object that it changed. */
interface Later { readonly commit: CommitInfo, readonly paths: readonly FieldPath[] }

/** The commits after a merge that changed the object, newest first, as far as the branch is read. */
async function changedSince(history: ObjectHistory, { tip, merge }: { readonly tip: KubernetesObject, readonly merge: string }): Promise<readonly Later[]> {
  const later: Later[] = []
  let after = tip
  for await (const { commit, before: old } of history.stepsBack()) {
    if (await history.reader.contains(merge, commit.sha)) break
    if (old?.kind !== 'there') continue
    const paths = differences(old.object, after).map(({ path }) => path)
    // A merge that is not in the history of ours may hold ours: what it brought beside that is not known apart.
    if (paths.length > 0 && !await bringsIt(history, commit, merge)) later.push({ commit, paths })
    after = old.object
  }
  return later
}

async function bringsIt({ reader }: ObjectHistory, commit: CommitInfo, merge: string): Promise<boolean> {
  const [first] = commit.parents
  return first !== undefined && await reader.contains(commit.sha, merge) && !await reader.contains(first, merge)
}

async function before({ reader }: ObjectHistory, commit: string): Promise<string | null> {
  const [info] = await reader.commits(null, commit, { most: 1 })
  return info?.parents[0] ?? null
}

function told({ path, after }: Edit, now: Json | undefined, since: readonly Later[]): Evidence {
  const by = since.find(one => one.paths.some(other => touches(path, other)))
  return { sentence: `${showPath(path)} is ${shown(now)}, the change made it ${shown(after)}${by === undefined ? '' : `; since ${shownCommit(by.commit)}`}`, at: showPath(path) }
}

function changedLater({ id }: Change, evidence: readonly Evidence[]): Refusal {
  return refuse('CHANGED_SINCE', `${evidence.length === 1 ? 'A field' : `${evidence.length} fields`} of change/${id} ${evidence.length === 1 ? 'was' : 'were'} given another value by a later commit, which a rollback would take back, too.`, evidence)
}

function touches(a: FieldPath, b: FieldPath): boolean {
  const length = Math.min(a.length, b.length)
  return samePath(a.slice(0, length), b.slice(0, length))
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not set' : showJson(value)
}
