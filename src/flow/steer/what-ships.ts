import { isRefusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { AlsoShips, RenderedChanges } from '../../model/plan.ts'
import type { SteerOrder } from '../../model/steering.ts'
import { shipsAlong } from '../proof/also-ships.ts'
import { openRepository } from '../publish/repository.ts'
import type { World } from '../world.ts'

/** At most so many commits are told. */
const TOLD = 20

/** What comes to the cluster with what is done to an owner: the commits since the last sync, and their rendered difference. */
export interface WhatShips extends Pick<SteerOrder, 'since' | 'commits'> {
  readonly ships: AlsoShips | null
  readonly objects: NonNullable<RenderedChanges['ships']>
  readonly notes: readonly string[]
}

/** What an owner would bring of a commit; `because` where the owner itself gives no reason for being behind. What cannot be rendered or known is a note. */
export async function whatShips(world: World, { owner, base, because }: { readonly owner: Owner, readonly base: string, readonly because: string }): Promise<WhatShips> {
  const since = owner.delivery.syncedCommit
  const commits = since === null || since === base ? [] : await openRepository(world, { owner }).reader.commits(since, base)
  const told = { since, commits: commits.slice(0, TOLD).map(({ sha, author, at, subject }) => ({ sha, author, at, subject })) }
  const found = await shipsAlong(world, { owner: { ...owner, delivery: { ...owner.delivery, behindBecause: owner.delivery.behindBecause ?? because } }, base })
  if (isRefusal(found)) return { ...told, ships: null, objects: [], notes: [`what ships cannot be rendered: ${found.evidence[0]?.sentence ?? found.message}`] }
  return { ...told, ships: found?.ships ?? null, objects: found?.objects ?? [], notes: since === null ? [`${showOwner(owner)} names no commit that it has synced: what ships is not known`] : [] }
}
