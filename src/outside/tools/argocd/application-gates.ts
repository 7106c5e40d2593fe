import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { Gate } from '../../../model/owner-chain.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { showHold } from '../../../model/steering.ts'
import { inDeletion } from '../conditions.ts'
import { whereAllowed } from '../where-allowed.ts'
import { controllerVersion } from '../controller-version.ts'
import { ignoredByApplication } from '../ignored-fields.ts'
import { projectObstacle, projectOf } from './app-project.ts'
import { applicationSources } from './application-sources.ts'
import { applicationSpec } from './application-spec.ts'
import { isStale } from './applications.ts'
import { argoSettings } from './argo-settings.ts'
import { promotionOf } from './hydrated-source.ts'
import { isAutomated, isSkipped } from './read-application.ts'
import { syncHold } from './sync-windows.ts'
import { controlPlaneOf } from './tracking-id.ts'

/** An Application, for an object that it deploys, at a time; `namespace` is that of the controller where the Application does not say. */
export interface ApplicationSeen { readonly object: KubernetesObject, readonly target: Target, readonly namespace: string, readonly now: number }

/** What one should know before a change of an object that an Application deploys (argocd-flux.md 4.10). */
export async function applicationGates(cluster: Cluster, { object: app, target, namespace, now }: ApplicationSeen): Promise<readonly Gate[]> {
  const controlPlane = controlPlaneOf(app, namespace)
  const maker = objectsAt(app, 'metadata', 'ownerReferences').find(owner => owner['kind'] === 'ApplicationSet')
  const spec = applicationSpec(app, [controlPlane])
  const promotion = promotionOf(app)
  const pins = applicationSources(app, spec, 'root').unread.filter(({ code }) => code === 'PINNED')
  return [
    ...inDeletion(app) ? [gate('deleting', 'it is being deleted', 'metadata.deletionTimestamp')] : [],
    ...isSkipped(app) ? [gate('suspended', 'its controller leaves it alone', 'metadata.annotations[argocd.argoproj.io/skip-reconcile]')] : [],
    ...isAutomated(app) ? [] : [gate('manual-sync', 'a person starts each sync', 'spec.syncPolicy.automated')],
    ...promotion === null ? [] : [gate('promotion', `what is rendered waits on ${promotion.branch} until somebody promotes it`, 'spec.sourceHydrator.hydrateTo')],
    ...maker === undefined ? [] : [gate('generated', `ApplicationSet ${textAt(maker, 'name') ?? ''} writes its spec: what stands in it is changed there`, 'metadata.ownerReferences')],
    ...pins.map(({ path, because }) => gate('pinned', `${because}: a merge to a branch never deploys`, path)),
    ...isStale(app) ? [gate('stale-status', 'its status is too large to be kept up to date', 'status.conditions')] : [],
    ...await ofProject(cluster, app, { namespace: controlPlane, now }),
    ...await ignored(cluster, { app, target, controlPlane }),
    ...await controllerVersion(cluster, { kind: 'StatefulSet', namespace: controlPlane, name: 'argocd-application-controller' }),
  ]
}

function gate(flag: Gate['flag'], sentence: string, at: string): Gate {
  return { flag, sentence, at }
}

async function ofProject(cluster: Cluster, app: KubernetesObject, of: { readonly namespace: string, readonly now: number }): Promise<readonly Gate[]> {
  const project = await whereAllowed(() => projectOf(cluster, app, of.namespace))
  const [found, hold] = [projectObstacle(project), syncHold(project, app, of.now)]
  const at = `AppProject ${textAt(project ?? undefined, 'metadata', 'name') ?? ''} spec.syncWindows`
  return [
    ...found === null ? [] : [gate('signatures', found.because, found.path)],
    ...hold === null ? [] : [gate('sync-window', `it may not sync by itself now: ${showHold(hold)}`, at)],
  ]
}

async function ignored(cluster: Cluster, { app, target, controlPlane }: { readonly app: KubernetesObject, readonly target: Target, readonly controlPlane: string }): Promise<readonly Gate[]> {
  const settings = await whereAllowed(() => argoSettings(cluster, controlPlane))
  const all = [...ignoredByApplication(app, target, textAt(app, 'spec', 'destination', 'namespace') ?? null), ...settings?.ignores(target.group, target.kind) ?? []]
  return all.map(({ at, pointers, jqPaths, managers }) => gate('ignored-fields', `it leaves fields of the object alone: ${[...pointers, ...jqPaths, ...managers.map(manager => `all of ${manager}`)].join(', ') || 'unreadable'}`, at))
}
