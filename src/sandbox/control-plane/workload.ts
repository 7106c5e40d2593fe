import type { JsonObject } from '../../model/json.ts'
import { textAt, valueAt } from '../../model/json.ts'
import { ApiError } from '../kube/api-error.ts'
import type { Objects } from '../kube/objects.ts'
import { Cluster, controllerOf } from './pods.ts'
import { stepDaemonSet, stepDeployment, stepStatefulSet } from './rollout.ts'
import type { StepSettings } from './rollout.ts'

/** How workloads roll out. */
export interface WorkloadOptions {
  /** Default true; false: no status is ever written. */
  readonly enabled?: boolean
  /** True: nothing more happens, observedGeneration stays behind too. */
  readonly frozen?: boolean
  /** Milliseconds between two steps of a rollout. Default 25. */
  readonly stepDelay?: number
  /** Milliseconds without progress until a Deployment says ProgressDeadlineExceeded; a shorter progressDeadlineSeconds wins. Default 3,000. */
  readonly deadline?: number
  /** An image with one of these texts in it cannot be pulled. Default `does-not-exist`. */
  readonly badImages?: readonly string[]
}

/** The switches of the running controller. */
export interface Workloads {
  /** Changes the settings of all workloads, or of the named one only (of whatever kind); what is held back goes on from there. */
  configure(settings: Omit<WorkloadOptions, 'enabled'>, only?: { readonly namespace: string, readonly name: string }): void
  stop(): void
}

type Step = (cluster: Cluster, object: JsonObject, settings: StepSettings) => void

const STEPS: Readonly<Record<string, Step>> = { 'apps/deployments': stepDeployment, 'apps/statefulsets': stepStatefulSet, 'apps/daemonsets': stepDaemonSet }
const PLURALS: Readonly<Record<string, string>> = { Deployment: 'apps/deployments', StatefulSet: 'apps/statefulsets', DaemonSet: 'apps/daemonsets', ReplicaSet: 'apps/replicasets' }
const DEFAULTS = { frozen: false, stepDelay: 25, deadline: 3000, badImages: ['does-not-exist'] }

interface Watched { timer: NodeJS.Timeout | undefined, generation: unknown, progress: string, since: number }

/** Rolls out Deployments, StatefulSets and DaemonSets step by step; other kinds get no status. */
export function startWorkloads(objects: Objects, options: WorkloadOptions): Workloads {
  if (options.enabled === false) return { configure: () => {}, stop: () => {} }
  const cluster = new Cluster(objects)
  const watched = new Map<string, Watched>()
  const special = new Map<string, WorkloadOptions>()
  let common = { ...DEFAULTS, ...options }
  const settingsOf = (object: JsonObject): typeof common => ({ ...common, ...special.get(placeOf(object)) })

  const schedule = (resource: string, object: JsonObject): void => {
    const key = `${resource}/${placeOf(object)}`
    const state = watched.get(key) ?? { timer: undefined, generation: undefined, progress: '', since: Date.now() }
    watched.set(key, state)
    if (state.timer !== undefined) return
    state.timer = setTimeout(() => {
      state.timer = undefined
      advance(resource, object, state)
    }, settingsOf(object).stepDelay)
  }
  const advance = (resource: string, object: JsonObject, state: Watched): void => {
    const live = cluster.get(resource, object)
    if (!live || valueAt(live, 'metadata', 'deletionTimestamp') !== undefined) return void watched.delete(`${resource}/${placeOf(object)}`)
    const settings = settingsOf(live)
    if (settings.frozen) return
    // A new generation has its whole deadline before it, however long the one before has been at rest.
    const generation = valueAt(live, 'metadata', 'generation')
    if (generation !== state.generation) Object.assign(state, { generation, since: Date.now() })
    const seconds = valueAt(live, 'spec', 'progressDeadlineSeconds')
    const limit = Math.min(settings.deadline, typeof seconds === 'number' ? seconds * 1000 : settings.deadline)
    const bad = (image: string): boolean => settings.badImages.some(text => image.includes(text))
    const late = Date.now() - state.since >= limit
    try {
      STEPS[resource]?.(cluster, live, { bad, late })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
    const now = cluster.get(resource, live)
    const progress = JSON.stringify([valueAt(now, 'metadata', 'generation'), counts(now)])
    if (progress !== state.progress) {
      state.progress = progress
      state.since = Date.now()
    } else if (unfinished(now) && !late) schedule(resource, live)
  }
  const stop = objects.store.listen(({ resource, object }) => {
    if (STEPS[resource]) return schedule(resource, object)
    if (resource !== '/pods' && resource !== 'apps/replicasets') return
    const [root, owner] = rootOf(cluster, object)
    if (owner && STEPS[root]) schedule(root, owner)
  })
  return {
    configure: (settings, only) => {
      if (only) special.set(`${only.namespace}/${only.name}`, { ...special.get(`${only.namespace}/${only.name}`), ...settings })
      else common = { ...common, ...settings }
      for (const state of watched.values()) {
        clearTimeout(state.timer)
        state.timer = undefined
      }
      for (const resource of Object.keys(STEPS)) for (const object of objects.store.list(resource)) schedule(resource, object)
    },
    stop: () => {
      stop()
      watched.forEach(state => clearTimeout(state.timer))
    },
  }
}

function placeOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`
}

function counts(object: JsonObject | undefined): unknown {
  const { conditions: _conditions, ...rest } = Object(valueAt(object, 'status') ?? {})
  return rest
}

function unfinished(object: JsonObject | undefined): boolean {
  return textAt(object, 'kind') === 'Deployment' && !JSON.stringify(valueAt(object, 'status') ?? {}).includes('NewReplicaSetAvailable')
}

/** The workload a pod or replica set belongs to in the end. */
function rootOf(cluster: Cluster, object: JsonObject): readonly [string, JsonObject | undefined] {
  const owner = controllerOf(object)
  const resource = PLURALS[textAt(owner, 'kind') ?? ''] ?? ''
  const found = owner && cluster.get(resource, { metadata: { namespace: textAt(object, 'metadata', 'namespace') ?? '', name: textAt(owner, 'name') ?? '' } })
  if (!found) return [resource, undefined]
  return resource === 'apps/replicasets' ? rootOf(cluster, found) : [resource, found]
}
