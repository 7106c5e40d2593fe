import type { StepResult } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import type { Observation, VerifyState } from '../../model/observation.ts'
import { pathsCover } from './generate-paths.ts'
import type { Verification } from './verification.ts'
import { waitForController } from './answers.ts'
import type { Seen } from './answers.ts'
import { iso } from './clock.ts'

/** The owner is triggered at most so often, and not again before this time has passed (argocd-flux.md 5.1). */
export const MAX_REFRESHES = 3
const REFRESH_SPACING = 10_000
/** A request that nobody has taken for so long is a diagnosis, not progress. */
const STUCK = 60_000

/** Asks the owner to look, where that is due; then waits for it. */
export async function triggerOrWait(v: Verification, wait: { readonly state: VerifyState, readonly sentence: string }, { seen, found }: Seen): Promise<StepResult> {
  const { refreshes = 0, refreshedAt } = v.change.facts
  const due = refreshes < MAX_REFRESHES && (refreshedAt === undefined || v.now - Date.parse(refreshedAt) >= REFRESH_SPACING)
  const sentence = [wait.sentence, ...(seen.failure === null ? [] : [seen.failure.sentence]), ...seen.notes, ...stuck(v, seen)].join('; ')
  if (!due) return waitForController(v, { state: wait.state, sentence }, { seen, found })
  const refused = await trigger(v, needsHard(v, seen) ? 'hard' : 'normal')
  return waitForController(v, { state: wait.state, sentence: `${sentence}${refused}` }, { seen, found: { ...found, refreshes: refreshes + 1, refreshedAt: iso(v.now) } })
}

/** Where the owner compares only some paths, and none of the edited files is below one, only a hard refresh makes it render again (argocd-flux.md 6.2). */
function needsHard({ change }: Verification, { generatePaths }: Observation): boolean {
  return generatePaths !== undefined && !pathsCover(generatePaths, change.plan.owner.source.path, change.plan.files.map(file => file.path))
}

function stuck({ change, now }: Verification, seen: Observation): readonly string[] {
  const asked = change.facts.refreshedAt
  if (!seen.pending || asked === undefined || now - Date.parse(asked) < STUCK) return []
  return ['it has not taken a request for more than a minute: its controller is down or saturated, does not watch that namespace, or cannot resolve the destination cluster']
}

/** Triggers the owner; where that is not allowed, or the server does not take it, it will still look by itself, and the text says so. */
export async function trigger(v: Verification, how: 'normal' | 'hard'): Promise<string> {
  try {
    await v.tool.refresh(v.change.plan.owner, `${v.change.id}-${v.world.clock.newId()}`, how)
    return ''
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') {
      await lookThere(v, how)
      return '; Writ may not trigger it, so it waits for its own poll'
    }
    // An admission webhook that takes no annotation keeps nobody from deploying.
    if (error instanceof WritError && !error.retry && error.code !== 'internal/bug') return `; it could not be asked to look (${error.message}), so it waits for its own poll`
    throw error
  }
}

/**
 * An ApplicationSet that polls takes the branch from where Argo CD remembers it, for minutes. An Application that is asked to look makes it read the branch anew:
 * the one that the set generates from the changed file reads the same repository, and then the next poll of the set sees the merge.
 */
async function lookThere({ change: { id, plan }, tool, world }: Verification, how: 'normal' | 'hard'): Promise<void> {
  const { owner, target } = plan
  if (owner.kind !== 'ApplicationSet' || target.kind !== 'Application' || target.namespace === null) return
  const { hydrated: _hydrated, ...source } = owner.source
  try {
    await tool.refresh({ ...owner, kind: 'Application', cluster: target.cluster, namespace: target.namespace, name: target.name, source }, `${id}-${world.clock.newId()}`, how)
  } catch (error) {
    if (!(error instanceof WritError)) throw error
  }
}

/** Takes away what requests may have left on the owner. Where that fails nothing is lost. */
export async function settle(v: Verification): Promise<void> {
  try {
    await v.tool.refresh(v.change.plan.owner, '', 'settled')
  } catch (error) {
    if (!(error instanceof WritError)) throw error
  }
}
