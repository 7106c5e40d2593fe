import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { ConsumerOwner, RenderRules } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { applicationConsumers } from './argocd/application-consumers.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, fluxRef } from './flux/flux-kinds.ts'
import { helmReleaseSpec } from './flux/helm-release-spec.ts'
import { FLUX_RENDER } from './flux/kustomization-spec.ts'
import { plainPath } from '../../model/plain-path.ts'

/** The cluster of an owner that only a file shows. */
export const NOWHERE = 'unknown'

/**
 * The places that Applications, Kustomizations and HelmReleases deploy from, as far as their manifests say it. Nobody knows whether they run, nor with what settings:
 * they count as consumers of their paths, rendered as these stand.
 */
export function declaredOwners(objects: readonly KubernetesObject[]): readonly ConsumerOwner[] {
  return objects.flatMap(object => {
    if (object.kind === 'Application' && object.apiVersion.startsWith('argoproj.io/')) return applications(object)
    if (object.kind === 'HelmRelease' && object.apiVersion.startsWith(`${HELM_GROUP}/`)) return helmRelease(object, objects)
    return object.kind === 'Kustomization' && object.apiVersion.startsWith(`${KUSTOMIZE_GROUP}/`) ? [kustomization(object)] : []
  })
}

function applications(app: KubernetesObject): readonly ConsumerOwner[] {
  const hub = { cluster: NOWHERE, namespace: textAt(app, 'metadata', 'namespace') ?? '', members: [] }
  if ([valueAt(app, 'spec', 'source'), ...objectsAt(app, 'spec', 'sources')].some(source => valueAt(source, 'plugin') !== undefined)) return []
  return applicationConsumers(hub, app, { loadRestrictor: 'none', obstacle: () => null }).map(({ render: { format, loadRestrictor, directory, helm }, ...consumer }) => ({
    ...consumer, render: { format, loadRestrictor, directory, ...helm === undefined ? {} : { helm } }, unsupported: format === 'helm' ? consumer.unsupported : null,
  }))
}

/** The chart in Git that a HelmRelease installs; what it installs from elsewhere is nothing that a file of the repository changes. */
function helmRelease(object: KubernetesObject, around: readonly KubernetesObject[]): readonly ConsumerOwner[] {
  const { source, rules, obstacle } = helmReleaseSpec(object, around)
  if (obstacle?.code === 'NON_GIT_SOURCE') return []
  const render: RenderRules = { format: 'helm', loadRestrictor: 'none', directory: { recurse: false }, helm: rules }
  return [{ ref: fluxRef(NOWHERE, 'HelmRelease', object), source, render, destination: { cluster: NOWHERE, namespace: rules.namespace }, unsupported: obstacle?.path ?? null }]
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
