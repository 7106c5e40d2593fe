import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { ConsumerOwner } from '../../../model/owner.ts'
import { HELM_GROUP, SOURCE_GROUP, fluxRef, listAll } from './flux-kinds.ts'
import { helmReleaseSpec } from './helm-release-spec.ts'

/** The charts in Git that the HelmReleases of one cluster install. What they install from elsewhere no file of a repository changes; values of objects are not read here. */
export async function helmReleaseConsumers(cluster: Cluster): Promise<readonly ConsumerOwner[]> {
  const releases = await listAll(cluster, HELM_GROUP, 'HelmRelease')
  if (releases.length === 0) return []
  const around = (await Promise.all(['GitRepository', 'HelmChart'].map(kind => listAll(cluster, SOURCE_GROUP, kind)))).flat()
  return releases.flatMap(release => {
    const { source, rules, obstacle } = helmReleaseSpec(release, around)
    if (obstacle?.code === 'NON_GIT_SOURCE' || source.url === '') return []
    const remote = valueAt(release, 'spec', 'kubeConfig') !== undefined
    const named = objectsAt(release, 'spec', 'valuesFrom').map(one => `${textAt(one, 'kind') ?? ''} ${textAt(release, 'metadata', 'namespace') ?? ''}/${textAt(one, 'name') ?? ''}`)
    const from = named.length > 0 ? `spec.valuesFrom, values of ${named.join(' and ')} in the cluster,` : null
    return [{
      ref: fluxRef(cluster.name, 'HelmRelease', release), source, render: { format: 'helm', loadRestrictor: 'none', directory: { recurse: false }, helm: rules },
      destination: { cluster: remote ? 'unknown (spec.kubeConfig)' : cluster.name, namespace: rules.namespace },
      namespaces: [...new Set(objectsAt(release, 'status', 'inventory', 'entries').map(entry => (textAt(entry, 'id') ?? '').split('_')[0] ?? ''))],
      unsupported: obstacle?.path ?? from,
    }]
  })
}
