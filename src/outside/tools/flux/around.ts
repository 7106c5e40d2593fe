import type { Cluster } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { SOURCE_GROUP, sourceRefOf } from './flux-kinds.ts'

/** What an owner of Flux names that decides what it renders: its source, its chart, ConfigMaps with variables or values; never a Secret. */
export async function around(cluster: Cluster, owner: KubernetesObject): Promise<readonly KubernetesObject[]> {
  return owner.kind === 'Kustomization' ? aroundKustomization(cluster, owner) : owner.kind === 'HelmRelease' ? aroundRelease(cluster, owner) : []
}

interface Named { readonly group: string, readonly kind: string, readonly namespace: string, readonly name: string }

/** An object; null where it is not there or may not be read. */
export async function readWhereAllowed(cluster: Cluster, { group, kind, namespace, name }: Named): Promise<KubernetesObject | null> {
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
  return (await Promise.all(named.map(one => readWhereAllowed(cluster, one)))).filter(one => one !== null)
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
