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
import { refuseOwner, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { projectObstacle } from './app-project.ts'
import { applicationSources, repeatedObstacle } from './application-sources.ts'
import { applicationSpec } from './application-spec.ts'
import { applicationKind, resourceEntry } from './applications.ts'
import { argoSettings } from './argo-settings.ts'
import { controlPlaneOf } from './tracking-id.ts'

/** Reads one Application whole, for one object that it deploys. */
export async function readApplication(cluster: Cluster, of: { readonly ref: OwnerRef, readonly target: Target, readonly namespace: string }): Promise<Owner | Refusal> {
  const { ref, target } = of
  const kind = await applicationKind(cluster)
  const app = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (app === null) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} is not in cluster ${ref.cluster}.`)
  const namespace = controlPlaneOf(app, of.namespace)
  const settings = await argoSettings(cluster, namespace)
  const spec = applicationSpec(app, [namespace])
  const { rendered, unread } = applicationSources(app, spec, settings.loadRestrictor)
  const [first] = rendered
  const obstacle = standing(app) ?? spec.obstacle ?? (first === undefined ? unread[0] ?? unsupported('spec.source') : null) ?? hook(app, target) ?? rendered.map(({ render }) => settings.obstacle(render.kustomize?.version)).find(found => found !== null)
    ?? (unread.length > 0 ? repeatedObstacle(app, target) : null) ?? await projectObstacle(cluster, app, namespace)
  if (obstacle !== null || first === undefined) return refuseOwner(ref, obstacle ?? unsupported('spec.source'))
  const destination = { cluster: target.cluster, namespace: textAt(app, 'spec', 'destination', 'namespace') || null }
  const ignores = [...ignoredByApplication(app, target, destination.namespace), ...settings.ignores(target.group, target.kind)]
  return {
    ...ref,
    uid: textAt(app, 'metadata', 'uid') ?? '',
    source: first.source,
    render: first.render,
    delivery: deliveryOf(app, first.syncedCommit),
    destination,
    sourceObject: null,
    ...spec.sources.length > 1 ? { sources: rendered, unread } : {},
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
  return isSkipped(app) ? { code: 'SUSPENDED', path: 'metadata.annotations[argocd.argoproj.io/skip-reconcile]', because: 'so its controller leaves it alone' } : null
}

function hook(app: KubernetesObject, target: Target): Obstacle | null {
  return resourceEntry(app, target)?.['hook'] === true ? unsupported('status.resources[].hook', 'so the object is a sync hook, which a changed source does not update') : null
}

function deliveryOf(app: KubernetesObject, syncedCommit: string | null): Delivery {
  const automated = isAutomated(app)
  return {
    automated,
    reverts: automated && valueAt(app, 'spec', 'syncPolicy', 'automated', 'selfHeal') === true,
    syncedCommit,
    behindBecause: automated ? null : 'manual sync: a person starts each sync',
    keeps: keepsBecause(app, automated),
  }
}

/** Without prune an object that is no longer in Git only shows as OutOfSync (argocd-flux.md 1.2). */
function keepsBecause(app: KubernetesObject, automated: boolean): string | null {
  const options = valueAt(app, 'spec', 'syncPolicy', 'syncOptions')
  const option = isList(options) ? options.find(one => one === 'Prune=false' || one === 'Prune=confirm') : undefined
  if (option !== undefined) return `spec.syncPolicy.syncOptions has ${showJson(option)}`
  if (!automated) return 'it syncs only when a person starts it, and deletes only what that person prunes'
  return valueAt(app, 'spec', 'syncPolicy', 'automated', 'prune') === true ? null : 'spec.syncPolicy.automated.prune is not true'
}
