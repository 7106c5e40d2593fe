import type { Cluster } from '../../../flow/ports.ts'
import { sameGenerators } from '../../../model/application-set/same-generators.ts'
import { textAt, valueAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import { condition, inDeletion, oneLine } from '../conditions.ts'
import { ARGO_GROUP } from './applications.ts'

/** Asks the controller to generate now; it takes the annotation away when it has. */
export const SET_REFRESH = 'argocd.argoproj.io/application-set-refresh'

/** What an ApplicationSet says. It names no commit: the Application that it generates shows whether it has read ours. */
export async function observeApplicationSet(cluster: Cluster, owner: Owner): Promise<Observation> {
  const kind = await cluster.served(ARGO_GROUP, 'ApplicationSet')
  const set = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
  const nothing = { revision: null, accepted: false, unchanged: true, generated: true, blocked: null, failure: null, listed: false, pending: false, notes: [] } as const
  if (kind === null) return { ...nothing, unmet: [`cluster ${cluster.name} no longer serves ApplicationSets`], missing: true, unserved: true }
  if (set === null) return { ...nothing, unmet: [`${showOwner(owner)} is no longer there`], missing: true }
  const error = condition(set, 'ErrorOccurred')
  const failed = textAt(error ?? undefined, 'status') === 'True' ? oneLine(textAt(error ?? undefined, 'message') ?? '') : null
  const unmet = [...inDeletion(set) ? ['it is being deleted'] : [], ...failed === null ? [] : [`it cannot generate: ${failed}`]]
  const pending = metadataText(set, 'annotations', SET_REFRESH) !== undefined
  return {
    ...nothing, unmet, accepted: unmet.length === 0, listed: true, pending, notes: pending ? ['its controller has not taken the refresh request yet'] : [],
    unchanged: sameGenerators(valueAt(set, 'spec', 'generators'), owner.render.generates?.set.spec['generators']),
    failure: failed === null ? null : { permanent: false, sentence: failed, revision: null, class: 'unknown' },
    tuple: { owner: showOwner(owner), uid: textAt(set, 'metadata', 'uid') ?? null, resourceVersion: textAt(set, 'metadata', 'resourceVersion') ?? null, error: failed },
  }
}
