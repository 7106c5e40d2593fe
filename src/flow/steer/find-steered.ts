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
import { chooseOwner } from '../choose-owner.ts'
import { notFound } from '../not-found.ts'
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
 * The owner that a person names by its own kind, or by an object that it deploys; pods and replica sets lead to what made them. Throws cluster/not-found,
 * cluster/unknown-kind; refuses AMBIGUOUS, AMBIGUOUS_OWNER, OWNER_NOT_FOUND, UNMANAGED, UNSUPPORTED.
 */
export async function findSteered(world: World, ask: TargetAsk): Promise<Steered | Refusal> {
  const cluster = world.clusters.choose(ask)
  const kind = await cluster.resolve(ask.type)
  const owner = KINDS.find(one => one.group === kind.group && one.kind === kind.kind)
  if (owner === undefined && NEAR.test(`${kind.group}/${kind.kind}`)) return notSteered(kind, ask.name)
  const named = owner === undefined ? await byObject(world, cluster, { ask, kind }) : await byName(cluster, { ask, kind, owner })
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

/** Without a namespace the context's is looked into first; owners live where people seldom are, so then the only one of that name counts. */
async function byName(cluster: Cluster, { ask, kind, owner }: { readonly ask: TargetAsk, readonly kind: ServedKind, readonly owner: Pick<OwnerRef, 'tool' | 'kind'> }): Promise<Named | Refusal> {
  const named = (namespace: string): Named => ({ ref: { tool: owner.tool, kind: owner.kind, cluster: cluster.name, namespace, name: ask.name }, evidence: [], object: null })
  const first = ask.namespace ?? cluster.defaultNamespace
  if (await cluster.get(kind, first, ask.name) !== null) return named(first)
  if (ask.namespace !== null) throw await notFound(cluster, kind, { namespace: first, name: ask.name })
  const all = (await cluster.list(kind, null)).map(one => ({ name: textAt(one, 'metadata', 'name') ?? '', namespace: textAt(one, 'metadata', 'namespace') ?? '' }))
  const others = all.filter(one => one.name === ask.name).map(one => one.namespace)
  const [only, ...more] = others
  if (only === undefined) throw nowhere(cluster, { kind: kind.kind, name: ask.name, all })
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
