import { textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { behaviourOf } from '../behaviour.ts'
import type { Behaviour } from '../behaviour.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { durationOf, timestamp, withConditions } from './conditions.ts'
import { readKustomization } from './kustomization.ts'
import type { KustomizationSpec } from './kustomization.ts'
import {
  applyObjects, buildObjects, checkDependencies, historyRows, inventoryStatus, KUSTOMIZATION, MANAGER, pruneObjects, readArtifact, StepFailed, waitHealthy,
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
  if (behaviour === 'suspended' || valueAt(owner, 'spec', 'suspend') === true) {
    // A suspended Kustomization answers requests all the same (argocd-flux.md 0, fact 5).
    if (requested !== state.handled) await write(old => ({ ...old, ...handled }))
    state.handled = requested
    return
  }
  const generation = Number(owner.metadata['generation'] ?? 1)
  const source = await sourceRevision(options, owner)
  const due = generation !== state.generation || requested !== state.handled || source !== state.revision || Date.now() - state.at >= state.again
  if (!due) return
  Object.assign(state, { generation, handled: requested, revision: source, at: Date.now(), again: options.poll ?? durationOf(valueAt(owner, 'spec', 'interval'), 60_000) })
  if (behaviour === 'lostRefresh' && !state.spent) {
    state.spent = true
    return write(old => ({ ...old, ...handled }))
  }
  await attempt({ options, owner, state, write, generation })
  await write(old => ({ ...old, ...handled }))
}

interface Attempt {
  readonly options: FluxOptions
  readonly owner: KubernetesObject
  readonly state: State
  readonly write: StatusWriter
  readonly generation: number
}

/** One reconciliation from the source to Ready, in the controller's order. A failure ends in the conditions, and is tried again. */
async function attempt(work: Attempt): Promise<void> {
  const { options, owner, state, write, generation } = work
  let built: readonly KubernetesObject[] = []
  let artifact: Artifact | null = null
  try {
    const spec = readSpec(owner)
    artifact = held(await readArtifact(options.api, spec), state)
    if (state.behaviour === 'staleArtifact' && !state.spent && artifact.revision !== state.heldAt) {
      // The cache is older than the request: the reconciliation succeeds, at the revision of before.
      state.spent = true
      state.again = options.delay ?? 2000
      artifact = staleOf(artifact, state)
    }
    const { revision } = artifact
    await checkDependencies(options.api, spec)
    await write(old => ({ ...old, lastAttemptedRevision: revision, conditions: progressing(old, `Building manifests for revision ${revision} with a timeout of ${spec.timeout / 1000}s`, generation) }))
    built = await buildObjects({ ...options, owner, spec, artifact, distort: state.behaviour === 'wrongValue' && revision !== state.heldAt })
    if (state.behaviour === 'retrying' && !state.spent) {
      state.spent = true
      throw new StepFailed('ReconciliationFailed', 'failed calling webhook "sandbox.writ.dev": connection refused')
    }
    await applyObjects(options.api, built, state.behaviour)
    await settle(work, { spec, artifact, built })
  } catch (error) {
    const reason = error instanceof StepFailed ? error.reason : 'ReconciliationFailed'
    const message = error instanceof Error ? error.message : String(error)
    state.again = Math.min(state.again, retryAfter(owner, reason))
    await write(old => ({ ...old, conditions: failed(old, { reason, message, generation }), ...history(old, { built, artifact, outcome: reason }) }))
  }
}

async function settle(work: Attempt, done: { readonly spec: KustomizationSpec, readonly artifact: Artifact, readonly built: readonly KubernetesObject[] }): Promise<void> {
  const { options, owner, state, write, generation } = work
  const { revision } = done.artifact
  const before = valueAt(owner, 'status', 'inventory', 'entries')
  if (state.behaviour === 'listLate') await new Promise(resolve => { setTimeout(resolve, options.delay ?? 2000) })
  await write(old => ({ ...old, ...inventoryStatus(done.built) }))
  if (done.spec.prune) await pruneObjects(options.api, owner, { before, now: done.built })
  const checks = done.spec.wait || done.spec.healthChecks.length > 0
  if (checks) {
    await write(old => ({ ...old, conditions: progressing(old, `Running health checks for revision ${revision} with a timeout of ${done.spec.timeout / 1000}s`, generation) }))
    await waitHealthy(options.api, done.built, { spec: done.spec, interval: options.interval ?? 200 })
  }
  if (state.behaviour === 'healthLate') await new Promise(resolve => { setTimeout(resolve, options.delay ?? 2000) })
  const message = `Applied revision: ${revision}`
  await write(old => ({
    ...old, lastAppliedRevision: revision, observedGeneration: generation, ...history(old, { ...done, outcome: 'ReconciliationSucceeded' }),
    conditions: withConditions(old, {
      set: [
        { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message },
        ...(checks ? [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message: 'Health check passed' } as const] : []),
      ],
      remove: ['Reconciling', 'Stalled'], generation,
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
function held(artifact: Artifact, state: State): Artifact {
  return state.behaviour === 'oldCommit' ? staleOf(artifact, state) : artifact
}

function staleOf(artifact: Artifact, { heldAt }: State): Artifact {
  return heldAt === null ? artifact : { ...artifact, revision: heldAt, commit: heldAt.slice(-40) }
}

async function sourceRevision(options: FluxOptions, owner: KubernetesObject): Promise<string | null> {
  const namespace = textAt(owner, 'spec', 'sourceRef', 'namespace') ?? metaText(owner, 'namespace')
  const source = await options.api.get({ ...GIT_REPOSITORY, namespace, name: textAt(owner, 'spec', 'sourceRef', 'name') ?? '' })
  return textAt(source ?? {}, 'status', 'artifact', 'revision') ?? null
}

function progressing(old: JsonObject, message: string, generation: number): readonly JsonObject[] {
  return withConditions(old, {
    set: [
      { type: 'Reconciling', status: 'True', reason: 'Progressing', message },
      { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' },
    ], generation,
  })
}

// observedGeneration stays behind while it fails (argocd-flux.md 0, fact 6).
function failed(old: JsonObject, failure: { readonly reason: string, readonly message: string, readonly generation: number }): readonly JsonObject[] {
  const { reason, message, generation } = failure
  return withConditions(old, {
    set: [
      { type: 'Ready', status: 'False', reason, message },
      { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message },
      ...(reason === 'HealthCheckFailed' ? [{ type: 'Healthy', status: 'False', reason, message } as const] : []),
    ], generation,
  })
}

function history(old: JsonObject, row: { readonly built: readonly KubernetesObject[], readonly artifact: Artifact | null, readonly outcome: string }): JsonObject {
  if (row.artifact === null || row.built.length === 0) return {}
  return { history: historyRows(old['history'], { objects: row.built, revision: row.artifact.revision, outcome: row.outcome, at: timestamp() }) }
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
