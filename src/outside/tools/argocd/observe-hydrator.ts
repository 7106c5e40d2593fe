import { sameJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { sourceOf } from '../../../model/application-source.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { commitOf, oneLine } from '../conditions.ts'
import { failureClass, isFinal } from '../failure-class.ts'

/** What the hydrator of an Application says of its dry source: which commit of it was written where, and whether that is what is synced. */
export interface DryObservation extends Pick<Observation, 'revision' | 'unchanged' | 'unmet' | 'failure' | 'blocked'> {
  readonly contains: NonNullable<Observation['contains']>
  readonly unnamed: string
  /** True while the dry commit has not been written, or what was written has not been promoted. */
  readonly waits: boolean
}

/** True where the Application syncs a branch that Argo CD itself writes from a dry source. */
export function isHydrated(app: KubernetesObject): boolean {
  const hydrator = valueAt(app, 'spec', 'sourceHydrator')
  return hydrator !== undefined && hydrator !== null
}

/** The edited commit is the dry one; what is synced must contain what was written from it (argocd-flux.md 6.2). */
export function ofDrySource(app: KubernetesObject, owner: Owner): DryObservation {
  const hydrator = valueAt(app, 'spec', 'sourceHydrator')
  const last = valueAt(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation')
  const [dry, hydrated] = [commitOf(textAt(last, 'drySHA')), commitOf(textAt(last, 'hydratedSHA'))]
  const synced = commitOf(textAt(app, 'status', 'sync', 'revision'))
  const promoted = textAt(hydrator, 'hydrateTo', 'targetBranch')
  const behind = hydrated !== null && synced !== hydrated
  const operation = valueAt(app, 'status', 'sourceHydrator', 'currentOperation')
  const failed = textAt(operation, 'phase') === 'Failed'
  const message = oneLine(textAt(operation, 'message') ?? '')
  const is = failureClass(message)
  return {
    revision: dry, unnamed: 'its hydrator has not written anything yet (status.sourceHydrator.lastSuccessfulOperation)',
    unchanged: sameJson(plain(sourceOf(valueAt(hydrator, 'drySource'))), plain(owner.source)),
    unmet: [
      ...hydrated === null ? ['its hydrator names no commit that it has written'] : [],
      ...synced === null ? [`it names no synced commit: status.sync.revision is '${textAt(app, 'status', 'sync', 'revision') ?? ''}'`] : [],
      ...failed ? [`its hydrator has failed: ${message}`] : [],
    ],
    contains: hydrated === null || synced === null || !behind ? [] : [{ commit: synced, ancestor: hydrated, what: `what ${showOwner(owner)} has synced` }],
    failure: failed ? { permanent: isFinal(is), revision: commitOf(textAt(operation, 'drySHA')), sentence: `hydrator: ${message}`, class: is } : null,
    blocked: promoted !== undefined && behind ? { code: 'BLOCKED_PROMOTION', sentence: `what was hydrated for ${showOwner(owner)} stands on ${promoted}, and somebody must promote it`, next: null } : null,
    waits: dry === null || behind,
  }
}

function plain(source: Owner['source']): Json {
  return { url: source.url, revision: source.revision, path: source.path }
}
