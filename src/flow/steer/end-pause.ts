import type { Change, StepResult } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerLook, PauseSwitch } from '../../model/steering.ts'
import type { StepContext } from '../step.ts'
import { resumeOwner } from './act.ts'
import { lookAt } from './find-steered.ts'
import { isThrown, readMark } from './pause-mark.ts'

/** Between two looks at a pause that is in force. */
const WATCH = 30_000
/** An owner's controller writes to it all the time: somebody who was faster is no reason to wait for the next round. */
const TRIES = 6

/**
 * Holds a pause until its time is up, then puts back what was there before; somebody else may have ended or taken it over meanwhile. The end was approved
 * with the beginning. Run by `writ work`, after any restart.
 */
export async function endPause(context: StepContext): Promise<StepResult> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await endOnce(context)
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== 'cluster/conflict') throw error
      if (tries === TRIES) return { kind: 'waiting', retryAfter: 200, waiting: { for: 'controller', sentence: error.message, next: null } }
    }
  }
}

async function endOnce(context: StepContext): Promise<StepResult> {
  const { world, change } = context
  const { steer } = change.plan
  if (steer === undefined || steer.pause === null || steer.until === null) throw new WritError('internal/bug', `change/${change.id} has no pause to end.`)
  const look = await lookAt(world, change.plan.owner)
  const over = overOf(change, look, steer.pause)
  if (over !== null) return { kind: 'done', facts: {}, sentence: over }
  if (look === null) throw new WritError('internal/bug', 'An owner that is not there is over.')
  const left = Date.parse(steer.until) - world.clock.now()
  const thrown = isThrown(look.object, steer.pause)
  if (left > 0 && thrown) return holding(change, steer.until, Math.min(left, WATCH))
  await context.note({ resumedAt: new Date(world.clock.now()).toISOString() })
  await resumeOwner(world, look, steer.pause)
  const name = showOwner(change.plan.owner)
  return { kind: 'done', facts: {}, sentence: thrown ? `resumed ${name}: its time was up at ${steer.until}` : `${name} was resumed by somebody else; the mark of the pause is gone, too` }
}

/** Why there is nothing left to end; null while the pause is this change's. */
function overOf(change: Change, look: OwnerLook | null, pause: PauseSwitch): string | null {
  const name = showOwner(change.plan.owner)
  if (look === null || look.uid !== change.plan.owner.uid) return `${name} is no longer there: nothing is paused`
  const mark = readMark(look.object)
  // A pause that was taken up bears the name of the change that made it.
  if (mark !== null && mark.change !== change.id && mark.change !== change.plan.steer?.pauseOf) return `change/${mark.change} has taken the pause of ${name} over`
  // With the mark alone the change still has that to take away.
  if (mark !== null || isThrown(look.object, pause)) return null
  return change.facts.resumedAt === undefined ? `${name} was resumed before its time was up` : `resumed ${name}: its time was up`
}

function holding({ plan }: Change, until: string, retryAfter: number): StepResult {
  const { kind, namespace, name } = plan.owner
  return { kind: 'waiting', retryAfter, waiting: { for: 'time', sentence: `paused until ${until}`, next: `writ resume ${kind.toLowerCase()}/${name} -n ${namespace}` } }
}
