import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, sameJson, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { commitOf, inDeletion } from '../conditions.ts'
import { sourceOf } from '../../../model/application-source.ts'
import { applicationBlock } from './application-block.ts'
import type { ApplicationLook } from './application-block.ts'
import { applicationErrors, applicationFailure } from './application-failure.ts'
import { applicationTimes } from './application-times.ts'
import { projectOf } from './app-project.ts'
import { revisionAt } from './application-sources.ts'
import { applicationKind, resourceEntry } from './applications.ts'
import { drySource, syncSource } from './hydrated-source.ts'
import { isHydrated, ofDrySource } from './observe-hydrator.ts'
import type { DryObservation } from './observe-hydrator.ts'
import { generatePaths, isAutomated } from './read-application.ts'
import { isStuck, operationUnmet } from './operation-state.ts'
import { controlPlaneOf } from './tracking-id.ts'

/** What an Application says about one of its objects now, from a single GET (argocd-flux.md 6.2). Its project is read where it keeps a sync from starting. */
export async function observeApplication(cluster: Cluster, owner: Owner, look: ApplicationLook): Promise<Observation> {
  const kind = await applicationKind(cluster)
  const app = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
  if (kind === null) return { ...gone(`cluster ${cluster.name} no longer serves Applications`), unserved: true }
  if (app === null) return gone(`${showOwner(owner)} is no longer there`)
  const said = isHydrated(app) ? ofDrySource(app, owner) : ofSource(app, owner)
  const { revision, unchanged } = said
  const unmet = [
    ...revision === null ? [said.unnamed] : [], ...specUnmet(app, unchanged, owner.source.index), ...said.unmet,
    ...look.wanted === 'gone' ? pruneUnmet(app, look.target) : syncUnmet(app, look.target), ...operationUnmet(app), ...applicationErrors(app),
  ]
  const accepted = unmet.length === 0
  const paths = generatePaths(app)
  return {
    revision, accepted, unchanged, unmet,
    failure: accepted ? null : said.failure ?? applicationFailure(app, owner.source.index),
    blocked: said.blocked ?? applicationBlock(app, owner, { ...look, project: await projectFor(cluster, app, look) }),
    listed: resourceEntry(app, look.target) !== null,
    pending: isPending(app),
    notes: notes(app),
    state: said.waits ? 'HYDRATE_WAIT' : 'SYNC_WAIT',
    contains: said.contains,
    ...paths === undefined ? {} : { generatePaths: paths },
    times: applicationTimes(app),
    tuple: tupleOf(app),
  }
}

/** What an Application without a hydrator says of the source that was edited. */
function ofSource(app: KubernetesObject, owner: Owner): DryObservation {
  const { index } = owner.source
  return { revision: revisionAt(valueAt(app, 'status', 'sync'), index), unnamed: noCommit(app, index), unchanged: isUnchanged(app, owner), unmet: [], contains: [], failure: null, blocked: null, waits: false }
}

function gone(sentence: string): Observation {
  return { revision: null, accepted: false, unmet: [sentence], unchanged: true, blocked: null, failure: null, listed: false, pending: false, notes: [], missing: true }
}

/** Asked only where its answer can matter: the Application is behind, and nothing runs. */
async function projectFor(cluster: Cluster, app: KubernetesObject, { namespace }: ApplicationLook): Promise<KubernetesObject | null> {
  const held = textAt(app, 'status', 'operationState', 'message')?.includes('blocked by sync window') === true
  return textAt(app, 'status', 'sync', 'status') === 'OutOfSync' || held ? projectOf(cluster, app, controlPlaneOf(app, namespace)) : null
}

function noCommit(app: KubernetesObject, index: number | undefined): string {
  return `it names no commit: status.sync.revision is '${showJson(index === undefined ? textAt(app, 'status', 'sync', 'revision') ?? '' : valueAt(app, 'status', 'sync', 'revisions'))}'`
}

function isUnchanged(app: KubernetesObject, owner: Owner): boolean {
  const { index } = owner.source
  return sameJson(plain(sourceOf(sourceAt(valueAt(app, 'spec'), index))), plain(owner.source)) && (index === undefined) === (objectsAt(app, 'spec', 'sources').length === 0)
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
  const same = isHydrated(app) || sameJson(plain(sourceOf(compared)), plain(sourceOf(sourceAt(valueAt(app, 'spec'), index))))
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

/** The controller removes the annotation once the refresh is persisted (argocd-flux.md 5.1). */
function isPending(app: KubernetesObject): boolean {
  return metadataText(app, 'annotations', 'argocd.argoproj.io/refresh') !== undefined
}

function notes(app: KubernetesObject): readonly string[] {
  const resources = objectsAt(app, 'status', 'resources')
  const others = resources.filter(one => one['status'] === 'OutOfSync').length
  const left = resources.filter(one => one['requiresPruning'] === true).map(one => showRef({ kind: textAt(one, 'kind') ?? '', namespace: textAt(one, 'namespace') ?? null, name: textAt(one, 'name') ?? '' }))
  return [
    ...(isPending(app) ? ['its controller has not taken the refresh request yet'] : []),
    ...(others === 0 ? [] : [`${others} of its objects are OutOfSync`]),
    ...(left.length === 0 ? [] : [`no longer in Git and not deleted: ${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`]),
    ...(isStuck(app) ? ['controller defect suspected: it has carried its operation out and never cleared it'] : []),
  ]
}

/** Compared, synced and reconciled are three things; all are kept (argocd-flux.md 0.3). */
function tupleOf(app: KubernetesObject): NonNullable<Observation['tuple']> {
  const at = (...keys: readonly string[]): string | null => textAt(app, ...keys) ?? null
  const revisions = valueAt(app, 'status', 'sync', 'revisions')
  const dry = commitOf(textAt(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation', 'drySHA'))
  return {
    owner: `Application ${at('metadata', 'namespace') ?? ''}/${at('metadata', 'name') ?? ''}`, uid: at('metadata', 'uid'), resourceVersion: at('metadata', 'resourceVersion'),
    automated: isAutomated(app), sync: at('status', 'sync', 'status'), compared: at('status', 'sync', 'revision'), ...revisions === undefined ? {} : { comparedAll: revisions },
    synced: at('status', 'operationState', 'syncResult', 'revision'), operation: at('status', 'operationState', 'phase'), finishedAt: at('status', 'operationState', 'finishedAt'),
    reconciledAt: at('status', 'reconciledAt'), health: at('status', 'health', 'status'), ...dry === null ? {} : { dry, hydrated: at('status', 'sourceHydrator', 'lastSuccessfulOperation', 'hydratedSHA') },
  }
}

