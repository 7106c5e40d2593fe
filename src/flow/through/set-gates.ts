import { applicationsOf } from '../../model/application-set/applications.ts'
import type { Unread } from '../../model/application-set/generators.ts'
import { WritError } from '../../model/error.ts'
import { textAt } from '../../model/json.ts'
import type { OwnerRef, OwnerSource } from '../../model/owner.ts'
import type { Gate } from '../../model/owner-chain.ts'
import { refOf, showRef } from '../../model/resource.ts'
import { makersOf } from '../owner/makers.ts'
import type { Living } from '../owner/makers.ts'
import type { World } from '../world.ts'
import { setOf, unreadKey } from './application-set.ts'
import { setEvidence } from './set-obstacle.ts'
import { inputsOf } from './set-files.ts'

/** What keeps the ApplicationSet that generates an owner from being read, at `file:line` where its manifest is found: none where it can be, or where there is no set. Reads only. */
export async function setGates(world: World, { owner, source }: { readonly owner: OwnerRef, readonly source: OwnerSource | null }): Promise<readonly Gate[]> {
  if (owner.kind !== 'Application') return []
  const found = await world.ownerObjects.live(owner)
  if (found === null) return []
  const { makers: [set, ...more] } = await makersOf(world, { target: { cluster: owner.cluster, ...refOf(found.object), namespace: owner.namespace }, live: found.object })
  if (set === undefined || more.length > 0 || set.target.kind !== 'ApplicationSet') return []
  try {
    return await unreadOf(world, { set, owner, name: textAt(found.object, 'metadata', 'name') ?? '', source })
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return [{ flag: 'generated', sentence: `what ${showRef(set.target)} generates it from cannot be read: ${error.message}` }]
    throw error
  }
}

async function unreadOf(world: World, of: { readonly set: Living, readonly owner: OwnerRef, readonly name: string, readonly source: OwnerSource | null }): Promise<readonly Gate[]> {
  const { set, owner, name, source } = of
  const inputs = await inputsOf(world, { set, owner })
  const strange = unreadKey(set.live)
  const { apps, unread } = applicationsOf(setOf(set.live), inputs)
  const missing: readonly Unread[] = unread.length === 0 && !apps.some(({ app }) => textAt(app, 'metadata', 'name') === name) ? [{ because: 'nothing that its generators give makes this Application', at: ['spec', 'generators'] }] : []
  const all = [...strange === null ? [] : [{ because: `it has ${strange.because}`, at: strange.at }], ...unread, ...missing]
  const unknown = inputs.unknown === null ? '' : ` (${inputs.unknown.message})`
  return Promise.all(all.map(async one => {
    const { sentence, at } = await setEvidence(world, { set, sources: source === null ? [] : [source], at: one.at, because: `what stands in its spec cannot be changed through ${showRef(set.target)}: ${one.because}${unknown}` })
    return { flag: 'generated' as const, sentence, ...at === undefined ? {} : { at } }
  }))
}
