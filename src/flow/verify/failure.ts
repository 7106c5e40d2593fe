import type { ChangeFacts, StepResult } from '../../model/change.ts'
import type { Observation } from '../../model/observation.ts'
import { showOwner } from '../../model/owner.ts'
import { lookLive } from './look-live.ts'
import { contentAt } from './rendered-content.ts'
import type { Verification } from './verification.ts'
import { clear, ended, takeBack } from './answers.ts'
import { iso } from './clock.ts'
import { MAX_REFRESHES } from './trigger.ts'

/** A failure that may pass is given so long. */
const TRANSIENT_FOR = 10 * 60_000

/**
 * Argo CD names no commit where it could not build one (status.sync.revision is then the branch's name). The failure is that of the branch's
 * tip where the owner has been asked since the merge and has looked, and either our own render of the tip fails, too, or it was asked so often
 * that no look from before the merge can still be under way.
 */
export async function withRevision(v: Verification, seen: Observation): Promise<Observation> {
  const { failure, pending, revision } = seen
  const asked = v.change.facts.refreshes ?? 0
  if (failure === null || failure.revision !== null || revision !== null || failure.class !== 'permanent' || pending || asked === 0) return seen
  const tip = await v.reader.tip(v.change.plan.branch)
  if (tip === null || !await v.reader.contains(tip.commit, v.ours)) return seen
  const broken = asked >= MAX_REFRESHES || (await contentAt(v, tip.commit)).kind === 'unknown'
  return broken ? { ...seen, failure: { ...failure, revision: tip.commit } } : seen
}

/** An owner that waits for health says only that it waited; the object's own pods say why. */
async function withLiveWords(v: Verification, sentence: string): Promise<string> {
  const look = await lookLive(v)
  return look.kind === 'failing' || look.kind === 'unmet' ? `${sentence}; ${look.sentence}` : sentence
}

/** A failure before ours is remembered: it is then not this change's doing. Another try that may still succeed has its time. */
export async function failureFacts(v: Verification, { failure }: Observation): Promise<ChangeFacts> {
  const { facts } = v.change
  if (failure === null) return clear(v, 'failingAtSince')
  const at = failure.revision !== null && await v.reader.contains(failure.revision, v.ours)
  if (!at) return { ...clear(v, 'failingAtSince'), ...facts.failedBefore === undefined && failure.revision !== null ? { failedBefore: failure.sentence } : {} }
  // What passes is given its time while it is that which fails: time spent on something else is not counted.
  if (failure.class !== 'transient') return clear(v, 'failingAtSince')
  return typeof facts.failingAtSince === 'string' ? {} : { failingAtSince: iso(v.now) }
}

/** The end where the owner failed for good at a revision that contains ours, or long enough by what should have passed. A failure elsewhere is not this change's end. */
export async function failedAtOurs(v: Verification, seen: Observation, found: ChangeFacts): Promise<StepResult | null> {
  const { failure } = seen
  if (failure === null || failure.revision === null || !await v.reader.contains(failure.revision, v.ours)) return null
  // The owner has seen a later commit: what failed is not its last word.
  if (seen.revision !== null && seen.revision !== failure.revision && await v.reader.contains(seen.revision, failure.revision)) return null
  const since = found.failingAtSince === undefined ? v.change.facts.failingAtSince : found.failingAtSince
  const late = failure.class === 'transient' && typeof since === 'string' && v.now - Date.parse(since) >= TRANSIENT_FOR
  if (!failure.permanent && !late) return null
  const name = showOwner(v.change.plan.owner)
  const before = v.change.facts.failedBefore
  const blame = before === undefined ? takeBack(v) : ` It was failing before the merge, too: ${before}.`
  const sentence = failure.class === 'rollout' ? await withLiveWords(v, failure.sentence) : failure.sentence
  if (failure.rolledBack === true) return ended(v, seen, { code: 'verify/rolled-back', message: `ROLLED_BACK: ${name} put the version of before back: ${sentence}.${blame}` })
  return ended(v, seen, { code: 'verify/failed', message: `FAILED: ${name} cannot deploy the merge${late ? ', and has tried for ten minutes' : ''}: ${sentence}.${blame}` })
}
