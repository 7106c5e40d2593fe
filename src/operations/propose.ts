import { environmentNow, requireRole } from '../flow/approve/roles.ts'
import { isNoChange, plan } from '../flow/plan.ts'
import { standing, submit } from '../flow/submit.ts'
import { isRefusal, refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { valueAt } from '../model/json.ts'
import { askedObject } from '../model/plan.ts'
import type { NoChange, Plan, PlanResult } from '../model/plan.ts'
import type { Ask, ChangeRequest } from '../model/request.ts'
import { showRef } from '../model/resource.ts'
import { changeDocument, interruptedDocument, noChangeDocument, planDocument, refusalDocument } from '../views/documents.ts'
import type { ChangeDocument, InterruptedDocument, NoChangeDocument, PlanDocument, RefusalDocument } from '../views/documents.ts'
import { withAliasHint } from './alias-hint.ts'
import { drive } from './drive.ts'
import type { ChangeInput } from './inputs.ts'
import type { Caller } from './operation.ts'

/** Every way a change verb can answer. */
export type Proposed = PlanDocument | RefusalDocument | NoChangeDocument | ChangeDocument | InterruptedDocument

/** What a verb asks for, and what must hold for it to be wanted at all. */
export interface Proposal {
  readonly verb: ChangeRequest['verb']
  readonly asks: readonly Ask[]
  /** The ID of the place that was chosen for a new object. */
  readonly place?: string | null
  /** The number of replicas that the object must have now. */
  readonly currentReplicas?: number | null
}

/** What a plan does while a person waits for it. */
export const PLANNING = 'planning: reading the object, its owner and the repository, and rendering it before and after the change'

/** plan → result of the dry run, refusal or no change; else submit and deliver. The one way of every change verb (DESIGN.md section 1.3). */
export async function propose(caller: Caller, input: ChangeInput, proposal: Proposal): Promise<Proposed> {
  const { world, identity } = caller
  const request: ChangeRequest = {
    verb: proposal.verb, asks: proposal.asks, requester: identity, target: input.target, scope: input.scope,
    reason: input.reason, incident: input.incident, rollbackPlan: input.rollbackPlan, ...typeof proposal.place === 'string' ? { place: proposal.place } : {},
  }
  return proposePlan(caller, input, { plan: () => plan(world, request), currentReplicas: proposal.currentReplicas ?? null })
}

/** The same for a plan that is made in another way. */
export async function proposePlan(caller: Caller, input: Pick<ChangeInput, 'dryRun' | 'until'>, of: { readonly plan: () => Promise<PlanResult>, readonly currentReplicas: number | null }): Promise<Proposed> {
  const { world, identity } = caller
  const result = await caller.looking(of.plan)
  if (isRefusal(result)) return refusalDocument(result)
  if (!isNoChange(result)) requireRole('viewer', identity, { environment: environmentNow(world, result.environment), what: 'see what would change there' })
  if (isNoChange(result)) return onItsWay(caller, input, result)
  const stale = checkReplicas(result, of.currentReplicas)
  if (stale !== null) return refusalDocument(stale)
  if (input.dryRun) return planDocument(result, 'Run the same command without --dry-run.')
  caller.progress(`planned: ${showRef(askedObject(result).target)} through ${result.owner.kind} ${result.owner.namespace}/${result.owner.name}, ${result.places.join(', ')}`)
  if (caller.signal.aborted) return interruptedDocument()
  const { change, existed } = await withAliasHint(identity, () => submit(world, result))
  if (!existed) caller.progress(`change/${change.id} is recorded`)
  return changeDocument(await drive(caller, change.id, input.until), existed ? { existed } : {})
}

/** Git holds the value already; where an open change brought it there, that change is what was asked for again. */
async function onItsWay(caller: Caller, input: Pick<ChangeInput, 'dryRun' | 'until'>, result: NoChange): Promise<Proposed> {
  const open = input.dryRun ? null : await standing(caller.world, result.key)
  if (open === null) return noChangeDocument(result)
  return changeDocument(await drive(caller, open.id, input.until), { existed: true })
}

function checkReplicas(result: Plan, current: number | null): Refusal | null {
  if (current === null) return null
  const asked = askedObject(result)
  const [name, live] = [showRef(asked.target), valueAt(asked.live ?? undefined, 'spec', 'replicas')]
  if (live === current) return null
  return refuse('STALE', `${name} has ${JSON.stringify(live ?? null)} replicas, not ${current}.`, [{ sentence: `spec.replicas is ${JSON.stringify(live ?? null)}`, at: name }])
}
