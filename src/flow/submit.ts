import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import type { Plan } from '../model/plan.ts'
import { changeKey, sameFields } from './digest.ts'
import { ROUTES } from './routes.ts'
import { tidy } from './tidy.ts'
import type { World } from './world.ts'

/**
 * Makes a plan a change. The same request gives the open change that stands (idempotency key); other values for the same fields
 * supersede it, unless it is merged already (DESIGN.md section 2). Throws identity/unknown, identity/not-allowed.
 */
export async function submit(world: World, plan: Plan): Promise<{ readonly change: Change, readonly existed: boolean }> {
  mayRequest(plan)
  const change = newChange(world, plan)
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  const older = open.filter(other => other.key !== change.key && sameFields(other.plan, plan) && other.facts.mergeIntent === undefined && other.facts.mergeCommit === undefined)
  const leases = await takeAll(world, older)
  try {
    const still = await unmerged(world, older)
    const stands = await world.changes.add(change, still)
    if (stands.id === change.id) for (const id of still) await tidyById(world, id)
    return { change: stands, existed: stands.id !== change.id }
  } finally {
    for (const lease of leases) await lease.release()
  }
}

/** The open change of this key: what asked for the same before, and is not at its end yet. */
export async function standing(world: World, key: string): Promise<Change | null> {
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  return open.find(change => change.key === key) ?? null
}

/** An alias that people.yaml does not know may look, and may propose in dev and test only (DESIGN.md section 3). */
function mayRequest(plan: Plan): void {
  const { requester } = plan.request
  const strict = plan.environmentClass === 'staging' || plan.environmentClass === 'prod'
  if (requester.person === null && strict) {
    throw new WritError('identity/unknown', `${requester.alias} is not in people.yaml and may not propose changes for class ${plan.environmentClass}.`)
  }
}

function newChange(world: World, plan: Plan): Change {
  const at = new Date(Math.floor(world.clock.now() / 1000) * 1000).toISOString()
  const step = ROUTES[plan.route][0]
  if (step === undefined) throw new WritError('internal/bug', `The route ${plan.route} has no steps.`)
  return {
    id: world.clock.newId(), key: changeKey(plan), status: 'open', step, plan, createdAt: at, updatedAt: at,
    version: 1, waiting: null, facts: {}, ended: null,
  }
}

/** Nobody may be in the middle of merging a change while it is superseded. */
async function takeAll(world: World, changes: readonly Change[]): Promise<{ release(): Promise<void> }[]> {
  const leases: { release(): Promise<void> }[] = []
  for (const change of changes) {
    for (let tries = 0; ; tries += 1) {
      const lease = await world.leases.take(`change/${change.id}`)
      if (!('holder' in lease)) {
        leases.push(lease)
        break
      }
      if (tries >= 100) throw new WritError('store/locked', `change/${change.id} asks for the same fields and is being worked on by ${lease.holder}.`, { retry: true })
      await world.clock.sleep(200)
    }
  }
  return leases
}

/** Those that are still open and not merged, now that their leases are held. */
async function unmerged(world: World, older: readonly Change[]): Promise<readonly string[]> {
  const fresh = await Promise.all(older.map(other => world.changes.get(other.id)))
  return fresh.flatMap(other => (other !== null && other.status === 'open' && other.facts.mergeIntent === undefined && other.facts.mergeCommit === undefined ? [other.id] : []))
}

async function tidyById(world: World, id: string): Promise<void> {
  const change = await world.changes.get(id)
  if (change !== null) await tidy(world, change)
}
