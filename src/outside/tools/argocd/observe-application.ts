import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, sameJson, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { commitOf, inDeletion, oneLine } from '../conditions.ts'
import { failureClass } from '../failure-class.ts'
import { sourceOf } from '../../../model/application-source.ts'
import { revisionAt } from './application-sources.ts'
import { applicationKind, resourceEntry } from './applications.ts'
import { drySource, dryCommit, hydrationFailure, syncSource } from './hydrated-source.ts'
import { isAutomated, isSkipped } from './read-application.ts'

const ERRORS: ReadonlySet<string> = new Set(['ComparisonError', 'InvalidSpecError', 'UnknownError', 'SyncError'])

/** What an Application says about one of its objects now, from a single GET (argocd-flux.md 6.2). */
export async function observeApplication(cluster: Cluster, owner: Owner, { target, wanted }: { readonly target: Target, readonly wanted: 'there' | 'gone' }): Promise<Observation> {
  const kind = await applicationKind(cluster)
  const app = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
  if (app === null) return gone(`${showOwner(owner)} is no longer there`)
  const { index } = owner.source
  const compared = revisionAt(valueAt(app, 'status', 'sync'), index)
  const hydrated = owner.source.hydrated === true
  const revision = hydrated ? dryCommit(app, compared) : compared
  const edited = drySource(valueAt(app, 'spec')) ?? sourceAt(valueAt(app, 'spec'), index)
  const unchanged = sameJson(plain(sourceOf(edited)), plain(owner.source)) && hydrated === (drySource(valueAt(app, 'spec')) !== null) && (index === undefined) === (objectsAt(app, 'spec', 'sources').length === 0)
  const hydration = hydrationFailure(app)
  const unmet = [...specUnmet(app, unchanged, index), ...hydration === null ? [] : [oneLine(hydration)], ...(wanted === 'gone' ? pruneUnmet(app, target) : syncUnmet(app, target)), ...operationUnmet(app), ...errors(app)]
  const accepted = unmet.length === 0 && revision !== null
  return {
    revision, accepted, unchanged,
    unmet: revision === null ? [`it names no commit: status.sync.revision is '${showJson(index === undefined ? textAt(app, 'status', 'sync', 'revision') ?? '' : valueAt(app, 'status', 'sync', 'revisions'))}'`, ...unmet] : unmet,
    blocked: blocked(app, owner),
    failure: accepted ? null : failure(app, index),
    listed: resourceEntry(app, target) !== null,
    pending: isPending(app),
    notes: notes(app),
  }
}

function gone(sentence: string): Observation {
  return { revision: null, accepted: false, unmet: [sentence], unchanged: true, blocked: null, failure: null, listed: false, pending: false, notes: [] }
}

function plain(source: Owner['source']): Json {
  return { url: source.url, revision: source.revision, path: source.path }
}

/** The source, or with several the one at its place. */
function sourceAt(of: Json | undefined, index: number | undefined): Json | undefined {
  if (drySource(of) !== null) return syncSource(of)
  return index === undefined ? valueAt(of, 'source') : objectsAt(of, 'sources')[index]
}

function specUnmet(app: KubernetesObject, unchanged: boolean, index: number | undefined): readonly string[] {
  const compared = sourceAt(valueAt(app, 'status', 'sync', 'comparedTo'), index)
  const same = sameJson(plain(sourceOf(compared)), plain(sourceOf(sourceAt(valueAt(app, 'spec'), index))))
  return [
    ...(inDeletion(app) ? ['it is being deleted'] : []),
    ...(unchanged ? [] : ['its source is no longer the one that was edited']),
    ...(compared === undefined || same ? [] : ['its last comparison was with another source']),
  ]
}

/** Synced as a whole, or at least this object Synced while others are not. */
function syncUnmet(app: KubernetesObject, target: Target): readonly string[] {
  const entry = resourceEntry(app, target)
  if (entry === null) return [`status.resources does not list ${showRef(target)}`]
  const all = textAt(app, 'status', 'sync', 'status') ?? 'not set'
  const ours = textAt(entry, 'status') ?? 'not set'
  return all === 'Synced' || (all === 'OutOfSync' && ours === 'Synced') ? [] : [`status.sync.status is ${all}, and ${showRef(target)} is ${ours} in it`]
}

/** Once it is deleted and compared again, the Application lists it no more. */
function pruneUnmet(app: KubernetesObject, target: Target): readonly string[] {
  const entry = resourceEntry(app, target)
  return entry === null ? [] : [`status.resources still lists ${showRef(target)}${entry['requiresPruning'] === true ? ', to be pruned' : ''}`]
}

function operationUnmet(app: KubernetesObject): readonly string[] {
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  const finished = textAt(state, 'finishedAt')
  const unmet: string[] = []
  if (valueAt(app, 'operation') !== undefined) unmet.push('a sync is about to start')
  if (phase === 'Running' && finished !== undefined) unmet.push(`a failed sync waits to be tried again: ${oneLine(textAt(state, 'message') ?? '')}`)
  else if (phase === 'Running' || phase === 'Terminating') unmet.push(`a sync is ${phase.toLowerCase()}: ${oneLine(textAt(state, 'message') ?? '')}`)
  const reconciled = textAt(app, 'status', 'reconciledAt')
  if (finished !== undefined && reconciled !== undefined && Date.parse(reconciled) < Date.parse(finished)) unmet.push('it has not compared again since the last sync finished')
  return unmet
}

function errors(app: KubernetesObject): readonly string[] {
  return objectsAt(app, 'status', 'conditions').filter(one => ERRORS.has(textAt(one, 'type') ?? '')).map(one => `${textAt(one, 'type') ?? ''}: ${oneLine(textAt(one, 'message') ?? '')}`)
}

/** Only a person lifts these: a frozen Application, or a sync that nobody starts. */
function blocked(app: KubernetesObject, owner: Owner): Observation['blocked'] {
  const name = `${owner.namespace}/${owner.name}`
  if (isSkipped(app)) {
    return {
      code: 'BLOCKED_SUSPENDED', sentence: `Application ${name} is frozen (argocd.argoproj.io/skip-reconcile)`,
      next: `kubectl annotate applications.argoproj.io -n ${owner.namespace} ${owner.name} argocd.argoproj.io/skip-reconcile-`,
    }
  }
  const running = textAt(app, 'status', 'operationState', 'phase') === 'Running' || valueAt(app, 'operation') !== undefined
  if (isAutomated(app) || running || textAt(app, 'status', 'sync', 'status') !== 'OutOfSync') return null
  return { code: 'BLOCKED_MANUAL_SYNC', sentence: `Application ${name} is OutOfSync and syncs only when a person starts it`, next: `argocd app sync ${name}` }
}

/** A sync that failed for good is not tried again at the same revision, whatever its text (argocd-flux.md 6.2). */
function failure(app: KubernetesObject, index: number | undefined): Observation['failure'] {
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  if ((phase === 'Failed' || phase === 'Error') && textAt(app, 'status', 'sync', 'status') !== 'Synced') {
    const revision = revisionAt(valueAt(state, 'syncResult'), index) ?? revisionAt(valueAt(state, 'operation', 'sync'), index)
    const parts = objectsAt(state, 'syncResult', 'resources').filter(one => one['status'] === 'SyncFailed')
      .slice(0, 3).map(one => `${textAt(one, 'kind') ?? ''} ${textAt(one, 'name') ?? ''}: ${oneLine(textAt(one, 'message') ?? '')}`)
    return { permanent: true, revision, sentence: [`sync ${phase}: ${oneLine(textAt(state, 'message') ?? '')}`, ...parts].join('; ') }
  }
  const first = objectsAt(app, 'status', 'conditions').find(one => ERRORS.has(textAt(one, 'type') ?? ''))
  if (first === undefined) return null
  const message = oneLine(textAt(first, 'message') ?? '')
  const attempted = /Failed last sync attempt to (?:\[)?([0-9a-f]{40})/.exec(message)?.[1]
  return { permanent: failureClass(message) === 'permanent', revision: commitOf(attempted) ?? revisionAt(valueAt(app, 'status', 'sync'), index), sentence: `${textAt(first, 'type') ?? ''}: ${message}` }
}

/** The controller removes the annotation once the refresh is persisted (argocd-flux.md 5.1). */
function isPending(app: KubernetesObject): boolean {
  return metadataText(app, 'annotations', 'argocd.argoproj.io/refresh') !== undefined
}

function notes(app: KubernetesObject): readonly string[] {
  const others = objectsAt(app, 'status', 'resources').filter(one => one['status'] === 'OutOfSync').length
  return [
    ...(isPending(app) ? ['its controller has not taken the refresh request yet'] : []),
    ...(others === 0 ? [] : [`${others} of its objects are OutOfSync`]),
  ]
}
