import { WritError, refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { samePath, showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { sameJson, showJson, textAt } from '../model/json.ts'
import type { Classified } from '../model/plan.ts'
import type { Ask, ChangeRequest, RollbackAsk, TargetAsk } from '../model/request.ts'
import { showRef } from '../model/resource.ts'
import type { KubernetesObject, Target } from '../model/resource.ts'
import { autoscaler } from './owner/autoscaler.ts'
import { editsOf } from './fields/edits-of.ts'
import { fixedFields } from './fields/fixed-fields.ts'
import { cleanManifest } from './manifest/clean-manifest.ts'
import { readManifests } from './manifest/read-manifests.ts'
import { secretValues } from './manifest/secret-values.ts'
import { notFound } from './owner/not-found.ts'
import type { Cluster, ServedKind } from './ports.ts'
import type { World } from './world.ts'

/**
 * What is asked, in which object of which environment: the first step of a plan. Reads the cluster only.
 * `before` of the edits is left open; the render decides it. So it does what a patch or a manifest asks, whose edits are empty or the whole object here.
 * Throws cluster/not-found (with close names), cluster/unknown-kind, classify/no-container, classify/no-field, usage/bad-argument.
 * Refuses IGNORED where an autoscaler owns the asked replicas, ENCRYPTED for values of Secrets, UNSUPPORTED for what the API server never lets change or Writ never deletes.
 */
export async function classify(world: World, request: ChangeRequest): Promise<Classified | Refusal> {
  const { cluster, kind, namespace, ...seen } = await seenTarget(world, request.target)
  const { target, live } = seen
  const manifest = manifestOf(request.asks)
  const found = { request, target, live, environment: seen.environment }
  if (manifest !== null) return secretValues(target, manifest) ?? { ...found, edits: [{ path: [], before: undefined, after: manifest }] }
  if (live === null) throw await notFound(cluster, kind, { namespace, name: request.target.name })
  return classifyAsks(cluster, { ...found, live })
}

/** The object that is meant, as it lives: null where it is not there. */
export async function seenTarget(world: World, ask: TargetAsk): Promise<Pick<Classified, 'target' | 'live' | 'environment'> & { readonly cluster: Cluster, readonly kind: ServedKind, readonly namespace: string | null }> {
  const cluster = world.clusters.choose(ask)
  const kind = await cluster.resolve(ask.type)
  const namespace = kind.namespaced ? ask.namespace ?? cluster.defaultNamespace : null
  const live = await cluster.get(kind, namespace, ask.name)
  const namespaceObject = namespace === null ? null : await readNamespace(cluster, namespace)
  const environment = world.environments.of(cluster.name, namespace, namespaceObject)
  const target = live === null ? { cluster: cluster.name, group: kind.group, version: kind.version, kind: kind.kind, namespace, name: ask.name } : targetOf(cluster, kind, live)
  return { cluster, kind, namespace, target, live, environment }
}

type Found = Omit<Classified, 'edits'> & { readonly live: KubernetesObject }

async function classifyAsks(cluster: Cluster, found: Found): Promise<Classified | Refusal> {
  const { request: { asks }, target, live } = found
  if (asks.some(one => one.kind === 'delete')) return undeletable(target) ?? { ...found, edits: [{ path: [], before: undefined, after: undefined }] }
  const fixed = immutable(target)
  if (fixed !== null && asks.some(one => one.kind !== 'replicas')) return fixed
  const edits = merged(asks.flatMap(one => one.kind === 'patch' || one.kind === 'apply' || one.kind === 'delete' ? [] : one.kind === 'rollback' ? backwards(one) : editsOf(live, one)))
  if (edits.length === 0 && !asks.some(one => one.kind === 'patch')) throw new WritError('usage/bad-argument', 'Nothing is asked for.')
  const never = fixedFields(live, target, edits)
  if (never !== null) return never
  const scaled = await autoscaler(cluster, target, edits)
  return scaled ?? { ...found, edits }
}

/** The object that a manifest asks for, clean; null where none was given. */
function manifestOf(asks: readonly Ask[]): KubernetesObject | null {
  const ask = asks.find(one => one.kind === 'apply')
  if (ask === undefined) return null
  const [manifest, ...more] = readManifests(ask.manifest)
  if (manifest === undefined || more.length > 0) throw new WritError('usage/bad-argument', 'A change is about one object, and its manifest holds several.')
  return cleanManifest(manifest).object
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

/** Kinds whose deletion takes everything in them along: that is a person's work, by hand. */
function undeletable(target: Target): Refusal | null {
  const everything = target.group === '' && target.kind === 'Namespace' ? 'every object in it'
    : target.group === 'apiextensions.k8s.io' && target.kind === 'CustomResourceDefinition' ? 'every object of its kind' : null
  if (everything === null) return null
  return refuse('UNSUPPORTED', `Writ does not delete a ${target.kind}: ${everything} would go with it.`, [{ sentence: `${showRef(target)} is a ${target.kind}` }], 'Delete it by hand in Git, once nothing in it is needed any more.')
}

/** What the fields hold is part of the request: where somebody gives them other values afterwards, nobody asked to take those back. */
function backwards({ fields }: RollbackAsk): readonly Edit[] {
  return fields.map(({ path, now, was }) => ({ path, before: now, after: was, typed: true }))
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
  return result
}
