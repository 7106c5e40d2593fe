import type { Cluster } from '../../../flow/ports.ts'
import { refuse } from '../../../model/error.ts'
import type { Refusal } from '../../../model/error.ts'
import { textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion } from '../conditions.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { obstacles, refuseOwner, resumeWith, suspendedBy, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { ignoredByKustomization } from '../ignored-fields.ts'
import { around } from './around.ts'
import { builtFrom } from './external-artifact.ts'
import { OPERATOR_GROUP, SOURCE_GROUP, kustomizationKind, sourceRefOf } from './flux-kinds.ts'
import { branchOf, gitObstacle, kustomizationSpec } from './kustomization-spec.ts'
import { optOut } from './opt-out.ts'
import { withLiveVariables } from './live-variables.ts'
import { originOf } from './read-helm-release.ts'
import { commitOfRevision } from './revision.ts'

/** Reads one Kustomization with its source whole, for one object that it deploys. `live` decides about opt-outs on the object itself. */
export async function readKustomization(cluster: Cluster, of: { readonly ref: OwnerRef, readonly target: Target, readonly live: KubernetesObject | null, readonly also: 'suspended' | undefined }): Promise<Owner | Refusal> {
  const { ref, target } = of
  if (ref.kind === 'ResourceSet' || ref.kind === 'FluxInstance') return refuseGenerator(ref)
  const kind = await kustomizationKind(cluster)
  const object = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (object === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
  const { obstacle: own, suspended } = obstacles([standing(object, ref.cluster !== target.cluster), suspension(object, ref), kustomizationSpec(object, null).obstacle, optOut(of.live)], of.also)
  if (own?.code === 'NON_GIT_SOURCE') return remoteSource(cluster, { ref, object, obstacle: own })
  if (own !== null) return refuseOwner(ref, own)
  const source = await gitRepository(cluster, object)
  const named = sourceRefOf(object)
  if (source === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} names the source ${named.kind} ${named.namespace}/${named.name}, which is not there.`)
  const { obstacle, suspended: paused } = obstacles([sourceStanding(source), gitObstacle(source)], of.also)
  if (obstacle !== null) return refuseOwner(ref, obstacle)
  const ignores = ignoredByKustomization(object, target)
  return {
    ...ref,
    uid: textAt(object, 'metadata', 'uid') ?? '',
    source: { url: textAt(source, 'spec', 'url') ?? '', revision: branchOf(source), path: plainPath(textAt(object, 'spec', 'path') ?? '') },
    render: await withLiveVariables(cluster, ref.namespace, kustomizationSpec(object, source).render),
    delivery: { automated: true, reverts: true, syncedCommit: commitOfRevision(textAt(object, 'status', 'lastAppliedRevision')), behindBecause: behindBecause(object, source), keeps: keepsBecause(object) },
    destination: { cluster: target.cluster, namespace: null },
    sourceObject: named,
    ...suspendedBy(suspended ?? paused),
    ...ignores.length === 0 ? {} : { ignores },
  }
}

/** The Flux operator makes objects from a template in its own manifest: that is what people edit. */
function refuseGenerator(ref: OwnerRef): Refusal {
  const where = ref.kind === 'ResourceSet' ? 'spec.inputs, or the template in spec.resources' : 'spec.kustomize.patches, spec.components or spec.distribution'
  return refuse('UNSUPPORTED', `${showOwner(ref)} of the Flux operator makes the object from its own manifest, which is not edited for it.`,
    [{ sentence: 'it is made of the template in the manifest', at: showOwner(ref) }], `Change ${where} of ${showOwner(ref)} in the file that declares it: writ owner ${ref.kind.toLowerCase()}.${OPERATOR_GROUP}/${ref.name} -n ${ref.namespace} says which.`)
}

/** What an artifact says of where it was built is where a person goes on. */
async function remoteSource(cluster: Cluster, { ref, object, obstacle }: { readonly ref: OwnerRef, readonly object: KubernetesObject, readonly obstacle: Obstacle }): Promise<Refusal> {
  const refusal = refuseOwner(ref, obstacle)
  const sources = await around(cluster, object)
  const built = (await Promise.all(sources.filter(({ kind }) => kind === 'ExternalArtifact').map(source => builtFrom(cluster, source)))).flat()
  const hint = built.length === 0 ? {} : { hint: 'Make the edit by hand where the files are copied from: the artifact names no commit, so its arrival could not be verified.' }
  return { ...refusal, ...hint, evidence: [...refusal.evidence, ...sources.flatMap(originOf), ...built] }
}

/** A commit that it could not apply, or did not even try because of what it depends on, ships with the next one that it can. */
function behindBecause(object: KubernetesObject, source: KubernetesObject): string | null {
  if (condition(object, 'Ready')?.['status'] !== 'False') return null
  const [applied, attempted] = [textAt(object, 'status', 'lastAppliedRevision'), textAt(object, 'status', 'lastAttemptedRevision')]
  const newest = textAt(source, 'status', 'artifact', 'revision')
  return (attempted !== undefined && applied !== attempted) || (newest !== undefined && applied !== newest) ? 'its last reconciliation failed' : null
}

/** Without prune Flux only forgets what is no longer in Git. */
function keepsBecause(object: KubernetesObject): string | null {
  return valueAt(object, 'spec', 'prune') === true ? null : 'spec.prune is not true'
}

/** The GitRepository that a Kustomization names, or null where it is not there. */
export async function gitRepository(cluster: Cluster, kustomization: KubernetesObject): Promise<KubernetesObject | null> {
  const kind = await cluster.served(SOURCE_GROUP, 'GitRepository')
  const { namespace, name } = sourceRefOf(kustomization)
  return kind === null ? null : cluster.get(kind, namespace, name)
}

/** On a hub kubeConfig is how it reaches the object's cluster; its claim stands only where the object's own labels name it. */
function standing(object: KubernetesObject, fromHub: boolean): Obstacle | null {
  if (inDeletion(object)) return unsupported('metadata.deletionTimestamp', 'so it is being deleted')
  if (!fromHub && !isNothing(valueAt(object, 'spec', 'kubeConfig'))) return unsupported('spec.kubeConfig', 'so it deploys to another cluster, which this version does not look at')
  return null
}

function suspension(object: KubernetesObject, ref: OwnerRef): Obstacle | null {
  return valueAt(object, 'spec', 'suspend') === true ? { code: 'SUSPENDED', path: 'spec.suspend', because: 'so a merge would not deploy', next: resumeWith(ref) } : null
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null
}

function sourceStanding(source: KubernetesObject): Obstacle | null {
  const name = `GitRepository ${textAt(source, 'metadata', 'name') ?? ''}`
  return valueAt(source, 'spec', 'suspend') === true ? { code: 'SUSPENDED', path: `${name} spec.suspend`, because: 'so a merge would not deploy', next: `flux resume source git ${textAt(source, 'metadata', 'name') ?? ''} -n ${textAt(source, 'metadata', 'namespace') ?? ''}` } : null
}
