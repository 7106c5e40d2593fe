import { textAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import type { Owner } from '../../../model/owner.ts'
import { showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { showHold } from '../../../model/steering.ts'
import { oneLine } from '../conditions.ts'
import { failureClass } from '../failure-class.ts'
import { resourceEntry } from './applications.ts'
import { applicationErrors } from './application-failure.ts'
import { isOperating, isStuck } from './operation-state.ts'
import { isAutomated, isSkipped } from './read-application.ts'
import { syncHold } from './sync-windows.ts'

/** One look: at which object, whether it shall be there, and when. */
export interface ApplicationLook { readonly target: Target, readonly wanted: 'there' | 'gone', readonly namespace: string, readonly now: number }

/** What only a person lifts, or a sync window that opens later: a frozen Application, a sync that nobody starts. */
export function applicationBlock(app: KubernetesObject, owner: Owner, look: ApplicationLook & { readonly project: KubernetesObject | null }): Observation['blocked'] {
  const name = `${owner.namespace}/${owner.name}`
  if (isSkipped(app)) {
    return {
      code: 'BLOCKED_SUSPENDED', sentence: `Application ${name} is frozen (argocd.argoproj.io/skip-reconcile)`,
      next: `kubectl annotate applications.argoproj.io -n ${owner.namespace} ${owner.name} argocd.argoproj.io/skip-reconcile-`,
    }
  }
  if (isStuck(app)) {
    return {
      code: 'BLOCKED_MANUAL_SYNC', sentence: `Application ${name} still has the operation that its controller has carried out: controller defect suspected (argo-cd #29741), and no other sync can start`,
      next: `kubectl patch applications.argoproj.io -n ${owner.namespace} ${owner.name} --type json -p '[{"op":"remove","path":"/operation"}]'`,
    }
  }
  const window = windowBlock(app, name, look)
  if (window !== null) return window
  if (isOperating(app) || textAt(app, 'status', 'sync', 'status') !== 'OutOfSync') return null
  return isAutomated(app) ? leftBehind(app, name, look) : { code: 'BLOCKED_MANUAL_SYNC', sentence: `Application ${name} is OutOfSync and syncs only when a person starts it`, next: `argocd app sync ${name}` }
}

/** A closed window sets no condition: nothing starts, or what was started is held back (argocd-flux.md 6.2). */
function windowBlock(app: KubernetesObject, name: string, { project, now }: { readonly project: KubernetesObject | null, readonly now: number }): Observation['blocked'] {
  const held = textAt(app, 'status', 'operationState', 'phase') === 'Running' && textAt(app, 'status', 'operationState', 'message')?.includes('blocked by sync window') === true
  if (isOperating(app) && !held) return null
  const hold = syncHold(project, app, now)
  const automated = isAutomated(app)
  if (!held && (hold === null || (!automated && hold.manual))) return null
  const sentence = `Application ${name} may not sync now: ${hold === null ? oneLine(textAt(app, 'status', 'operationState', 'message') ?? '') : showHold(hold)}`
  return { code: 'BLOCKED_WINDOW', sentence, next: automated && hold?.manual === true && !held ? `argocd app sync ${name}` : null }
}

/** Automatic sync that will not do it: everything would go, or an object that it must not delete. */
function leftBehind(app: KubernetesObject, name: string, { wanted, target }: ApplicationLook): Observation['blocked'] {
  const wipes = applicationErrors(app).find(text => failureClass(text) === 'people')
  if (wipes !== undefined) return { code: 'BLOCKED_MANUAL_SYNC', sentence: `Application ${name} does not sync by itself: ${wipes}`, next: `argocd app sync ${name} --prune` }
  const entry = wanted === 'gone' ? resourceEntry(app, target) : null
  if (entry?.['requiresPruning'] !== true || textAt(app, 'status', 'operationState', 'phase') !== 'Succeeded') return null
  const kept = textAt(app, 'status', 'operationState', 'syncResult', 'revision') === textAt(app, 'status', 'sync', 'revision')
  return kept ? { code: 'BLOCKED_MANUAL_SYNC', sentence: `Application ${name} has synced and left ${showRef(target)} there: ignored (requires pruning)`, next: `argocd app sync ${name} --prune` } : null
}
