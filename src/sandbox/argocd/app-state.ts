import { canonical, textAt, valueAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Behaviour } from '../behaviour.ts'
import type { HealthStatus } from '../health.ts'
import type { Target } from './target.ts'

/** What the controller remembers of an app between two looks. */
export interface AppState {
  behaviour: Behaviour
  /** The commit the app stood at when its behaviour last changed. */
  heldAt: string | null
  specKey: string
  target: Target | null
  /** Why there is no target. */
  error: string | null
  lookedAt: number
  comparedAt: number
  /** True while a rollout or an operation is not finished: it is looked at more often. */
  unsettled: boolean
  /** Canonical text of each object as applied last, by refKey. */
  applied: ReadonlyMap<string, string>
  /** The last sync, successful or not; auto-sync tries a failed commit of the same source once. */
  attempt: { readonly revision: string, readonly source: string, readonly ok: boolean, readonly message: string } | null
  late: { readonly until: number, readonly health: HealthStatus } | null
  /** Nothing is compared before this time. */
  quietUntil: number
  /** What is deployed is not listed before this time. */
  unlistedUntil: number
  /** True once the behaviour has had its one effect. */
  spent: boolean
}

/** A new memory, filled from what the status says. */
export function newState(app: KubernetesObject): AppState {
  const revision = textAt(app, 'status', 'operationState', 'syncResult', 'revision')
  return {
    behaviour: 'normal', heldAt: null, specKey: '', target: null, error: null, lookedAt: 0, comparedAt: 0, unsettled: false, applied: new Map(), late: null, quietUntil: 0, unlistedUntil: 0, spent: false,
    attempt: revision === undefined ? null : { revision, source: canonical(valueAt(app, 'status', 'operationState', 'syncResult', 'source')), ok: textAt(app, 'status', 'operationState', 'phase') === 'Succeeded', message: textAt(app, 'status', 'operationState', 'message') ?? '' },
  }
}

/** Takes a new behaviour on: what it does begins at the commit the app has now. */
export function behave(state: AppState, behaviour: Behaviour, app: KubernetesObject): void {
  if (state.behaviour === behaviour) return
  state.behaviour = behaviour
  state.heldAt = textAt(app, 'status', 'sync', 'revision') ?? null
  state.spent = false
  // A request that is to be lost, or one that comes while another is answered, must meet the first look.
  if (behaviour !== 'lostRefresh' && behaviour !== 'oldRefresh') state.lookedAt = 0
  state.unlistedUntil = behaviour === 'listLate' ? Infinity : 0
}
