import type { Cluster } from '../../../flow/ports.ts'
import { textAt, valueAt } from '../../../model/json.ts'
import type { OwnerRef } from '../../../model/owner.ts'
import type { Gate } from '../../../model/owner-chain.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { inDeletion } from '../conditions.ts'
import { controllerVersion } from '../controller-version.ts'
import { ignoredByKustomization } from '../ignored-fields.ts'
import { SOURCE_GROUP } from './flux-kinds.ts'
import { helmReleaseSpec } from './helm-release-spec.ts'
import { gitObstacle } from './kustomization-spec.ts'
import { optOut } from './opt-out.ts'

/** A Flux owner with what it names, for an object that it deploys. */
export interface FluxSeen { readonly ref: OwnerRef, readonly object: KubernetesObject, readonly around: readonly KubernetesObject[], readonly target: Target, readonly live: KubernetesObject }

/** What one should know before a change of an object that Flux deploys (argocd-flux.md 4.10). */
export async function fluxGates(cluster: Cluster, seen: FluxSeen): Promise<readonly Gate[]> {
  const { object, around, live, ref } = seen
  const source = around.find(one => one.apiVersion.startsWith(`${SOURCE_GROUP}/`) && one.kind !== 'HelmChart')
  const opted = optOut(live)
  const pin = source?.kind === 'GitRepository' ? gitObstacle(source) : null
  const controller = ref.kind === 'HelmRelease' ? 'helm-controller' : ref.kind === 'Kustomization' ? 'kustomize-controller' : 'flux-operator'
  return [
    ...inDeletion(object) ? [gate('deleting', 'it is being deleted', 'metadata.deletionTimestamp')] : [],
    ...suspended(object, 'spec.suspend'), ...source === undefined ? [] : suspended(source, `${source.kind} ${textAt(source, 'metadata', 'name') ?? ''} spec.suspend`),
    ...pin?.code === 'PINNED' ? [gate('pinned', pin.because, pin.path)] : [],
    ...textAt(object, 'spec', 'decryption', 'provider') === undefined ? [] : [gate('sops', 'it decrypts what is encrypted with SOPS: encrypted values are never edited', 'spec.decryption')],
    ...ref.kind === 'HelmRelease' && source?.kind === 'GitRepository' && helmReleaseSpec(object, around).rules.byVersion ? [gate('chart-version', 'changes of the chart\'s own files reach the cluster only with a new version in Chart.yaml (reconcileStrategy ChartVersion)', 'spec.chart.spec.reconcileStrategy')] : [],
    ...ignoredByKustomization(object, seen.target).map(({ at, pointers }) => gate('ignored-fields', `it leaves fields of the object alone: ${pointers.join(', ')}`, at)),
    ...opted === null ? [] : [gate('opt-out', opted.because, opted.path)],
    ...await controllerVersion(cluster, { kind: 'Deployment', namespace: 'flux-system', name: controller }),
  ]
}

function suspended(object: KubernetesObject, at: string): readonly Gate[] {
  return valueAt(object, 'spec', 'suspend') === true ? [gate('suspended', 'so a merge would not deploy', at)] : []
}

function gate(flag: Gate['flag'], sentence: string, at: string): Gate {
  return { flag, sentence, at }
}
