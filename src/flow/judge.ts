import type { Environment, EnvironmentClass } from '../model/environment.ts'
import { CLASS_RULES } from '../model/environment.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { isRefusal, refuse } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { ApprovalNeed, BlastEntry, EnvironmentNeed, Plan, Proven, RenderedChanges } from '../model/plan.ts'
import type { KubernetesObject } from '../model/resource.ts'
import type { Verdict } from '../model/verdict.ts'
import { blocks } from '../model/verdict.ts'
import { digestOf } from './digest.ts'
import { codeOwnersNeeded } from './approve/code-owners.ts'
import { deployedBy } from './owner/deployed-by.ts'
import { unifiedDiff } from './diff.ts'
import { pathsCover } from './verify/generate-paths.ts'
import type { World } from './world.ts'

const ORDER: readonly EnvironmentClass[] = ['dev', 'test', 'staging', 'prod']

/** The last step of plan: policies, route, approvals, digest. The highest affected environment rules (DESIGN.md section 3). */
export async function judge(world: World, proven: Proven, rendered: RenderedChanges): Promise<Plan | Refusal> {
  const verdicts = await evaluate(world, proven, rendered)
  const blocking = verdicts.filter(blocks)
  if (blocking.length > 0) return denied(blocking, verdicts)
  const deployed = await deployedBy(world, proven)
  const affected = affectedEnvironments(world, proven, deployed.environments)
  const highest = highestOf(affected)
  const codeOwners = await codeOwnersNeeded(world, proven, affected)
  if (isRefusal(codeOwners)) return codeOwners
  const policyBundle = await world.policies.bundle()
  const route = 'pull-request' as const
  const notes = [...proven.notes ?? [], ...deployed.notes, ...deliveryNotes(proven)]
  const base = { ...proven, ...notes.length === 0 ? {} : { notes }, route, policyBundle }
  return {
    ...base,
    routeReason: routeReason(proven.environment),
    environmentClass: highest.class,
    verdicts,
    needs: { ...approvalsNeeded(affected), ...reviewed(world, proven) ? { reviews: true } : {}, ...codeOwners.length === 0 ? {} : { codeOwners } },
    mergesItself: affected.every(environment => environment.rules.mayMergeItself && environment.merge === 'automatic'),
    digest: digestOf(base),
    diff: proven.files.map(unifiedDiff).join(''),
  }
}

function routeReason(environment: Environment): string {
  if (environment.rules.gitopsRequired) return `environment ${environment.name} (class ${environment.class}) requires GitOps`
  return 'direct route not available in this version'
}

/** What a person should know of the way that the merge will take. */
function deliveryNotes({ owner, files }: Proven): readonly string[] {
  const { automated, behindBecause, generatePaths } = owner.delivery
  const covered = generatePaths === undefined || pathsCover(generatePaths, owner.source.path, files.map(file => file.path))
  return [
    ...automated && behindBecause !== null ? [`${showOwner(owner)} will not deploy the merge at once: ${behindBecause}`] : [],
    ...covered ? [] : [`${showOwner(owner)} looks only at ${generatePaths.join(', ')} (manifest-generate-paths), which leaves the edited file out: Writ asks it for a hard refresh, and without one it would never deploy the change`],
  ]
}

/** The policies' word on what a sync ships, by the environments that it ships to. Refuses POLICY. */
export async function judgeShipped(world: World, of: Pick<Proven, 'target' | 'environment'>, ships: NonNullable<RenderedChanges['ships']>): Promise<readonly Verdict[] | Refusal> {
  const verdicts = await evaluate(world, of, { asked: [], blast: [], ships })
  const blocking = verdicts.filter(blocks)
  return blocking.length > 0 ? denied(blocking, verdicts) : verdicts
}

async function evaluate(world: World, proven: Pick<Proven, 'target' | 'environment'>, rendered: RenderedChanges): Promise<readonly Verdict[]> {
  const namespaces = await readNamespaces(world, proven, rendered)
  const verdicts = [...await world.policies.judge(proven.environment, rendered.asked, namespaces)]
  for (const entry of rendered.blast) {
    for (const environment of environmentsOf(world, entry.environments)) {
      verdicts.push(...await world.policies.judge(environment, entry.objects, namespaces))
    }
  }
  // A sync deploys these with the change: what they add or worsen is stopped here, before people approve all of it.
  for (const { environment, objects } of rendered.ships ?? []) {
    for (const one of environmentsOf(world, [environment])) verdicts.push(...await world.policies.judge(one, objects, namespaces))
  }
  return verdicts
}

/** The Namespace objects that policies may select by; one that cannot be read is left out, and a selector on it is an error, not a pass. */
async function readNamespaces(world: World, proven: Pick<Proven, 'target'>, rendered: RenderedChanges): Promise<ReadonlyMap<string, KubernetesObject>> {
  const cluster = world.clusters.named(proven.target.cluster)
  const kind = await cluster.served('', 'Namespace')
  const found = new Map<string, KubernetesObject>()
  if (kind === null) return found
  const names = new Set<string>()
  if (proven.target.namespace !== null) names.add(proven.target.namespace)
  for (const judged of [...rendered.asked, ...rendered.blast.flatMap(entry => entry.objects), ...rendered.ships?.flatMap(entry => entry.objects) ?? []]) {
    if (judged.ref.namespace !== null) names.add(judged.ref.namespace)
  }
  for (const name of names) {
    const object = await cluster.get(kind, null, name)
    if (object !== null) found.set(name, object)
  }
  return found
}

function denied(blocking: readonly Verdict[], all: readonly Verdict[]): Refusal {
  const evidence: Evidence[] = blocking.map(verdict => ({
    sentence: `${verdict.policy} ${verdict.result === 'error' ? 'could not be evaluated' : 'denies'} ${verdict.object}: ${verdict.message ?? 'no message'}`,
    at: verdict.file,
  }))
  const errors = blocking.filter(verdict => verdict.result === 'error').length
  const denials = blocking.length - errors
  const parts = [denials > 0 ? `${denials} denial${denials === 1 ? '' : 's'}` : '', errors > 0 ? `${errors} policy error${errors === 1 ? '' : 's'}` : ''].filter(part => part !== '')
  return refuse('POLICY', `Policies stop the change: ${parts.join(' and ')} in ${all.length} verdicts.`, evidence)
}

function reviewed({ repositories }: World, { owner }: Pick<Proven, 'owner'>): boolean {
  const handle = repositories.open(owner.source.url)
  return !isRefusal(handle) && handle.forge.can.reviews
}

/** Every environment that the change reaches; a consumer that no known owner claims counts as prod. */
function affectedEnvironments(world: World, proven: Proven, deployed: readonly Environment[]): readonly Environment[] {
  const affected = new Map<string, Environment>([proven.environment, ...deployed].map(one => [one.name, one]))
  for (const entry of proven.blast) {
    if (entry.changes !== null && entry.changes.length === 0) continue
    for (const environment of blastEnvironments(world, entry)) affected.set(environment.name, environment)
  }
  for (const environment of proven.alsoShips?.environments?.flatMap(name => environmentsOf(world, [name])) ?? []) affected.set(environment.name, environment)
  return [...affected.values()]
}

function blastEnvironments(world: World, entry: BlastEntry): readonly Environment[] {
  if (entry.owners.length === 0 || entry.environments.length === 0) return [unclaimed(world)]
  return environmentsOf(world, entry.environments)
}

function environmentsOf(world: World, names: readonly string[]): readonly Environment[] {
  if (names.length === 0) return [unclaimed(world)]
  return names.map(name => world.environments.all.find(environment => environment.name === name) ?? unclaimed(world))
}

/** What no owner and no file of the configuration claims is prod. */
function unclaimed(world: World): Environment {
  return world.environments.of('', null, null)
}

/** The one of the highest class; the first of them. */
export function highestOf(affected: readonly Environment[]): Environment {
  return affected.reduce((a, b) => (ORDER.indexOf(b.class) > ORDER.indexOf(a.class) ? b : a))
}

/** The strictest of all affected environments: most approvals, senior if any asks for one, and each environment's own people where they are others. */
export function approvalsNeeded(affected: readonly Environment[]): ApprovalNeed {
  const highest = highestOf(affected)
  const first = {
    count: Math.max(...affected.map(countOf)), senior: affected.some(environment => environment.rules.requiresSeniorApproval), groups: highest.approvers ?? [], seniorGroup: highest.seniors,
  }
  const beside = affected.map(one => ({ environment: one.name, count: countOf(one), senior: one.rules.requiresSeniorApproval, groups: one.approvers ?? [], seniorGroup: one.seniors }))
    .filter(need => need.environment !== highest.name && asksOthers(need, first))
  return { ...first, signed: highest.class === 'staging' || highest.class === 'prod', ...beside.length === 0 ? {} : { beside } }
}

function countOf({ approvals, class: of }: Environment): number {
  return Math.max(approvals, CLASS_RULES[of].approvals)
}

/** Whether an environment's need is not met by whoever meets the first one. */
function asksOthers(need: EnvironmentNeed, first: EnvironmentNeed): boolean {
  if (need.count === 0) return false
  const others = need.groups.length > 0 && need.groups.toSorted().join(' ') !== first.groups.toSorted().join(' ')
  return others || (need.senior && need.seniorGroup !== first.seniorGroup)
}
