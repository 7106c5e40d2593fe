import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canonical, isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText, refKey, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ApiError, nameOf } from '../api.ts'
import { metaText } from '../api.ts'
import type { Api } from '../api.ts'
import { distorted } from '../behaviour.ts'
import type { Behaviour } from '../behaviour.ts'
import type { GitSources } from '../git-sources.ts'
import { healthOf } from '../health.ts'
import { buildPath } from './build.ts'
import { conditionOf } from './conditions.ts'
import { inventoryOf, inventoryRefs } from './inventory.ts'
import type { KustomizationSpec } from './kustomization.ts'
import { GIT_REPOSITORY } from './source-controller.ts'

/** The name under which everything is applied. */
export const MANAGER = 'kustomize-controller'
export const KUSTOMIZATION = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization' }
const OWNER = 'kustomize.toolkit.fluxcd.io'

/** A step of a reconciliation that did not succeed: the reason of the Ready condition, and its message. */
export class StepFailed extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'StepFailed'
    this.reason = reason
  }
}

export interface Artifact { readonly url: string, readonly commit: string, readonly revision: string }

/** The artifact of the source. Throws where there is none yet. */
export async function readArtifact(api: Api, spec: KustomizationSpec): Promise<Artifact> {
  const source = await api.get({ ...GIT_REPOSITORY, ...spec.source })
  if (source === null) throw new StepFailed('ArtifactFailed', `GitRepository.source.toolkit.fluxcd.io "${spec.source.name}" not found`)
  const revision = textAt(source, 'status', 'artifact', 'revision')
  if (revision === undefined) throw new StepFailed('ArtifactFailed', 'Source artifact not found, retrying in 30s')
  return { url: textAt(source, 'spec', 'url') ?? '', revision, commit: revision.slice(-40) }
}

/** Throws where another Kustomization that this one needs is not ready. */
export async function checkDependencies(api: Api, spec: KustomizationSpec): Promise<void> {
  for (const dependency of spec.dependsOn) {
    const other = await api.get({ ...KUSTOMIZATION, ...dependency })
    if (conditionOf(valueAt(other ?? {}, 'status'), 'Ready')?.['status'] !== 'True') {
      throw new StepFailed('DependencyNotReady', `dependency '${dependency.namespace}/${dependency.name}' is not ready`)
    }
  }
}

export interface BuildInput {
  readonly api: Api
  readonly sources: GitSources
  readonly owner: KubernetesObject
  readonly spec: KustomizationSpec
  readonly artifact: Artifact
  readonly distort: boolean
}

/** Fetches the artifact; gives its folder. Throws where it does not have the path: then nothing was attempted. */
export async function fetchArtifact({ sources, artifact, spec }: Pick<BuildInput, 'sources' | 'artifact' | 'spec'>): Promise<string> {
  const { folder } = await sources.checkout(artifact.url, artifact.commit)
  if (!existsSync(join(folder, spec.path))) throw new StepFailed('ArtifactFailed', `kustomization path not found: stat ${join(folder, spec.path)}: no such file or directory`)
  return folder
}

/** Builds the path at the artifact's commit, with namespaces and owner labels set. */
export async function buildObjects(input: BuildInput, folder: string): Promise<readonly KubernetesObject[]> {
  const built = await buildPath(folder, input.spec.path).catch((error: unknown) => {
    throw new StepFailed('BuildFailed', error instanceof Error ? error.message : String(error))
  })
  const labelled = await Promise.all(built.map(object => owned(object, input)))
  return input.distort ? labelled.map(distorted) : labelled
}

async function owned(object: KubernetesObject, input: BuildInput): Promise<KubernetesObject> {
  const { namespace: stated, labels, ...metadata } = object.metadata
  const namespaced = await input.api.namespaced(nameOf(object))
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespaced ? { namespace: input.spec.targetNamespace ?? (typeof stated === 'string' ? stated : 'default') } : {}),
      labels: { ...(isObject(labels) ? labels : {}), [`${OWNER}/name`]: metaText(input.owner, 'name'), [`${OWNER}/namespace`]: metaText(input.owner, 'namespace') },
    },
  }
}

/** Applies every object. Throws with the server's words; objects before the failing one stay applied. */
export async function applyObjects(api: Api, objects: readonly KubernetesObject[], behaviour: Behaviour): Promise<void> {
  const first = (object: KubernetesObject): number => object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition' ? 0 : 1
  for (const object of [...objects].sort((a, b) => first(a) - first(b))) {
    const name = showRef(nameOf(object)).replace(' ', '/')
    if (behaviour === 'applyError') throw new StepFailed('ReconciliationFailed', `${name} dry-run failed (Forbidden): admission webhook "sandbox.writ.dev" denied the request: denied by the sandbox`)
    const live = await api.get(nameOf(object))
    if (disabled(object) || (live !== null && disabled(live))) continue
    await api.apply(object, MANAGER).catch((error: unknown) => {
      const reason = error instanceof ApiError ? { 403: 'Forbidden', 404: 'NotFound', 422: 'Invalid' }[error.status] ?? 'Error' : 'Error'
      throw new StepFailed('ReconciliationFailed', `${name} dry-run failed (${reason}): ${error instanceof Error ? error.message : String(error)}`)
    })
  }
}

function disabled(object: KubernetesObject): boolean {
  const key = `${OWNER}/reconcile`
  return metadataText(object, 'annotations', key) === 'disabled' || metadataText(object, 'labels', key) === 'disabled'
}

/** Removes what the inventory of before lists and the new one does not, as long as it still carries this owner's labels. */
export async function pruneObjects(api: Api, owner: KubernetesObject, lists: { readonly before: Json | undefined, readonly now: readonly KubernetesObject[] }): Promise<void> {
  const kept = new Set(lists.now.map(object => refKey(nameOf(object))))
  for (const ref of inventoryRefs(lists.before)) {
    if (kept.has(refKey(ref))) continue
    const live = await api.get(ref)
    const mine = live !== null && metadataText(live, 'labels', `${OWNER}/name`) === owner.metadata['name'] && metadataText(live, 'labels', `${OWNER}/namespace`) === owner.metadata['namespace']
    if (mine && metadataText(live, 'annotations', `${OWNER}/prune`) !== 'disabled') await api.remove(ref)
  }
}

/** Waits until the objects that are to be checked are healthy. Throws after the timeout with those that are not. */
export async function waitHealthy(api: Api, objects: readonly KubernetesObject[], how: { readonly spec: Pick<KustomizationSpec, 'wait' | 'healthChecks' | 'timeout'>, readonly interval: number }): Promise<void> {
  const refs = how.spec.wait ? objects.map(nameOf) : how.spec.healthChecks
  const end = Date.now() + how.spec.timeout
  for (;;) {
    const states = await Promise.all(refs.map(async ref => ({ ref, health: healthOf(await api.get(ref)) })))
    const stalled = states.filter(state => state.health === 'Degraded')
    const waiting = states.filter(state => state.health !== 'Healthy')
    if (waiting.length === 0) return
    const names = (list: typeof states): string => list.map(state => `${showRef(state.ref).replace(' ', '/')} status: '${state.health === 'Degraded' ? 'Failed' : 'InProgress'}'`).join(', ')
    if (stalled.length > 0) throw new StepFailed('HealthCheckFailed', `health check failed: failed early due to stalled resources: [${names(stalled)}]`)
    if (Date.now() >= end) throw new StepFailed('HealthCheckFailed', `health check failed after ${how.spec.timeout / 1000}s: timeout waiting for: [${names(waiting)}]`)
    await new Promise(resolve => { setTimeout(resolve, how.interval) })
  }
}

/** The list of what was applied. */
export function inventoryStatus(objects: readonly KubernetesObject[]): JsonObject {
  return { inventory: { entries: inventoryOf(objects) } }
}

/** `status.history`: one row for each digest of built manifests, newest first, at most five. */
export function historyRows(old: Json | undefined, row: { readonly objects: readonly KubernetesObject[], readonly revision: string, readonly outcome: string, readonly at: string, readonly took: string }): readonly JsonObject[] {
  const digest = `sha256:${createHash('sha256').update(canonical(row.objects)).digest('hex')}`
  const rows = isList(old) ? old.filter(isObject) : []
  const same = rows.find(one => one['digest'] === digest && one['lastReconciledStatus'] === row.outcome)
  const total = typeof same?.['totalReconciliations'] === 'number' ? same['totalReconciliations'] + 1 : 1
  const made = {
    digest, firstReconciled: same?.['firstReconciled'] ?? row.at, lastReconciled: row.at, lastReconciledDuration: row.took, lastReconciledStatus: row.outcome,
    totalReconciliations: total, metadata: { revision: row.revision },
  }
  return [made, ...rows.filter(one => one !== same)].slice(0, 5)
}
