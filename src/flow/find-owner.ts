import { isRefusal } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import type { Environment } from '../model/environment.ts'
import { textAt } from '../model/json.ts'
import type { Owner } from '../model/owner.ts'
import type { TargetAsk } from '../model/request.ts'
import type { Target } from '../model/resource.ts'
import { locate } from './locate.ts'
import { notFound } from './not-found.ts'
import type { World } from './world.ts'

/** Who deploys an object, the proof, and the commit of the owner's branch now. */
export interface OwnerAnswer {
  readonly target: Target
  readonly environment: Environment
  readonly owner: Owner
  readonly evidence: readonly Evidence[]
  readonly branch: string
  readonly base: string
}

/**
 * Finds the owner of a live object as a plan would, for somebody who only asks. Throws cluster/not-found (with close names),
 * cluster/unknown-kind; refuses whatever `locate` refuses.
 */
export async function findOwner(world: World, ask: TargetAsk): Promise<OwnerAnswer | Refusal> {
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
  const target: Target = { cluster: cluster.name, ...ref, ...uid === undefined ? {} : { uid } }
  const located = await locate(world, { target, live, environment })
  if (isRefusal(located)) return located
  return { target, environment, owner: located.owner, evidence: located.ownerEvidence, branch: located.branch, base: located.base }
}
