import type { Cluster, SyncAsk } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { isList, isObject, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { applicationKind } from './applications.ts'
import { isAutomated } from './read-application.ts'

const TRIES = 3

/**
 * Starts a sync as Argo CD's own server does (argocd-flux.md 5.1): the whole object is put back with `operation` set and the state of the last one
 * cleared. Never a merge patch: parts of an older operation would stay in it. An Application that syncs by itself chooses its commit by itself.
 */
export async function startSync(cluster: Cluster, owner: Owner, ask: SyncAsk): Promise<void> {
  const kind = await applicationKind(cluster)
  for (let tries = 1; ; tries++) {
    const app = kind === null ? null : await cluster.get(kind, owner.namespace, owner.name)
    if (kind === null || app === null) throw new WritError('cluster/not-found', `${showOwner(owner)} is no longer in cluster ${owner.cluster}.`)
    if (isObject(app['operation'])) throw new WritError('sync/not-started', `${showOwner(owner)} has another sync under way.`, { hint: 'Wait until it is over, or end it with argocd app terminate-op.' })
    try {
      await cluster.replace(kind, withOperation(app, owner, ask))
      return
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== 'cluster/conflict' || tries === TRIES) throw error
    }
  }
}

function withOperation(app: KubernetesObject, owner: Owner, ask: SyncAsk): KubernetesObject {
  const options = valueAt(app, 'spec', 'syncPolicy', 'syncOptions')
  const retry = valueAt(app, 'spec', 'syncPolicy', 'retry')
  const operation: JsonObject = {
    info: [{ name: 'writ.dev/change', value: ask.change }],
    initiatedBy: { username: ask.by },
    ...isObject(retry) ? { retry } : {},
    sync: { ...ask.prune || prunesItself(app) ? { prune: true } : {}, ...isList(options) ? { syncOptions: options } : {}, ...isAutomated(app) ? {} : revision(app, owner, ask) },
  }
  const status = valueAt(app, 'status')
  const rest: Record<string, Json | undefined> = isObject(status) ? { ...status } : {}
  delete rest['operationState']
  return { ...app, operation, status: rest }
}

/** An Application that syncs and prunes by itself would leave what this sync leaves: it does not sync the same commit a second time. */
function prunesItself(app: KubernetesObject): boolean {
  return isAutomated(app) && valueAt(app, 'spec', 'syncPolicy', 'automated', 'prune') === true
}

/** With several sources each needs its own: those that were not edited keep what they were compared at. */
function revision(app: KubernetesObject, { source: { index } }: Owner, ask: SyncAsk): JsonObject {
  if (index === undefined) return { revision: ask.revision }
  const compared = valueAt(app, 'status', 'sync', 'revisions')
  const sources = valueAt(app, 'spec', 'sources')
  if (!isList(compared) || !isList(sources) || compared.length !== sources.length) return {}
  return { sources, revisions: compared.map((one, i) => i === index ? ask.revision : one) }
}
