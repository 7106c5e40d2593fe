import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Located } from '../../model/plan.ts'
import type { RollbackField, TargetAsk } from '../../model/request.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Deployment } from '../../model/steering.ts'
import type { CommitInfo } from '../ports.ts'
import { findSteered } from '../steer/find-steered.ts'
import type { World } from '../world.ts'
import { differences, fieldsBack } from './fields-back.ts'
import { openHistory } from './object-history.ts'
import type { ObjectHistory } from './object-history.ts'

/** One state of an object in the history of its branch: the commit that made it so, what the controller says of it, and the fields by which it differs from now. */
export interface EarlierState { readonly commit: CommitInfo, readonly deployed: readonly Deployment[], readonly fields: readonly RollbackField[] }

/** The states of an object, the present one first; `whole`: there are no earlier ones. `other`: deployments that name no commit of the branch. */
export interface EarlierStates { readonly states: readonly EarlierState[], readonly whole: boolean, readonly other: readonly Deployment[] }

/** The states that an object can go back to. Refuses NO_TARGET where it does not render now. */
export async function earlierStates(world: World, located: Located, of: { readonly ask: TargetAsk, readonly most: number }): Promise<EarlierStates | Refusal> {
  const history = await openHistory(world, located)
  if (isRefusal(history)) return history
  const tip = await history.look(located.base)
  if (tip.kind !== 'there') return refuse('NO_TARGET', `${showRef(located.target)} ${tip.kind === 'absent' ? 'is not in Git' : 'does not render'} at the tip of ${located.branch}.`, tip.kind === 'broken' ? [{ sentence: tip.message, at: located.base }] : [])
  const { made, whole } = await madeBy(history, { tip: tip.object, most: of.most })
  const deployments = await deploymentsOf(world, of.ask)
  const by = new Map<string, Deployment[]>()
  const other: Deployment[] = []
  for (const deployment of deployments) {
    const state = await stateOf(history, made, deployment)
    if (state === null) other.push(deployment)
    else by.set(state, [...by.get(state) ?? [], deployment])
  }
  return { states: made.map(({ commit, object }) => ({ commit, deployed: by.get(commit.sha) ?? [], fields: fieldsBack(tip.object, object) })), whole, other }
}

interface Made { readonly commit: CommitInfo, readonly object: KubernetesObject }

/** Each state with the commit that made it so, newest first. What does not render is passed over. */
async function madeBy(history: ObjectHistory, { tip, most }: { readonly tip: KubernetesObject, readonly most: number }): Promise<{ readonly made: readonly Made[], readonly whole: boolean }> {
  const made: Made[] = []
  let object = tip
  // The newest commit before which it did not render: there it was as it is known after it.
  let unclear: CommitInfo | null = null
  for await (const { commit, before } of history.stepsBack()) {
    if (before?.kind === 'broken') unclear ??= commit
    else if (before?.kind === 'there' && differences(object, before.object).length === 0) unclear = null
    else {
      made.push({ commit: unclear ?? commit, object })
      if (before?.kind !== 'there') return { made, whole: true }
      if (made.length >= most) return { made, whole: false }
      object = before.object
      unclear = null
    }
  }
  return { made, whole: false }
}

/** What the controller says that it has deployed; nothing where it cannot be asked. */
async function deploymentsOf(world: World, ask: TargetAsk): Promise<readonly Deployment[]> {
  const steered = await findSteered(world, ask)
  return isRefusal(steered) ? [] : steered.look.history
}

/** The newest state that a deployed commit has in its history. */
async function stateOf({ reader }: ObjectHistory, made: readonly Made[], { commit }: Deployment): Promise<string | null> {
  if (commit === null) return null
  for (const one of made) if (await reader.contains(commit, one.commit.sha)) return one.commit.sha
  return null
}
