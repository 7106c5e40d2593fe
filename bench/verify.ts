/**
 * How long it takes from a controller's status write to Writ's verdict on it, on the sandbox: until a change that is live and healthy is recorded
 * so, and until one that its owner cannot deploy is recorded as failed. Everything runs in this one process, so the figures are upper bounds.
 */
import { readFile } from 'node:fs/promises'
import { deliver } from '../src/flow/deliver.ts'
import { plan } from '../src/flow/plan.ts'
import { submit } from '../src/flow/submit.ts'
import type { World } from '../src/flow/world.ts'
import { objectsAt, textAt, valueAt } from '../src/model/json.ts'
import type { KubernetesObject } from '../src/model/resource.ts'
import { startSandbox } from '../src/sandbox/up.ts'
import { connect } from '../src/wire.ts'
import { handOn } from '../test/contracts/recording.ts'
import type { Place, Recording } from '../test/contracts/recording.ts'
import { machineLine, median } from './machine.ts'

const RUNS = Number(process.env['RUNS'] ?? 12)
const GOAL = 1000

const application = (name: string): Place => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', plural: 'applications', namespace: 'argocd', name })
const kustomization = (name: string): Place => ({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', plural: 'kustomizations', namespace: 'flux-system', name })
const deployment = (namespace: string, name: string): Place => ({ apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespace, name })
const LANES = [
  { tool: 'Argo CD', owner: application('shop-web-dev'), object: deployment('shop-dev', 'web') },
  { tool: 'Flux', owner: kustomization('pay-gateway-dev'), object: deployment('pay-dev', 'gateway') },
] as const

const sandbox = await startSandbox({ stability: '1s' })
Object.assign(process.env, sandbox.env)
const { world, identity, close } = await connect({ dir: sandbox.config })
try {
  const hand = handOn(await readFile(sandbox.kubeconfig, 'utf8'), 60_000)
  console.log(machineLine())
  let late = false
  for (const lane of LANES) {
    const [owner, object] = [await hand.record(lane.owner), await hand.record(lane.object)]
    const healthy: number[] = []
    const failed: number[] = []
    for (let run = 0; run < RUNS; run++) healthy.push(await once(lane, { owner, object }, { what: 'healthy', run }))
    const key = `${lane.owner.kind} ${lane.owner.namespace}/${lane.owner.name}`
    for (let run = 0; run < RUNS; run++) {
      sandbox.behaviours.set(key, 'applyError')
      failed.push(await once(lane, { owner, object }, { what: 'failed', run: RUNS + run }))
      sandbox.behaviours.delete(key)
    }
    for (const [what, delays] of [['live and healthy', healthy], ['cannot be deployed', failed]] as const) {
      const high = percentile(delays, 0.95)
      late ||= high > GOAL
      console.log(`${lane.tool}: ${what.padEnd(20)} status write to verdict: median ${median(delays).toFixed(0)} ms, p95 ${high.toFixed(0)} ms, ${delays.length} changes (goal: p95 ≤ ${GOAL} ms)`)
    }
    for (const recording of [owner, object]) recording.stop()
  }
  if (late) process.exitCode = 1
} finally {
  await close()
  await sandbox.stop()
}

type Lane = typeof LANES[number]

/** One change, and the time between the status write that decides and the write of the verdict. */
async function once(lane: Lane, seen: { readonly owner: Recording, readonly object: Recording }, { what, run }: { readonly what: 'healthy' | 'failed', readonly run: number }): Promise<number> {
  const asked = await plan(world, {
    verb: 'scale', target: { cluster: null, namespace: lane.object.namespace, type: 'deployment', name: lane.object.name }, asks: [{ kind: 'replicas', value: 2 + (run % 2) * 2 + (what === 'failed' ? 1 : 0) }], scope: 'app',
    requester: identity, reason: `bench ${run}`, incident: null, rollbackPlan: null,
  })
  if (!('digest' in asked)) throw new Error(JSON.stringify(asked))
  let verdict = 0
  const watched: World = { ...world, changes: { ...world.changes, save: async (...args) => {
    const saved = await world.changes.save(...args)
    const decided = what === 'healthy' ? saved.facts.verifying?.state === 'STABILISING' : saved.status === 'failed'
    if (decided && verdict === 0) verdict = Date.now()
    return saved
  } } }
  const { change } = await submit(watched, asked)
  const ended = await deliver(watched, change.id, { until: 'end', progress: () => undefined, signal: new AbortController().signal })
  const commit = ended.facts.mergeCommit ?? ''
  if (what === 'failed') return verdict - timeOf(seen.owner, object => isFailed(object, commit))
  if (ended.status !== 'verified') throw new Error(JSON.stringify(ended.ended))
  const replicas = Number(asked.edits[0]?.after)
  return verdict - Math.max(timeOf(seen.owner, object => isAccepted(object, commit)), timeOf(seen.object, object => isRolledOut(object, replicas), seen.object.times.findLastIndex(time => time < verdict - 60_000) + 1))
}

function timeOf({ states, times }: Recording, fits: (object: KubernetesObject) => boolean, from = 0): number {
  const at = states.findIndex((object, i) => i >= from && fits(object))
  if (at < 0) throw new Error('the status write that decided was never seen')
  return times[at] ?? 0
}

function isAccepted(object: KubernetesObject, commit: string): boolean {
  if (object.kind === 'Kustomization') return textAt(object, 'status', 'lastAppliedRevision')?.endsWith(commit) === true && ready(object) === 'True'
  const finished = textAt(object, 'status', 'operationState', 'finishedAt') ?? ''
  return textAt(object, 'status', 'sync', 'revision') === commit && textAt(object, 'status', 'sync', 'status') === 'Synced' && textAt(object, 'status', 'operationState', 'phase') === 'Succeeded'
    && object['operation'] === undefined && (textAt(object, 'status', 'reconciledAt') ?? '') >= finished
}

function isFailed(object: KubernetesObject, commit: string): boolean {
  if (object.kind === 'Kustomization') return textAt(object, 'status', 'lastAttemptedRevision')?.endsWith(commit) === true && ready(object) === 'False'
  return textAt(object, 'status', 'operationState', 'syncResult', 'revision') === commit && textAt(object, 'status', 'operationState', 'phase') === 'Failed'
}

function ready(object: KubernetesObject): string | undefined {
  return textAt(objectsAt(object, 'status', 'conditions').find(one => one['type'] === 'Ready'), 'status')
}

/** The last state that has these replicas began when it was first so without interruption: replicas alternate between changes. */
function isRolledOut(object: KubernetesObject, replicas: number): boolean {
  const count = (name: string): unknown => valueAt(object, 'status', name)
  return valueAt(object, 'spec', 'replicas') === replicas && count('observedGeneration') === object.metadata['generation'] && count('updatedReplicas') === replicas && count('availableReplicas') === replicas && count('readyReplicas') === replicas
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
