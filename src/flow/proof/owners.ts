import type { ConsumerOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { World } from '../world.ts'
import type { Bench } from './bench.ts'

/** The owners that will see a commit on the edited branch of the edited repository. */
export async function ownersOfBranch(world: World, bench: Pick<Bench, 'reader'>, located: Pick<Located, 'owner' | 'branch'>): Promise<readonly ConsumerOwner[]> {
  const all = (await Promise.all(world.tools.map(tool => tool.owners()))).flat()
  const same = all.filter(owner => world.repositories.same(owner.source.url, located.owner.source.url))
  const head = same.some(owner => owner.source.revision === 'HEAD') ? await bench.reader.tip('HEAD') : null
  return same.filter(({ source }) => (source.revision === 'HEAD' ? head?.branch : source.revision.replace(/^refs\/heads\//, '')) === located.branch)
}
