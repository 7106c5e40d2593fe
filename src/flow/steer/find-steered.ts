import { closeNames } from '../../model/close-names.ts'
import { WritError, refuse, isRefusal } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { TargetAsk } from '../../model/request.ts'
import { groupVersion, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import type { OwnerLook } from '../../model/steering.ts'
import { chooseOwner } from '../owner/choose-owner.ts'
import { notFound } from '../owner/not-found.ts'
import type { Cluster, ServedKind } from '../ports.ts'
import type { World } from '../world.ts'
import { environmentAt } from './reached.ts'

/** An owner that is meant, how it was found, and the object that was named where that is not the owner itself. */
export interface Steered { readonly look: OwnerLook, readonly evidence: readonly Evidence[], readonly object: Target | null }

const KINDS: readonly { readonly group: string, readonly kind: OwnerRef['kind'], readonly tool: OwnerRef['tool'] }[] = [
  { group: 'argoproj.io', kind: 'Application', tool: 'argocd' },
  { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', tool: 'flux' },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', tool: 'flux' },
]
/** Groups and kinds that make or feed owners. */
const NEAR = /^(?:argoproj\.io\/(?:ApplicationSet|AppProject)|source\.toolkit\.fluxcd\.io\/.*|fluxcd\.controlplane\.io\/.*)$/
const LADDER = 5

/**
 * The owner that a person names by its own kind, or by an object that it deploys; pods and replica sets lead to what made them. An owner that is not in the
 * cluster itself is looked for on the hubs that deploy to it, which may serve kinds that the cluster does not. Throws cluster/not-found, cluster/unknown-kind;
 * refuses AMBIGUOUS, AMBIGUOUS_OWNER, OWNER_NOT_FOUND, UNMANAGED, UNSUPPORTED.
 */
export async function findSteered(world: World, ask: TargetAsk): Promise<Steered | Refusal> {
  const cluster = world.clusters.choose(ask)
  const kind = await kindOf(world, cluster, ask.type)
  const owner = ownerOf(kind)
  if (owner === undefined && NEAR.test(`${kind.group}/${kind.kind}`)) return notSteered(kind, ask.name)
  const named = owner === undefined ? await byObject(world, cluster, { ask, kind }) : await byName([cluster, ...hubsOf(world, cluster, owner.tool)], { ask, owner })
  if (isRefusal(named)) return named
  const look = await lookAt(world, named.ref)
  if (look === null) return refuse('OWNER_NOT_FOUND', `${showOwner(named.ref)} is not in cluster ${named.ref.cluster}.`, named.evidence)
  return { look, evidence: named.evidence, object: named.object }
}

/** The owner as it stands now; null where it is not there. */
export async function lookAt(world: World, ref: OwnerRef): Promise<OwnerLook | null> {
  const steering = world.steering.find(one => one.tool === ref.tool)
  return steering === undefined ? null : steering.look({ tool: ref.tool, kind: ref.kind, cluster: ref.cluster, namespace: ref.namespace, name: ref.name })
}

interface Named { readonly ref: OwnerRef, readonly evidence: readonly Evidence[], readonly object: Target | null }

function ownerOf({ group, kind }: ServedKind): (typeof KINDS)[number] | undefined {
  return KINDS.find(one => one.group === group && one.kind === kind)
}

/** Where owners of this tool, or of any, live that deploy to the cluster from elsewhere. */
function hubsOf(world: World, cluster: Cluster, tool?: OwnerRef['tool']): readonly Cluster[] {
  const names = world.steering.flatMap(one => tool === undefined || one.tool === tool ? one.hubs(cluster.name) : [])
  return [...new Set(names)].map(name => world.clusters.named(name))
}

/** The kind as the cluster has it; where it knows none of that name, an owner's kind as one of the hubs has it. */
async function kindOf(world: World, cluster: Cluster, type: string): Promise<ServedKind> {
  try {
    return await cluster.resolve(type)
  } catch (error) {
    if (!isUnknown(error)) throw error
    for (const hub of hubsOf(world, cluster)) {
      const kind = await hub.resolve(type).catch((why: unknown) => { if (isUnknown(why)) return null; throw why })
      if (kind !== null && ownerOf(kind) !== undefined) return kind
    }
    throw error
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof WritError && error.code === 'cluster/unknown-kind'
}

interface ByName { readonly ask: TargetAsk, readonly owner: (typeof KINDS)[number] }

/** The first of the clusters that has it: the asked one before its hubs. */
async function byName(clusters: readonly Cluster[], of: ByName): Promise<Named | Refusal> {
  const { ask, owner } = of
  let missing: WritError | null = null
  for (const cluster of clusters) {
    const kind = await cluster.served(owner.group, owner.kind)
    const found = kind === null ? null : await nameIn(cluster, kind, of)
    if (found !== null && !(found instanceof WritError)) return found
    missing ??= found
  }
  const [first, ...hubs] = clusters.map(cluster => cluster.name)
  if (missing === null) throw new WritError('cluster/unknown-kind', `Cluster ${first ?? ''} serves no ${owner.kind}.`)
  if (hubs.length === 0) throw missing
  throw new WritError(missing.code, `${showRef({ kind: owner.kind, namespace: ask.namespace, name: ask.name })} is not in cluster ${first ?? ''}, nor on its hub ${hubs.join(', ')}.`, { hint: missing.hint })
}

/** Without a namespace the context's is looked into first; owners live where people seldom are, so then the only one of that name counts. Where there is none: why, to be thrown. */
async function nameIn(cluster: Cluster, kind: ServedKind, { ask, owner }: ByName): Promise<Named | Refusal | WritError> {
  const named = (namespace: string): Named => ({ ref: { tool: owner.tool, kind: owner.kind, cluster: cluster.name, namespace, name: ask.name }, evidence: [], object: null })
  const first = ask.namespace ?? cluster.defaultNamespace
  if (await cluster.get(kind, first, ask.name) !== null) return named(first)
  if (ask.namespace !== null) return notFound(cluster, kind, { namespace: first, name: ask.name })
  const all = (await cluster.list(kind, null)).map(one => ({ name: textAt(one, 'metadata', 'name') ?? '', namespace: textAt(one, 'metadata', 'namespace') ?? '' }))
  const others = all.filter(one => one.name === ask.name).map(one => one.namespace)
  const [only, ...more] = others
  if (only === undefined) return nowhere(cluster, { kind: kind.kind, name: ask.name, all })
  if (more.length === 0) return named(only)
  return refuse('AMBIGUOUS', `There is a ${kind.kind} ${ask.name} in several namespaces: ${others.join(', ')}.`, [], `Name one with -n: ${others.join(', ')}.`)
}

/** Neither where the context looks first nor anywhere else: where there are some, and which of them was probably meant. */
function nowhere(cluster: Cluster, { kind, name, all }: { readonly kind: string, readonly name: string, readonly all: readonly { readonly name: string, readonly namespace: string }[] }): WritError {
  const looked = `the namespace of its context, ${cluster.defaultNamespace}, was looked into first, and then all others`
  const close = closeNames(name, [...new Set(all.map(one => one.name))]).flatMap(one => all.filter(other => other.name === one)).slice(0, 3)
  const namespaces = [...new Set(all.map(one => one.namespace))].sort()
  const seen = namespaces.length === 0 ? `There is no ${kind} at all.` : `There are ${kind}s in ${namespaces.slice(0, 5).join(', ')}${namespaces.length > 5 ? ` and ${namespaces.length - 5} more namespaces` : ''}.`
  const meant = close.length === 0 ? '' : `Did you mean ${close.map(one => `${kind.toLowerCase()}/${one.name} -n ${one.namespace}`).join(' or ')}? `
  return new WritError('cluster/not-found', `There is no ${kind} ${name} in cluster ${cluster.name}: ${looked}.`, { hint: `${meant}${seen}` })
}

async function byObject(world: World, cluster: Cluster, { ask, kind }: { readonly ask: TargetAsk, readonly kind: ServedKind }): Promise<Named | Refusal> {
  const namespace = kind.namespaced ? ask.namespace ?? cluster.defaultNamespace : null
  const found = await cluster.get(kind, namespace, ask.name)
  if (found === null) throw await notFound(cluster, kind, { namespace, name: ask.name })
  const { live, target, evidence } = await climb(cluster, found)
  const environment = await environmentAt(world, cluster.name, target.namespace)
  const tools = environment.provider === 'auto' ? world.tools : world.tools.filter(tool => tool.name === environment.provider)
  const chosen = chooseOwner(target, (await Promise.all(tools.map(tool => tool.claims(target, live)))).flat())
  if (chosen === null) return refuse('UNMANAGED', `${showRef(target)} has no owner that could be steered.`, evidence)
  return isRefusal(chosen) ? chosen : { ref: chosen.owner, evidence: [...evidence, ...chosen.evidence], object: target }
}

/** From a pod to what made it, and so on. */
async function climb(cluster: Cluster, first: KubernetesObject): Promise<{ readonly live: KubernetesObject, readonly target: Target, readonly evidence: readonly Evidence[] }> {
  let live = first
  const evidence: Evidence[] = []
  for (let i = 0; i < LADDER; i++) {
    const maker = objectsAt(live, 'metadata', 'ownerReferences').find(one => one['controller'] === true)
    if (maker === undefined) break
    const kind = await cluster.served(groupVersion(textAt(maker, 'apiVersion') ?? '').group, textAt(maker, 'kind') ?? '')
    const namespace = textAt(live, 'metadata', 'namespace') ?? null
    const above = kind === null ? null : await cluster.get(kind, kind.namespaced ? namespace : null, textAt(maker, 'name') ?? '')
    if (above === null) break
    evidence.push({ sentence: `${showRef(targetOf(cluster, live))} was made by ${showRef(targetOf(cluster, above))}`, at: 'metadata.ownerReferences' })
    live = above
  }
  return { live, target: targetOf(cluster, live), evidence }
}

function targetOf(cluster: Cluster, live: KubernetesObject): Target {
  const uid = textAt(live, 'metadata', 'uid')
  return {
    cluster: cluster.name, ...groupVersion(live.apiVersion), kind: live.kind, namespace: textAt(live, 'metadata', 'namespace') ?? null, name: textAt(live, 'metadata', 'name') ?? '',
    ...uid === undefined ? {} : { uid },
  }
}

function notSteered(kind: ServedKind, name: string): Refusal {
  const hint = kind.group.startsWith('source.') ? 'Name a Kustomization or HelmRelease that takes from it: a sync of that asks its source first.' : 'Name one of the Applications, Kustomizations or HelmReleases that it makes.'
  return refuse('UNSUPPORTED', `Writ steers Applications, Kustomizations and HelmReleases, and ${kind.kind} ${name} is none of them.`, [{ sentence: `its kind is ${kind.kind}`, at: kind.group }], hint)
}
