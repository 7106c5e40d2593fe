import type { Environment } from '../../model/environment.ts'
import type { FieldPath } from '../../model/field.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { ObjectChange, Proven } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import { reachedEnvironments } from '../steer/reached.ts'
import type { World } from '../world.ts'

/** Environments that a change reaches through owners that it changes, and the sentences for people. */
export interface DeployedBy { readonly environments: readonly Environment[], readonly notes: readonly string[] }

/** Groups whose objects decide what is deployed: owners, what makes them, and what feeds them. */
const DEPLOYS = /^(?:argoproj\.io|(?:kustomize|helm|source)\.toolkit\.fluxcd\.io|fluxcd\.controlplane\.io|source\.extensions\.fluxcd\.io)$/
const NOT_DEPLOYING = /^(?:Rollout|Analysis.*|ClusterAnalysis.*|Experiment|Workflow.*|CronWorkflow|ClusterWorkflow.*|EventSource|Sensor|EventBus)$/
const OWNERS: Readonly<Record<string, Pick<OwnerRef, 'tool' | 'kind'>>> = {
  'argoproj.io/Application': { tool: 'argocd', kind: 'Application' },
  'kustomize.toolkit.fluxcd.io/Kustomization': { tool: 'flux', kind: 'Kustomization' },
  'helm.toolkit.fluxcd.io/HelmRelease': { tool: 'flux', kind: 'HelmRelease' },
}
/** What changes how the same source is deployed, and not what or where to: its objects stay in the environments that they are in. */
const SAME_SOURCE: Readonly<Record<string, RegExp>> = {
  Application: /^(?:metadata\.|spec\.(?:syncPolicy|ignoreDifferences|info|revisionHistoryLimit)\b|spec\.sources?(?:\.\d+|\[[^\]]*\])?\.(?:helm|kustomize|directory)\.)/,
  Kustomization: /^(?:metadata\.|spec\.(?:interval|retryInterval|timeout|prune|wait|force|suspend|images|patches|postBuild|healthChecks|healthCheckExprs|commonMetadata|deletionPolicy|dependsOn)\b)/,
  HelmRelease: /^(?:metadata\.|spec\.(?:interval|timeout|values|install|upgrade|rollback|uninstall|test|driftDetection|maxHistory|suspend|dependsOn|persistentClient)\b)/,
}

/**
 * What a change of an owner's own manifest may bring: everything that the owner deploys, and where its source or destination changes, or nobody can say what it makes,
 * more than anybody has rendered, which counts as prod (DESIGN.md section 3: unknown means prod). Where the effect is proven (`through`) it is judged as such.
 */
export async function deployedBy(world: World, { target, proof, blast, through = [] }: Proven): Promise<DeployedBy> {
  if (through.length > 0) return { environments: [], notes: [] }
  const changes = [...proof.changes, ...blast.flatMap(entry => entry.changes ?? [])].filter(({ object: { group, kind } }) => DEPLOYS.test(group) && !NOT_DEPLOYING.test(kind))
  const found = await Promise.all(changes.map(change => ofOwner(world, target.cluster, change)))
  return { environments: found.flatMap(one => one.environments), notes: found.flatMap(one => one.notes) }
}

async function ofOwner(world: World, cluster: string, change: ObjectChange): Promise<DeployedBy> {
  const { group, kind, namespace, name } = change.object
  const owner = OWNERS[`${group}/${kind}`]
  const unknown: DeployedBy = { environments: [world.environments.of('', null, null)], notes: [`it changes what ${showRef(change.object)} makes or deploys, which nobody has rendered: it counts as prod`] }
  const look = owner === undefined || namespace === null ? null : await world.steering.find(one => one.tool === owner.tool)?.look({ ...owner, cluster, namespace, name }) ?? null
  if (look === null) return unknown
  const environments = await reachedEnvironments(world, look)
  const names = environments.map(one => one.name).join(', ')
  const note = `${showRef(change.object)} deploys ${look.deploys.length} object${look.deploys.length === 1 ? '' : 's'} into ${names}, whose rules count, too`
  const same = SAME_SOURCE[kind]
  if (change.kind === 'changed' && change.fields.every(({ path }) => same?.test(dotted(path)) === true)) return { environments, notes: [note] }
  return change.kind === 'removed' ? { environments, notes: [note] } : { environments: [...environments, ...unknown.environments], notes: unknown.notes }
}

function dotted(path: FieldPath): string {
  return path.map(step => typeof step === 'string' ? step : `[${String(step.value)}]`).join('.').replaceAll('.[', '[') + '.'
}
