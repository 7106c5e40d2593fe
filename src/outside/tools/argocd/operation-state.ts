import { sameJson, textAt, valueAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { oneLine } from '../conditions.ts'

/** What of an Application's operation is not over: about to start, running, waiting for its next try, or not compared since. */
export function operationUnmet(app: KubernetesObject): readonly string[] {
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  const finished = textAt(state, 'finishedAt')
  const message = oneLine(textAt(state, 'message') ?? '')
  const unmet: string[] = []
  if (isStuck(app)) unmet.push(`.operation is still there although it was carried out at ${finished ?? ''} (${phase ?? ''}): controller defect suspected (argo-cd #29741)`)
  else if (valueAt(app, 'operation') !== undefined) unmet.push(phase === 'Running' ? `a sync is running: ${message}` : 'a sync is about to start')
  else if (phase === 'Running' && finished === undefined) unmet.push(`a sync is running: ${message}`)
  if (isRetrying(app)) unmet.push(`a failed sync waits to be tried again: ${message}`)
  else if (phase === 'Terminating') unmet.push(`a sync is terminating: ${message}`)
  const reconciled = textAt(app, 'status', 'reconciledAt')
  if (finished !== undefined && reconciled !== undefined && Date.parse(reconciled) < Date.parse(finished)) unmet.push('it has not compared again since the last sync finished')
  return unmet
}

/** Running with finishedAt is how a sync waits for its next try (argocd-flux.md 6.2). */
export function isRetrying(app: KubernetesObject): boolean {
  return textAt(app, 'status', 'operationState', 'phase') === 'Running' && textAt(app, 'status', 'operationState', 'finishedAt') !== undefined
}

/** True while a sync is under way, or asked for and not yet carried out. */
export function isOperating(app: KubernetesObject): boolean {
  const phase = textAt(app, 'status', 'operationState', 'phase')
  return !isStuck(app) && (phase === 'Running' || phase === 'Terminating' || valueAt(app, 'operation') !== undefined)
}

/** The operation that stands in `.operation` is the one that has finished, and the controller has looked since: it never clears it (argo-cd #29741). */
export function isStuck(app: KubernetesObject): boolean {
  const operation = valueAt(app, 'operation')
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  const [finished, reconciled] = [textAt(state, 'finishedAt'), textAt(app, 'status', 'reconciledAt')]
  if (operation === undefined || operation === null || finished === undefined || reconciled === undefined) return false
  return (phase === 'Succeeded' || phase === 'Failed' || phase === 'Error') && sameJson(valueAt(state, 'operation'), operation) && Date.parse(reconciled) >= Date.parse(finished)
}
