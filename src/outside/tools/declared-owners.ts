import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { ConsumerOwner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { applicationConsumers } from './argocd/application-consumers.ts'
import { KUSTOMIZE_GROUP, fluxRef } from './flux/flux-kinds.ts'
import { FLUX_RENDER } from './flux/kustomization-spec.ts'
import { plainPath } from '../../model/plain-path.ts'

/** The cluster of an owner that only a file shows. */
export const NOWHERE = 'unknown'

/**
 * The places that Applications and Kustomizations deploy from, as far as their manifests say it. Nobody knows whether they run, nor with what settings:
 * they count as consumers of their paths, rendered as these stand.
 */
export function declaredOwners(objects: readonly KubernetesObject[]): readonly ConsumerOwner[] {
  return objects.flatMap(object => {
    if (object.kind === 'Application' && object.apiVersion.startsWith('argoproj.io/')) return applications(object)
    return object.kind === 'Kustomization' && object.apiVersion.startsWith(`${KUSTOMIZE_GROUP}/`) ? [kustomization(object)] : []
  })
}

function applications(app: KubernetesObject): readonly ConsumerOwner[] {
  const hub = { cluster: NOWHERE, namespace: textAt(app, 'metadata', 'namespace') ?? '', members: [] }
  const helm = [valueAt(app, 'spec', 'source'), ...objectsAt(app, 'spec', 'sources')].some(source => valueAt(source, 'helm') !== undefined || valueAt(source, 'plugin') !== undefined)
  if (helm) return []
  return applicationConsumers(hub, app, { loadRestrictor: 'none', obstacle: () => null })
    .map(({ render: { format, loadRestrictor, directory }, ...consumer }) => ({ ...consumer, render: { format, loadRestrictor, directory }, unsupported: null }))
}

function kustomization(object: KubernetesObject): ConsumerOwner {
  return {
    ref: fluxRef(NOWHERE, 'Kustomization', object),
    source: { url: '', revision: '', path: plainPath(textAt(object, 'spec', 'path') ?? '') },
    render: FLUX_RENDER,
    destination: { cluster: NOWHERE, namespace: textAt(object, 'spec', 'targetNamespace') || null },
    unsupported: null,
  }
}
