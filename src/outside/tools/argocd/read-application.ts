import type { Cluster } from '../../../flow/ports.ts'
import { refuse } from '../../../model/error.ts'
import type { Refusal } from '../../../model/error.ts'
import { isList, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Delivery, Owner, OwnerRef } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { inDeletion } from '../conditions.ts'
import { ignoredByApplication } from '../ignored-fields.ts'
import { obstacles, refuseOwner, suspendedBy, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { projectObstacle, projectOf } from './app-project.ts'
import { applicationSources, repeatedObstacle } from './application-sources.ts'
import { applicationSpec } from './application-spec.ts'
import { applicationKind, resourceEntry } from './applications.ts'
import { argoSettings } from './argo-settings.ts'
import { promotionOf } from './hydrated-source.ts'
import { isRetrying } from './operation-state.ts'
import { syncWindows } from './sync-windows.ts'
import { controlPlaneOf } from './tracking-id.ts'

/** Reads one Application whole, for one object that it deploys. */
export async function readApplication(cluster: Cluster, of: { readonly ref: OwnerRef, readonly target: Target, readonly also: 'suspended' | undefined, readonly namespace: string, readonly now: number }): Promise<Owner | Refusal> {
  const { ref, target } = of
  const kind = await applicationKind(cluster)
  const app = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (app === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
  const namespace = controlPlaneOf(app, of.namespace)
  const settings = await argoSettings(cluster, namespace)
  const spec = applicationSpec(app, [namespace])
  const { rendered, unread } = applicationSources(app, spec, settings.loadRestrictor)
  const [first] = rendered
  const project = await projectOf(cluster, app, namespace)
  const { obstacle: stands, suspended } = obstacles([standing(app)], of.also)
  const obstacle = stands ?? spec.obstacle ?? (first === undefined ? unread[0] ?? unsupported('spec.source') : null) ?? hook(app, target) ?? rendered.map(({ render }) => settings.obstacle(render.kustomize?.version)).find(found => found !== null)
    ?? (unread.length > 0 ? repeatedObstacle(app, target) : null) ?? projectObstacle(project)
  if (obstacle !== null || first === undefined) return refuseOwner(ref, obstacle ?? unsupported('spec.source'))
  const destination = { cluster: target.cluster, namespace: textAt(app, 'spec', 'destination', 'namespace') || null }
  const ignores = [...ignoredByApplication(app, target, destination.namespace), ...settings.ignores(target.group, target.kind)]
  return {
    ...ref,
    uid: textAt(app, 'metadata', 'uid') ?? '',
    source: first.source,
    render: first.render,
    delivery: deliveryOf(app, { syncedCommit: first.syncedCommit, project, now: of.now }),
    destination,
    sourceObject: null,
    ...spec.sources.length > 1 ? { sources: rendered, unread } : {},
    ...suspendedBy(suspended),
    ...ignores.length === 0 ? {} : { ignores },
  }
}

/** True where the Application syncs by itself (`automated.enabled: false` exists since Argo CD 3.1). */
export function isAutomated(app: KubernetesObject): boolean {
  const automated = valueAt(app, 'spec', 'syncPolicy', 'automated')
  return automated !== undefined && automated !== null && valueAt(automated, 'enabled') !== false
}

/** True where the controller leaves the Application alone. */
export function isSkipped(app: KubernetesObject): boolean {
  return metadataText(app, 'annotations', 'argocd.argoproj.io/skip-reconcile') === 'true'
}

function standing(app: KubernetesObject): Obstacle | null {
  // What an ApplicationSet generates follows its source like any other; what stands in its spec is edited in the set.
  const maker = objectsAt(app, 'metadata', 'ownerReferences').find(owner => owner['controller'] === true && owner['kind'] !== 'ApplicationSet')
  if (maker !== undefined) return unsupported('metadata.ownerReferences', `so ${textAt(maker, 'kind') ?? ''} ${textAt(maker, 'name') ?? ''} writes its spec`)
  if (inDeletion(app)) return unsupported('metadata.deletionTimestamp', 'so it is being deleted')
  return isSkipped(app) ? { code: 'SUSPENDED', path: 'metadata.annotations[argocd.argoproj.io/skip-reconcile]', because: 'so its controller leaves it alone', next: `kubectl annotate applications.argoproj.io -n ${textAt(app, 'metadata', 'namespace') ?? ''} ${textAt(app, 'metadata', 'name') ?? ''} argocd.argoproj.io/skip-reconcile-` } : null
}

function hook(app: KubernetesObject, target: Target): Obstacle | null {
  return resourceEntry(app, target)?.['hook'] === true ? unsupported('status.resources[].hook', 'so the object is a sync hook, which a changed source does not update') : null
}

/** The annotation `manifest-generate-paths`, split; undefined where there is none. */
export function generatePaths(app: KubernetesObject): readonly string[] | undefined {
  return metadataText(app, 'annotations', 'argocd.argoproj.io/manifest-generate-paths')?.split(';').map(path => path.trim()).filter(path => path !== '')
}

interface Known { readonly syncedCommit: string | null, readonly project: KubernetesObject | null, readonly now: number }

function deliveryOf(app: KubernetesObject, known: Known): Delivery {
  const automated = isAutomated(app)
  const paths = generatePaths(app)
  const promotion = promotionOf(app)
  return {
    automated,
    ...paths === undefined ? {} : { generatePaths: paths },
    ...promotion === null ? {} : { promotion },
    reverts: automated && valueAt(app, 'spec', 'syncPolicy', 'automated', 'selfHeal') === true,
    syncedCommit: known.syncedCommit,
    behindBecause: automated ? behindBecause(app, known) : 'manual sync: a person starts each sync',
    keeps: keepsBecause(app, automated),
  }
}

/** What it would else have deployed by itself already (DESIGN.md section 2): a closed window, a commit that it has given up, or one that it tries again while newer ones wait. */
function behindBecause(app: KubernetesObject, { project, now }: Known): string | null {
  const window = syncWindows(project, app, now)
  if (!window.automatic) return `sync window: ${window.because}`
  if (isRetrying(app) && textAt(app, 'status', 'sync', 'status') !== 'Synced') return 'it tries the sync of an earlier commit again, and newer ones wait for that'
  const failed = ['Failed', 'Error'].includes(textAt(app, 'status', 'operationState', 'phase') ?? '') && textAt(app, 'status', 'sync', 'status') !== 'Synced'
  return failed ? 'its last sync failed, and it does not try that commit again' : null
}

/** Without prune an object that is no longer in Git only shows as OutOfSync (argocd-flux.md 1.2). */
function keepsBecause(app: KubernetesObject, automated: boolean): string | null {
  const options = valueAt(app, 'spec', 'syncPolicy', 'syncOptions')
  const option = isList(options) ? options.find(one => one === 'Prune=false' || one === 'Prune=confirm') : undefined
  if (option !== undefined) return `spec.syncPolicy.syncOptions has ${showJson(option)}`
  if (!automated) return 'it syncs only when a person starts it, and deletes only what that person prunes'
  return valueAt(app, 'spec', 'syncPolicy', 'automated', 'prune') === true ? null : 'spec.syncPolicy.automated.prune is not true'
}
