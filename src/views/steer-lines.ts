import { showAsked } from '../model/asked.ts'
import { showOwner } from '../model/owner.ts'
import { showJson } from '../model/json.ts'
import type { SteerOrder } from '../model/steering.ts'
import type { PlanFields } from './documents.ts'
import { counted, line, row } from './line.ts'
import type { Line } from './line.ts'
import { alsoShipsLines, approvalSentence, policyLines, proofOf } from './plan-lines.ts'

/** A plan that steers an owner, for a person who decides: what is done to it, whom that concerns, what comes along. */
export function steerLines(plan: PlanFields, steer: SteerOrder): readonly Line[] {
  const { owner, environment } = plan
  return [
    line(`${showOwner(owner)} on ${owner.cluster}: ${showAsked(plan)}`, 'title'),
    ...row('environment', [`${environment.name} (class ${plan.environmentClass}, risk ${environment.rules.riskLevel})`, ...steer.environments.length > 1 ? [`it deploys into ${steer.environments.join(', ')}; the highest class rules`] : []], environment.known ? 'plain' : 'warn'),
    ...row('route', [`${plan.route}: ${plan.routeReason}`]),
    ...row('owner', [showOwner(owner), `deploys ${counted(steer.deploys, 'object')}`, ...proofOf(owner, plan.ownerEvidence)]),
    ...row('does', does(plan, steer)),
    ...plan.request.reason === null ? [] : row('reason', [plan.request.reason]),
    ...plan.request.incident === null ? [] : row('incident', [plan.request.incident]),
    ...row('commits', commitLines(steer)),
    ...alsoShipsLines(plan),
    ...row('note', plan.notes ?? [], 'warn'),
    ...plan.verdicts.length === 0 ? [] : policyLines(plan.verdicts),
    ...row('approvals', [approvalSentence(plan.needs)]),
  ]
}

function does({ owner, base, branch }: PlanFields, { verb, pause, until, prune }: SteerOrder): readonly string[] {
  if (verb === 'sync') return [`brings ${base.slice(0, 12)}, the tip of ${branch} of ${owner.source.url}, to the cluster${prune ? '; what is no longer in Git is deleted' : ''}`]
  if (pause === null) return []
  const field = pause.path.join('.')
  const show = (value: typeof pause.before): string => value === null ? 'not set' : showJson(value)
  if (verb === 'resume') return [`${field} becomes ${show(pause.before)} again, as before the pause`]
  return [`${field} becomes ${show(pause.paused)}, now ${show(pause.before)}`, `at ${until ?? ''} it becomes ${show(pause.before)} again (writ work does that)`]
}

function commitLines({ verb, since, commits }: SteerOrder): readonly string[] {
  if (verb === 'suspend' || (verb === 'resume' && commits.length === 0)) return []
  if (commits.length === 0) return [since === null ? 'which are new is not known: it names no commit that it has synced' : 'none that it has not synced already']
  return commits.map(({ sha, author, at, subject }) => `${sha.slice(0, 12)} ${at.slice(0, 10)} ${author}: ${subject}`)
}
