import type { Cluster } from '../../../flow/ports.ts'
import { refuse } from '../../../model/error.ts'
import type { Refusal } from '../../../model/error.ts'
import { isList, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Delivery, Owner, OwnerRef } from '../../../model/owner.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { commitOf, inDeletion } from '../conditions.ts'
import { globMatch } from '../glob-match.ts'
import { refuseOwner, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { projectObstacle } from './app-project.ts'
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
  const spec = applicationSpec(app)
  const obstacle = standing(app) ?? spec.obstacle ?? ignored(app, target) ?? hook(app, target)
    ?? settings.obstacle(target.group, target.kind) ?? pinned(spec.source.revision) ?? await projectObstacle(cluster, app, namespace)
  if (obstacle !== null) return refuseOwner(ref, obstacle)
  return {
    ...ref,
    uid: textAt(app, 'metadata', 'uid') ?? '',
    source: spec.source,
    render: { ...spec.render, loadRestrictor: settings.loadRestrictor },
    delivery: deliveryOf(app),
    destination: { cluster: target.cluster, namespace: textAt(app, 'spec', 'destination', 'namespace') || null },
    sourceObject: null,
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
  const maker = objectsAt(app, 'metadata', 'ownerReferences').find(owner => owner['controller'] === true || owner['kind'] === 'ApplicationSet')
  if (maker !== undefined) return unsupported('metadata.ownerReferences', `so ${textAt(maker, 'kind') ?? ''} ${textAt(maker, 'name') ?? ''} writes its spec`)
  if (inDeletion(app)) return unsupported('metadata.deletionTimestamp', 'so it is being deleted')
  return isSkipped(app) ? { code: 'SUSPENDED', path: 'metadata.annotations[argocd.argoproj.io/skip-reconcile]', because: 'so its controller leaves it alone' } : null
}

/** An ignored difference may never be synced although the Application says Synced (argocd-flux.md 1.2). */
function ignored(app: KubernetesObject, target: Target): Obstacle | null {
  const index = objectsAt(app, 'spec', 'ignoreDifferences').findIndex(entry => {
    const named = (key: string, value: string): boolean => { const wanted = textAt(entry, key) ?? ''; return wanted === '' || wanted === value }
    return globMatch(textAt(entry, 'group') ?? '', target.group) && globMatch(textAt(entry, 'kind') ?? '', target.kind)
      && named('name', target.name) && named('namespace', target.namespace ?? '')
  })
  return index < 0 ? null : unsupported(`spec.ignoreDifferences[${index}]`, `which covers ${target.kind} ${target.name}: a change of it may never be synced`)
}

function hook(app: KubernetesObject, target: Target): Obstacle | null {
  return resourceEntry(app, target)?.['hook'] === true ? unsupported('status.resources[].hook', 'so the object is a sync hook, which a changed source does not update') : null
}

/** What can be told from the text alone; whether a name is a branch is asked of the repository later. */
function pinned(revision: string): Obstacle | null {
  const because = /^[0-9a-f]{40}$/.test(revision) ? 'which is a commit' : revision.startsWith('refs/') ? 'which is no branch' : /[\^~*:?[\\<>=| ]/.test(revision) ? 'which is a range of tags' : null
  return because === null ? null : { code: 'PINNED', path: `spec.source.targetRevision ${revision}`, because }
}

function deliveryOf(app: KubernetesObject): Delivery {
  const automated = isAutomated(app)
  return {
    automated,
    reverts: automated && valueAt(app, 'spec', 'syncPolicy', 'automated', 'selfHeal') === true,
    syncedCommit: syncedCommit(app),
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

/** A later commit that changes nothing here starts no operation: where the Application is Synced, the compared commit is what runs (argocd-flux.md 0.3). */
function syncedCommit(app: KubernetesObject): string | null {
  if (textAt(app, 'status', 'sync', 'status') === 'Synced') return commitOf(textAt(app, 'status', 'sync', 'revision'))
  const operation = valueAt(app, 'status', 'operationState')
  const last = textAt(operation, 'phase') === 'Succeeded' ? commitOf(textAt(operation, 'syncResult', 'revision')) : null
  return last ?? commitOf(textAt(objectsAt(app, 'status', 'history').at(-1), 'revision'))
}
