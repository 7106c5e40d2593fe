import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { ConsumerOwner, OwnerRef, RenderRules } from '../../model/owner.ts'
import { sameOwner, showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { Target } from '../../model/resource.ts'
import type { World } from '../world.ts'

type Asked = Pick<Located, 'owner' | 'branch'> & { readonly target?: Target }

/**
 * The owners that will see a commit on the edited branch of the edited repository, and whoever takes variables from the edited object, wherever its own
 * source is: what that one deploys changes too, and nobody renders it here.
 */
export async function ownersOfBranch(world: Pick<World, 'tools' | 'repositories'>, located: Asked): Promise<readonly ConsumerOwner[]> {
  const all = (await Promise.all(world.tools.map(tool => tool.owners()))).flat()
  const same = all.filter(owner => world.repositories.same(owner.source.url, located.owner.source.url))
  const repository = world.repositories.open(located.owner.source.url)
  const head = same.some(owner => owner.source.revision === 'HEAD') && !isRefusal(repository) ? await repository.reader.tip('HEAD') : null
  const readers = same.filter(({ source }) => (source.revision === 'HEAD' ? head?.branch : source.revision.replace(/^refs\/heads\//, '')) === located.branch)
  return [...readers, ...takers(all, located)]
}

/** They count as consumers of the edited path whose effect is not known. */
function takers(all: readonly ConsumerOwner[], { owner, target }: Asked): readonly ConsumerOwner[] {
  if (target === undefined) return []
  return all.filter(one => takesFrom(one.ref, one.render, target) && !sameOwner(one.ref, owner))
    .map(one => ({ ...one, source: owner.source, render: owner.render, unsupported: `what it takes from ${showRef(target)}` }))
}

/** UNSUPPORTED where an owner takes variables from the very object that it deploys: more than that object changes. */
export function takesFromItself({ owner, target }: Pick<Located, 'owner' | 'target'>): Refusal | null {
  if (!takesFrom(owner, owner.render, target)) return null
  const name = showOwner(owner)
  return refuse('UNSUPPORTED', `${name} takes variables from ${showRef(target)}, which it deploys itself: what else would change is not rendered by this version.`,
    [{ sentence: 'its postBuild names the object', at: `${name} spec.postBuild.substituteFrom` }])
}

function takesFrom(ref: OwnerRef, { substitute }: RenderRules, target: Target): boolean {
  return substitute?.sources.some(({ kind, name }) => kind === target.kind && target.group === '' && name === target.name && ref.namespace === target.namespace && ref.cluster === target.cluster) ?? false
}
