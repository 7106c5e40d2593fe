import { canonical, isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { AppState } from './app-state.ts'
import type { ApplicationSpec } from './application.ts'
import type { Comparison } from './compare.ts'
import { timestamp } from './persist.ts'
import { applyAll } from './sync.ts'
import type { SyncOutcome } from './sync.ts'
import type { Target } from './target.ts'
import { durationOf } from '../flux/conditions.ts'
import type { Api } from '../api.ts'
import type { Update } from './persist.ts'

export interface OperationInput {
  readonly api: Api
  readonly app: KubernetesObject
  readonly spec: ApplicationSpec
  readonly state: AppState
  readonly target: Target
  readonly comparison: Comparison
  /** The `.operation` to carry out. */
  readonly operation: JsonObject
  /** What is applied: the target's objects, or others where the stand-in is made to lie. */
  readonly objects: readonly KubernetesObject[]
  readonly persist: (update: Update) => Promise<void>
  readonly pause: () => Promise<void>
}

const HISTORY = 10

/** Carries one sync out, from Running to its end, and writes each step into `status.operationState`. */
export async function operate(input: OperationInput): Promise<void> {
  const { operation, target } = input
  const whole = valueAt(operation, 'sync', 'resources') === undefined
  const startedAt = timestamp()
  await input.persist({ operation, status: old => ({ ...old, operationState: { operation, startedAt, phase: 'Running' } }) })
  const base = { operation, startedAt, syncResult: { revision: target.revision, source: input.spec.source } }
  if (input.state.behaviour === 'retrying' && !input.state.spent) await failOnce(input, base)
  const outcome = await withRetries(input, base, () => applyAll({
    api: input.api, objects: input.objects, items: input.comparison.items,
    prune: valueAt(operation, 'sync', 'prune') === true,
    createNamespace: input.spec.createNamespace && input.spec.namespace !== '' ? input.spec.namespace : null,
    denied: input.state.behaviour === 'applyError' ? 'admission webhook "sandbox.writ.dev" denied the request: denied by the sandbox' : null,
  }))
  if (outcome.ok) input.state.applied = new Map([...whole ? [] : input.state.applied, ...outcome.applied])
  input.state.attempt = { revision: target.revision, source: canonical(input.spec.source), ok: outcome.ok, message: outcome.message }
  const finishedAt = timestamp()
  // The history is written before the end of the operation (controller/sync.go, persistRevisionHistory); a sync of single objects leaves none.
  if (outcome.ok && whole) await input.persist({ status: old => ({ ...old, history: [...(isList(old['history']) ? old['history'] : []), entry(old, base, finishedAt)].slice(-HISTORY) }) })
  await input.persist({ ...input.state.behaviour === 'stuckOperation' ? {} : { operation: null }, status: old => finished(old, { ...base, finishedAt, ...outcome.tries === 0 ? {} : { retryCount: outcome.tries } }, outcome) })
}

// Running with finishedAt set is how a sync waits for its next try (argocd-flux.md 6.2).
async function failOnce(input: OperationInput, base: JsonObject): Promise<void> {
  input.state.spent = true
  const message = `one or more objects failed to apply, reason: Internal error occurred: failed calling webhook "sandbox.writ.dev": connection refused. Retrying attempt #1 at ${kitchen(new Date())}.`
  await input.persist({ status: old => ({ ...old, operationState: { ...base, phase: 'Running', message, finishedAt: timestamp(), retryCount: 1 } }) })
  await input.pause()
}

/** Tries again as often as the spec says; without a word of it once, where the real one tries five times within minutes. */
async function withRetries(input: OperationInput, base: JsonObject, apply: () => Promise<SyncOutcome>): Promise<SyncOutcome & { readonly tries: number }> {
  const retry = valueAt(input.app, 'spec', 'syncPolicy', 'retry')
  const limit = Number(valueAt(retry, 'limit') ?? 0)
  let outcome = await apply()
  let tried = 0
  for (let tries = 1; !outcome.ok && tries <= limit; tries++) {
    const pause = Math.min(durationOf(valueAt(retry, 'backoff', 'duration'), 5000) * Number(valueAt(retry, 'backoff', 'factor') ?? 2) ** (tries - 1), durationOf(valueAt(retry, 'backoff', 'maxDuration'), 180_000))
    const { message, resources } = outcome
    const syncResult = base['syncResult']
    const said = `${message}. Retrying attempt #${tries} at ${kitchen(new Date(Date.now() + pause))}.`
    await input.persist({ status: old => ({ ...old, operationState: { ...base, syncResult: { ...isObject(syncResult) ? syncResult : {}, resources }, phase: 'Running', message: said, finishedAt: timestamp(), retryCount: tries } }) })
    await new Promise(resolve => { setTimeout(resolve, pause) })
    await input.persist({ status: old => ({ ...old, operationState: { ...base, syncResult: { ...isObject(syncResult) ? syncResult : {}, resources }, phase: 'Running', message: `Retrying operation. Attempt #${tries}`, retryCount: tries } }) })
    tried = tries
    outcome = await apply()
    if (!outcome.ok && tries === limit) outcome = { ...outcome, message: `${outcome.message} (retried ${tries} times).` }
  }
  return { ...outcome, tries: tried }
}

// Go's time.Kitchen.
function kitchen(at: Date): string {
  return `${at.getUTCHours() % 12 || 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${at.getUTCHours() < 12 ? 'AM' : 'PM'}`
}

function finished(old: JsonObject, base: JsonObject, outcome: SyncOutcome): JsonObject {
  const syncResult = base['syncResult']
  return { ...old, operationState: { ...base, phase: outcome.ok ? 'Succeeded' : 'Failed', message: outcome.message, syncResult: { ...(isObject(syncResult) ? syncResult : {}), resources: outcome.resources } } }
}

function entry(old: JsonObject, base: JsonObject, deployedAt: string): JsonObject {
  const last = isList(old['history']) ? old['history'].at(-1) : undefined
  const id = isObject(last) && typeof last['id'] === 'number' ? last['id'] + 1 : 0
  return {
    id, revision: textAt(base, 'syncResult', 'revision') ?? '', source: valueAt(base, 'syncResult', 'source') ?? {},
    deployStartedAt: textAt(base, 'startedAt') ?? '', deployedAt, initiatedBy: initiator(base['operation']),
  }
}

function initiator(operation: Json | undefined): JsonObject {
  const by = isObject(operation) ? operation['initiatedBy'] : undefined
  return isObject(by) ? by : {}
}
