import { clustersFor, readsClusters } from '../../model/application-set/clusters.ts'
import type { ArgoClusters } from '../../model/application-set/clusters.ts'
import { gitGenerators } from '../../model/application-set/generators.ts'
import { isRefusal } from '../../model/error.ts'
import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { ConsumerOwner, Owner, RenderRules } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { World } from '../world.ts'

/** What a generated Application of a set lays nothing over. */
const PLAIN: Pick<RenderRules, 'format' | 'loadRestrictor' | 'directory'> = { format: 'application-set', loadRestrictor: 'root', directory: { recurse: false } }

/** The set as what deploys its Applications from the files that a git generator reads. */
export function setOwner(live: KubernetesObject, of: { readonly cluster: string, readonly url: string, readonly revision: string, readonly clusters: ArgoClusters }): Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source' | 'render' | 'destination'> {
  const { cluster, url, revision, clusters } = of
  const [namespace, name] = [textAt(live, 'metadata', 'namespace') ?? '', textAt(live, 'metadata', 'name') ?? '']
  const spec = specOf(live)
  return {
    tool: 'argocd', kind: 'ApplicationSet', cluster, namespace, name, source: { url, revision, path: '' },
    render: { ...PLAIN, generates: { set: { name, namespace, spec }, url, revision, ...readsClusters(spec) ? { clusters: clustersFor(spec, clusters) } : {} } }, destination: { cluster, namespace },
  }
}

/** The repositories and revisions that the git generators of a set read. */
export function readsOf(set: KubernetesObject): readonly { readonly url: string, readonly revision: string }[] {
  const all = gitGenerators(specOf(set)).map(git => ({ url: textAt(git, 'repoURL') ?? '', revision: textAt(git, 'revision') || 'HEAD' }))
  return all.filter((one, i) => all.findIndex(other => other.url === one.url && other.revision === one.revision) === i)
}

function specOf(set: KubernetesObject): JsonObject {
  const spec = valueAt(set, 'spec')
  return isObject(spec) ? spec : {}
}

/** The living ApplicationSets beside an owner that read the same branch of the same repository. Throws as a list does. */
export async function liveSets(world: Pick<World, 'ownerObjects' | 'repositories'>, { owner, branch }: Pick<Located, 'owner' | 'branch'>): Promise<readonly ConsumerOwner[]> {
  const { sets } = await world.ownerObjects.applicationSets(owner)
  const found: ConsumerOwner[] = []
  const clusters = sets.some(set => readsClusters(specOf(set))) ? await world.ownerObjects.argoClusters(owner) : []
  for (const set of sets.filter(one => textAt(one, 'metadata', 'name') !== owner.name || textAt(one, 'metadata', 'namespace') !== owner.namespace)) {
    for (const { url, revision } of readsOf(set)) {
      if (!world.repositories.same(url, owner.source.url) || await branchOf(world, { url, revision }) !== branch) continue
      const { tool, kind, cluster, namespace, name, ...rest } = setOwner(set, { cluster: owner.cluster, url, revision, clusters })
      found.push({ ref: { tool, kind, cluster, namespace, name }, ...rest, unsupported: null })
    }
  }
  return found
}

async function branchOf({ repositories }: Pick<World, 'repositories'>, { url, revision }: { readonly url: string, readonly revision: string }): Promise<string | null> {
  const repository = repositories.open(url)
  return isRefusal(repository) ? null : (await repository.reader.tip(revision))?.branch ?? null
}
