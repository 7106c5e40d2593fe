import type { Environment, EnvironmentClass } from '../model/environment.ts'
import { CLASS_RULES } from '../model/environment.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { refuse } from '../model/error.ts'
import type { ApprovalNeed, BlastEntry, Plan, Proven, RenderedChanges } from '../model/plan.ts'
import type { KubernetesObject } from '../model/resource.ts'
import type { Verdict } from '../model/verdict.ts'
import { blocks } from '../model/verdict.ts'
import { digestOf } from './digest.ts'
import { unifiedDiff } from './diff.ts'
import type { World } from './world.ts'

const ORDER: readonly EnvironmentClass[] = ['dev', 'test', 'staging', 'prod']

/** The last step of plan: policies, route, approvals, digest. The highest affected environment rules (DESIGN.md section 3). */
export async function judge(world: World, proven: Proven, rendered: RenderedChanges): Promise<Plan | Refusal> {
  const verdicts = await evaluate(world, proven, rendered)
  const blocking = verdicts.filter(blocks)
  if (blocking.length > 0) return denied(blocking, verdicts)
  const affected = affectedEnvironments(world, proven)
  const highest = highestOf(affected)
  const policyBundle = await world.policies.bundle()
  const route = 'pull-request' as const
  const base = { ...proven, route, policyBundle }
  return {
    ...base,
    routeReason: routeReason(proven.environment),
    environmentClass: highest.class,
    verdicts,
    needs: approvalsNeeded(affected),
    mergesItself: affected.every(environment => environment.rules.mayMergeItself && environment.merge === 'automatic'),
    digest: digestOf(base),
    diff: proven.files.map(unifiedDiff).join(''),
  }
}

function routeReason(environment: Environment): string {
  if (environment.rules.gitopsRequired) return `environment ${environment.name} (class ${environment.class}) requires GitOps`
  return 'direct route not available in this version'
}

async function evaluate(world: World, proven: Proven, rendered: RenderedChanges): Promise<readonly Verdict[]> {
  const namespaces = await readNamespaces(world, proven, rendered)
  const verdicts = [...await world.policies.judge(proven.environment, rendered.asked, namespaces)]
  for (const entry of rendered.blast) {
    for (const environment of environmentsOf(world, entry.environments)) {
      verdicts.push(...await world.policies.judge(environment, entry.objects, namespaces))
    }
  }
  return verdicts
}

/** The Namespace objects that policies may select by; one that cannot be read is left out, and a selector on it is an error, not a pass. */
async function readNamespaces(world: World, proven: Proven, rendered: RenderedChanges): Promise<ReadonlyMap<string, KubernetesObject>> {
  const cluster = world.clusters.named(proven.target.cluster)
  const kind = await cluster.served('', 'Namespace')
  const found = new Map<string, KubernetesObject>()
  if (kind === null) return found
  const names = new Set<string>()
  if (proven.target.namespace !== null) names.add(proven.target.namespace)
  for (const judged of [...rendered.asked, ...rendered.blast.flatMap(entry => entry.objects)]) {
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

/** Every environment that the change reaches; a consumer that no known owner claims counts as prod. */
function affectedEnvironments(world: World, proven: Proven): readonly Environment[] {
  const affected = new Map<string, Environment>([[proven.environment.name, proven.environment]])
  for (const entry of proven.blast) {
    if (entry.changes !== null && entry.changes.length === 0) continue
    for (const environment of blastEnvironments(world, entry)) affected.set(environment.name, environment)
  }
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

/** The strictest of all affected environments: most approvals, senior if any asks for one, groups of the highest class. */
export function approvalsNeeded(affected: readonly Environment[]): ApprovalNeed {
  const highest = highestOf(affected)
  return {
    count: Math.max(...affected.map(environment => Math.max(environment.approvals, CLASS_RULES[environment.class].approvals))),
    senior: affected.some(environment => environment.rules.requiresSeniorApproval),
    groups: highest.approvers ?? [],
    seniorGroup: highest.seniors,
    signed: highest.class === 'staging' || highest.class === 'prod',
  }
}
