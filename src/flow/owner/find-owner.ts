import { WritError, isRefusal } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import type { Environment } from '../../model/environment.ts'
import { textAt } from '../../model/json.ts'
import type { Claim, Owner, OwnerRef, ProofLevel } from '../../model/owner.ts'
import { proofLevel } from '../../model/owner.ts'
import type { Gate, OwnerChain } from '../../model/owner-chain.ts'
import type { TargetAsk } from '../../model/request.ts'
import type { Target } from '../../model/resource.ts'
import { autoscaledBy } from './autoscaler.ts'
import { unprovenOwner } from './choose-owner.ts'
import { openClaimed, toolsOf } from '../locate.ts'
import type { Opened } from '../locate.ts'
import type { Living } from './makers.ts'
import { notFound } from './not-found.ts'
import { ownerChain } from './owner-chain.ts'
import type { Nearest } from './owner-chain.ts'
import { setStands } from '../through/edit-resource-set.ts'
import { setGates } from '../through/set-gates.ts'
import { unmanaged } from './unmanaged.ts'
import type { World } from '../world.ts'

/** Who deploys an object, the proof, the way up to the last owner, and what stands in the way of a change. */
export interface OwnerAnswer {
  /** As it was asked. */
  readonly target: Target
  /** What to ask a change for: the object, or what makes it. */
  readonly subject: Target
  readonly environment: Environment
  /** What its list and the object's marks together prove. */
  readonly level: ProofLevel
  readonly owner: OwnerRef & Partial<Owner>
  readonly evidence: readonly Evidence[]
  /** The commit of the owner's branch now; null where the owner cannot be read whole. */
  readonly branch: string | null
  readonly base: string | null
  readonly chain: OwnerChain
  readonly gates: readonly Gate[]
  /** Why a change would be refused, as far as that shows without asking for one. */
  readonly obstacle: Pick<Refusal, 'refused' | 'message' | 'hint'> | null
}

/** An object that somebody asks about, as it lives. */
interface Asked extends Living { readonly environment: Environment }

/**
 * Finds the owner of a live object for somebody who only asks: an owner that cannot be edited is an answer, too, with the reason. Throws cluster/not-found (with
 * close names), cluster/unknown-kind; refuses AMBIGUOUS_OWNER, OWNER_NOT_FOUND, OWNER_UNPROVEN and UNMANAGED, with the chain as evidence.
 */
export async function findOwner(world: World, ask: TargetAsk): Promise<OwnerAnswer | Refusal> {
  const asked = await readAsked(world, ask)
  const tools = toolsOf(world, asked)
  const { chain, nearest } = await ownerChain({ ...world, tools }, asked)
  const subject = nearest.living.at(-1) ?? asked
  if (nearest.chosen === null || isRefusal(nearest.chosen)) return withChain(await nobody(world, { asked, subject, nearest }), chain)
  const { owner, evidence } = nearest.chosen
  const unproven = unprovenOwner(subject.target, nearest.claims)
  const opened = await tried(() => openClaimed(world, { target: subject.target, claim: claimed(nearest.chosen) }))
  const read = 'refused' in opened ? null : opened
  const refused = 'refused' in opened ? owner.kind === 'ResourceSet' ? await setStands(world, { owner, target: subject.target, evidence, refusal: opened }) : opened : null
  const gates = [...await world.ownerObjects.gates(owner, subject), ...await setGates(world, { owner, source: read?.owner.source ?? null }), ...await scaled(world, subject), ...unproven === null ? [] : [{ flag: 'singleness' as const, sentence: unproven.message }]]
  return {
    target: asked.target, subject: subject.target, environment: asked.environment, level: proofLevel(nearest.chosen), owner: read?.owner ?? owner, evidence,
    branch: read?.branch ?? null, base: read?.base ?? null, chain, gates, obstacle: obstacleOf(unproven ?? refused),
  }
}

function claimed(chosen: Nearest['chosen']): Claim {
  if (chosen === null || isRefusal(chosen)) throw new WritError('internal/bug', 'An owner was read that nobody chose.')
  return chosen
}

async function readAsked(world: World, ask: TargetAsk): Promise<Asked> {
  const cluster = world.clusters.choose(ask)
  const kind = await cluster.resolve(ask.type)
  const namespace = kind.namespaced ? ask.namespace ?? cluster.defaultNamespace : null
  const live = await cluster.get(kind, namespace, ask.name)
  if (live === null) throw await notFound(cluster, kind, { namespace, name: ask.name })
  const namespaces = namespace === null ? null : await cluster.served('', 'Namespace')
  const namespaceObject = namespaces === null ? null : await cluster.get(namespaces, null, namespace ?? '')
  const environment = world.environments.of(cluster.name, namespace, namespaceObject)
  const uid = textAt(live, 'metadata', 'uid')
  const ref = { group: kind.group, version: kind.version, kind: kind.kind, namespace, name: textAt(live, 'metadata', 'name') ?? ask.name }
  return { target: { cluster: cluster.name, ...ref, ...uid === undefined ? {} : { uid } }, live, environment }
}

async function nobody(world: World, { asked, subject, nearest }: { readonly asked: Asked, readonly subject: Living, readonly nearest: Nearest }): Promise<Refusal> {
  if (nearest.chosen !== null && isRefusal(nearest.chosen)) return nearest.chosen
  return unprovenOwner(subject.target, nearest.claims) ?? unmanaged(toolsOf(world, asked), { ...subject, environment: asked.environment }, nearest.claims)
}

/** What is above an object is evidence, too, where nobody deploys it. */
function withChain(refusal: Refusal, { links, end }: OwnerChain): Refusal {
  if (links.length < 2) return refusal
  return { ...refusal, evidence: [...links.slice(1).flatMap(({ evidence }) => evidence), ...refusal.evidence, { sentence: end }] }
}

/** An owner of which something cannot be read is still the owner. */
async function tried(read: () => Promise<Opened | Refusal>): Promise<Opened | Refusal> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return { refused: 'UNSUPPORTED', message: `${error.message} (${error.code})`, hint: error.hint, evidence: [] }
    throw error
  }
}

async function scaled(world: World, { target }: Living): Promise<readonly Gate[]> {
  const scaler = await autoscaledBy(world.clusters.named(target.cluster), target).catch((error: unknown) => {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return { name: null, why: error.message }
    throw error
  })
  if (scaler?.name === null) return [{ flag: 'autoscaler', sentence: `whether an autoscaler sets its replicas is not known: ${scaler.why}` }]
  return scaler === null ? [] : [{ flag: 'autoscaler', sentence: `${scaler.name} sets its replicas: ask for ${scaler.fields} of that instead`, at: `${scaler.name} spec.scaleTargetRef` }]
}

function obstacleOf(refusal: Refusal | null): OwnerAnswer['obstacle'] {
  return refusal === null ? null : { refused: refusal.refused, message: refusal.message, hint: refusal.hint }
}
