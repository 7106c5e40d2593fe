import type { Cluster, Clusters, OwnerObject, OwnerObjects } from '../../flow/ports.ts'
import type { ClusterConfig } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ARGO_GROUP } from './argocd/applications.ts'
import { argoHubs } from './argocd/argo-hubs.ts'
import { applicationGates } from './argocd/application-gates.ts'
import { declaredOwners } from './declared-owners.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, OPERATOR_GROUP, SOURCE_GROUP, sourceRefOf } from './flux/flux-kinds.ts'
import { fluxGates } from './flux/flux-gates.ts'
import { manifestOwner } from './manifest-owner.ts'

const GROUPS: Readonly<Record<OwnerRef['kind'], string>> = { Application: ARGO_GROUP, Kustomization: KUSTOMIZE_GROUP, HelmRelease: HELM_GROUP, ResourceSet: OPERATOR_GROUP, FluxInstance: OPERATOR_GROUP }

/** Owners by their own objects in the clusters of the configuration. What may not be read is left out, so that it counts as unknown. */
export function ownerObjects({ clusters, config }: { readonly clusters: Clusters, readonly config: readonly ClusterConfig[] }): OwnerObjects {
  async function live(ref: OwnerRef): Promise<OwnerObject | null> {
    const cluster = clusters.named(ref.cluster)
    const object = await read(cluster, { group: GROUPS[ref.kind], kind: ref.kind, namespace: ref.namespace, name: ref.name })
    if (object === null) return null
    const around = ref.kind === 'Kustomization' ? await aroundKustomization(cluster, object) : ref.kind === 'HelmRelease' ? await aroundRelease(cluster, object) : []
    return { object, around }
  }

  return {
    declaredOwners, manifestOwner, live,
    async gates(ref, of) {
      const found = await live(ref)
      if (found === null) return []
      const cluster = clusters.named(ref.cluster)
      return ref.tool === 'flux' ? fluxGates(cluster, { ...found, ref, ...of }) : applicationGates(cluster, { ...found, ...of, namespace: argoHubs(config).find(hub => hub.cluster === ref.cluster)?.namespace ?? 'argocd' })
    },
  }
}

interface Named { readonly group: string, readonly kind: string, readonly namespace: string, readonly name: string }

async function read(cluster: Cluster, { group, kind, namespace, name }: Named): Promise<KubernetesObject | null> {
  if (name === '') return null
  try {
    const served = await cluster.served(group, kind)
    return served === null ? null : await cluster.get(served, namespace, name)
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return null
    throw error
  }
}

async function all(cluster: Cluster, named: readonly Named[]): Promise<readonly KubernetesObject[]> {
  return (await Promise.all(named.map(one => read(cluster, one)))).filter(one => one !== null)
}

/** Its source, and the ConfigMaps that its variables come from. */
function aroundKustomization(cluster: Cluster, object: KubernetesObject): Promise<readonly KubernetesObject[]> {
  const namespace = textAt(object, 'metadata', 'namespace') ?? ''
  const source = sourceRefOf(object)
  const maps = objectsAt(object, 'spec', 'postBuild', 'substituteFrom').filter(one => one['kind'] === 'ConfigMap')
  return all(cluster, [{ group: SOURCE_GROUP, ...source }, ...maps.map(one => ({ group: '', kind: 'ConfigMap', namespace, name: textAt(one, 'name') ?? '' }))])
}

/** Its chart and where that comes from, and the ConfigMaps that its values come from. */
async function aroundRelease(cluster: Cluster, release: KubernetesObject): Promise<readonly KubernetesObject[]> {
  const namespace = textAt(release, 'metadata', 'namespace') ?? ''
  const reference = chartReference(release, namespace)
  const chart = reference === null ? [] : await all(cluster, [reference])
  const from = chart.find(one => one.kind === 'HelmChart') ?? release
  const path = from === release ? ['spec', 'chart', 'spec', 'sourceRef'] : ['spec', 'sourceRef']
  const home = textAt(from, 'metadata', 'namespace') ?? namespace
  const source = { group: SOURCE_GROUP, kind: textAt(from, ...path, 'kind') ?? '', namespace: textAt(from, ...path, 'namespace') || home, name: textAt(from, ...path, 'name') ?? '' }
  const maps = objectsAt(release, 'spec', 'valuesFrom').filter(one => one['kind'] !== 'Secret').map(one => ({ group: '', kind: 'ConfigMap', namespace, name: textAt(one, 'name') ?? '' }))
  return [...chart, ...await all(cluster, [source, ...maps])]
}

function chartReference(release: KubernetesObject, namespace: string): Named | null {
  const kind = textAt(release, 'spec', 'chartRef', 'kind')
  return kind === undefined ? null : { group: SOURCE_GROUP, kind, namespace: textAt(release, 'spec', 'chartRef', 'namespace') || namespace, name: textAt(release, 'spec', 'chartRef', 'name') ?? '' }
}
