import { WritError, isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import { manifestLines } from './manifest-lines.ts'
import type { RepositoryReader, Tree } from '../ports.ts'
import type { World } from '../world.ts'

const ORIGIN = 'org.opencontainers.image.source'
const REVISION = 'org.opencontainers.image.revision'
const MOST = 3

/**
 * The refusal to edit what does not come from Git, with the repository and the place where people do, where an artifact says that it was built from one of writ.yaml
 * (argocd-flux.md 4.8). The artifact's word is a hint and never a source: nobody proves what its build does. Reads only.
 */
export async function withOrigin(world: Pick<World, 'ownerObjects' | 'repositories'>, { owner, target }: { readonly owner: OwnerRef, readonly target: Target }, refusal: Refusal): Promise<Refusal> {
  if (refusal.refused !== 'NON_GIT_SOURCE') return refusal
  const living = await world.ownerObjects.live(owner)
  const source = living?.around.find(one => textAt(one, ...AT, ORIGIN) !== undefined)
  const [url, revision] = [textAt(source, ...AT, ORIGIN), textAt(source, ...AT, REVISION)]
  if (living === null || url === undefined) return refusal
  const repository = world.repositories.open(url)
  if (isRefusal(repository)) return refusal
  const places = await placesIn(repository.reader, { release: living.object, target, revision })
  const where = places.length === 0 ? url : `${url}: ${places.join(', ')}`
  return { ...refusal, hint: `${refusal.hint} It says that it was built from a repository of writ.yaml. Change it there by hand, and let the artifact be built again: ${where}.` }
}

const AT = ['status', 'artifact', 'metadata'] as const

/** The manifests of the object, or the chart of the release, in the commit that the artifact names, or in the default branch; none where that cannot be read. */
async function placesIn(reader: RepositoryReader, of: { readonly release: KubernetesObject, readonly target: Target, readonly revision: string | undefined }): Promise<readonly string[]> {
  const { release, target, revision } = of
  const tree = await treeOf(reader, revision)
  if (tree === null) return []
  const places = release.kind === 'HelmRelease' ? await chartsOf(tree, release) : (await manifestLines(tree, target)).map(line => `${line} holds ${showRef(target)}`)
  return places.slice(0, MOST)
}

async function treeOf(reader: RepositoryReader, revision: string | undefined): Promise<Tree | null> {
  const commit = /(?:^|[:/])([0-9a-f]{40})$/.exec(revision ?? '')?.[1]
  const named = commit === undefined ? null : await read(() => reader.tree(commit))
  return named ?? read(async () => {
    const tip = await reader.tip('HEAD')
    return tip === null ? null : reader.tree(tip.commit)
  })
}

/** What cannot be read is no hint. */
async function read(tree: () => Promise<Tree | null>): Promise<Tree | null> {
  try {
    return await tree()
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return null
    throw error
  }
}

/** The folders of the charts that are called like the one that was released last. */
async function chartsOf(tree: Tree, release: KubernetesObject): Promise<readonly string[]> {
  const [last] = objectsAt(release, 'status', 'history')
  const name = textAt(last, 'chartName')
  const texts = await tree.read(tree.entries.filter(({ path, kind }) => kind !== 'symlink' && /(?:^|\/)Chart\.yaml$/.test(path)).map(({ path }) => path))
  return [...texts].flatMap(([path, text]) => {
    const [chart] = jsonOf(readSource(text, 'last')) ?? []
    return isObject(chart) && name !== undefined && valueAt(chart, 'name') === name ? [`${path} is that of chart ${name}`] : []
  })
}
