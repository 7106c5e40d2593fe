import type { Cluster } from '../../flow/ports.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** The kinds that Writ reads, and the versions that it was made for. */
const KINDS: readonly { readonly group: string, readonly kind: string, readonly versions: readonly string[] }[] = [
  { group: 'argoproj.io', kind: 'Application', versions: ['v1alpha1'] },
  { group: 'argoproj.io', kind: 'AppProject', versions: ['v1alpha1'] },
  { group: 'argoproj.io', kind: 'ApplicationSet', versions: ['v1alpha1'] },
  { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', versions: ['v1'] },
  { group: 'source.toolkit.fluxcd.io', kind: 'HelmChart', versions: ['v1'] },
  { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', versions: ['v1'] },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', versions: ['v2'] },
]

/** The kinds of Argo CD and Flux that a cluster serves: `Application v1alpha1`; `others` those in a version that this Writ was not made for. */
export async function servedKinds(cluster: Cluster): Promise<{ readonly found: readonly string[], readonly others: readonly string[] }> {
  const found: string[] = []
  const others: string[] = []
  for (const { group, kind, versions } of KINDS) {
    const served = await cluster.served(group, kind)
    if (served === null) continue
    found.push(`${kind} ${served.version}`)
    if (!versions.includes(served.version)) others.push(`${kind} ${served.version}, known is ${versions.join(' or ')}`)
  }
  return { found, others }
}

/** The controllers that run in the cluster, by the labels that their own manifests give them: `argocd-repo-server v3.2.0`. */
export async function controllers(cluster: Cluster): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const kind of ['Deployment', 'StatefulSet']) {
    const served = await cluster.served('apps', kind)
    if (served === null) continue
    for (const object of await cluster.list(served, null, 'app.kubernetes.io/part-of in (argocd, flux)')) found.add(`${textAt(object, 'metadata', 'name') ?? ''} ${versionOf(object)}`)
  }
  return [...found].sort()
}

/** The tag of its image; a digest tells nobody a version. */
function versionOf(object: KubernetesObject): string {
  const [container] = objectsAt(object, 'spec', 'template', 'spec', 'containers')
  const image = (textAt(container, 'image') ?? '').split('@')[0] ?? ''
  return /:([^:/]+)$/.exec(image)?.[1] ?? textAt(object, 'metadata', 'labels', 'app.kubernetes.io/version') ?? 'of a version that its image does not tell'
}
