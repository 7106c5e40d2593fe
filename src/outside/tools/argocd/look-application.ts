import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import type { Delivered, Deployment, OwnerLook } from '../../../model/steering.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'
import { oneLine } from '../conditions.ts'
import { identityOf, words } from '../owner-look.ts'
import { whereAllowed } from '../where-allowed.ts'
import { projectOf } from './app-project.ts'
import { applicationSpec } from './application-spec.ts'
import { revisionAt } from './application-sources.ts'
import { applicationKind } from './applications.ts'
import { destinationCluster } from './argo-hubs.ts'
import type { ArgoHub } from './argo-hubs.ts'
import { isOperating, isStuck, operationUnmet } from './operation-state.ts'
import { makerOf, pauseSwitch } from './pause-switch.ts'
import { isSkipped } from './read-application.ts'
import { syncHold } from './sync-windows.ts'
import { controlPlaneOf } from './tracking-id.ts'

const REFRESH = 'argocd.argoproj.io/refresh'

/** An Application as it stands now, for those who steer it. */
export async function lookApplication({ hub, now }: { readonly hub: ArgoHub, readonly now: number }, cluster: Cluster, ref: OwnerRef): Promise<OwnerLook | null> {
  const kind = await applicationKind(cluster)
  const app = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (kind === null || app === null) return null
  const controlPlane = controlPlaneOf(app, hub.namespace)
  const [first] = applicationSpec(app, [controlPlane]).sources
  const index = first?.source.index
  const operation = valueAt(app, 'operation') ?? valueAt(app, 'status', 'operationState', 'operation')
  return {
    ref: { ...ref, tool: 'argocd', kind: 'Application', cluster: cluster.name },
    ...identityOf(kind, app),
    source: first === undefined || first.obstacle?.code === 'NON_GIT_SOURCE' ? null : first.source,
    destination: { cluster: destinationCluster(hub, app), namespace: textAt(app, 'spec', 'destination', 'namespace') || null },
    deploys: objectsAt(app, 'status', 'resources').filter(one => one['hook'] !== true).map(entryRef),
    pause: await pauseSwitch(cluster, app),
    paused: valueAt(app, 'spec', 'syncPolicy', 'automated', 'enabled') === false || isSkipped(app),
    maker: await makerOf(cluster, app),
    busy: isOperating(app) ? `a sync is under way: ${oneLine(textAt(app, 'status', 'operationState', 'message') ?? 'about to start')}` : null,
    delivered: deliveredOf(app, index),
    // Its controller takes the request away once it has looked; times are of its own clock, and seconds are too coarse.
    taken: metadataText(app, 'annotations', REFRESH) === undefined,
    wake: { [REFRESH]: 'normal' },
    syncOf: textAt(objectsAt(operation, 'info').find(one => one['name'] === 'writ.dev/change'), 'value') ?? null,
    // Who may not read projects is told so where it matters: a plan of a sync reads the project itself.
    window: syncHold(await whereAllowed(() => projectOf(cluster, app, controlPlane)), app, now),
    history: historyOf(app, index),
  }
}

function entryRef(entry: ReturnType<typeof objectsAt>[number]): ObjectRef {
  return { group: textAt(entry, 'group') ?? '', version: textAt(entry, 'version') ?? '', kind: textAt(entry, 'kind') ?? '', namespace: textAt(entry, 'namespace') ?? null, name: textAt(entry, 'name') ?? '' }
}

/** What was synced, not what was compared (argocd-flux.md 0.3). */
function deliveredOf(app: KubernetesObject, index: number | undefined): Delivered {
  const state = valueAt(app, 'status', 'operationState')
  const phase = textAt(state, 'phase')
  const revision = revisionAt(valueAt(state, 'syncResult'), index) ?? revisionAt(valueAt(state, 'operation', 'sync'), index)
  const message = oneLine(textAt(state, 'message') ?? '')
  const [unmet] = operationUnmet(app)
  if (unmet !== undefined && !isStuck(app)) return { state: 'running', revision, sentence: unmet }
  if (phase === 'Failed' || phase === 'Error') return { state: 'failed', revision, sentence: `its sync is ${phase}: ${message}` }
  if (phase !== 'Succeeded') return { state: 'running', revision, sentence: phase === undefined ? 'it has not synced yet' : `its sync is ${phase}: ${message}` }
  const [sync, health] = [textAt(app, 'status', 'sync', 'status') ?? 'not set', textAt(app, 'status', 'health', 'status') ?? 'not set']
  return { state: 'done', revision, sentence: `its sync succeeded at ${textAt(state, 'finishedAt') ?? 'an unknown time'}: ${message}; sync is ${sync}, health is ${health}` }
}

/** `status.history`: one entry a successful sync. */
function historyOf(app: KubernetesObject, index: number | undefined): readonly Deployment[] {
  return objectsAt(app, 'status', 'history').map(entry => {
    const by = textAt(entry, 'initiatedBy', 'username')
    return {
      at: textAt(entry, 'deployedAt') ?? '', by: by === undefined ? valueAt(entry, 'initiatedBy', 'automated') === true ? 'argocd (automatic)' : 'argocd' : oneLine(by),
      what: `synced as deployment ${words(entry, 'id')}`, status: 'Synced', commit: revisionAt(entry, index),
    }
  }).toReversed()
}
