import { filesThatMay } from '../../model/application-set/git-paths.ts'
import { clustersFor, readsClusters } from '../../model/application-set/clusters.ts'
import type { ArgoClusters } from '../../model/application-set/clusters.ts'
import { gitGenerators } from '../../model/application-set/generators.ts'
import type { GeneratorInputs } from '../../model/application-set/generators.ts'
import type { GitTree } from '../../model/application-set/git-paths.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { textAt } from '../../model/json.ts'
import type { Owner, OwnerRef } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Living } from '../owner/makers.ts'
import type { LivingSets, OwnerObject, RepositoryReader } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import { readsOf, setOwner } from '../proof/live-sets.ts'
import { proveEdits } from '../proof/prove-edits.ts'
import type { AlreadySo } from '../proof/prove-edits.ts'
import { readersOf } from '../proof/readers.ts'
import { gitTree } from '../proof/set-looks.ts'
import type { ProvenRender } from '../prove.ts'
import type { World } from '../world.ts'
import { setEdits, setOf } from './application-set.ts'
import type { ObjectEdits } from './owner-text.ts'
import { cannot, reachedBy } from './reached-by.ts'
import type { Reached, ThroughAsk } from './reached-by.ts'
import { withThrough } from './with-through.ts'

/** A living ApplicationSet, and what its generators read: files, and clusters. */
export interface SetInputs extends GeneratorInputs {
  readonly set: Living
  /** The one repository and commit that they read; null where there is none, or several. */
  readonly at: { readonly url: string, readonly revision: string, readonly branch: string, readonly base: string } | null
  /** Why a repository of theirs is not read. */
  readonly unknown: Refusal | null
}

/** Reads what the generators of a set read: the tips of their branches, and the clusters of the Argo CD that the Application is of. */
export async function inputsOf(world: World, { set, owner }: { readonly set: Living, readonly owner: OwnerRef }): Promise<SetInputs> {
  const trees = new Map<string, GitTree>()
  let unknown: Refusal | null = null
  let at: SetInputs['at'] = null
  const reads = readsOf(set.live)
  for (const { url, revision } of reads) {
    const repository = world.repositories.open(url)
    const tip = isRefusal(repository) ? null : await repository.reader.tip(revision)
    if (isRefusal(repository)) unknown ??= repository
    else if (tip === null) unknown ??= refuse('PINNED', `${showRef(set.target)}, which generates ${showOwner(owner)}, reads '${revision}', which is no branch of ${url}.`, [{ sentence: `there is no branch '${revision}'`, at: url }])
    else {
      trees.set(`${url} ${revision}`, await treeAt(repository.reader, { set: set.live, commit: tip.commit }))
      at = { url, revision, branch: tip.branch, base: tip.commit }
    }
  }
  const { spec } = setOf(set.live)
  return { set, clusters: readsClusters(spec) ? clustersFor(spec, await world.ownerObjects.argoClusters(owner)) : [], trees: git => trees.get(`${git.url} ${git.revision}`) ?? null, at: reads.length === 1 ? at : null, unknown }
}

async function treeAt(reader: Pick<RepositoryReader, 'tree'>, { set, commit }: { readonly set: KubernetesObject, readonly commit: string }): Promise<GitTree> {
  const tree = await reader.tree(commit)
  const [files, symlinks] = [new Set<string>(), new Set<string>()]
  for (const { path, kind } of tree.entries) if (kind !== 'submodule') (kind === 'symlink' ? symlinks : files).add(path)
  const wanted = gitGenerators(setOf(set).spec).flatMap(git => filesThatMay(git, files))
  return gitTree({ files, symlinks }, await tree.read([...new Set(wanted)]))
}

/** An Application that is generated, and what of it would have to change. */
interface Meant { readonly through: ThroughAsk, readonly reached: Reached, readonly changed: ObjectEdits, readonly at: NonNullable<SetInputs['at']>, readonly set: Living, readonly clusters: ArgoClusters, readonly app: OwnerObject }

/**
 * Edits the files that an ApplicationSet generates the owner from, where the asked fields are values of those; null where they are not (argocd-flux.md 1.3). The proof is
 * that the set makes exactly the asked change of this Application, and changes no other one. Reads only.
 */
export async function proveInputs(world: World, { through, living, inputs }: { readonly through: ThroughAsk, readonly living: OwnerObject, readonly inputs: SetInputs }): Promise<ProvenRender | AlreadySo | Refusal | null> {
  const { set, trees, clusters, at } = inputs
  if (at === null) return null
  const reached = await reachedBy(world, through, [living.object, ...living.around])
  if (isRefusal(reached) || 'already' in reached) return reached
  const [changed, ...more] = reached.objects
  if (changed === undefined || more.length > 0) return null
  const found = setEdits(set.live, { app: changed.object, edits: changed.edits, trees, clusters })
  return 'files' in found ? proveFiles(world, { through, reached, changed, at, set, clusters, app: living }) : null
}

async function proveFiles(world: World, { through: { located }, reached, changed, at, set, clusters, app }: Meant): Promise<ProvenRender | Refusal> {
  const { unseen } = await world.ownerObjects.applicationSets(located.owner)
  const upper = locatedInSet(located, { changed, at, set, clusters, app, unseen })
  const repository = world.repositories.open(at.url)
  if (isRefusal(repository)) return repository
  const bench = await openBench(world, repository.reader, at.base)
  try {
    const found = await proveEdits(bench, { ...upper, scope: upper.request.scope, owners: () => readersOf(world, bench, upper), samePath: 'other' }, world)
    if ('already' in found) return cannot(located, `${showRef(set.target)} generates it so already from Git, and it lives otherwise`)
    if (isRefusal(found)) return found
    const { rendered, ...proven } = found
    return withThrough({ proven: { ...upper, ...proven, asked: upper.edits, alsoShips: null }, rendered }, { located, reached })
  } finally {
    await bench.dispose()
  }
}

/** The Application as what is edited, and the set as what brings the edit to it. */
function locatedInSet(located: Located, { changed, at, set, clusters, app, unseen }: Pick<Meant, 'changed' | 'at' | 'set' | 'clusters' | 'app'> & Pick<LivingSets, 'unseen'>): Located {
  const { owner } = located
  const uid = textAt(app.object, 'metadata', 'uid')
  const generator: Owner = {
    ...setOwner(set.live, { cluster: owner.cluster, ...at, clusters }), uid: textAt(set.live, 'metadata', 'uid') ?? '', sourceObject: null,
    // It generates as soon as it looks at Git, whatever anybody did to the Application.
    delivery: { automated: true, reverts: true, syncedCommit: null, behindBecause: null },
  }
  return {
    ...located, target: { cluster: owner.cluster, ...refOf(app.object), namespace: owner.namespace, ...uid === undefined ? {} : { uid } }, live: app.object,
    edits: changed.edits, asked: changed.edits, owner: generator, base: at.base, branch: at.branch,
    ownerEvidence: [
      { sentence: `${showRef(set.target)} is the controller of ${showOwner(owner)}, and generates it from files of ${at.url}`, at: `${showOwner(owner)} metadata.ownerReferences` },
      ...unseen === null ? [] : [{ sentence: `whether an ApplicationSet of another namespace reads them, too, is not known: they may not be listed in ${unseen}`, at: `cluster ${owner.cluster}` }],
    ],
  }
}
