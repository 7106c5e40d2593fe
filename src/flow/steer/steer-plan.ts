import type { Environment } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import type { Evidence } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import type { AlsoShips, Plan } from '../../model/plan.ts'
import type { Identity, TargetAsk } from '../../model/request.ts'
import type { OwnerLook, SteerOrder, SteerVerb } from '../../model/steering.ts'
import type { Verdict } from '../../model/verdict.ts'
import { steerDigest } from '../digest.ts'
import { approvalsNeeded, highestOf } from '../judge.ts'

/** What is asked of an owner. `base`: the commit that a sync was asked for before, so that a plan made again asks for the same. */
export interface SteerAsk {
  readonly verb: SteerVerb
  readonly target: TargetAsk
  readonly until: string | null
  readonly prune: boolean
  readonly requester: Identity
  readonly reason: string | null
  readonly incident: string | null
  readonly base?: string
}

/** All that a plan of a steering change is made of. */
export interface SteerParts {
  readonly ask: SteerAsk
  readonly look: OwnerLook
  readonly evidence: readonly Evidence[]
  readonly environments: readonly Environment[]
  readonly order: Pick<SteerOrder, 'pause' | 'pauseOf' | 'takesOver' | 'since' | 'commits'>
  readonly owner: Owner
  readonly base: string
  readonly branch: string
  readonly ships: AlsoShips | null
  readonly verdicts?: readonly Verdict[]
  /** Of the policies that judged it; where nothing ships, none did. */
  readonly policyBundle?: string
  readonly notes: readonly string[]
}

/** A plan that changes nothing in Git: its target is the owner, and its environments are all that the owner deploys into. */
export function steerPlan({ ask, look, environments, order, owner, ...parts }: SteerParts): Plan {
  const environment = highestOf(environments)
  const steer: SteerOrder = { verb: ask.verb, until: ask.until, prune: ask.prune, deploys: look.deploys.length, environments: environments.map(one => one.name).sort(), ...order }
  const plan: Omit<Plan, 'digest'> = {
    request: { verb: ask.verb, target: ask.target, asks: [], scope: 'app', requester: ask.requester, reason: ask.reason, incident: ask.incident, rollbackPlan: null },
    target: { cluster: look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name, uid: look.uid },
    live: null, environment, edits: [], owner, ownerEvidence: parts.evidence, base: parts.base, branch: parts.branch,
    files: [], places: [], blast: [], alsoShips: parts.ships, ...parts.notes.length === 0 ? {} : { notes: parts.notes },
    proof: { renderer: { name: 'none', version: '' }, beforeHash: '', afterHash: '', changes: [], sentence: 'nothing in Git is changed' },
    route: ask.verb === 'suspend' ? 'pause' : 'steer', routeReason: `${ask.verb} is done to the owner, not to Git`,
    environmentClass: environment.class, verdicts: parts.verdicts ?? [], policyBundle: parts.policyBundle ?? '', needs: approvalsNeeded(environments), mergesItself: false, diff: '', steer,
  }
  return { ...plan, digest: steerDigest(plan, steer) }
}

/** What was asked for, so that it can be planned again. */
export function askOf({ request, base, steer }: Plan): SteerAsk {
  if (steer === undefined) throw new WritError('internal/bug', 'A change that steers nothing came to a step that steers.')
  const { requester, reason, incident, target } = request
  return { verb: steer.verb, until: steer.until, prune: steer.prune, target, requester, reason, incident, ...steer.verb === 'sync' ? { base } : {} }
}
