import { textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { behaviourOf } from '../behaviour.ts'
import type { Behaviour } from '../behaviour.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { conditionOf, durationOf, timestamp, withConditions } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { readKustomization } from './kustomization.ts'
import type { KustomizationSpec } from './kustomization.ts'
import {
  applyObjects, buildObjects, checkDependencies, fetchArtifact, historyRows, inventoryStatus, KUSTOMIZATION, MANAGER, pruneObjects, readArtifact, StepFailed, waitHealthy,
} from './reconciliation.ts'
import type { Artifact } from './reconciliation.ts'
import { GIT_REPOSITORY, REQUESTED_AT } from './source-controller.ts'
import type { FluxOptions } from './source-controller.ts'
import { statusWriter } from './status-writer.ts'
import type { StatusWriter } from './status-writer.ts'

interface State {
  behaviour: Behaviour
  /** The revision applied when the behaviour last changed. */
  heldAt: string | null
  generation: number
  handled: string | undefined
  revision: string | null
  at: number
  again: number
  spent: boolean
}

/** Starts the stand-in of the kustomize-controller: what it writes into a status is what it fetched, built and applied. */
export function startKustomizeController(options: FluxOptions): Running {
  const states = new Map<string, State>()
  return startLoop({
    interval: options.interval ?? 200, list: () => options.api.list(KUSTOMIZATION),
    reconcile: owner => reconcile(options, owner, stateOf(states, owner)),
  })
}

async function reconcile(options: FluxOptions, owner: KubernetesObject, state: State): Promise<void> {
  const behaviour = behaviourOf(options.behaviours, owner)
  if (behaviour !== state.behaviour) Object.assign(state, { behaviour, heldAt: textAt(owner, 'status', 'lastAppliedRevision') ?? null, spent: false, ...behaviour === 'lostRefresh' ? {} : { at: 0 } })
  if (behaviour === 'silent') return
  const requested = metadataText(owner, 'annotations', REQUESTED_AT)
  const write = statusWriter(options.api, owner, { manager: MANAGER, frozen: behaviour === 'frozen' })
  const handled: JsonObject = requested === undefined ? {} : { lastHandledReconcileAt: requested }
  const generation = Number(owner.metadata['generation'] ?? 1)
  if (behaviour === 'suspended' || valueAt(owner, 'spec', 'suspend') === true) {
    // A suspended Kustomization answers requests all the same (argocd-flux.md 0, fact 5), and one that was Ready counts its generation as seen.
    const ready = conditionOf(valueAt(owner, 'status'), 'Ready')?.['status'] === 'True'
    if (requested !== state.handled || generation !== state.generation) await write(old => ({ ...old, ...handled, ...ready ? { observedGeneration: generation } : {} }))
    Object.assign(state, { handled: requested, generation })
    return
  }
  const source = await sourceRevision(options, owner)
  const due = generation !== state.generation || requested !== state.handled || source !== state.revision || Date.now() - state.at >= state.again
  if (!due) return
  Object.assign(state, { generation, handled: requested, revision: source, at: Date.now(), again: options.poll ?? durationOf(valueAt(owner, 'spec', 'interval'), 60_000) })
  if (behaviour === 'lostRefresh' && !state.spent) {
    state.spent = true
    return write(old => ({ ...old, ...handled }))
  }
  await attempt({ options, owner, state, write, generation, handled, began: Date.now() })
}

interface Attempt {
  readonly options: FluxOptions
  readonly owner: KubernetesObject
  readonly state: State
  readonly write: StatusWriter
  readonly generation: number
  /** What answers the request, written with the end. */
  readonly handled: JsonObject
  readonly began: number
}

/** One reconciliation from the source to Ready, in the controller's order (kustomize-controller, Reconcile). A failure ends in the conditions, and is tried again. */
async function attempt(work: Attempt): Promise<void> {
  const { options, owner, state, write, generation } = work
  let built: readonly KubernetesObject[] = []
  let artifact: Artifact | null = null
  try {
    const spec = readSpec(owner)
    artifact = artifactFor(work, await readArtifact(options.api, spec))
    const { revision } = artifact
    await checkDependencies(options.api, spec)
    const says = (what: string): Condition => reconciling(`${what} for revision ${revision} with a timeout of ${spec.timeout / 1000}s`)
    await write(old => ({ ...old, conditions: withConditions(old, { set: [says('Fetching manifests'), PROGRESSING], remove: ['Stalled'], generation }) }))
    const folder = await fetchArtifact({ ...options, spec, artifact })
    await write(old => ({ ...old, lastAttemptedRevision: revision, conditions: withConditions(old, { set: [says('Building manifests'), PROGRESSING], generation }) }))
    built = await buildObjects({ ...options, owner, spec, artifact, distort: state.behaviour === 'wrongValue' && revision !== state.heldAt }, folder)
    await write(old => ({ ...old, conditions: withConditions(old, { set: [says('Detecting drift'), PROGRESSING], generation }) }))
    if (state.behaviour === 'retrying' && !state.spent) {
      state.spent = true
      throw new StepFailed('ReconciliationFailed', 'failed calling webhook "sandbox.writ.dev": connection refused')
    }
    await applyObjects(options.api, built, state.behaviour)
    await settle(work, { spec, artifact, built, checking: says('Running health checks') })
  } catch (error) {
    const reason = error instanceof StepFailed ? error.reason : 'ReconciliationFailed'
    const message = error instanceof Error ? error.message : String(error)
    state.again = Math.min(state.again, retryAfter(owner, reason))
    await write(old => ({ ...old, ...work.handled, conditions: failed(old, { reason, message, generation }), ...history(work, old, { built, artifact, outcome: reason }) }))
  }
}

interface Done { readonly spec: KustomizationSpec, readonly artifact: Artifact, readonly built: readonly KubernetesObject[], readonly checking: Condition }

/** Prunes, checks health, and says that it is done. The list is written when the checks begin, or where there are none with the end. */
async function settle(work: Attempt, done: Done): Promise<void> {
  const { options, owner, state, write, generation } = work
  const { revision } = done.artifact
  if (done.spec.prune) await pruneObjects(options.api, owner, { before: valueAt(owner, 'status', 'inventory', 'entries'), now: done.built })
  if (state.behaviour === 'listLate') await new Promise(resolve => { setTimeout(resolve, options.delay ?? 2000) })
  const list = inventoryStatus(done.built)
  const checks = done.spec.wait ? done.built.length > 0 : done.spec.healthChecks.length > 0
  if (checks) {
    await write(old => ({ ...old, ...list, conditions: withConditions(old, { set: [done.checking, PROGRESSING, { ...done.checking, type: 'Healthy', status: 'Unknown' }], generation }) }))
    const began = Date.now()
    await waitHealthy(options.api, done.built, { spec: done.spec, interval: options.interval ?? 200 })
    const message = `Health check passed in ${Date.now() - began}ms`
    await write(old => ({ ...old, conditions: withConditions(old, { set: [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message }], generation }) }))
  }
  if (state.behaviour === 'healthLate') await new Promise(resolve => { setTimeout(resolve, options.delay ?? 2000) })
  await write(old => ({
    ...old, ...list, ...work.handled, lastAppliedRevision: revision, observedGeneration: generation, ...history(work, old, { ...done, outcome: 'ReconciliationSucceeded' }),
    conditions: withConditions(old, {
      set: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: `Applied revision: ${revision}` }], remove: ['Reconciling', 'Stalled', ...checks ? [] : ['Healthy']], generation,
    }),
  }))
}

function readSpec(owner: KubernetesObject): KustomizationSpec {
  try {
    return readKustomization(owner)
  } catch (error) {
    throw new StepFailed('BuildFailed', error instanceof Error ? error.message : String(error))
  }
}

// A stale cached artifact: the reconciliation looks done, but runs on the commit of before.
function artifactFor({ state, options }: Attempt, artifact: Artifact): Artifact {
  if (state.behaviour === 'oldCommit') return staleOf(artifact, state)
  if (state.behaviour !== 'staleArtifact' || state.spent || artifact.revision === state.heldAt) return artifact
  // The cache is older than the request: the reconciliation succeeds, at the revision of before.
  state.spent = true
  state.again = options.delay ?? 2000
  return staleOf(artifact, state)
}

function staleOf(artifact: Artifact, { heldAt }: State): Artifact {
  return heldAt === null ? artifact : { ...artifact, revision: heldAt, commit: heldAt.slice(-40) }
}

async function sourceRevision(options: FluxOptions, owner: KubernetesObject): Promise<string | null> {
  const namespace = textAt(owner, 'spec', 'sourceRef', 'namespace') ?? metaText(owner, 'namespace')
  const source = await options.api.get({ ...GIT_REPOSITORY, namespace, name: textAt(owner, 'spec', 'sourceRef', 'name') ?? '' })
  return textAt(source ?? {}, 'status', 'artifact', 'revision') ?? null
}

const PROGRESSING: Condition = { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' }

function reconciling(message: string): Condition {
  return { type: 'Reconciling', status: 'True', reason: 'Progressing', message }
}

// observedGeneration stays behind while it fails (argocd-flux.md 0, fact 6); what it was doing stays said, with another reason.
function failed(old: JsonObject, failure: { readonly reason: string, readonly message: string, readonly generation: number }): readonly JsonObject[] {
  const { reason, message, generation } = failure
  const doing = conditionOf(old, 'Reconciling')
  return withConditions(old, {
    set: [
      { type: 'Ready', status: 'False', reason, message },
      ...(doing === undefined ? [] : [{ ...reconciling(textAt(doing, 'message') ?? ''), reason: 'ProgressingWithRetry' }]),
      ...(reason === 'HealthCheckFailed' ? [{ type: 'Healthy', status: 'False', reason, message } as const] : []),
    ], generation,
  })
}

function history(work: Attempt, old: JsonObject, row: { readonly built: readonly KubernetesObject[], readonly artifact: Artifact | null, readonly outcome: string }): JsonObject {
  if (row.artifact === null || row.built.length === 0) return {}
  return { history: historyRows(old['history'], { objects: row.built, revision: row.artifact.revision, outcome: row.outcome, at: timestamp(), took: `${Date.now() - work.began}ms` }) }
}

function retryAfter(owner: KubernetesObject, reason: string): number {
  if (reason === 'ArtifactFailed' || reason === 'DependencyNotReady') return 1000
  return durationOf(valueAt(owner, 'spec', 'retryInterval'), 10_000)
}

function stateOf(states: Map<string, State>, owner: KubernetesObject): State {
  const key = metaText(owner, 'uid')
  const handled = textAt(owner, 'status', 'lastHandledReconcileAt')
  const state = states.get(key) ?? { behaviour: 'normal', heldAt: null, generation: 0, handled, revision: null, at: 0, again: 0, spent: false }
  states.set(key, state)
  return state
}
