import { WritError, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Claim } from '../../model/owner.ts'
import type { Classified } from '../../model/plan.ts'
import { metadataText, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { GitOpsTool } from '../ports.ts'

/** Marks of tools that Writ does not speak to: what the person probably wants to know (argocd-flux.md 2, 3). */
const OTHER_TOOLS: readonly { readonly of: 'labels' | 'annotations', readonly key: string, readonly tool: string, /** Others set the mark, too; only this value says so. */ readonly value?: string }[] = [
  { of: 'annotations', key: 'meta.helm.sh/release-name', tool: 'a Helm release installed without GitOps' },
  { of: 'annotations', key: 'configmanagement.gke.io/managed', tool: 'Config Sync', value: 'enabled' },
  { of: 'annotations', key: 'configsync.gke.io/resource-id', tool: 'Config Sync' },
  { of: 'annotations', key: 'objectset.rio.cattle.io/id', tool: 'Rancher Fleet' },
  { of: 'labels', key: 'objectset.rio.cattle.io/hash', tool: 'Rancher Fleet' },
  { of: 'labels', key: 'fleet.cattle.io/bundle-name', tool: 'Rancher Fleet' },
  { of: 'annotations', key: 'kapp.k14s.io/identity', tool: 'kapp' },
  { of: 'labels', key: 'kapp.k14s.io/app', tool: 'kapp' },
  { of: 'annotations', key: 'pulumi.com/stack', tool: 'Pulumi' },
  { of: 'labels', key: 'olm.managed', tool: 'the Operator Lifecycle Manager', value: 'true' },
  { of: 'labels', key: 'addonmanager.kubernetes.io/mode', tool: 'the add-on manager of the cluster' },
]

/** UNMANAGED, with weak marks, marks of other tools, and the owners that could adopt the object. */
export async function unmanaged(tools: readonly GitOpsTool[], { target, live, environment }: Pick<Classified, 'target' | 'environment'> & { readonly live: KubernetesObject }, claims: readonly Claim[]): Promise<Refusal> {
  const weak = claims.flatMap(claim => claim.evidence.map(one => ({ ...one, sentence: `${showOwner(claim.owner)} is no owner: ${one.sentence}` })))
  const others = otherTools(live)
  const evidence = [...weak, ...others.map(({ sentence, at }) => ({ sentence, ...at === undefined ? {} : { at } })), ...await candidates(tools, target)]
  const asked = tools.length === 0 ? ` Environment ${environment.name} allows no owner (provider: ${environment.provider}).` : ''
  return refuse('UNMANAGED', `No ${tools.map(tool => tool.name === 'argocd' ? 'Argo CD Application' : 'Flux Kustomization').join(' or ') || 'owner'} lists ${showRef(target)}.${managedBy(others)}${asked}`, evidence)
}

/** Who manages it, where that is nobody that Writ speaks to. */
function managedBy([first]: readonly Other[]): string {
  return first === undefined ? '' : ` It is managed by ${first.tool}, which this version does not speak to.`
}

function otherTools(live: KubernetesObject): readonly Other[] {
  return OTHER_TOOLS.flatMap(({ of, key, tool, value: only }) => {
    const value = metadataText(live, of, key)
    return value === undefined || (only !== undefined && only !== value) ? [] : [{ tool, sentence: `it carries the mark of ${tool}: '${value.slice(0, 100)}'`, at: `metadata.${of}[${key}]` }]
  })
}

interface Other extends Evidence { readonly tool: string }

/** Owners that deploy to the object's namespace already: a manifest in their source would bring it under them. Where they may not be listed there is no hint. */
async function candidates(tools: readonly GitOpsTool[], target: Classified['target']): Promise<readonly Evidence[]> {
  const owners = (await Promise.all(tools.map(tool => tool.owners().catch(notAllowed)))).flat()
  return owners
    .filter(({ ref, destination }) => ref.kind !== 'HelmRelease' && destination.cluster === target.cluster && destination.namespace !== null && destination.namespace === target.namespace)
    .slice(0, 5)
    .map(owner => ({ sentence: `${showOwner(owner.ref)} deploys to namespace ${target.namespace ?? ''}; a manifest in its source would bring the object under it`, at: `${owner.source.url} ${owner.source.path}` }))
}

function notAllowed(error: unknown): readonly never[] {
  if (error instanceof WritError && error.code === 'cluster/unauthorized') return []
  throw error
}
