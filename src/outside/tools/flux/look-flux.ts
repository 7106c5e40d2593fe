import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { OwnerRef, OwnerSource } from '../../../model/owner.ts'
import type { Delivered, Deployment, OwnerLook } from '../../../model/steering.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { condition, oneLine } from '../conditions.ts'
import { identityOf, words } from '../owner-look.ts'
import { HELM_GROUP, kustomizationKind } from './flux-kinds.ts'
import { parseInventoryId } from './inventory-id.ts'
import { readyFailure, readyUnmet } from './kustomization-state.ts'
import { branchOf } from './kustomization-spec.ts'
import { gitRepository } from './read-kustomization.ts'
import { commitOfRevision } from './revision.ts'

/** A Kustomization or HelmRelease as it stands, for those who steer it. */
export async function lookFlux(cluster: Cluster, ref: OwnerRef): Promise<OwnerLook | null> {
  const kind = ref.kind === 'HelmRelease' ? await cluster.served(HELM_GROUP, 'HelmRelease') : await kustomizationKind(cluster)
  const object = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (kind === null || object === null) return null
  const release = ref.kind === 'HelmRelease'
  const suspended = valueAt(object, 'spec', 'suspend') === true
  const reconciling = condition(object, 'Reconciling')
  return {
    ref: { ...ref, tool: 'flux', cluster: cluster.name },
    ...identityOf(kind, object),
    source: release ? null : await sourceOf(cluster, object),
    destination: { cluster: isHere(object) ? cluster.name : null, namespace: release ? textAt(object, 'spec', 'targetNamespace') || ref.namespace : textAt(object, 'spec', 'targetNamespace') || null },
    deploys: objectsAt(object, 'status', 'inventory', 'entries').flatMap(entryRef),
    pause: { path: ['spec', 'suspend'], paused: true, before: suspended ? null : valueAt(object, 'spec', 'suspend') ?? null },
    paused: suspended,
    // What deploys it is found by the marks and lists of its tools; nothing makes it out of itself.
    maker: null,
    busy: reconciling?.['status'] === 'True' ? `it is reconciling: ${oneLine(textAt(reconciling, 'message') ?? '')}` : null,
    delivered: deliveredOf(object, release),
    taken: hasTaken(object),
    wake: {},
    syncOf: null,
    window: null,
    history: release ? releases(object) : revisions(object),
  }
}

/** With a kubeConfig it deploys to a cluster that nobody here can name. */
function isHere(object: KubernetesObject): boolean {
  const remote = valueAt(object, 'spec', 'kubeConfig')
  return remote === undefined || remote === null
}

async function sourceOf(cluster: Cluster, object: KubernetesObject): Promise<OwnerSource | null> {
  const source = textAt(object, 'spec', 'sourceRef', 'kind') === 'GitRepository' ? await gitRepository(cluster, object) : null
  return source === null ? null : { url: textAt(source, 'spec', 'url') ?? '', revision: branchOf(source), path: plainPath(textAt(object, 'spec', 'path') ?? '') }
}

function entryRef(entry: ReturnType<typeof objectsAt>[number]): readonly ObjectRef[] {
  const listed = parseInventoryId(textAt(entry, 'id') ?? '')
  return listed === null ? [] : [{ ...listed, version: textAt(entry, 'v') ?? '' }]
}

/** A failing Kustomization never says that it observed its generation; its condition does (argocd-flux.md 0.6). */
function hasTaken(object: KubernetesObject): boolean {
  const generation = valueAt(object, 'metadata', 'generation')
  return generation !== undefined && (valueAt(object, 'status', 'observedGeneration') === generation || condition(object, 'Ready')?.['observedGeneration'] === generation)
}

/** What an artifact of a registry was built from counts as the commit, where the artifact says it (argocd-flux.md 6.1). */
function deliveredOf(object: KubernetesObject, release: boolean): Delivered {
  const applied = release ? null : commitOfRevision(textAt(object, 'status', 'lastAppliedRevision')) ?? commitOfRevision(textAt(object, 'status', 'lastAppliedOriginRevision'))
  const failure = readyFailure(object)
  if (failure !== null && failure.permanent) return { state: 'failed', revision: failure.revision, sentence: failure.sentence }
  const [unmet] = readyUnmet(object)
  if (unmet !== undefined) return { state: 'running', revision: applied, sentence: unmet }
  return { state: 'done', revision: applied, sentence: oneLine(textAt(condition(object, 'Ready') ?? undefined, 'message') ?? 'it is Ready') }
}

/** `status.history` of a Kustomization: one row for each digest of what was built. */
function revisions(object: KubernetesObject): readonly Deployment[] {
  return objectsAt(object, 'status', 'history').map(row => ({
    at: textAt(row, 'lastReconciled') ?? '', by: 'flux', status: textAt(row, 'lastReconciledStatus') ?? null, commit: commitOfRevision(textAt(row, 'metadata', 'revision')) ?? commitOfRevision(textAt(row, 'metadata', 'originRevision')),
    what: `applied ${oneLine(textAt(row, 'digest') ?? 'without a digest').slice(0, 19)}, ${showJson(row['totalReconciliations'] ?? 1)} times since ${textAt(row, 'firstReconciled') ?? 'an unknown time'}`,
  }))
}

/** `status.history` of a HelmRelease: the releases that Helm keeps. */
function releases(object: KubernetesObject): readonly Deployment[] {
  return objectsAt(object, 'status', 'history').map(row => ({
    at: textAt(row, 'lastDeployed') ?? textAt(row, 'firstDeployed') ?? '', by: 'flux', status: textAt(row, 'status') ?? null,
    commit: null, what: `release ${words(row, 'version')} of ${words(row, 'chartName', 'chartVersion')}`,
  }))
}
