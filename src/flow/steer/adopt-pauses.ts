import type { Change } from '../../model/change.ts'
import { showJson, valueAt } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { Identity } from '../../model/request.ts'
import type { PauseMark } from '../../model/steering.ts'
import { changeKey } from '../digest.ts'
import type { World } from '../world.ts'
import { lookAt } from './find-steered.ts'
import { readMark } from './pause-mark.ts'
import { pausePlan } from './pause-plan.ts'
import { reachedEnvironments } from './reached.ts'

/** Whoever asked is lost with the store. */
const UNKNOWN: Identity = { person: null, kind: 'human', groups: [], email: null, via: 'os-user', alias: 'unknown' }

/**
 * Pauses that stand on owners and that no open change of this store holds: the store was lost, or somebody paused with another one. Each becomes a change
 * again, at the point where it is held until its time is up and then ended: by the mark alone, which says what was there before. Gives the new changes.
 */
export async function adoptPauses(world: World): Promise<readonly Change[]> {
  const adopted: Change[] = []
  for (const steering of world.steering) {
    for (const ref of await steering.paused()) {
      const change = await adopt(world, ref)
      if (change !== null) adopted.push(change)
    }
  }
  return adopted
}

async function adopt(world: World, ref: OwnerRef): Promise<Change | null> {
  const look = await lookAt(world, ref)
  const mark = look === null ? null : readMark(look.object)
  if (look === null || mark === null) return null
  const known = await world.changes.get(mark.change)
  if (known?.status === 'open') return null
  const now = new Date(world.clock.now()).toISOString()
  // No pause without an end: one that nobody can read is over.
  const until = Number.isNaN(Date.parse(mark.until)) ? now : mark.until
  const at = showOwner(look.ref)
  const said = `its mark says that change/${mark.change} paused it until ${mark.until}`
  const ask = {
    verb: 'suspend' as const, until, prune: false, requester: UNKNOWN, incident: null, reason: `found on ${at}, with the store that knew it lost`,
    target: { cluster: ref.cluster, namespace: ref.namespace, type: `${look.kind.kind}.${look.kind.group}`, name: ref.name },
  }
  const { path, paused, before } = mark
  const plan = pausePlan({ ask, environments: await reachedEnvironments(world, look), found: { look } }, { pause: { path, paused, before }, pauseOf: mark.change, notes: [], evidence: [{ sentence: said, at }] })
  const seen = `${path.join('.')} is ${showJson(valueAt(look.object, ...path))}`
  const change: Change = {
    id: idOf(world, mark, known), key: changeKey(plan), status: 'open', step: 'resume', plan, createdAt: now, updatedAt: now, version: 1,
    waiting: null, ended: null,
    facts: { head: plan.digest, actedAt: now, verified: { revision: '', mergeCommit: '', health: '', at: now, fields: [{ path: path.join('.'), value: valueAt(look.object, ...path) ?? null }], sentences: [said, seen] } },
  }
  const stands = await world.changes.add(change, [])
  return stands.id === change.id ? change : null
}

/** The one that the mark names, where that is a name that nobody has. */
function idOf(world: World, mark: PauseMark, known: Change | null): string {
  return known === null && /^[a-z2-7]{8}$/.test(mark.change) ? mark.change : world.clock.newId()
}
