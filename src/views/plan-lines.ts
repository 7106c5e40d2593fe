import type { Evidence } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { OwnerRef } from '../model/owner.ts'
import type { ApprovalNeed, BlastEntry, EnvironmentNeed, Plan as WholePlan } from '../model/plan.ts'
import { askedObject } from '../model/plan.ts'
import { showAsked } from '../model/asked.ts'
import { showRef } from '../model/resource.ts'
import type { Verdict } from '../model/verdict.ts'
import { changedObject } from './changed-object.ts'
import { diffLines } from './diff-lines.ts'
import { counted, indented, line, row } from './line.ts'
import type { Line } from './line.ts'
import { serverLines } from './server-lines.ts'

/** Lines need neither the live object nor whole files. */
type Plan = Omit<WholePlan, 'live' | 'files'>

/** A plan for a person who decides: what, where, proven how, who else is touched, what comes next. */
export function planLines(plan: Plan): readonly Line[] {
  return [
    line(planTitle(plan), 'title'),
    ...row('environment', [environmentOf(plan)], plan.environment.known ? 'plain' : 'warn'),
    ...row('route', [`${plan.route}: ${plan.routeReason}`]),
    ...row('owner', [showOwner(plan.owner), ...proofOf(plan.owner, plan.ownerEvidence)]),
    ...row('repository', [`${plan.owner.source.url} ${plan.branch} at ${plan.base.slice(0, 12)}`]),
    ...(plan.through ?? []).length === 0 ? [] : row('edited is', [showRef(plan.target)]),
    ...row('place', plan.places),
    ...plan.request.reason === null ? [] : row('reason', [plan.request.reason]),
    ...plan.request.incident === null ? [] : row('incident', [plan.request.incident]),
    ...plan.request.rollbackPlan === null ? [] : row('take back', [plan.request.rollbackPlan]),
    line(''),
    ...indented(diffLines(plan.diff), 2),
    line(''),
    ...proofLines(plan),
    ...throughLines(plan),
    ...blastLines(plan.blast),
    ...alsoShipsLines(plan),
    ...row('note', plan.notes ?? [], 'warn'),
    ...serverLines(plan.server ?? []),
    ...policyLines(plan.verdicts),
    ...row('approvals', [approvalSentence(plan.needs)]),
    ...row('then', whatHappens(plan)),
  ]
}

/** What an edit of an owner's own manifest reaches, the asked object first. */
function throughLines({ through = [] }: Pick<Plan, 'through'>): readonly Line[] {
  return through.toReversed().flatMap(({ target, owner, changes, sentence }) => [
    ...row('reaches', [`${showRef(target)} through ${showOwner(owner)}: ${sentence}`]), ...indented(changes.flatMap(changedObject), 15),
  ])
}

/** `Deployment shop/web on main: image of web = nginx:1.27`. */
export function planTitle(plan: Pick<Plan, 'request' | 'target' | 'edits' | 'through' | 'steer'>): string {
  const { target } = askedObject({ ...plan, live: null })
  return `${showRef(target)} on ${target.cluster}: ${showAsked(plan)}`
}

/** The evidence for an owner; what was read from the owner itself need not say so again. */
export function proofOf(owner: OwnerRef, evidence: readonly Evidence[]): readonly string[] {
  return evidence.map(({ sentence, at }) => at === undefined || at === showOwner(owner) ? sentence : `${sentence} (${at})`)
}

/** Who must agree, in words. */
export function approvalSentence(needs: ApprovalNeed): string {
  const owners = (needs.codeOwners ?? []).map((need, i) => `${i === 0 && needs.count === 0 ? '1' : '; 1'} for ${need.paths.join(', ')} by ${need.owners.join(' or ')} (${need.file})`)
  if (needs.count === 0 && owners.length === 0) return 'none needed'
  const beside = (needs.beside ?? []).map(need => `; for ${need.environment} ${whoOf(need)}`)
  const first = needs.count === 0 ? '' : whoOf(needs)
  return `${first}${beside.join('')}${owners.join('')}${needs.signed ? `, ${needs.reviews === true ? 'by a review or ' : ''}signed with an SSH key` : ''}`
}

function whoOf({ count, groups, senior, seniorGroup }: EnvironmentNeed): string {
  const who = groups.length === 0 ? 'another person' : `another person of ${groups.join(' or ')}`
  return `${count} by ${who}${senior ? `, at least one of ${seniorGroup}` : ''}`
}

/** What comes after the plan, in order. */
export function whatHappens(plan: Pick<Plan, 'owner' | 'branch' | 'needs' | 'mergesItself' | 'environment'>): readonly string[] {
  const merge = plan.mergesItself ? 'Writ merges it by itself' : 'a person merges it'
  const approve = plan.needs.count === 0 ? '' : `${counted(plan.needs.count, 'approval')}, `
  const sync = plan.owner.delivery.automated ? '' : `${plan.owner.name} does not sync by itself: somebody starts the sync; `
  return [
    `a change request to ${plan.branch}; ${approve}then ${merge}`,
    `${sync}verified once ${showOwner(plan.owner)} has it and the object is healthy for ${plan.environment.verify.stability}`,
  ]
}

function environmentOf(plan: Plan): string {
  const own = `${plan.environment.name} (class ${plan.environment.class}, risk ${plan.environment.rules.riskLevel})`
  return plan.environmentClass === plan.environment.class ? own : `${own}; it reaches class ${plan.environmentClass} too, whose rules stand`
}

function proofLines({ proof }: Plan): readonly Line[] {
  return [
    ...row('rendered', [`${proof.sentence} (${proof.renderer.name} ${proof.renderer.version})`], 'good'),
    ...indented(proof.changes.flatMap(changedObject), 15),
  ]
}

function blastLines(blast: readonly BlastEntry[]): readonly Line[] {
  const touched = blast.filter(entry => entry.changes === null || entry.changes.length > 0)
  const untouched = blast.length - touched.length
  const rest = untouched === 0 ? '' : `; ${counted(untouched, 'other consumer')} of the same ${untouched === 1 ? 'file stays' : 'files stay'} as ${untouched === 1 ? 'it is' : 'they are'}`
  if (touched.length === 0) return row('blast radius', [`nothing else changes${rest}`], 'good')
  return [
    ...row('blast radius', [`${counted(touched.length, 'other consumer')} ${touched.length === 1 ? 'changes' : 'change'} too${rest}`], 'warn'),
    ...indented(touched.flatMap(blastEntry), 15),
  ]
}

function blastEntry(entry: BlastEntry): readonly Line[] {
  const owners = entry.owners.length === 0 ? 'no known owner' : entry.owners.map((owner: OwnerRef) => showOwner(owner)).join(', ')
  const environments = entry.environments.length === 0 ? 'counts as prod' : entry.environments.join(', ')
  const head = line(`${entry.path === '' ? '(root)' : entry.path}: ${owners}; ${environments}`, 'warn')
  if (entry.changes === null) return [head, line(`  unknown: it did not render before either${entry.error === null ? '' : ` (${entry.error.split('\n')[0] ?? ''})`}`, 'bad')]
  return [head, ...indented(entry.changes.flatMap(changedObject), 2)]
}

/** What deploys with it although it does not touch it. */
export function alsoShipsLines({ alsoShips }: Pick<Plan, 'alsoShips'>): readonly Line[] {
  if (alsoShips === null) return []
  const objects = alsoShips.changes.length === 0 ? 'nothing that differs' : counted(alsoShips.changes.length, 'object')
  return [
    ...row('also ships', [`${objects} since ${alsoShips.since.slice(0, 12)}, because ${alsoShips.because}${alsoShips.environments === undefined || alsoShips.environments.length === 0 ? '' : `; in ${alsoShips.environments.join(', ')}`}`, 'the policies have judged it, and an approval covers it'], 'warn'),
    ...indented(alsoShips.changes.flatMap(changedObject), 15),
  ]
}

/** The policies' word in numbers, and what did not simply pass. */
export function policyLines(verdicts: readonly Verdict[]): readonly Line[] {
  const count = (result: Verdict['result']): number => verdicts.filter(verdict => verdict.result === result).length
  const parts = (['pass', 'warn', 'audit', 'skip', 'deny', 'error'] as const).filter(result => count(result) > 0).map(result => `${count(result)} ${result}`)
  const told = verdicts.filter(({ result }) => result !== 'pass' && result !== 'skip')
  return [
    ...row('policies', [parts.length === 0 ? 'none apply' : parts.join(', ')], told.length === 0 ? 'good' : 'warn'),
    ...told.map(verdict => line(`               ${verdict.result} ${verdict.policy} on ${verdict.object}${verdict.preExisting ? ' (was so before)' : ''}: ${verdict.message ?? 'no message'}`, verdict.result === 'warn' || verdict.result === 'audit' ? 'warn' : 'bad')),
  ]
}
