import type { Environment } from '../../model/environment.ts'
import type { FieldChange, FieldPath } from '../../model/field.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { ObjectChange, Proven } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { ObjectRef, Target } from '../../model/resource.ts'
import { reachedEnvironments } from '../steer/reached.ts'
import type { World } from '../world.ts'

/** Environments that a change reaches through owners that it changes, and the sentences for people. */
export interface DeployedBy { readonly environments: readonly Environment[], readonly notes: readonly string[] }

/** Groups whose objects decide what is deployed: owners, what makes them, and what feeds them. */
const DEPLOYS = /^(?:argoproj\.io|(?:kustomize|helm|source|image)\.toolkit\.fluxcd\.io|fluxcd\.controlplane\.io|source\.extensions\.fluxcd\.io)$/
const NOT_DEPLOYING = /^(?:Rollout|Analysis.*|ClusterAnalysis.*|Experiment|Workflow.*|CronWorkflow|ClusterWorkflow.*|EventSource|Sensor|EventBus)$/
const OWNERS: Readonly<Record<string, Pick<OwnerRef, 'tool' | 'kind'>>> = {
  'argoproj.io/Application': { tool: 'argocd', kind: 'Application' },
  'kustomize.toolkit.fluxcd.io/Kustomization': { tool: 'flux', kind: 'Kustomization' },
  'helm.toolkit.fluxcd.io/HelmRelease': { tool: 'flux', kind: 'HelmRelease' },
}
const META = String.raw`metadata\.(?:labels|annotations)`
/**
 * Fields that leave every object where it is, in the environments that it is in now: not the source, the path or the destination, and nothing that renders the
 * source otherwise, since a patch, a variable or a namespace may put an object somewhere else.
 */
const SAME_PLACES: Readonly<Record<string, RegExp>> = {
  Application: fields(META, String.raw`spec\.(?:syncPolicy|ignoreDifferences|info|revisionHistoryLimit)`, String.raw`spec\.sources?(?:\.\d+|\[[^\]]*\])?\.kustomize\.(?:images|replicas)`),
  Kustomization: fields(META, String.raw`spec\.(?:interval|retryInterval|timeout|prune|wait|force|suspend|images|healthChecks|healthCheckExprs|deletionPolicy|dependsOn)`),
  HelmRelease: fields(META, String.raw`spec\.(?:interval|timeout|values|install|upgrade|rollback|uninstall|test|driftDetection|maxHistory|suspend|dependsOn|persistentClient)`),
}
/** Values are the chart's to read: what they say of a namespace may be where it puts objects. */
const NAMED_PLACE = /namespace/i

/**
 * What a change of an owner's own manifest may bring: everything that the owner deploys, and where its source or destination changes, or nobody can say what it makes,
 * more than anybody has rendered, which counts as prod (DESIGN.md section 3: unknown means prod). Where the effect is proven (`through`) it is judged as such. What
 * other deliveries bring of owners (`blast`) counts as prod always: nobody knows here in which cluster those are.
 */
export async function deployedBy(world: World, { target, proof, blast, through = [] }: Proven): Promise<DeployedBy> {
  const own = through.length > 0 ? [] : proof.changes.filter(decides)
  // What is asked itself is no further effect; the asked owner's manifest that another kustomization brings to the cluster is the asked change.
  const others = blast.flatMap(entry => entry.carrier === true ? [] : entry.changes ?? []).filter(decides)
  const found = [...await Promise.all(own.map(change => ofOwner(world, target, change))), ...others.map(change => unrendered(world, change))]
  return { environments: found.flatMap(one => one.environments), notes: [...new Set(found.flatMap(one => one.notes))] }
}

function decides({ object: { group, kind } }: ObjectChange): boolean {
  return DEPLOYS.test(group) && !NOT_DEPLOYING.test(kind)
}

async function ofOwner(world: World, target: Target, change: ObjectChange): Promise<DeployedBy> {
  const { group, kind, name } = change.object
  const owner = OWNERS[`${group}/${kind}`]
  const namespace = change.object.namespace ?? (sameObject(target, change.object) ? target.namespace : null)
  const look = owner === undefined || namespace === null ? null : await world.steering.find(one => one.tool === owner.tool)?.look({ ...owner, cluster: target.cluster, namespace, name }) ?? null
  if (look === null) return unrendered(world, change)
  const environments = await reachedEnvironments(world, look)
  const names = environments.map(one => one.name).join(', ')
  const note = `${showRef(change.object)} deploys ${look.deploys.length} object${look.deploys.length === 1 ? '' : 's'} into ${names}, whose rules count, too`
  if (change.kind === 'removed' || (change.kind === 'changed' && change.fields.every(field => staysInPlace(kind, field)))) return { environments, notes: [note] }
  const unknown = unrendered(world, change)
  return { environments: [...environments, ...unknown.environments], notes: unknown.notes }
}

function unrendered(world: World, { object }: ObjectChange): DeployedBy {
  return { environments: [world.environments.of('', null, null)], notes: [`it changes what ${showRef(object)} makes or deploys, which nobody has rendered: it counts as prod`] }
}

/** A manifest may leave its namespace to whoever deploys it. */
function sameObject(target: ObjectRef, { group, kind, name }: ObjectRef): boolean {
  return target.group === group && target.kind === kind && target.name === name
}

function staysInPlace(kind: string, { path, before, after }: FieldChange): boolean {
  const words = dotted(path)
  if (SAME_PLACES[kind]?.test(words) !== true) return false
  if (kind !== 'HelmRelease' || !words.startsWith('spec.values.')) return true
  return ![words, ...[before, after].map(value => typeof value === 'object' ? JSON.stringify(value) : '')].some(text => NAMED_PLACE.test(text))
}

/** Matches a path that is one of these or below it. */
function fields(...of: readonly string[]): RegExp {
  return new RegExp(`^(?:${of.join('|')})(?=[.[])`)
}

function dotted(path: FieldPath): string {
  return path.map(step => typeof step === 'string' ? step : `[${String(step.value)}]`).join('.').replaceAll('.[', '[') + '.'
}
