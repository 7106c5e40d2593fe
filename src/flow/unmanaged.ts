import { refuse } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { Claim } from '../model/owner.ts'
import type { Classified } from '../model/plan.ts'
import { metadataText, showRef } from '../model/resource.ts'
import type { KubernetesObject } from '../model/resource.ts'
import type { GitOpsTool } from './ports.ts'

/** Marks of tools that Writ does not speak to: what the person probably wants to know (argocd-flux.md 2, 3). */
const OTHER_TOOLS: readonly { readonly of: 'labels' | 'annotations', readonly key: string, readonly tool: string }[] = [
  { of: 'annotations', key: 'meta.helm.sh/release-name', tool: 'a Helm release installed without GitOps' },
  { of: 'labels', key: 'resourceset.fluxcd.controlplane.io/name', tool: 'a ResourceSet of the Flux operator' },
  { of: 'labels', key: 'fluxcd.controlplane.io/name', tool: 'a FluxInstance of the Flux operator' },
  { of: 'annotations', key: 'configmanagement.gke.io/managed', tool: 'Config Sync' },
  { of: 'annotations', key: 'objectset.rio.cattle.io/id', tool: 'Rancher Fleet' },
  { of: 'labels', key: 'kapp.k14s.io/app', tool: 'kapp' },
]

/** UNMANAGED, with weak marks, marks of other tools, and the owners that could adopt the object. */
export async function unmanaged(tools: readonly GitOpsTool[], { target, live, environment }: Pick<Classified, 'target' | 'environment'> & { readonly live: KubernetesObject }, claims: readonly Claim[]): Promise<Refusal> {
  const weak = claims.flatMap(claim => claim.evidence.map(one => ({ ...one, sentence: `${showOwner(claim.owner)} is no owner: ${one.sentence}` })))
  const evidence = [...weak, ...otherTools(live), ...await candidates(tools, target)]
  const asked = tools.length === 0 ? ` Environment ${environment.name} allows no owner (provider: ${environment.provider}).` : ''
  return refuse('UNMANAGED', `No ${tools.map(tool => tool.name === 'argocd' ? 'Argo CD Application' : 'Flux Kustomization').join(' or ') || 'owner'} lists ${showRef(target)}.${asked}`, evidence)
}

function otherTools(live: KubernetesObject): readonly Evidence[] {
  return OTHER_TOOLS.flatMap(mark => {
    const value = metadataText(live, mark.of, mark.key)
    return value === undefined ? [] : [{ sentence: `it carries the mark of ${mark.tool}: '${value.slice(0, 100)}'`, at: `metadata.${mark.of}[${mark.key}]` }]
  })
}

/** Owners that deploy to the object's namespace already: a manifest in their source would bring it under them. */
async function candidates(tools: readonly GitOpsTool[], target: Classified['target']): Promise<readonly Evidence[]> {
  const owners = (await Promise.all(tools.map(tool => tool.owners()))).flat()
  return owners
    .filter(owner => owner.destination.cluster === target.cluster && owner.destination.namespace !== null && owner.destination.namespace === target.namespace)
    .slice(0, 5)
    .map(owner => ({ sentence: `${showOwner(owner.ref)} deploys to namespace ${target.namespace ?? ''}; a manifest in its source would bring the object under it`, at: `${owner.source.url} ${owner.source.path}` }))
}
