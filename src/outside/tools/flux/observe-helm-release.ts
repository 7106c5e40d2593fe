import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import type { Owner } from '../../../model/owner.ts'
import { showOwner } from '../../../model/owner.ts'
import { metadataText, refOf, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { condition, inDeletion, oneLine } from '../conditions.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, SOURCE_GROUP } from './flux-kinds.ts'
import { fluxTimes } from './flux-times.ts'
import { inInventory } from './inventory-id.ts'
import { fetchFailure, fluxBlock, isPending, readyFailure, readyUnmet, sourceUnmet } from './kustomization-state.ts'
import { appliedUnmet, gone, readPair, tupleOf } from './observe-kustomization.ts'
import { commitOfRevision } from './revision.ts'

interface Look { readonly target: Target, readonly wanted: 'there' | 'gone' }

/**
 * A HelmRelease holds no commit: the Kustomization that declares it does, or the HelmChart that was packed from Git. Then its own generation,
 * configuration and history must have followed (argocd-flux.md 6.3).
 */
export async function observeHelmRelease(cluster: Cluster, owner: Owner, look: Look): Promise<Observation> {
  const kind = await cluster.served(HELM_GROUP, 'HelmRelease')
  const release = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
  if (kind === null) return { ...gone(`cluster ${cluster.name} no longer serves HelmReleases`), unserved: true }
  if (release === null) return gone(`${showOwner(owner)} is no longer there`)
  const declared = await declarer(cluster, release)
  if ('missing' in declared) return gone(declared.missing)
  const chain: Chain = { release, pair: declared.pair, chart: await chartOf(cluster, release) }
  const { revision, unchanged, byChart } = commitOfChain(chain, owner)
  const listed = releaseLists(release, look.target)
  const unmet = [
    ...(unchanged ? [] : ['its source is no longer the one that was edited']),
    ...(inDeletion(release) ? ['it is being deleted'] : []),
    ...declaredUnmet(chain.pair),
    ...(revision === null ? [byChart ? 'its HelmChart names no commit' : 'nothing that declares it names a commit'] : []),
    ...chartUnmet(chain),
    ...releaseUnmet(release),
    ...listUnmet(listed, look),
  ]
  const accepted = unmet.length === 0
  const parts = partsOf(chain)
  return {
    revision, accepted, unmet, unchanged, listed: listed ?? true,
    failure: accepted ? null : releaseFailure(release, revision) ?? chainFailure(chain),
    blocked: fluxBlock(parts),
    pending: parts.some(isPending), notes: [],
    state: declaredUnmet(chain.pair).length > 0 ? 'SYNC_WAIT' : 'CHILD_WAIT',
    times: fluxTimes(chain.pair?.source ?? chain.chart?.source ?? undefined, release),
    tuple: { ...chain.pair === null ? {} : { declaredBy: tupleOf(chain.pair.object, chain.pair.source) }, ...releaseTuple(release) },
  }
}

function listUnmet(listed: boolean | null, { target, wanted }: Look): readonly string[] {
  return listed === null || listed === (wanted === 'there') ? [] : [`status.inventory ${listed ? 'still lists' : 'does not list'} ${showRef(target)}`]
}

type Pair = { readonly object: KubernetesObject, readonly source: KubernetesObject } | null

/** A release with what declares it and what its chart comes from. */
interface Chain { readonly release: KubernetesObject, readonly pair: Pair, readonly chart: Chart | null }

function partsOf({ release, pair, chart }: Chain): readonly KubernetesObject[] {
  return [...pair === null ? [] : [pair.object, pair.source], release, ...chart === null ? [] : [chart.object], ...chart?.source == null ? [] : [chart.source]]
}

/** The edited commit is the one that the chart was packed from where the chart was edited, else the one that declares the release. */
function commitOfChain({ pair, chart }: Chain, { source }: Owner): { readonly revision: string | null, readonly unchanged: boolean, readonly byChart: boolean } {
  if (chart !== null && chart.source !== null && chart.path === source.path && textAt(chart.source, 'spec', 'url') === source.url) return { revision: chart.commit, unchanged: true, byChart: true }
  if (pair === null) return { revision: null, unchanged: false, byChart: false }
  return { revision: commitOfRevision(textAt(pair.object, 'status', 'lastAppliedRevision')), unchanged: textAt(pair.source, 'spec', 'url') === source.url, byChart: false }
}

function chartUnmet({ release, chart }: Chain): readonly string[] {
  if (chart === null) return []
  return [...chart.source === null ? [] : sourceUnmet(chart.source), ...readyUnmet(chart.object, showRef(refOf(chart.object))), ...releasedChart(release, chart.object)]
}

/** What failed above the release, or where its chart comes from. */
function chainFailure({ pair, chart }: Chain): Observation['failure'] {
  const declared = pair === null ? null : readyFailure(pair.object) ?? fetchFailure(pair.source)
  return declared ?? (chart?.source == null ? null : fetchFailure(chart.source))
}

type Declared = { readonly pair: Pair } | { readonly missing: string }

/** The Kustomization whose marks the release carries and whose list names it; null where nothing declares it. */
async function declarer(cluster: Cluster, release: KubernetesObject): Promise<Declared> {
  const [name, namespace] = [metadataText(release, 'labels', `${KUSTOMIZE_GROUP}/name`), metadataText(release, 'labels', `${KUSTOMIZE_GROUP}/namespace`)]
  if (name === undefined || namespace === undefined) return { pair: null }
  const pair = await readPair(cluster, { namespace, name })
  if ('missing' in pair) return pair
  const { group, kind, namespace: own, name: its } = refOf(release)
  return inInventory(pair.object, { group, kind, namespace: own, name: its }) ? { pair } : { missing: `Kustomization ${namespace}/${name} no longer lists ${showRef(refOf(release))}` }
}

function declaredUnmet(pair: Pair): readonly string[] {
  return pair === null ? [] : appliedUnmet(pair.object, pair.source).map(sentence => `${showRef(refOf(pair.object))}: ${sentence}`)
}

interface Chart { readonly object: KubernetesObject, readonly source: KubernetesObject | null, readonly path: string, readonly commit: string | null }

/** The HelmChart of a release, where it is made from a GitRepository. */
async function chartOf(cluster: Cluster, release: KubernetesObject): Promise<Chart | null> {
  const [namespace = '', name = ''] = (textAt(release, 'status', 'helmChart') ?? '').split('/')
  const kind = name === '' ? null : await cluster.served(SOURCE_GROUP, 'HelmChart')
  const object = kind === null ? null : await cluster.get(kind, namespace, name)
  if (object === null || textAt(object, 'spec', 'sourceRef', 'kind') !== 'GitRepository') return null
  const sourceKind = await cluster.served(SOURCE_GROUP, 'GitRepository')
  const source = sourceKind === null ? null : await cluster.get(sourceKind, namespace, textAt(object, 'spec', 'sourceRef', 'name') ?? '')
  return { object, source, path: (textAt(object, 'spec', 'chart') ?? '').replace(/^\.?\/+|\/+$/g, ''), commit: commitOfRevision(textAt(object, 'status', 'observedSourceArtifactRevision')) }
}

/** What was packed must be what was released. */
function releasedChart(release: KubernetesObject, chart: KubernetesObject): readonly string[] {
  const packed = textAt(chart, 'status', 'artifact', 'revision')
  const released = textAt(objectsAt(release, 'status', 'history')[0], 'chartVersion')
  return packed === undefined || packed === released ? [] : [`its chart is packed as ${packed}, released is ${released ?? 'none'}`]
}

/** True or false by its own list; null where this release keeps none (helm-controller before 1.5). */
function releaseLists(release: KubernetesObject, target: Target): boolean | null {
  return valueAt(release, 'status', 'inventory') === undefined ? null : inInventory(release, target)
}

function releaseUnmet(release: KubernetesObject): readonly string[] {
  const [generation, attempted] = [valueAt(release, 'metadata', 'generation'), valueAt(release, 'status', 'lastAttemptedGeneration')]
  const [newest] = objectsAt(release, 'status', 'history')
  const asked = textAt(release, 'status', 'lastAttemptedConfigDigest')
  const is = (type: string): string | undefined => textAt(condition(release, type) ?? undefined, 'status')
  const tested = valueAt(release, 'spec', 'test', 'enable') === true
  return [
    ...readyUnmet(release),
    ...(attempted === undefined || attempted === generation ? [] : [`it has attempted generation ${showJson(attempted)} of ${showJson(generation)}`]),
    ...(newest === undefined ? ['status.history is empty'] : newest['status'] === 'deployed' ? [] : [`its newest release is ${showJson(newest['status'] ?? 'not set')}, not deployed`]),
    ...(newest === undefined || asked === undefined || newest['configDigest'] === asked ? [] : ['its newest release was made from other values than it attempted last']),
    ...(is('Released') === 'True' ? [] : [`Released is ${is('Released') ?? 'not set'}`]),
    ...(is('Remediated') === undefined ? [] : [`Remediated is ${is('Remediated') ?? ''}`]),
    ...(is('Stalled') === 'True' ? [`it is stalled: ${oneLine(textAt(condition(release, 'Stalled') ?? undefined, 'message') ?? '')}`] : []),
    ...(tested && is('TestSuccess') !== 'True' ? [`TestSuccess is ${is('TestSuccess') ?? 'not set'}`] : []),
  ]
}

/** A rollback leaves the Kustomization Ready at our commit while the version of before runs (argocd-flux.md 0.7). Only what was attempted of this generation counts. */
function releaseFailure(release: KubernetesObject, revision: string | null): Observation['failure'] {
  const generation = valueAt(release, 'metadata', 'generation')
  if (valueAt(release, 'status', 'lastAttemptedGeneration') !== generation) return null
  // What was said of an older generation stays until the action of this one has ended.
  const now = (type: string): JsonObject | undefined => {
    const found = condition(release, type)
    return found === null || (found['observedGeneration'] ?? generation) !== generation ? undefined : found
  }
  const said = (type: string): string => `${textAt(now(type), 'reason') ?? ''}: ${oneLine(textAt(now(type), 'message') ?? '')}`
  const stalled = now('Stalled')?.['status'] === 'True'
  const released = now('Released')
  if (now('Remediated')?.['status'] === 'True' && stalled) return { permanent: true, revision, sentence: `${said('Remediated')}; ${said('Released')}`, class: 'rollout', rolledBack: true }
  if (stalled) return { permanent: true, revision, sentence: released?.['status'] === 'False' ? `${said('Stalled')}; ${said('Released')}` : said('Stalled'), class: 'rollout' }
  if (released?.['status'] === 'False') return { permanent: false, revision, sentence: `${said('Released')}, to be tried again`, class: 'rollout' }
  const failed = readyFailure(release)
  return failed === null ? null : { ...failed, permanent: false, revision }
}

function releaseTuple(release: KubernetesObject): NonNullable<Observation['tuple']> {
  const at = (...keys: readonly string[]): string | null => textAt(release, ...keys) ?? null
  const [newest] = objectsAt(release, 'status', 'history')
  return {
    owner: `HelmRelease ${at('metadata', 'namespace') ?? ''}/${at('metadata', 'name') ?? ''}`, uid: at('metadata', 'uid'), resourceVersion: at('metadata', 'resourceVersion'),
    generation: valueAt(release, 'metadata', 'generation') ?? null, observedGeneration: valueAt(release, 'status', 'observedGeneration') ?? null, attemptedGeneration: valueAt(release, 'status', 'lastAttemptedGeneration') ?? null,
    configDigest: at('status', 'lastAttemptedConfigDigest'), release: newest === undefined ? null : { version: newest['version'] ?? null, status: newest['status'] ?? null, chartVersion: newest['chartVersion'] ?? null, configDigest: newest['configDigest'] ?? null, digest: newest['digest'] ?? null },
  }
}
