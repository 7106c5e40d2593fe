import { textAt } from '../../model/json.ts'
import type { ManifestOwner, OwnerSource, RenderRules } from '../../model/owner.ts'
import { plainPath } from '../../model/plain-path.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { applicationSources } from './argocd/application-sources.ts'
import { applicationSpec } from './argocd/application-spec.ts'
import { applicationRef } from './argocd/applications.ts'
import { NOWHERE } from './declared-owners.ts'
import { HELM_GROUP, KUSTOMIZE_GROUP, fluxRef, sourceRefOf } from './flux/flux-kinds.ts'
import { helmReleaseSpec } from './flux/helm-release-spec.ts'
import { branchOf, gitObstacle, kustomizationSpec } from './flux/kustomization-spec.ts'
import { ignoredByApplication, ignoredByKustomization } from './ignored-fields.ts'
import type { Obstacle } from './read-result.ts'

/** An Application, Kustomization or HelmRelease as its manifest says it; null for anything else. `around` are manifests that may be its GitRepository or HelmChart. */
export function manifestOwner(object: KubernetesObject, around: readonly KubernetesObject[]): ManifestOwner | null {
  if (object.kind === 'Application' && object.apiVersion.startsWith('argoproj.io/')) return application(object)
  if (object.kind === 'HelmRelease' && object.apiVersion.startsWith(`${HELM_GROUP}/`)) return helmRelease(object, around)
  return object.kind === 'Kustomization' && object.apiVersion.startsWith(`${KUSTOMIZE_GROUP}/`) ? kustomization(object, around) : null
}

function application(app: KubernetesObject): ManifestOwner {
  const spec = applicationSpec(app, [])
  const { rendered: followed, unread: others } = applicationSources(app, spec, 'root')
  const rendered = followed.filter(({ source }) => !isVersion(source))
  const unread = [...others, ...followed.filter(({ source }) => isVersion(source)).map(({ source }) => ({ code: 'PINNED' as const, path: `${source.index === undefined ? 'spec.source' : `spec.sources[${source.index}]`}.targetRevision ${source.revision}`, because: 'which is a version, and so a tag' }))]
  const namespace = textAt(app, 'spec', 'destination', 'namespace') || null
  return {
    ref: applicationRef(NOWHERE, app),
    destination: { cluster: NOWHERE, namespace },
    sources: rendered.map(({ source, render }) => {
      const chart = source.hydrated === true ? ['spec', 'sourceHydrator', 'drySource'] : source.index === undefined ? ['spec', 'source'] : ['spec', 'sources', source.index]
      return { source, render, overlay: [...chart, 'kustomize'], variables: [], chart }
    }),
    unread, obstacle: spec.obstacle,
    ignores: target => ignoredByApplication(app, target, namespace),
  }
}

/** Without the repository nobody can say what is a branch; no branch is called like a release. */
function isVersion({ revision }: OwnerSource): boolean {
  return /^v?\d+\.\d+\.\d+(?:[-+].*)?$/.test(revision)
}

function kustomization(object: KubernetesObject, around: readonly KubernetesObject[]): ManifestOwner {
  const named = sourceRefOf(object)
  const source = around.find(one => one.kind === 'GitRepository' && textAt(one, 'metadata', 'name') === named.name && (textAt(one, 'metadata', 'namespace') ?? '') === named.namespace) ?? null
  const spec = kustomizationSpec(object, source)
  const obstacle: Obstacle | null = spec.obstacle ?? (source === null ? null : gitObstacle(source))
  return {
    ref: fluxRef(NOWHERE, 'Kustomization', object),
    destination: { cluster: NOWHERE, namespace: null },
    sources: [{
      source: { url: source === null ? '' : textAt(source, 'spec', 'url') ?? '', revision: source === null ? '' : branchOf(source), path: plainPath(textAt(object, 'spec', 'path') ?? '') },
      render: spec.render, overlay: ['spec'], variables: ['spec', 'postBuild', 'substitute'], chart: [],
    }],
    unread: [], obstacle,
    ignores: target => ignoredByKustomization(object, target),
  }
}

function helmRelease(object: KubernetesObject, around: readonly KubernetesObject[]): ManifestOwner {
  const { source, rules, obstacle } = helmReleaseSpec(object, around)
  const render: RenderRules = { format: 'helm', loadRestrictor: 'none', directory: { recurse: false }, helm: rules }
  return {
    ref: fluxRef(NOWHERE, 'HelmRelease', object), destination: { cluster: NOWHERE, namespace: rules.namespace },
    sources: [{ source, render, overlay: [], variables: [], chart: [] }], unread: [], obstacle, ignores: () => [],
  }
}
