import { objectsAt, showJson, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Health } from '../../model/observation.ts'
import { groupVersion, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { conditionOf, count, fixedCount, progressing, wantedReplicas } from './health-parts.ts'
import { podFailure } from './pod-failure.ts'

interface Around { readonly pods: readonly KubernetesObject[], readonly before: KubernetesObject | null }
type Judge = (live: KubernetesObject, around: Around) => Health

/** Health of every kind but the three workloads of `apps`, by the table of argocd-flux.md 6.4; kstatus for kinds that nobody here knows. */
export function kindHealth(live: KubernetesObject, around: Around): Health {
  const judge = KINDS[`${groupVersion(live.apiVersion).group}/${live.kind}`]
  return judge === undefined ? byConditions(live) : judge(live, around)
}

const KINDS: Readonly<Record<string, Judge>> = {
  'batch/Job': job, 'batch/CronJob': byFields, '/ConfigMap': configuration, '/Secret': configuration, 'policy/PodDisruptionBudget': byFields,
  '/Service': service, 'networking.k8s.io/Ingress': ingress, '/PersistentVolumeClaim': claim, 'argoproj.io/Rollout': rollout,
  'apps/ReplicaSet': replicaSet, '/Pod': pod, 'helm.toolkit.fluxcd.io/HelmRelease': helmRelease,
}

function byFields(live: KubernetesObject): Health {
  return { state: 'healthy', sentence: `${showRef(refOf(live))} has the asked fields; a ${live.kind} has no rollout that Writ judges` }
}

/** What reads it is not restarted by a change of it (argocd-flux.md 6.4). */
function configuration(live: KubernetesObject): Health {
  return { ...byFields(live), state: 'healthy', warning: `pods that read ${showRef(refOf(live))} as variables go on with what they had until they are restarted` }
}

function job(live: KubernetesObject, { pods }: Around): Health {
  const name = showRef(refOf(live))
  const failed = conditionOf(live, 'Failed')
  if (failed?.['status'] === 'True') return { state: 'failing', sentence: `${name} has failed: ${textAt(failed, 'reason') ?? ''} ${textAt(failed, 'message') ?? ''}`.trimEnd() }
  if (conditionOf(live, 'Complete')?.['status'] === 'True') return { state: 'healthy', sentence: `${name} is complete` }
  if (valueAt(live, 'spec', 'suspend') === true) return { state: 'paused', sentence: `${name} is suspended (spec.suspend)` }
  const failure = podFailure(pods)
  return failure === null ? progressing(`${name} is not complete: ${count(live, 'status', 'succeeded')} of ${Number(valueAt(live, 'spec', 'completions') ?? 1)} pods have succeeded`) : { state: 'failing', sentence: `${name}: ${failure.sentence}`, ...failure.slow ? { slow: true } : {} }
}

function service(live: KubernetesObject, { before }: Around): Health {
  if (textAt(live, 'spec', 'type') !== 'LoadBalancer') return byFields(live)
  return balanced(live, textAt(before ?? undefined, 'spec', 'type') === 'LoadBalancer' ? before : null)
}

function ingress(live: KubernetesObject, { before }: Around): Health {
  return balanced(live, before)
}

/** An address is waited for, but not where the object never had one: nothing in that cluster gives addresses out then. */
function balanced(live: KubernetesObject, before: KubernetesObject | null): Health {
  const name = showRef(refOf(live))
  const addresses = objectsAt(live, 'status', 'loadBalancer', 'ingress').map(one => textAt(one, 'ip') ?? textAt(one, 'hostname') ?? '')
  if (addresses.length > 0) return { state: 'healthy', sentence: `${name} has the asked fields and the address ${addresses.join(', ')}` }
  if (before !== null && objectsAt(before, 'status', 'loadBalancer', 'ingress').length === 0) return { ...byFields(live), state: 'healthy', warning: `${name} has no address, and had none before the change` }
  return progressing(`${name} has no address yet (status.loadBalancer.ingress)`)
}

function claim(live: KubernetesObject, { before }: Around): Health {
  const name = showRef(refOf(live))
  const phase = textAt(live, 'status', 'phase') ?? 'not set'
  if (phase === 'Bound') {
    const resizing = objectsAt(live, 'status', 'conditions').find(one => one['status'] === 'True' && ['Resizing', 'FileSystemResizePending'].includes(textAt(one, 'type') ?? ''))
    return resizing === undefined ? { state: 'healthy', sentence: `${name} is bound` } : progressing(`${name} is bound, and ${textAt(resizing, 'type') ?? ''} is not over: ${textAt(resizing, 'message') ?? ''}`)
  }
  if (phase === 'Lost') return { state: 'failing', sentence: `${name} has lost its volume` }
  if (textAt(before ?? undefined, 'status', 'phase') === phase) return { ...byFields(live), state: 'healthy', warning: `${name} is ${phase}, as it was before the change` }
  return progressing(`${name} is ${phase}, not Bound`)
}

/** Argo Rollouts: generations are texts there, and of a referenced workload there is one more. */
function rollout(live: KubernetesObject, { pods }: Around): Health {
  const name = showRef(refOf(live))
  const [generation, observed] = [count(live, 'metadata', 'generation'), valueAt(live, 'status', 'observedGeneration')]
  if (observed === undefined || Number(observed) < generation) return progressing(`${name}: its controller has seen generation ${showJson(observed ?? 'none')} of ${generation}`)
  const workload = valueAt(live, 'spec', 'workloadRef')
  if (workload !== undefined && textAt(live, 'status', 'workloadObservedGeneration') === undefined) return progressing(`${name}: its controller has not seen the workload that it names`)
  return rolledOut(live, { name, pods })
}

function rolledOut(live: KubernetesObject, { name, pods }: { readonly name: string, readonly pods: readonly KubernetesObject[] }): Health {
  const phase = textAt(live, 'status', 'phase') ?? 'not set'
  const message = textAt(live, 'status', 'message') ?? ''
  const why = message === '' ? '' : `: ${message}`
  if (phase === 'Paused' || valueAt(live, 'spec', 'paused') === true) return { state: 'paused', sentence: `${name} is paused${why}` }
  if (phase === 'Degraded') return { state: 'failing', sentence: `${name} is Degraded${why}` }
  const [stable, current] = [textAt(live, 'status', 'stableRS'), textAt(live, 'status', 'currentPodHash')]
  if (phase === 'Healthy' && stable === current) return { state: 'healthy', sentence: `${name} is Healthy, its stable ReplicaSet is ${stable ?? ''}, the newest` }
  const failure = podFailure(pods)
  if (failure !== null) return { state: 'failing', sentence: `${name}: ${failure.sentence}`, ...failure.slow ? { slow: true } : {} }
  return progressing(phase === 'Healthy' ? `${name}: its stable ReplicaSet is ${stable ?? 'none'}, the newest is ${current ?? 'none'}` : `${name} is ${phase}${why}`)
}

function replicaSet(live: KubernetesObject, { pods }: Around): Health {
  const name = showRef(refOf(live))
  if (count(live, 'status', 'observedGeneration') < count(live, 'metadata', 'generation')) return progressing(`${name}: its controller has not seen the newest generation`)
  const [wanted, available] = [wantedReplicas(live), count(live, 'status', 'availableReplicas')]
  if (available >= wanted && count(live, 'status', 'replicas') === wanted) return { state: 'healthy', sentence: `${name}: ${available} of ${wanted} pods are available` }
  const failure = podFailure(pods)
  return failure === null ? progressing(`${name}: ${available} of ${wanted} pods are available`) : { state: 'failing', sentence: `${name}: ${failure.sentence}` }
}

function pod(live: KubernetesObject): Health {
  const name = showRef(refOf(live))
  const phase = textAt(live, 'status', 'phase') ?? 'not set'
  if (phase === 'Succeeded') return { state: 'healthy', sentence: `${name} has succeeded` }
  if (phase === 'Failed') return { state: 'failing', sentence: `${name} has failed: ${textAt(live, 'status', 'reason') ?? ''}` }
  if (conditionOf(live, 'Ready')?.['status'] === 'True') return { state: 'healthy', sentence: `${name} is ready` }
  const failure = podFailure([live])
  return failure === null ? progressing(`${name} is ${phase}, not ready`) : { state: 'failing', sentence: `${name}: ${failure.sentence}` }
}

/**
 * A HelmRelease that has run out of tries is stalled, and its controller leaves it so until something is changed (argocd-flux.md 6.3). What Helm said stands in
 * Released, and what was done about it in Remediated; a release that was put back may look well, and is none that was asked for.
 */
function helmRelease(live: KubernetesObject): Health {
  const name = showRef(refOf(live))
  const generation = count(live, 'metadata', 'generation')
  if (valueAt(live, 'spec', 'suspend') === true) return { state: 'paused', sentence: `${name} is suspended (spec.suspend)` }
  const said = (type: string): readonly string[] => {
    const found = conditionOf(live, type)
    return found === null || !isNewest(found, generation) || (type === 'Released' && found['status'] === 'True') ? [] : [`${textAt(found, 'reason') ?? ''}: ${textAt(found, 'message') ?? ''}`]
  }
  const words = [...said('Remediated'), ...said('Released')]
  const stalled = conditionOf(live, 'Stalled')
  if (stalled?.['status'] === 'True' && isNewest(stalled, generation)) {
    const back = conditionOf(live, 'Remediated')?.['status'] === 'True'
    return { state: 'failing', over: back ? 'back' : 'failed', sentence: [`${name} is stalled: ${textAt(stalled, 'reason') ?? ''} ${textAt(stalled, 'message') ?? ''}`.trimEnd(), ...words].join('; ') }
  }
  const failure = triedInVain(live, generation)
  if (failure !== null) return { state: 'failing', sentence: `${name}: ${failure}` }
  const state = byConditions(live)
  if (state.state === 'progressing' && words.length > 0) return progressing([state.sentence, ...words].join('; '))
  const attempted = fixedCount(live, 'status', 'lastAttemptedGeneration')
  const released = objectsAt(live, 'status', 'history')[0]?.['status'] ?? 'deployed'
  if (state.state !== 'healthy' || (words.length === 0 && released === 'deployed' && (attempted === null || attempted === generation))) return state
  return progressing([`${name} is Ready, and its newest release is ${showJson(released)}, attempted at generation ${attempted ?? 'none'} of ${generation}`, ...words].join('; '))
}

/**
 * While it fails, its controller says that it observed the generation of its last success, and where no release was made it tries again without end and without
 * being stalled: only the conditions tell (seen on helm-controller 1.6). A try that its own remediation allows is no failure yet.
 */
function triedInVain(live: KubernetesObject, generation: number): string | null {
  const [ready, released] = [conditionOf(live, 'Ready'), conditionOf(live, 'Released')]
  if (ready?.['status'] !== 'False' || ready['observedGeneration'] !== generation) return null
  const words = `${textAt(ready, 'reason') ?? ''}: ${textAt(ready, 'message') ?? ''}`
  if (ready['reason'] === 'ValuesError') return words
  if (released?.['status'] !== 'False' || released['observedGeneration'] !== generation) return null
  const retries = fixedCount(live, 'spec', released['reason'] === 'InstallFailed' ? 'install' : 'upgrade', 'remediation', 'retries') ?? 0
  return retries < 0 || count(live, 'status', 'failures') <= retries ? null : words
}

/** A condition of an older generation says nothing of this one. */
function isNewest(condition: JsonObject, generation: number): boolean {
  const observed = condition['observedGeneration']
  return typeof observed !== 'number' || observed >= generation
}

/** kstatus: generation, Reconciling, Stalled, Ready. Without any of them the asked fields are all there is to see. */
function byConditions(live: KubernetesObject): Health {
  const name = showRef(refOf(live))
  const [generation, observed] = [count(live, 'metadata', 'generation'), valueAt(live, 'status', 'observedGeneration')]
  const stalled = conditionOf(live, 'Stalled')
  if (stalled?.['status'] === 'True' && isNewest(stalled, generation)) return { state: 'failing', sentence: `${name} is stalled: ${textAt(stalled, 'reason') ?? ''} ${textAt(stalled, 'message') ?? ''}`.trimEnd() }
  if (observed !== undefined && Number(observed) < generation) return progressing(`${name}: its controller has seen generation ${showJson(observed)} of ${generation}`)
  const reconciling = conditionOf(live, 'Reconciling')
  if (reconciling?.['status'] === 'True') return progressing(`${name} is reconciling: ${textAt(reconciling, 'message') ?? ''}`)
  const ready = conditionOf(live, 'Ready')
  if (ready === null) return byFields(live)
  if (!isNewest(ready, generation)) return progressing(`${name} was Ready=${showJson(ready['status'] ?? 'not set')} at generation ${showJson(ready['observedGeneration'])}, of ${generation} nothing is said yet`)
  if (ready['status'] === 'True') return { state: 'healthy', sentence: `${name} is Ready${observed === undefined ? '' : ` at generation ${generation}`}` }
  return progressing(`${name} is not Ready: ${textAt(ready, 'reason') ?? ''} ${textAt(ready, 'message') ?? ''}`.trimEnd())
}
