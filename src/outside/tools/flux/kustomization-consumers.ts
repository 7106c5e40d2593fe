import type { Cluster } from '../../../flow/ports.ts'
import { objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { ConsumerOwner } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { KUSTOMIZE_GROUP, SOURCE_GROUP, fluxRef, listAll, sourceRefOf } from './flux-kinds.ts'
import { branchOf, gitObstacle, kustomizationSpec } from './kustomization-spec.ts'
import { withLiveVariables } from './live-variables.ts'

/** The places in Git that the Kustomizations of one cluster deploy from, grafted repositories included. */
export async function kustomizationConsumers(cluster: Cluster): Promise<readonly ConsumerOwner[]> {
  const [kustomizations, sources] = await Promise.all([listAll(cluster, KUSTOMIZE_GROUP, 'Kustomization'), listAll(cluster, SOURCE_GROUP, 'GitRepository')])
  const byName = new Map(sources.map(source => [key(source), source]))
  const found = await Promise.all(kustomizations.map(async object => {
    const ref = sourceRefOf(object)
    const source = ref.kind === 'GitRepository' ? byName.get(`${ref.namespace}/${ref.name}`) : undefined
    return source === undefined ? [] : consumersOf(cluster, { object, source, byName })
  }))
  return found.flat()
}

async function consumersOf(cluster: Cluster, of: { readonly object: KubernetesObject, readonly source: KubernetesObject, readonly byName: ReadonlyMap<string, KubernetesObject> }): Promise<readonly ConsumerOwner[]> {
  const { object, source } = of
  const spec = kustomizationSpec(object, source)
  const remote = valueAt(object, 'spec', 'kubeConfig') !== undefined
  const shared = {
    ref: fluxRef(cluster.name, 'Kustomization', object),
    render: await withLiveVariables(cluster, textAt(object, 'metadata', 'namespace') ?? '', spec.render),
    // What kubeConfig reaches is not known: a name that no environment covers, so it counts as prod.
    destination: { cluster: remote ? 'unknown (spec.kubeConfig)' : cluster.name, namespace: textAt(object, 'spec', 'targetNamespace') || null },
    // `<namespace>_<name>_<group>_<Kind>`: what stands before the first underscore (argocd-flux.md 2).
    namespaces: [...new Set(objectsAt(object, 'status', 'inventory', 'entries').map(entry => (textAt(entry, 'id') ?? '').split('_')[0] ?? ''))],
  }
  const path = plainPath(textAt(object, 'spec', 'path') ?? '')
  const obstacle = spec.obstacle ?? gitObstacle(source)
  const own = { ...shared, source: { url: textAt(source, 'spec', 'url') ?? '', revision: branchOf(source), path }, unsupported: obstacle?.path ?? null }
  const grafts = objectsAt(source, 'spec', 'include').flatMap(include => {
    const other = of.byName.get(`${textAt(source, 'metadata', 'namespace') ?? ''}/${textAt(include, 'repository', 'name') ?? ''}`)
    if (other === undefined) return []
    return [{ ...shared, source: { url: textAt(other, 'spec', 'url') ?? '', revision: branchOf(other), path: plainPath(textAt(include, 'fromPath') ?? '') }, unsupported: 'GitRepository spec.include' }]
  })
  return [own, ...grafts]
}

function key(object: KubernetesObject): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`
}
