import type { Approval, Change, JournalEntry } from '../model/change.ts'
import type { Refusal } from '../model/error.ts'
import type { BlastEntry, NoChange, Plan } from '../model/plan.ts'
import { showAsked } from '../model/asked.ts'
import { askedObject } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import { outcomeOf, refusalOutcome } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { withoutSecrets } from './changed-object.ts'

/** A plan as it is printed: everything but the live object, whose other fields are nobody's business here, and the whole files. */
export interface PlanFields extends Omit<Plan, 'live' | 'files' | 'asked'> { readonly files: readonly string[] }
export interface PlanDocument extends PlanFields { readonly kind: 'Plan', readonly next: string | null }

export interface RefusalDocument { readonly kind: 'Refusal', readonly outcome: Outcome, readonly code: string, readonly message: string, readonly hint: string, readonly evidence: Refusal['evidence'], readonly next: string }
export interface NoChangeDocument { readonly kind: 'NoChange', readonly outcome: Outcome, readonly message: string, readonly target: NoChange['target'], readonly next: null }

/** The caller stopped before anything was written. */
export interface InterruptedDocument { readonly kind: 'Interrupted', readonly message: string, readonly next: string }

/** A change as it is printed. `next` is the command that goes on, null where it has ended or only time helps. */
export interface ChangeDocument extends Omit<Change, 'plan' | 'key'> {
  readonly kind: 'Change'
  readonly plan: PlanFields
  readonly outcome: Outcome | null
  readonly next: string | null
  /** True where the same request stood already. */
  readonly existed?: boolean
  readonly approvals?: readonly Approval[]
  readonly journal?: readonly JournalEntry[]
}

/** What became of one of several objects: it could not even be asked about. */
export interface FailureDocument { readonly kind: 'Failure', readonly status: 'failed', readonly code: string, readonly message: string, readonly hint: string }

/** The answers for the objects of one file, in its order. */
export interface BatchDocument {
  readonly kind: 'Batch'
  readonly items: readonly { readonly object: string, readonly answer: PlanDocument | RefusalDocument | NoChangeDocument | ChangeDocument | InterruptedDocument | FailureDocument }[]
}

/** One line of a list. */
export interface ChangeSummary {
  readonly id: string
  readonly status: Change['status']
  readonly step: Change['step']
  readonly what: string
  readonly target: string
  readonly cluster: string
  readonly environment: string
  readonly requester: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly owner: string
  readonly branch: string | null
  readonly waiting: Change['waiting']
  readonly next: string | null
}

export function planDocument(plan: Plan, next: string | null): PlanDocument {
  return { kind: 'Plan', ...planFields(plan), next }
}

export function refusalDocument(refusal: Refusal): RefusalDocument {
  return { kind: 'Refusal', outcome: refusalOutcome(refusal.refused), code: refusal.refused, message: refusal.message, hint: refusal.hint, evidence: refusal.evidence, next: refusal.hint }
}

export function noChangeDocument(result: NoChange): NoChangeDocument {
  return { kind: 'NoChange', outcome: 'no_changes', message: result.message, target: result.target, next: null }
}

export function interruptedDocument(): InterruptedDocument {
  return { kind: 'Interrupted', message: 'Nothing was written.', next: 'the same command' }
}

export function changeDocument(change: Change, more: Pick<ChangeDocument, 'existed' | 'approvals' | 'journal'> = {}): ChangeDocument {
  const { plan, key: _key, ...rest } = change
  return { kind: 'Change', ...rest, outcome: outcomeOf(change, more.existed === true), plan: planFields(plan), next: nextCommand(change), ...more }
}

export function changeSummary(change: Change): ChangeSummary {
  const { plan } = change
  return {
    id: change.id, status: change.status, step: change.step,
    what: showAsked(plan), target: showRef(askedObject(plan).target), cluster: plan.target.cluster, environment: plan.environment.name,
    requester: plan.request.requester.person ?? plan.request.requester.alias, createdAt: change.createdAt, updatedAt: change.updatedAt,
    owner: `${plan.owner.namespace}/${plan.owner.name}`, branch: change.facts.branch ?? null, waiting: change.waiting, next: nextCommand(change),
  }
}

/** The command that takes a failed change back, where it can be; that which follows it once it is asked for. */
function backCommand({ id, facts }: Pick<Change, 'id' | 'facts'>): string | null {
  if (facts.rolledBackBy !== undefined) return `writ get change/${facts.rolledBackBy} --wait`
  return facts.rollback?.possible === true ? `writ rollback change/${id}` : null
}

/** The command that goes on with an open change, or takes a failed one back. */
export function nextCommand(change: Pick<Change, 'id' | 'status' | 'waiting' | 'facts'>): string | null {
  if (change.status === 'failed') return backCommand(change)
  if (change.status !== 'open') return null
  return change.waiting?.next ?? `writ get change/${change.id} --wait`
}

function planFields({ live: _live, asked: _asked, files, ...plan }: Plan): PlanFields {
  const blast = (entry: BlastEntry): BlastEntry => ({ ...entry, changes: entry.changes?.map(withoutSecrets) ?? null })
  return {
    ...plan,
    files: files.map(file => file.path),
    ...plan.through === undefined ? {} : { through: plan.through.map(({ live: _below, ...one }) => ({ ...one, changes: one.changes.map(withoutSecrets) })) },
    proof: { ...plan.proof, changes: plan.proof.changes.map(withoutSecrets) },
    blast: plan.blast.map(blast),
    alsoShips: plan.alsoShips === null ? null : { ...plan.alsoShips, changes: plan.alsoShips.changes.map(withoutSecrets) },
  }
}
