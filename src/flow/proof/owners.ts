import { isRefusal } from '../../model/error.ts'
import type { ConsumerOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { World } from '../world.ts'

/** The owners that will see a commit on the edited branch of the edited repository. */
export async function ownersOfBranch(world: Pick<World, 'tools' | 'repositories'>, located: Pick<Located, 'owner' | 'branch'>): Promise<readonly ConsumerOwner[]> {
  const all = (await Promise.all(world.tools.map(tool => tool.owners()))).flat()
  const same = all.filter(owner => world.repositories.same(owner.source.url, located.owner.source.url))
  const repository = world.repositories.open(located.owner.source.url)
  const head = same.some(owner => owner.source.revision === 'HEAD') && !isRefusal(repository) ? await repository.reader.tip('HEAD') : null
  return same.filter(({ source }) => (source.revision === 'HEAD' ? head?.branch : source.revision.replace(/^refs\/heads\//, '')) === located.branch)
}
