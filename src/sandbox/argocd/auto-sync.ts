import { canonical } from '../../model/json.ts'
import type { AppState } from './app-state.ts'
import type { ApplicationSpec } from './application.ts'
import type { Compared, Comparison } from './compare.ts'
import type { Condition } from './status.ts'
import type { Target } from './target.ts'

/** Whether auto-sync starts an operation now; where it does not although the app is out of sync, the condition that says why. */
export interface AutoSync {
  readonly start: boolean
  readonly condition: Condition | null
  /** What alone is synced where it heals itself: the objects that differ. Null: everything. */
  readonly only: readonly Compared[] | null
}

/** The rules of argocd-flux.md 6.2: each commit once, self-heal only after a success, never wiping out everything. */
export function decideAutoSync(spec: ApplicationSpec, found: { readonly target: Target, readonly comparison: Comparison, readonly attempt: AppState['attempt'] }): AutoSync {
  const { target, comparison, attempt } = found
  const no: AutoSync = { start: false, condition: null, only: null }
  let only: AutoSync['only'] = null
  if (spec.automated === null || comparison.synced) return no
  if (!spec.automated.prune && comparison.items.every(item => item.status === 'Synced' || item.desired === null)) return no
  if (attempt !== null && attempt.revision === target.revision && attempt.source === canonical(spec.source)) {
    if (!attempt.ok) return { ...no, condition: { type: 'SyncError', message: `Failed last sync attempt to [${target.revision}]: ${attempt.message}` } }
    if (!spec.automated.selfHeal) return no
    only = comparison.items.filter(item => item.status !== 'Synced')
  }
  if (spec.automated.prune && !spec.automated.allowEmpty && target.objects.length === 0 && comparison.items.length > 0) {
    return { ...no, condition: { type: 'SyncError', message: `Skipping sync attempt to [${target.revision}]: auto-sync will wipe out all resources` } }
  }
  return { start: true, condition: null, only }
}
