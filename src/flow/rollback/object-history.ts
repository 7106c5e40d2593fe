import { isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { CommitInfo, RenderResult, RepositoryReader } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import type { Bench } from '../proof/bench.ts'
import { closureOf } from '../proof/closure.ts'
import { renderAsk } from '../proof/consumers.ts'
import { rulesAt } from '../proof/rules.ts'
import { directoryOf } from '../proof/tree-index.ts'
import type { World } from '../world.ts'
import { ownerAt, ownerLayers } from './owner-layers.ts'
import type { OwnerLayer } from './owner-layers.ts'
import { whateverHash } from './whatever-hash.ts'

/** At most so many commits are rendered to find one state. */
export const MOST_LOOKS = 40

/** The asked object as its owner renders it at a commit, and the paths that this is rendered from. */
export type Look =
  | { readonly kind: 'there', readonly object: KubernetesObject, readonly paths: readonly string[] }
  | { readonly kind: 'absent', readonly paths: readonly string[] }
  /** It does not render there, or renders the object twice. */
  | { readonly kind: 'broken', readonly message: string, readonly paths: readonly string[] }

/** One commit of the branch that touches what the object is rendered from, and how the object was before it: at its first parent, null where it has none. */
export interface StepBack { readonly commit: CommitInfo, readonly parent: string | null, readonly before: Look | null }

/** The history of one object in the repository and branch of its owner; manifests of owners that stand in the same branch count as they were, everything else about owners as it is today. */
export interface ObjectHistory {
  readonly located: Located
  readonly reader: RepositoryReader
  /** What a person should know of how far earlier states are known. */
  readonly notes: readonly string[]
  look(commit: string): Promise<Look>
  /** The commits that touch what it is rendered from, newest first, from the tip; a merge is one commit. Ends without a word after MOST_LOOKS. */
  stepsBack(): AsyncGenerator<StepBack, void, undefined>
}

/** Opens the history of a located object. Refuses REPOSITORY_UNKNOWN. */
export async function openHistory(world: World, located: Located): Promise<ObjectHistory | Refusal> {
  const repository = world.repositories.open(located.owner.source.url)
  if (isRefusal(repository)) return repository
  const { reader } = repository
  const { layers, stops } = await ownerLayers(world, located)
  const whole = lookingAt(world, { reader, located, layers })
  const first = layers.length === 0 ? null : await whole(located.base)
  // Whoever cannot tell from the manifests what is rendered today cannot tell it of earlier, either.
  const asToday = first?.kind === 'broken'
  const look = asToday ? lookingAt(world, { reader, located, layers: [] }) : whole
  const why = asToday ? first.message : stops
  const highest = asToday ? located.owner : layers.at(-1)?.by ?? located.owner
  const notes = why === null ? [] : [`what ${showOwner(highest)} itself decides is taken as it is today: ${why}`]
  return { located, reader, notes, look, stepsBack: () => steps({ reader, look }, located.base) }
}

/** Looks, each of which is made once. */
function lookingAt(world: World, of: Omit<LookAsk, 'commit'>): ObjectHistory['look'] {
  const seen = new Map<string, Promise<Look>>()
  return commit => {
    const known = seen.get(commit) ?? lookAt(world, { ...of, commit })
    seen.set(commit, known)
    return known
  }
}

interface LookAsk { readonly reader: RepositoryReader, readonly located: Located, readonly layers: readonly OwnerLayer[], readonly commit: string }

/** From the highest owner down: each renders the manifest of the next, the last one the object. */
async function lookAt(world: World, { reader, located, layers, commit }: LookAsk): Promise<Look> {
  const bench = await openBench(world, reader, commit)
  try {
    const paths = new Set<string>()
    let owner = layers.at(-1)?.by ?? located.owner
    for (const layer of layers.toReversed()) {
      const rendered = await renderOn(bench, owner, paths)
      if (!rendered.ok) return { kind: 'broken', message: `${showOwner(owner)}: ${rendered.message}`, paths: [...paths] }
      const below = ownerAt(world, layer, rendered.objects)
      if (typeof below === 'string') return { kind: 'broken', message: below, paths: [...paths] }
      owner = below
    }
    const rendered = await renderOn(bench, owner, paths)
    const at = { paths: [...paths].sort() }
    if (!rendered.ok) return { kind: 'broken', message: rendered.message, ...at }
    const [found, ...others] = whateverHash(rendered.objects, located.target, owner)
    const unread = rendered.unread?.[0]
    if (found === undefined) return unread === undefined ? { kind: 'absent', ...at } : { kind: 'broken', message: unread, ...at }
    return others.length > 0 ? { kind: 'broken', message: `it is rendered ${others.length + 1} times`, ...at } : { kind: 'there', object: underName(found.object, located.target.name), ...at }
  } finally {
    await bench.dispose()
  }
}

/** As it is called today: its name follows its content. */
function underName(object: KubernetesObject, name: string): KubernetesObject {
  return object.metadata['name'] === name ? object : { ...object, metadata: { ...object.metadata, name } }
}

/** What an owner renders, and into `paths` what it renders that from. A file that is listed lies beside those that are: what is added to a folder, or goes, may be read too. */
async function renderOn(bench: Bench, owner: Owner, paths: Set<string>): Promise<RenderResult> {
  const ask = renderAsk(bench.index, owner)
  const closure = closureOf(bench.index, ask)
  for (const path of closure.opaque ? [''] : [owner.source.path, ...[...closure.files].map(directoryOf), ...rulesAt(bench.index, owner).files]) paths.add(path)
  const [result] = await bench.render([], [ask])
  return result ?? { ok: false, message: 'no answer' }
}

async function* steps({ reader, look }: Pick<ObjectHistory, 'reader' | 'look'>, tip: string): AsyncGenerator<StepBack, void, undefined> {
  let at = tip
  let looks = 0
  for (;;) {
    const { paths } = await look(at)
    let further: string | null = null
    for (const commit of await reader.commits(null, at, { paths, firstParent: true, most: MOST_LOOKS + 1 - looks })) {
      const parent = commit.parents[0] ?? null
      if (looks >= MOST_LOOKS) return
      looks += 1
      const before = parent === null ? null : await look(parent)
      yield { commit, parent, before }
      // Before this commit it was rendered from other files: those decide which commits touch it from there on.
      if (parent !== null && before !== null && before.paths.some(path => !paths.includes(path))) {
        further = parent
        break
      }
    }
    if (further === null) return
    at = further
  }
}
