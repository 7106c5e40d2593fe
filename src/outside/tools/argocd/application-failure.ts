import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { commitOf, oneLine } from '../conditions.ts'
import { failureClass, isFinal } from '../failure-class.ts'
import { revisionAt } from './application-sources.ts'
import { isRetrying } from './operation-state.ts'

const ERRORS: ReadonlySet<string> = new Set(['ComparisonError', 'InvalidSpecError', 'UnknownError', 'SyncError'])

/** The conditions by which an Application says that something is wrong. */
export function applicationErrors(app: KubernetesObject): readonly string[] {
  return objectsAt(app, 'status', 'conditions').filter(one => ERRORS.has(textAt(one, 'type') ?? '')).map(one => `${textAt(one, 'type') ?? ''}: ${oneLine(textAt(one, 'message') ?? '')}`)
}

/** A sync that failed for good is not tried again at the same revision, whatever its text (argocd-flux.md 6.2); one that waits for its next try has not failed yet. */
export function applicationFailure(app: KubernetesObject, index: number | undefined): Observation['failure'] {
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  const synced = textAt(app, 'status', 'sync', 'status') === 'Synced'
  if ((phase === 'Failed' || phase === 'Error' || isRetrying(app)) && !synced) {
    const revision = revisionAt(valueAt(state, 'syncResult'), index) ?? revisionAt(valueAt(state, 'operation', 'sync'), index)
    const parts = objectsAt(state, 'syncResult', 'resources').filter(one => one['status'] === 'SyncFailed')
      .slice(0, 3).map(one => `${textAt(one, 'kind') ?? ''} ${textAt(one, 'name') ?? ''}: ${oneLine(textAt(one, 'message') ?? '')}`)
    const sentence = [`sync ${isRetrying(app) ? 'failed, to be tried again' : phase}: ${oneLine(textAt(state, 'message') ?? '')}`, ...parts].join('; ')
    return { permanent: !isRetrying(app), revision, sentence, class: failureClass(sentence) }
  }
  const first = objectsAt(app, 'status', 'conditions').find(one => ERRORS.has(textAt(one, 'type') ?? ''))
  if (first === undefined) return null
  const message = oneLine(textAt(first, 'message') ?? '')
  const attempted = /Failed last sync attempt to (?:\[)?([0-9a-f]{40})/.exec(message)?.[1]
  const is = failureClass(message)
  // A ComparisonError is written before the comparison that it is about: until that is Unknown, the revision there is the one before.
  const early = textAt(first, 'type') === 'ComparisonError' && textAt(app, 'status', 'sync', 'status') !== 'Unknown'
  const compared = early ? null : revisionAt(valueAt(app, 'status', 'sync'), index)
  return { permanent: isFinal(is), revision: commitOf(attempted) ?? compared, sentence: `${textAt(first, 'type') ?? ''}: ${message}`, class: is }
}
