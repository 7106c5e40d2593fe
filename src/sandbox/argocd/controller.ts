import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { metadataText, refKey } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metaText, nameOf } from '../api.ts'
import type { Api } from '../api.ts'
import { behaviourOf, distorted } from '../behaviour.ts'
import type { Behaviours } from '../behaviour.ts'
import type { GitSources } from '../git-sources.ts'
import type { HealthStatus } from '../health.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { behave, newState } from './app-state.ts'
import type { AppState } from './app-state.ts'
import { readApplication } from './application.ts'
import type { ApplicationSpec } from './application.ts'
import { decideAutoSync } from './auto-sync.ts'
import type { AutoSync } from './auto-sync.ts'
import { compare, knownResources } from './compare.ts'
import type { Comparison } from './compare.ts'
import { operate } from './operation.ts'
import { persist, REFRESH, timestamp } from './persist.ts'
import type { Update } from './persist.ts'
import { comparedStatus } from './status.ts'
import type { Condition } from './status.ts'
import { loadTarget } from './target.ts'
import type { Target } from './target.ts'

const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' }

export interface ArgoCdOptions {
  readonly api: Api
  readonly sources: GitSources
  readonly behaviours: Behaviours
  /** The control-plane namespace. Default argocd. */
  readonly namespace?: string
  /** Milliseconds between two looks at the Applications. Default 200. */
  readonly interval?: number
  /** Milliseconds between two looks at Git without being asked. Default 120 s, as since 3.0. */
  readonly poll?: number
  /** Milliseconds that the late behaviours (retrying, healthLate) take. Default 2000. */
  readonly delay?: number
}

interface Context extends Required<ArgoCdOptions> { readonly states: Map<string, AppState> }

/** Starts the stand-in of the application controller: it carries out what an Application says, and writes only what it fetched and applied. */
export function startArgoCd(options: ArgoCdOptions): Running {
  const context: Context = { namespace: 'argocd', interval: 200, poll: 120_000, delay: 2000, ...options, states: new Map() }
  return startLoop({ interval: context.interval, list: () => context.api.list(APPLICATION), reconcile: app => reconcile(context, app) })
}

async function reconcile(context: Context, app: KubernetesObject): Promise<void> {
  const state = stateOf(context, app)
  behave(state, behaviourOf(context.behaviours, app), app)
  if (state.behaviour === 'silent' || state.behaviour === 'suspended' || metadataText(app, 'annotations', 'argocd.argoproj.io/skip-reconcile') === 'true') return
  const write = async (update: Update): Promise<void> => { if (state.behaviour !== 'frozen') await persist(context.api, app, { ...update, careless: state.behaviour === 'oldRefresh' }) }
  const asked = metadataText(app, 'annotations', REFRESH) !== undefined
  if (asked && state.behaviour === 'lostRefresh' && !state.spent) {
    state.spent = true
    return write({ refreshed: app, status: old => ({ ...old, reconciledAt: timestamp() }) })
  }
  if (Date.now() < state.quietUntil) return
  const specKey = JSON.stringify(app['spec'])
  const full = state.specKey !== specKey || asked || Date.now() - state.lookedAt >= context.poll
  const due = full || isObject(app['operation']) || state.unsettled || Date.now() - state.comparedAt >= context.interval * 5
  if (!due) return
  const looked = await look(context, app, { state, full })
  state.specKey = specKey
  await follow(context, app, { looked, state, write })
}

/** Writes what a look found in the controller's order (processAppRefreshQueueItem): an error before the comparison that it is about, a sync asked for before the comparison that asks for it. */
async function follow(context: Context, app: KubernetesObject, { looked, state, write }: Pick<Acting, 'state' | 'write'> & { readonly looked: Looked }): Promise<void> {
  const { spec, target, comparison } = looked
  if (state.error !== null && spec !== null) await write({ status: old => withConditionsOf(old, looked.status(old)) })
  const acting = spec === null || target === null || comparison === null ? null : { ...looked, state, write, spec, target, comparison }
  const operation = acting === null ? null : operationOf(app, acting)
  const own = operation !== null && !isObject(app['operation']) && state.behaviour !== 'windowClosed'
  if (own) await write({ operation, status: old => withoutOperation(old) })
  await write({ refreshed: app, status: old => looked.status(own ? withoutOperation(old) : old) })
  if (acting !== null && operation !== null) await act(context, own ? { ...app, operation } : app, { ...acting, operation, own })
}

function withConditionsOf(old: JsonObject, next: JsonObject): JsonObject {
  return { ...old, conditions: next['conditions'] }
}

function withoutOperation({ operationState: _gone, ...rest }: JsonObject): JsonObject {
  return rest
}

interface Looked {
  readonly spec: ApplicationSpec | null
  readonly target: Target | null
  readonly comparison: Comparison | null
  /** Null where no sync is to be started by itself. */
  readonly start: AutoSync | null
  readonly status: (old: JsonObject) => JsonObject
}

/** Reads Git where it is time to, compares, and says what the status will be. */
async function look(context: Context, app: KubernetesObject, how: { readonly state: AppState, readonly full: boolean }): Promise<Looked> {
  const { state } = how
  let spec: ApplicationSpec
  try {
    spec = readApplication(app)
  } catch (error) {
    state.lookedAt = Date.now()
    return { spec: null, target: null, comparison: null, start: null, status: old => invalid(old, message(error)) }
  }
  if (how.full) await refresh(context, app, { state, spec })
  const conditions: Condition[] = []
  if (state.error !== null) conditions.push({ type: 'ComparisonError', message: state.error })
  const comparison = state.target === null ? null : await compareNow(context, app, { state, target: state.target })
  state.comparedAt = Date.now()
  for (const shared of comparison?.shared ?? []) conditions.push({ type: 'SharedResourceWarning', message: shared })
  const decision = comparison === null || state.target === null || state.behaviour === 'windowClosed' ? null : decideAutoSync(spec, { target: state.target, comparison, attempt: state.attempt })
  if (decision?.condition != null) conditions.push(decision.condition)
  const health = shownHealth(app, state, comparison)
  state.unsettled = state.late !== null || comparison?.health === 'Progressing'
  const { target } = state
  return {
    spec, target, comparison, start: decision?.start === true ? decision : null,
    status: old => {
      const next = comparedStatus(old, { spec, target, comparison, health, conditions, controllerNamespace: context.namespace, reconciled: how.full })
      return Date.now() < state.unlistedUntil ? { ...next, resources: old['resources'] ?? [] } : next
    },
  }
}

async function refresh(context: Context, app: KubernetesObject, of: { readonly state: AppState, readonly spec: ApplicationSpec }): Promise<void> {
  const { state, spec } = of
  state.lookedAt = Date.now()
  try {
    const newest = await context.sources.resolve(spec.repoURL, spec.targetRevision)
    const revision = state.behaviour === 'oldCommit' ? state.heldAt ?? await context.sources.parent(spec.repoURL, newest) ?? newest : newest
    state.target = await loadTarget(spec, revision, { ...context, instance: instanceOf(context, app) })
    state.error = null
    // The commit is known by now: whoever asks from here on is answered with it.
    if (state.behaviour === 'oldRefresh') await nextRequest(context, app)
  } catch (error) {
    state.target = null
    state.error = `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = ${message(error).startsWith('Failed to unmarshal') ? 'FailedPrecondition' : 'Unknown'} desc = ${gitWords(message(error))}`
  }
}

// Looks on until somebody asks again, at most five times the delay: what asks while it looks is what it takes away.
async function nextRequest(context: Context, app: KubernetesObject): Promise<void> {
  const asked = (of: KubernetesObject | null): string => JSON.stringify([REFRESH, `${REFRESH}-timestamp`].map(key => of === null ? null : metadataText(of, 'annotations', key)))
  for (const end = Date.now() + context.delay * 5; Date.now() < end; await pause(context.interval)) {
    if (asked(await context.api.get(nameOf(app))) !== asked(app)) return
  }
}

function compareNow(context: Context, app: KubernetesObject, of: { readonly state: AppState, readonly target: Target }): Promise<Comparison> {
  const rows = valueAt(app, 'status', 'resources')
  return compare({
    api: context.api, desired: applying(of.state, of.target), known: knownResources(isList(rows) ? rows.filter(isObject) : []),
    instance: instanceOf(context, app), applied: of.state.applied,
  })
}

// What a lying stand-in applies in place of what Git says.
function applying(state: AppState, target: Target): readonly KubernetesObject[] {
  return state.behaviour === 'wrongValue' && target.revision !== state.heldAt ? target.objects.map(distorted) : target.objects
}

interface Acting extends Looked {
  readonly spec: ApplicationSpec
  readonly target: Target
  readonly comparison: Comparison
  readonly state: AppState
  readonly write: (update: Update) => Promise<void>
}

/** The operation that was asked for, or the one that it starts by itself; null where there is none. */
function operationOf(app: KubernetesObject, { spec, target, start }: Pick<Acting, 'spec' | 'target' | 'start'>): JsonObject | null {
  if (isObject(app['operation'])) return app['operation']
  if (start === null) return null
  const retry = valueAt(app, 'spec', 'syncPolicy', 'retry')
  const only = start.only === null ? {} : { autoHealAttemptsCount: 1, resources: start.only.map(({ ref }) => ({ ...ref.group === '' ? {} : { group: ref.group }, kind: ref.kind, name: ref.name })) }
  const prune = spec.automated?.prune === true ? { prune: true } : {}
  return { sync: { revision: target.revision, source: spec.source, ...prune, ...only }, initiatedBy: { automated: true }, retry: isObject(retry) ? retry : { limit: 5 } }
}

/** Carries a requested or automatic sync out, and looks again afterwards. */
async function act(context: Context, app: KubernetesObject, acting: Acting & { readonly operation: JsonObject, readonly own: boolean }): Promise<void> {
  const { state, spec, write, operation } = acting
  if (state.behaviour === 'windowClosed') return write({ status: old => blockedByWindow(old, operation) })
  if (state.behaviour === 'stuckOperation' && !acting.own && textAt(app, 'status', 'operationState', 'phase') === 'Succeeded') return
  const target = await operationTarget(context, app, { spec, operation, target: acting.target }).catch((error: unknown) => message(error))
  if (typeof target === 'string') {
    const now = timestamp()
    return write({ operation: null, status: old => ({ ...old, operationState: { operation, phase: 'Error', message: target, startedAt: now, finishedAt: now } }) })
  }
  const before = textAt(app, 'status', 'health', 'status')
  await operate({
    api: context.api, app, spec, state, target, comparison: acting.comparison, operation, persist: write,
    objects: applying(state, target).filter(object => acting.start?.only?.some(item => refKey(item.ref) === refKey(nameOf(object))) ?? true),
    pause: () => pause(context.delay),
  })
  if (state.behaviour === 'listLate') state.unlistedUntil = Math.min(state.unlistedUntil, Date.now() + context.delay)
  if (state.behaviour === 'comparedLate') {
    state.quietUntil = Date.now() + context.delay
    return
  }
  if (state.behaviour === 'healthLate') state.late = { until: Date.now() + context.delay, health: before === 'Healthy' ? 'Healthy' : 'Progressing' }
  state.unsettled = true
  const again = await look(context, app, { state, full: false })
  await write({ status: old => ({ ...again.status(old), reconciledAt: timestamp() }) })
}

// Argo CD leaves the operation Running, and says why (controller/sync.go).
function blockedByWindow(old: JsonObject, operation: JsonObject): JsonObject {
  const before = old['operationState']
  if (textAt(before, 'phase') === 'Running') return old
  return { ...old, operationState: { operation, phase: 'Running', message: 'Sync operation blocked by sync window', startedAt: timestamp() } }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}

async function operationTarget(context: Context, app: KubernetesObject, of: { readonly spec: ApplicationSpec, readonly operation: JsonObject, readonly target: Target }): Promise<Target> {
  // What it has started by itself it knows: objects that differ alone, of the source that it has.
  const own = valueAt(of.operation, 'initiatedBy', 'automated') === true
  for (const key of own ? [] : ['resources', 'manifests', 'dryRun', 'source', 'sources']) {
    const value = valueAt(of.operation, 'sync', key)
    if (value !== undefined && value !== null && value !== false) throw new Error(`the sandbox's Argo CD does not know operation.sync.${key}`)
  }
  const revision = textAt(of.operation, 'sync', 'revision') ?? ''
  if (revision === '' || revision === of.target.revision) return of.target
  return loadTarget(of.spec, await context.sources.resolve(of.spec.repoURL, revision), { ...context, instance: instanceOf(context, app) })
}

function stateOf(context: Context, app: KubernetesObject): AppState {
  const key = metaText(app, 'uid')
  const state = context.states.get(key) ?? newState(app)
  context.states.set(key, state)
  return state
}

function shownHealth(app: KubernetesObject, state: AppState, comparison: Comparison | null): HealthStatus {
  if (state.late !== null && Date.now() < state.late.until) return state.late.health
  state.late = null
  if (comparison !== null) return comparison.health
  const old = textAt(app, 'status', 'health', 'status')
  return old === 'Healthy' || old === 'Progressing' || old === 'Degraded' ? old : 'Unknown'
}

// Outside the control plane's namespace, the app's namespace is part of its name (argocd-flux.md 1.1).
function instanceOf(context: Context, app: KubernetesObject): string {
  const [namespace, name] = [metaText(app, 'namespace'), metaText(app, 'name')]
  return namespace === context.namespace ? name : `${namespace}_${name}`
}

function invalid(old: JsonObject, sentence: string): JsonObject {
  const before = isList(old['conditions']) ? old['conditions'] : []
  const same = before.find(one => isObject(one) && one['message'] === sentence)
  const health = textAt(old, 'health', 'status') === 'Unknown' && old['health'] !== undefined ? old['health'] : { status: 'Unknown', lastTransitionTime: timestamp() }
  const sync = valueAt(old, 'sync')
  return {
    ...old, health, sync: { ...(isObject(sync) ? sync : {}), status: 'Unknown' },
    conditions: [same ?? { type: 'InvalidSpecError', message: sentence, lastTransitionTime: timestamp() }],
  }
}

// Git's own words, with the prefixes of the repo-server (argocd-flux.md 7.2).
function gitWords(text: string): string {
  if (/Authentication failed|could not read Username|HTTP 401/.test(text)) return 'failed to list refs: authentication required: Unauthorized'
  if (/repository '.*' not found|not found$/m.test(text) && text.includes('fatal')) return 'failed to list refs: repository not found: Repository not found'
  if (text.startsWith('fatal') || text.includes('unable to access')) return `failed to list refs: ${text}`
  return text.startsWith('unable to resolve') ? `failed to resolve git reference: ${text}` : text
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
