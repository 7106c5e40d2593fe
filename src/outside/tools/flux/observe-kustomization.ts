import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import { showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion } from '../conditions.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { kustomizationKind, sourceRefOf } from './flux-kinds.ts'
import { fluxTimes } from './flux-times.ts'
import { inInventory } from './inventory-id.ts'
import { branchOf } from './kustomization-spec.ts'
import { fetchFailure, fluxBlock, isLooking, isPending, readyFailure, readyUnmet, sourceUnmet } from './kustomization-state.ts'
import { gitRepository } from './read-kustomization.ts'
import { commitOfRevision } from './revision.ts'

/** What a Kustomization and its source say about one of their objects now (argocd-flux.md 6.3). */
export async function observeKustomization(cluster: Cluster, owner: Owner, { target, wanted }: { readonly target: Target, readonly wanted: 'there' | 'gone' }): Promise<Observation> {
  const found = await readPair(cluster, owner)
  if ('missing' in found) return { ...gone(found.missing), ...found.unserved ? { unserved: true } : {} }
  const { object, source } = found
  const revision = commitOfRevision(textAt(object, 'status', 'lastAppliedRevision'))
  const unchanged = sameSource(owner, object, source)
  const listed = inInventory(object, target)
  const unmet = [
    ...(unchanged ? [] : ['its source is no longer the one that was edited']),
    ...(inDeletion(object) ? ['it is being deleted'] : []),
    ...appliedUnmet(object, source),
    ...(listed === (wanted === 'there') ? [] : [`status.inventory ${listed ? 'still lists' : 'does not list'} ${showRef(target)}`]),
  ]
  const accepted = unmet.length === 0
  return {
    revision, accepted, unmet, unchanged, listed,
    blocked: fluxBlock([object, source]),
    failure: accepted ? null : readyFailure(object) ?? fetchFailure(source),
    ...unmet.length === 1 && isLooking(object) ? { looking: true } : {},
    pending: isPending(object) || isPending(source),
    notes: ahead(source, revision),
    state: fetchedOf(source) === revision ? 'SOURCE_WAIT' : 'SYNC_WAIT',
    times: fluxTimes(source, object),
    attempted: commitOfRevision(textAt(object, 'status', 'lastAttemptedRevision')),
    tuple: tupleOf(object, source),
  }
}

interface Pair { readonly object: KubernetesObject, readonly source: KubernetesObject }

/** A Kustomization and its source, or the sentence that says what is not there. */
export async function readPair(cluster: Cluster, ref: Pick<OwnerRef, 'namespace' | 'name'>): Promise<Pair | { readonly missing: string, readonly unserved: boolean }> {
  const kind = await kustomizationKind(cluster)
  if (kind === null) return { missing: `cluster ${cluster.name} no longer serves Kustomizations`, unserved: true }
  const object = await cluster.get(kind, ref.namespace, ref.name)
  if (object === null) return { missing: `${showOwner({ tool: 'flux', kind: 'Kustomization', cluster: cluster.name, ...ref })} is no longer there`, unserved: false }
  const source = await gitRepository(cluster, object)
  const named = sourceRefOf(object)
  return source === null ? { missing: `its source ${named.namespace}/${named.name} is no longer there`, unserved: false } : { object, source }
}

/** Why what is in Git is not what was applied, health checks included. */
export function appliedUnmet(object: KubernetesObject, source: KubernetesObject): readonly string[] {
  const applied = textAt(object, 'status', 'lastAppliedRevision')
  return [
    ...(commitOfRevision(applied) === null ? [`it names no commit: status.lastAppliedRevision is '${applied ?? ''}'`] : []),
    ...sourceUnmet(source),
    ...readyUnmet(object),
    ...namedUnmet(object, applied),
  ]
}

/** The controller writes its conditions before the revision that they are about (fluxcd/pkg, runtime/patch). */
function namedUnmet(object: KubernetesObject, applied: string | undefined): readonly string[] {
  const said = /^Applied revision: (\S+)$/.exec(textAt(condition(object, 'Ready') ?? undefined, 'message') ?? '')?.[1]
  return said === undefined || said === applied ? [] : [`its Ready condition is about ${said}, and status.lastAppliedRevision is ${applied ?? 'not set'}`]
}

/** What cannot be seen because its owner, or a part of the chain, is not there. */
export function gone(sentence: string): Observation {
  return { revision: null, accepted: false, unmet: [sentence], unchanged: true, blocked: null, failure: null, listed: false, pending: false, notes: [], missing: true }
}

function sameSource(owner: Owner, object: KubernetesObject, source: KubernetesObject): boolean {
  const named = sourceRefOf(object)
  const before = owner.sourceObject
  return before !== null && before.kind === named.kind && before.namespace === named.namespace && before.name === named.name
    && plainPath(textAt(object, 'spec', 'path') ?? '') === owner.source.path && textAt(source, 'spec', 'url') === owner.source.url && branchOf(source) === owner.source.revision
}

function fetchedOf(source: KubernetesObject): string | null {
  return commitOfRevision(textAt(source, 'status', 'artifact', 'revision'))
}

/** A source that is ahead is no obstacle: what is applied is checked by its own revision. */
function ahead(source: KubernetesObject, applied: string | null): readonly string[] {
  const fetched = fetchedOf(source)
  return fetched === applied ? [] : [`its source has ${short(fetched)}, applied is ${short(applied)}`]
}

function short(commit: string | null): string {
  return commit === null ? 'no commit' : commit.slice(0, 12)
}

/** Fetched, attempted and applied are three things; the digest of what was built says whether the output changed. */
export function tupleOf(object: KubernetesObject, source: KubernetesObject): NonNullable<Observation['tuple']> {
  const at = (...keys: readonly string[]): string | null => textAt(object, ...keys) ?? null
  const [newest] = objectsAt(object, 'status', 'history')
  return {
    owner: `Kustomization ${at('metadata', 'namespace') ?? ''}/${at('metadata', 'name') ?? ''}`, uid: at('metadata', 'uid'), resourceVersion: at('metadata', 'resourceVersion'),
    generation: valueAt(object, 'metadata', 'generation') ?? null, observedGeneration: valueAt(object, 'status', 'observedGeneration') ?? null,
    fetched: textAt(source, 'status', 'artifact', 'revision') ?? null, attempted: at('status', 'lastAttemptedRevision'), applied: at('status', 'lastAppliedRevision'),
    handled: at('status', 'lastHandledReconcileAt'), ...newest === undefined ? {} : { built: newest['digest'] ?? null },
  }
}
