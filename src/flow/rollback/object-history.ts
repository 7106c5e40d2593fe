import { isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { CommitInfo, RepositoryReader } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import { closureOf } from '../proof/closure.ts'
import { renderAsk } from '../proof/consumers.ts'
import { rulesAt } from '../proof/rules.ts'
import { findTarget } from '../proof/target.ts'
import { directoryOf } from '../proof/tree-index.ts'
import type { World } from '../world.ts'

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

/** The history of one object in the repository and branch of its owner, as today's owner renders it. */
export interface ObjectHistory {
  readonly located: Located
  readonly reader: RepositoryReader
  look(commit: string): Promise<Look>
  /** The commits that touch what it is rendered from, newest first, from the tip; a merge is one commit. Ends without a word after MOST_LOOKS. */
  stepsBack(): AsyncGenerator<StepBack, void, undefined>
}

/** Opens the history of a located object. Refuses REPOSITORY_UNKNOWN. */
export function openHistory(world: World, located: Located): ObjectHistory | Refusal {
  const repository = world.repositories.open(located.owner.source.url)
  if (isRefusal(repository)) return repository
  const { reader } = repository
  const seen = new Map<string, Promise<Look>>()
  const look = (commit: string): Promise<Look> => {
    const known = seen.get(commit) ?? lookAt(world, { reader, located, commit })
    seen.set(commit, known)
    return known
  }
  return { located, reader, look, stepsBack: () => steps({ reader, look }, located.base) }
}

async function lookAt(world: World, { reader, located: { owner, target }, commit }: { readonly reader: RepositoryReader, readonly located: Located, readonly commit: string }): Promise<Look> {
  const bench = await openBench(world, reader, commit)
  try {
    const ask = renderAsk(bench.index, owner)
    const closure = closureOf(bench.index, ask)
    // A file that is listed lies beside those that are: what is added to a folder, or goes, may be read too.
    const paths = closure.opaque ? [''] : [...new Set([owner.source.path, ...[...closure.files].map(directoryOf), ...ruleFilesOf(bench.index, owner)])].sort()
    const [result] = await bench.render([], [ask])
    if (result?.ok !== true) return { kind: 'broken', message: result?.message ?? 'no answer', paths }
    const [found, ...others] = findTarget(result.objects, target, owner.destination)
    const unread = result.unread?.[0]
    if (found === undefined) return unread === undefined ? { kind: 'absent', paths } : { kind: 'broken', message: unread, paths }
    return others.length > 0 ? { kind: 'broken', message: `it is rendered ${others.length + 1} times`, paths } : { kind: 'there', object: found.object, paths }
  } finally {
    await bench.dispose()
  }
}

function ruleFilesOf(index: Parameters<typeof rulesAt>[0], owner: Owner): readonly string[] {
  return rulesAt(index, owner).files
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
