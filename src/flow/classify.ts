import { WritError, isRefusal, refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { samePath, showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { sameJson, showJson, textAt } from '../model/json.ts'
import type { Classified } from '../model/plan.ts'
import type { ChangeRequest } from '../model/request.ts'
import { showRef } from '../model/resource.ts'
import type { KubernetesObject, Target } from '../model/resource.ts'
import { autoscaler } from './autoscaler.ts'
import { editsOf } from './edits-of.ts'
import { notFound } from './not-found.ts'
import type { Cluster, ServedKind } from './ports.ts'
import type { World } from './world.ts'

/**
 * What is asked, in which object of which environment: the first step of a plan. Reads the cluster only.
 * `before` of the edits is left open; the render decides it.
 * Throws cluster/not-found (with close names), cluster/unknown-kind, classify/no-container, classify/no-field, usage/bad-argument.
 * Refuses IGNORED where an autoscaler owns the asked replicas, UNSUPPORTED for templates that the API server never lets change.
 */
export async function classify(world: World, request: ChangeRequest): Promise<Classified | Refusal> {
  const ask = request.target
  const cluster = world.clusters.choose(ask)
  const kind = await cluster.resolve(ask.type)
  const namespace = kind.namespaced ? ask.namespace ?? cluster.defaultNamespace : null
  const live = await cluster.get(kind, namespace, ask.name)
  if (live === null) throw await notFound(cluster, kind, { namespace, name: ask.name })
  const namespaceObject = namespace === null ? null : await readNamespace(cluster, namespace)
  const environment = world.environments.of(cluster.name, namespace, namespaceObject)
  const target = targetOf(cluster, kind, live)
  const fixed = immutable(target)
  if (fixed !== null && request.asks.some(one => one.kind !== 'replicas')) return fixed
  const edits = merged(request.asks.flatMap(one => editsOf(live, one)))
  const scaled = await autoscaler(cluster, target, edits)
  if (isRefusal(scaled)) return scaled
  return { request, target, live, environment, edits }
}

function targetOf(cluster: Cluster, kind: ServedKind, live: KubernetesObject): Target {
  const uid = textAt(live, 'metadata', 'uid')
  const ref = { group: kind.group, version: kind.version, kind: kind.kind, namespace: kind.namespaced ? textAt(live, 'metadata', 'namespace') ?? null : null, name: textAt(live, 'metadata', 'name') ?? '' }
  return { cluster: cluster.name, ...ref, ...(uid === undefined ? {} : { uid }) }
}

async function readNamespace(cluster: Cluster, name: string): Promise<KubernetesObject | null> {
  const kind = await cluster.served('', 'Namespace')
  return kind === null ? null : cluster.get(kind, null, name)
}

/** Kinds whose pod template the API server never lets change: a merged edit would fail at every sync (argocd-flux.md 6.4). */
function immutable(target: Target): Refusal | null {
  if (target.kind !== 'Job' && target.kind !== 'Pod') return null
  return refuse('UNSUPPORTED', `The template of a ${target.kind} cannot be changed in place; it needs a new name or a replacement.`,
    [{ sentence: `${showRef(target)} is a ${target.kind}`, at: 'spec' }], 'Change the object that creates it, or replace it by hand in Git.')
}

/** One edit per field. Throws usage/bad-argument where two asks want different values of one field. */
function merged(edits: readonly Edit[]): readonly Edit[] {
  const result: Edit[] = []
  for (const edit of edits) {
    const other = result.find(known => samePath(known.path, edit.path))
    if (other === undefined) result.push(edit)
    else if (!sameJson(other.after, edit.after)) {
      throw new WritError('usage/bad-argument', `${showPath(edit.path)} is asked for twice, as ${showJson(other.after)} and as ${showJson(edit.after)}.`)
    }
  }
  if (result.length === 0) throw new WritError('usage/bad-argument', 'Nothing is asked for.')
  return result
}
