import type { ConsumerOwner, Mention } from '../../model/owner.ts'
import { mentionedOwner, readCheckout } from '../owner-file/checkout-manifests.ts'
import type { World } from '../world.ts'
import type { Bench } from './bench.ts'
import { liveSets } from './live-sets.ts'
import { ownersOfBranch } from './owners.ts'

/** The mentions of so many commits are kept: a commit's files never change. */
const KEPT = 20
const MENTIONS = new Map<string, Promise<readonly Mention[]>>()

/**
 * Everybody who reads the branch: the owners that live, and what its files say of owners that nobody sees live: ApplicationSets, owners in templates and patches
 * of them, which may deploy somewhere else. Where an ApplicationSet is the owner, the others that live are known exactly, too. What they say of folders that a living owner deploys is that one's, which is known exactly.
 */
export async function readersOf(world: Pick<World, 'tools' | 'repositories' | 'ownerObjects'>, bench: Pick<Bench, 'index'>, located: Parameters<typeof ownersOfBranch>[1]): Promise<readonly ConsumerOwner[]> {
  const [living, all] = await Promise.all([ownersOfBranch(world, located), mentionsOf(bench)])
  const sets = located.owner.kind === 'ApplicationSet' ? await liveSets(world, located) : []
  const seen = new Set(located.owner.kind === 'ApplicationSet' ? [located.owner, ...sets.map(({ ref }) => ref)].map(({ name }) => name) : [])
  // Of two manifests of one name nobody knows which one lives here.
  const mentions = all.filter(one => one.kind !== 'ApplicationSet' || one.name === null || !seen.has(one.name) || all.filter(other => other.kind === one.kind && other.name === one.name).length > 1)
  const deployed = new Set([located.owner.source.path, ...living.map(({ source }) => source.path)])
  const names = new Set([located.owner, ...living.map(({ ref }) => ref)].map(({ kind, name }) => `${kind} ${name}`))
  return [...living, ...sets, ...mentions.flatMap(mention => unseen(mention, { deployed, names })).map(mentionedOwner)]
}

function mentionsOf(bench: Pick<Bench, 'index'>): Promise<readonly Mention[]> {
  const { commit } = bench.index.tree
  const known = MENTIONS.get(commit)
  if (known !== undefined) return known
  const found = readCheckout(bench, []).then(({ mentions }) => mentions)
  found.catch(() => { MENTIONS.delete(commit) })
  if (MENTIONS.size >= KEPT) for (const [oldest] of [...MENTIONS].slice(0, 1)) MENTIONS.delete(oldest)
  MENTIONS.set(commit, found)
  return found
}

/** What a mention says of folders that nobody deploys as far as can be seen, and the files that decide what an ApplicationSet generates. */
function unseen(mention: Mention, { deployed, names }: { readonly deployed: ReadonlySet<string>, readonly names: ReadonlySet<string> }): readonly Mention[] {
  if (mention.kind !== 'ApplicationSet' && mention.name !== null && names.has(`${mention.kind} ${mention.name}`)) return []
  const folders = mention.folders.filter(folder => !deployed.has(folder))
  const files = folders.length === 0 && mention.folders.length > 0 ? mention.inputs ?? [] : mention.files
  return folders.length === 0 && files.length === 0 ? [] : [{ ...mention, folders, files }]
}
