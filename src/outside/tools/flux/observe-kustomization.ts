import type { Cluster } from '../../../flow/ports.ts'
import { showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion, oneLine } from '../conditions.ts'
import { failureClass } from '../failure-class.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { REQUESTED_AT, kustomizationKind, sourceRefOf } from './flux-kinds.ts'
import { inInventory } from './inventory-id.ts'
import { branchOf } from './kustomization-spec.ts'
import { gitRepository } from './read-kustomization.ts'
import { commitOfRevision } from './revision.ts'

/** What a Kustomization and its source say about one of their objects now (argocd-flux.md 6.3). */
export async function observeKustomization(cluster: Cluster, owner: Owner, { target, wanted }: { readonly target: Target, readonly wanted: 'there' | 'gone' }): Promise<Observation> {
  const kind = await kustomizationKind(cluster)
  const object = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
  const source = object === null ? null : await gitRepository(cluster, object)
  if (object === null || source === null) {
    const missing = object === null ? showOwner(owner) : `its source ${owner.sourceObject?.namespace ?? ''}/${owner.sourceObject?.name ?? ''}`
    return { revision: null, accepted: false, unmet: [`${missing} is no longer there`], unchanged: true, blocked: null, failure: null, listed: false, pending: false, notes: [] }
  }
  const revision = commitOfRevision(textAt(object, 'status', 'lastAppliedRevision'))
  const unchanged = sameSource(owner, object, source)
  const listed = inInventory(object, target)
  const unmet = [
    ...(unchanged ? [] : ['its source is no longer the one that was edited']),
    ...(inDeletion(object) ? ['it is being deleted'] : []),
    ...(revision === null ? [`it names no commit: status.lastAppliedRevision is '${textAt(object, 'status', 'lastAppliedRevision') ?? ''}'`] : []),
    ...sourceUnmet(source),
    ...readyUnmet(object),
    ...(listed === (wanted === 'there') ? [] : [`status.inventory ${listed ? 'still lists' : 'does not list'} ${showRef(target)}`]),
  ]
  const accepted = unmet.length === 0
  return {
    revision, accepted, unmet, unchanged, listed,
    blocked: blocked(object, source),
    failure: accepted ? null : failure(object, source),
    pending: isPending(object) || isPending(source),
    notes: ahead(source, revision),
  }
}

/** Handled means looked at, never applied (argocd-flux.md 0.5). */
function isPending(object: KubernetesObject): boolean {
  const asked = metadataText(object, 'annotations', REQUESTED_AT)
  return asked !== undefined && asked !== textAt(object, 'status', 'lastHandledReconcileAt')
}

function sameSource(owner: Owner, object: KubernetesObject, source: KubernetesObject): boolean {
  const named = sourceRefOf(object)
  const before = owner.sourceObject
  return before !== null && before.kind === named.kind && before.namespace === named.namespace && before.name === named.name
    && plainPath(textAt(object, 'spec', 'path') ?? '') === owner.source.path && textAt(source, 'spec', 'url') === owner.source.url && branchOf(source) === owner.source.revision
}

function sourceUnmet(source: KubernetesObject): readonly string[] {
  const failed = condition(source, 'FetchFailed')
  return failed?.['status'] === 'True' ? [`its source cannot be fetched: ${oneLine(textAt(failed, 'message') ?? '')}`] : []
}

/** A source that is ahead is no obstacle: what is applied is checked by its own revision. */
function ahead(source: KubernetesObject, applied: string | null): readonly string[] {
  const fetched = commitOfRevision(textAt(source, 'status', 'artifact', 'revision'))
  return fetched === applied ? [] : [`its source has ${short(fetched)}, applied is ${short(applied)}`]
}

function short(commit: string | null): string {
  return commit === null ? 'no commit' : commit.slice(0, 12)
}

/** `observedGeneration` advances only with Ready=True, so a failing one never passes here (argocd-flux.md 0.6). */
function readyUnmet(object: KubernetesObject): readonly string[] {
  const ready = condition(object, 'Ready')
  const [generation, observed] = [valueAt(object, 'metadata', 'generation'), valueAt(object, 'status', 'observedGeneration')]
  return [
    ...(ready?.['status'] === 'True' ? [] : [`Ready is ${textAt(ready ?? undefined, 'status') ?? 'not set'}: ${oneLine(`${textAt(ready ?? undefined, 'reason') ?? ''} ${textAt(ready ?? undefined, 'message') ?? ''}`)}`]),
    ...(generation === observed ? [] : [`it has seen generation ${showJson(observed ?? 'none')} of ${showJson(generation)}`]),
  ]
}

function blocked(object: KubernetesObject, source: KubernetesObject): Observation['blocked'] {
  for (const [one, verb, kind] of [[object, 'kustomization', 'Kustomization'], [source, 'source git', 'GitRepository']] as const) {
    if (valueAt(one, 'spec', 'suspend') !== true) continue
    const [namespace, name] = [textAt(one, 'metadata', 'namespace') ?? '', textAt(one, 'metadata', 'name') ?? '']
    return { code: 'BLOCKED_SUSPENDED', sentence: `${kind} ${namespace}/${name} is suspended`, next: `flux resume ${verb} ${name} -n ${namespace}` }
  }
  return null
}

/** Reasons that another try at the same revision does not change. */
const PERMANENT: ReadonlySet<string> = new Set(['BuildFailed', 'HealthCheckFailed', 'PruneFailed'])

function failure(object: KubernetesObject, source: KubernetesObject): Observation['failure'] {
  const ready = condition(object, 'Ready')
  if (ready?.['status'] === 'False') {
    const reason = textAt(ready, 'reason') ?? ''
    const message = oneLine(textAt(ready, 'message') ?? '')
    const is = failureClass(`${reason} ${message}`)
    const permanent = is === 'permanent' || (is === 'unknown' && PERMANENT.has(reason))
    return { permanent, revision: commitOfRevision(textAt(object, 'status', 'lastAttemptedRevision')), sentence: `${reason}: ${message}` }
  }
  const fetch = condition(source, 'FetchFailed')
  return fetch?.['status'] === 'True' ? { permanent: false, revision: null, sentence: `${textAt(fetch, 'reason') ?? 'FetchFailed'}: ${oneLine(textAt(fetch, 'message') ?? '')}` } : null
}
