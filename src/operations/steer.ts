import { deliver } from '../flow/deliver.ts'
import { isNoChange } from '../flow/plan.ts'
import { planSteer } from '../flow/steer/plan-steer.ts'
import type { SteerAsk } from '../flow/steer/steer-plan.ts'
import { submit } from '../flow/submit.ts'
import { isRefusal } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { SteerVerb } from '../model/steering.ts'
import { changeDocument, interruptedDocument, noChangeDocument, planDocument, refusalDocument } from '../views/documents.ts'
import { withAliasHint } from './alias-hint.ts'
import { drive } from './drive.ts'
import { ChangeInput } from './inputs.ts'
import type { Caller } from './operation.ts'
import type { Proposed } from './propose.ts'

/** What every verb that steers takes: an owner, or an object that it deploys. */
export const SteerInput = ChangeInput.omit({ scope: true, rollbackPlan: true })

/** What is asked beside the owner. */
interface SteerMore { readonly verb: SteerVerb, readonly until?: string, readonly prune?: boolean }
type Given = Pick<ChangeInput, 'target' | 'reason' | 'incident' | 'dryRun' | 'until'>

/** What it does while a person waits for it. */
export const STEERING = 'planning: reading the owner, what it deploys, and for a sync what has changed in Git since the last one'

/** plan → the dry run, a refusal, nothing to do; else submit and deliver: the same way as a change of Git. */
export async function steer(caller: Caller, input: Given, { verb, until, prune }: SteerMore): Promise<Proposed> {
  const { world, identity } = caller
  const ask: SteerAsk = { verb, target: input.target, until: until ?? null, prune: prune ?? false, requester: identity, reason: input.reason, incident: input.incident }
  const result = await caller.looking(() => planSteer(world, ask))
  if (isRefusal(result)) return refusalDocument(result)
  if (isNoChange(result)) return noChangeDocument(result)
  if (input.dryRun) return planDocument(result, 'Run the same command without --dry-run.')
  caller.progress(`planned: ${verb} of ${showOwner(result.owner)}, which deploys into ${result.steer?.environments.join(', ') ?? ''}`)
  if (caller.signal.aborted) return interruptedDocument()
  const { change, existed } = await withAliasHint(identity, () => submit(world, result))
  if (!existed) caller.progress(`change/${change.id} is recorded`)
  const driven = await drive(caller, change.id, input.until)
  const ended = driven.status === 'verified' ? driven.plan.steer?.pauseOf ?? null : null
  // The change of the pause that was ended early is over, too; it finds that out by itself.
  if (ended !== null && await world.changes.get(ended) !== null) await deliver(world, ended, { until: 'wait', progress: line => caller.progress(`change/${ended}: ${line}`), signal: caller.signal })
  return changeDocument(driven, existed ? { existed } : {})
}
