import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { canonical, isList, isObject, objectAt, sameJson, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText, refKey } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metaText, nameOf } from '../api.ts'
import { behaviourOf, distorted } from '../behaviour.ts'
import type { Behaviour } from '../behaviour.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { readObjects } from '../yaml-objects.ts'
import { conditionOf, durationOf, timestamp, withConditions } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { HELM_CHART, PACKED_FROM } from './helm-chart-controller.ts'
import { chartOf, overlaid, readRelease } from './helm-release.ts'
import type { ReleaseSpec } from './helm-release.ts'
import { storedRelease, storeRelease } from './helm-storage.ts'
import type { Stored } from './helm-storage.ts'
import { templateRelease } from './helm-template.ts'
import { inventoryOf, inventoryRefs } from './inventory.ts'
import { StepFailed, waitHealthy } from './reconciliation.ts'
import { GIT_REPOSITORY, REQUESTED_AT } from './source-controller.ts'
import type { FluxOptions } from './source-controller.ts'
import { statusWriter } from './status-writer.ts'
import type { StatusWriter } from './status-writer.ts'

const MANAGER = 'helm-controller'
const HELM_RELEASE = { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease' }

interface State { behaviour: Behaviour, generation: number, handled: string | undefined, chart: string | null, at: number, again: number, spent: boolean }

/** Starts the stand-in of helm-controller: installs, upgrades and rolls back what `helm template` renders (helm-controller 1.6, internal/reconcile). */
export function startHelmController(options: FluxOptions): Running {
  const states = new Map<string, State>()
  return startLoop({
    interval: options.interval ?? 200, list: () => options.api.list(HELM_RELEASE),
    reconcile: release => {
      const key = metaText(release, 'uid')
      const state = states.get(key) ?? { behaviour: 'normal', generation: 0, handled: textAt(release, 'status', 'lastHandledReconcileAt'), chart: null, at: 0, again: 0, spent: false }
      states.set(key, state)
      return reconcile(options, release, state)
    },
  })
}

/** One release at work. `write` keeps the conditions of the generation that is worked on. */
interface Work { readonly options: FluxOptions, readonly release: KubernetesObject, readonly state: State, readonly write: StatusWriter, readonly generation: number }

async function reconcile(options: FluxOptions, release: KubernetesObject, state: State): Promise<void> {
  const behaviour = behaviourOf(options.behaviours, release)
  if (behaviour !== state.behaviour) Object.assign(state, { behaviour, spent: false, at: 0 })
  if (behaviour === 'silent' || textAt(release, 'metadata', 'deletionTimestamp') !== undefined) return
  const requested = metadataText(release, 'annotations', REQUESTED_AT)
  const write = statusWriter(options.api, release, { manager: MANAGER, frozen: behaviour === 'frozen' })
  const handled: JsonObject = requested === undefined ? {} : { lastHandledReconcileAt: requested }
  const generation = Number(release.metadata['generation'] ?? 1)
  if (behaviour === 'suspended' || valueAt(release, 'spec', 'suspend') === true) {
    // It has seen the generation, and does nothing for it (argocd-flux.md 0, fact 5).
    if (requested !== state.handled || generation !== state.generation) await write(old => ({ ...old, ...handled, observedGeneration: generation }))
    Object.assign(state, { handled: requested, generation })
    return
  }
  const chart = await chartRevision(options, release)
  if (generation === state.generation && requested === state.handled && chart === state.chart && Date.now() - state.at < state.again) return
  Object.assign(state, { generation, handled: requested, chart, at: Date.now(), again: options.poll ?? durationOf(valueAt(release, 'spec', 'interval'), 60_000) })
  await attempt({ options, release, state, write, generation })
  await write(old => ({ ...old, ...handled }))
}

async function chartRevision({ api }: FluxOptions, release: KubernetesObject): Promise<string | null> {
  const [namespace = '', name = ''] = (textAt(release, 'status', 'helmChart') ?? '').split('/')
  const chart = name === '' ? null : await api.get({ ...HELM_CHART, namespace, name })
  return chart === null ? null : JSON.stringify([valueAt(chart, 'status', 'artifact', 'digest'), valueAt(chart, 'status', 'observedGeneration')])
}

async function attempt(work: Work): Promise<void> {
  const { options, release, write, generation } = work
  try {
    const spec = readRelease(release)
    await options.api.apply(chartOf(release, spec), MANAGER)
    await write(old => ({ ...old, helmChart: `${spec.chart.namespace}/${spec.chart.name}`, conditions: withConditions(old, { set: [reconciling('Fulfilling prerequisites')], remove: ['Stalled'], generation }) }))
    await checkDependencies(work, spec)
    const wanted = await prepared(work, spec)
    await perform(work, spec, wanted)
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    work.state.again = Math.min(work.state.again, 1000)
    await write(old => ({ ...old, conditions: withConditions(old, { set: [{ type: 'Ready', status: 'False', reason: error.reason, message: error.message }], generation }) }))
  }
}

async function checkDependencies({ options }: Work, spec: ReleaseSpec): Promise<void> {
  for (const dependency of spec.dependsOn) {
    const other = await options.api.get({ ...HELM_RELEASE, ...dependency })
    if (conditionOf(valueAt(other ?? {}, 'status'), 'Ready')?.['status'] !== 'True') throw new StepFailed('DependencyNotReady', `dependency '${dependency.namespace}/${dependency.name}' is not ready`)
  }
}

/** What is to be released: the chart as it was packed, its values merged. */
interface Wanted { readonly chart: { readonly name: string, readonly version: string }, readonly folder: string, readonly config: JsonObject }

async function prepared({ options, release }: Work, spec: ReleaseSpec): Promise<Wanted> {
  const { api } = options
  const chart = await api.get({ ...HELM_CHART, namespace: spec.chart.namespace, name: spec.chart.name })
  const notReady = (why: string): StepFailed => new StepFailed('SourceNotReady', `HelmChart '${spec.chart.namespace}/${spec.chart.name}' is not ready: ${why}`)
  if (chart === null || valueAt(chart, 'status', 'observedGeneration') !== valueAt(chart, 'metadata', 'generation')) {
    const ready = conditionOf(valueAt(chart ?? {}, 'status'), 'Ready')
    throw notReady(ready?.['status'] === 'False' ? textAt(ready, 'message') ?? '' : 'latest generation of object has not been reconciled')
  }
  const commit = textAt(chart, 'status', 'artifact', 'metadata', PACKED_FROM)
  if (commit === undefined) throw notReady('does not have an artifact')
  const source = await api.get({ ...GIT_REPOSITORY, namespace: spec.chart.namespace, name: textAt(chart, 'spec', 'sourceRef', 'name') ?? '' })
  const { folder } = await options.sources.checkout(textAt(source ?? {}, 'spec', 'url') ?? '', commit)
  let config: JsonObject = {}
  for (const from of spec.valuesFrom) {
    const map = await api.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: metaText(release, 'namespace'), name: from.name })
    const text = textAt(map ?? {}, 'data', from.key)
    if (text === undefined && !from.optional) throw new StepFailed('ValuesError', `could not resolve ConfigMap chart values reference '${metaText(release, 'namespace')}/${from.name}' with key '${from.key}': not found`)
    config = overlaid(config, valuesIn(text ?? ''))
  }
  return {
    folder: join(folder, textAt(chart, 'spec', 'chart') ?? ''), config: overlaid(config, spec.values),
    chart: { name: textAt(chart, 'status', 'observedChartName') ?? '', version: textAt(chart, 'status', 'artifact', 'revision') ?? '' },
  }
}

function valuesIn(text: string): JsonObject {
  // A wrapper makes values readable by the one reader of manifests there is.
  const [object] = text.trim() === '' ? [] : readObjects(`apiVersion: v1\nkind: Values\nmetadata: {}\nvalues:\n${text.split('\n').map(line => `  ${line}`).join('\n')}\n`, 'values')
  const values = object?.['values']
  return isObject(values) ? values : {}
}

/** What is attempted. Where chart or values changed, what failed before no longer counts. */
function attempted(old: JsonObject, { release, generation }: Work, wanted: Wanted): JsonObject {
  const now = { lastAttemptedRevision: wanted.chart.version, lastAttemptedConfigDigest: digest(wanted.config) }
  const same = old['lastAttemptedConfigDigest'] === now.lastAttemptedConfigDigest && old['lastAttemptedRevision'] === now.lastAttemptedRevision
  const none = { failures: undefined, upgradeFailures: undefined, installFailures: undefined }
  return { ...old, ...now, lastAttemptedGeneration: generation, storageNamespace: metaText(release, 'namespace'), ...same ? {} : none }
}

/** Installs or upgrades where chart or values differ from what is deployed; nothing where they do not. */
async function perform(work: Work, spec: ReleaseSpec, wanted: Wanted): Promise<void> {
  const { options, release, write, generation, state } = work
  const now = await options.api.get(nameOf(release))
  const rows = rowsOf(now)
  const [newest] = rows
  const same = newest?.['status'] === 'deployed' && newest['configDigest'] === digest(wanted.config) && newest['chartVersion'] === wanted.chart.version
  if (same) return write(old => ({ ...attempted(old, work, wanted), history: upToGood(old), observedGeneration: generation, conditions: inSync(old, newest, generation) }))
  const failures = Number(attempted(objectAt(now ?? {}, 'status'), work, wanted)['upgradeFailures'] ?? 0)
  if (failures > spec.remediation.retries) return write(old => ({ ...attempted(old, work, wanted), observedGeneration: generation, conditions: withConditions(old, { set: [exceeded(failures)], remove: ['Reconciling'], generation }) }))
  const action = rows.length === 0 ? 'install' : 'upgrade'
  const running = runs(action, spec)
  await write(old => ({ ...attempted(old, work, wanted), conditions: withConditions(old, { set: [running, { ...running, type: 'Ready', status: 'Unknown' }], remove: ['Stalled'], generation }) }))
  const version = Math.max(0, ...rows.map(row => Number(row['version'] ?? 0))) + 1
  const of = { name: spec.release, namespace: spec.namespace, version, config: wanted.config, chart: wanted.chart }
  let stored: Stored = { ...of, objects: [] }
  try {
    const objects = await templateRelease({
      api: options.api, chart: wanted.folder, release: spec.release, namespace: spec.namespace, values: wanted.config, upgrade: action === 'upgrade',
      owner: { name: metaText(release, 'name'), namespace: metaText(release, 'namespace') },
    })
    stored = { ...of, objects: state.behaviour === 'wrongValue' ? objects.map(distorted) : objects }
    await carryOut(work, spec, stored)
  } catch (error) {
    return fail(work, { spec, stored, action, message: error instanceof Error ? error.message : String(error) })
  }
  await storeRelease(options.api, stored, 'deployed')
  if (state.behaviour === 'healthLate') await new Promise(resolve => { setTimeout(resolve, options.delay ?? 2000) })
  await succeed(work, stored, action)
}

/** The conditions, the history, and last that it is done: three writes. */
async function succeed({ write, generation }: Work, stored: Stored, action: 'install' | 'upgrade'): Promise<void> {
  const message = `Helm ${action} succeeded for release ${nameOfRow(row(stored, 'deployed', action))}`
  const reason = action === 'install' ? 'InstallSucceeded' : 'UpgradeSucceeded'
  await write(old => ({
    ...old, history: withRow(old, row(stored, 'deployed', action)), inventory: { entries: inventoryOf(stored.objects) }, lastAttemptedReleaseAction: action,
    conditions: withConditions(old, { set: [{ type: 'Ready', status: 'True', reason, message }, { type: 'Released', status: 'True', reason, message }], remove: ['Stalled', 'Remediated'], generation }),
  }))
  await write(old => ({ ...old, history: upToGood(old), observedGeneration: generation, conditions: withConditions(old, { set: [], remove: ['Reconciling'], generation }) }))
}

/** Applies one revision, takes away what the one before had beside it, and waits until it is healthy. */
async function carryOut({ options, release, state }: Work, spec: ReleaseSpec, stored: Stored): Promise<void> {
  const kept = new Set(stored.objects.map(object => refKey(nameOf(object))))
  for (const object of stored.objects) {
    if (state.behaviour === 'applyError') throw new Error('admission webhook "sandbox.writ.dev" denied the request: denied by the sandbox')
    await options.api.apply(object, MANAGER)
  }
  const now = await options.api.get(nameOf(release))
  for (const ref of inventoryRefs(valueAt(now ?? {}, 'status', 'inventory', 'entries'))) if (!kept.has(refKey(ref))) await options.api.remove(ref)
  if (spec.wait) await waitHealthy(options.api, stored.objects, { spec: { wait: true, healthChecks: [], timeout: spec.timeout }, interval: options.interval ?? 200 })
}

interface Failure { readonly spec: ReleaseSpec, readonly stored: Stored, readonly action: 'install' | 'upgrade', readonly message: string }

/** The failed revision stays in the history; where the spec asks for it, the one before is put back. */
async function fail(work: Work, failure: Failure): Promise<void> {
  const { options, release, write, generation, state } = work
  const { spec, stored, action } = failure
  const message = `Helm ${action} failed for release ${spec.namespace}/${spec.release} with chart ${stored.chart.name}@${stored.chart.version}: ${failure.message}`
  const reason = action === 'install' ? 'InstallFailed' : 'UpgradeFailed'
  const counter = action === 'install' ? 'installFailures' : 'upgradeFailures'
  await write(old => ({
    ...old, history: withRow(old, row(stored, 'failed', action)), failures: Number(old['failures'] ?? 0) + 1, [counter]: Number(old[counter] ?? 0) + 1, lastAttemptedReleaseAction: action,
    conditions: withConditions(old, { set: [{ type: 'Released', status: 'False', reason, message }, { type: 'Ready', status: 'False', reason, message }], remove: ['Remediated'], generation }),
  }))
  state.again = Math.min(state.again, 1000)
  const now = await options.api.get(nameOf(release))
  const failures = Number(valueAt(now ?? {}, 'status', counter) ?? 1)
  const exhausted = failures > spec.remediation.retries
  const next = exhausted ? exceeded(failures, action) : { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message } as const
  if (action === 'upgrade' && (!exhausted || spec.remediation.rolledBack)) return rollBack(work, failure, next)
  await write(old => ({ ...old, ...exhausted ? { observedGeneration: generation } : {}, conditions: withConditions(old, { set: [next], remove: exhausted ? ['Reconciling'] : [], generation }) }))
}

/** Puts the last good revision back; `next` says whether that was the last try. */
async function rollBack(work: Work, { spec }: Failure, next: Condition): Promise<void> {
  const { options, release, write, generation } = work
  const rows = rowsOf(await options.api.get(nameOf(release)))
  const good = rows.slice(1).find(one => one['status'] === 'deployed' || one['status'] === 'superseded')
  const target = good === undefined ? null : await storedRelease(options.api, { name: spec.release, namespace: spec.namespace, version: Number(good['version']) })
  if (target === null) {
    const stalled = { type: 'Stalled', status: 'True', reason: 'MissingRollbackTarget', message: 'Failed to perform remediation: missing target release for rollback' } as const
    return write(old => ({ ...old, observedGeneration: generation, conditions: withConditions(old, { set: [stalled], remove: ['Reconciling'], generation }) }))
  }
  await write(old => ({ ...old, history: upToGood(old), conditions: withConditions(old, { set: [runs('rollback', spec)], generation }) }))
  const stored: Stored = { ...target, version: Number(rows[0]?.['version'] ?? 0) + 1 }
  await carryOut({ ...work, state: { ...work.state, behaviour: 'normal' } }, spec, stored)
  await storeRelease(options.api, stored, 'deployed')
  const message = `Helm rollback to previous release ${nameOfRow(good ?? {})} succeeded`
  const stalled = next.type === 'Stalled'
  await write(old => ({
    ...old, ...stalled ? { observedGeneration: generation } : {}, history: withRow(old, row(stored, 'deployed', 'rollback')), inventory: { entries: inventoryOf(stored.objects) },
    conditions: withConditions(old, {
      set: [next, { type: 'Remediated', status: 'True', reason: 'RollbackSucceeded', message }, { type: 'Ready', status: 'False', reason: 'RollbackSucceeded', message }], remove: stalled ? ['Reconciling'] : [], generation,
    }),
  }))
}

function row(stored: Stored, status: 'deployed' | 'failed', action: string): JsonObject {
  const at = timestamp()
  return {
    digest: digest(stored.objects), name: stored.name, namespace: stored.namespace, version: stored.version, status, action, chartName: stored.chart.name, chartVersion: stored.chart.version,
    configDigest: digest(stored.config), firstDeployed: at, lastDeployed: at,
  }
}

/** Newest first; what was deployed before is superseded by what is deployed now. */
function withRow(old: JsonObject, made: JsonObject): readonly JsonObject[] {
  const rows = isList(old['history']) ? old['history'].filter(isObject) : []
  return [made, ...rows.map(one => made['status'] === 'deployed' && one['status'] === 'deployed' ? { ...one, status: 'superseded' } : one)]
}

/** The newest revision and what lies between it and the last good one before it: older ones are forgotten. */
function upToGood(old: JsonObject): readonly JsonObject[] {
  const rows = isList(old['history']) ? old['history'].filter(isObject) : []
  const good = rows.findIndex((one, i) => i > 0 && (one['status'] === 'deployed' || one['status'] === 'superseded'))
  return rows.slice(0, good === -1 ? 5 : good + 1)
}

function rowsOf(release: KubernetesObject | null): readonly JsonObject[] {
  const rows = valueAt(release ?? {}, 'status', 'history')
  return isList(rows) ? rows.filter(isObject) : []
}

function exceeded(failures: number, action = 'upgrade'): Condition {
  return { type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: `Failed to ${action} after ${failures} attempt(s)` }
}

/** Nothing is to be done. A rollback that left what is asked for now counts as the upgrade to it. */
function inSync(old: JsonObject, newest: JsonObject, generation: number): readonly JsonObject[] {
  const of = { ...old }
  const [released, remediated] = [conditionOf(of, 'Released'), conditionOf(of, 'Remediated')]
  const first = textAt(released, 'reason')?.startsWith('Install') === true && remediated === undefined
  const is = { status: 'True', reason: first ? 'InstallSucceeded' : 'UpgradeSucceeded', message: `Helm ${first ? 'install' : 'upgrade'} succeeded for release ${nameOfRow(newest)}` } as const
  const good = released?.['status'] === 'True' && remediated === undefined
  return withConditions(old, { set: [{ type: 'Ready', ...is }, ...good ? [] : [{ type: 'Released', ...is }]], remove: ['Reconciling', 'Stalled', 'Remediated'], generation })
}

/** A revision with its chart, as the controller's messages name it. */
function nameOfRow(of: JsonObject): string {
  return `${textAt(of, 'namespace') ?? ''}/${textAt(of, 'name') ?? ''}.v${Number(of['version'] ?? 0)} with chart ${textAt(of, 'chartName') ?? ''}@${textAt(of, 'chartVersion') ?? ''}`
}

function runs(action: string, spec: ReleaseSpec): Condition {
  return reconciling(`Running '${action}' action with timeout of ${spec.timeout / 1000}s`)
}

function reconciling(message: string): Condition {
  return { type: 'Reconciling', status: 'True', reason: 'Progressing', message }
}

function digest(value: Json | readonly KubernetesObject[]): string {
  return `sha256:${createHash('sha256').update(sameJson(value, {}) ? '' : canonical(value)).digest('hex')}`
}
