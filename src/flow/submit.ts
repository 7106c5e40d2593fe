import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import type { Plan } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'
import { environmentNow, requireRole } from './approve/roles.ts'
import { changeKey, sameFields } from './digest.ts'
import { ROUTES } from './routes.ts'
import type { Lease } from './ports.ts'
import { linkRollback } from './rollback/link-rollback.ts'
import { tidy } from './tidy.ts'
import type { World } from './world.ts'

/**
 * Makes a plan a change. The same request gives the open change that stands (idempotency key); other values for the same fields
 * supersede it, unless it is merged already (DESIGN.md section 2). With an id there is never more than one change of that id. Throws identity/unknown, identity/not-allowed.
 */
export async function submit(world: World, plan: Plan, id: string | null = null): Promise<Submitted> {
  const environment = environmentNow(world, plan.environment)
  requireRole('proposer', plan.request.requester, { environment, what: `propose changes for class ${plan.environmentClass}` })
  mayRequest(plan)
  // One at a time per target: two requests that race for the same fields must see each other.
  const lease = await takeLease(world, `target/${plan.target.cluster}/${refKey(plan.target)}`)
  try {
    const submitted = await submitLocked(world, plan, id)
    await linkRollback(world, submitted.change)
    return submitted
  } finally {
    await lease.release()
  }
}

/** The change that stands, and whether it stood before. */
interface Submitted { readonly change: Change, readonly existed: boolean }

async function submitLocked(world: World, plan: Plan, id: string | null): Promise<Submitted> {
  const before = id === null ? null : await world.changes.get(id)
  if (before !== null) return { change: before, existed: true }
  const made = newChange(world, plan)
  const change = id === null ? made : { ...made, id }
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  const older = open.filter(other => other.key !== change.key && sameFields(other.plan, plan) && !isUnderWay(other))
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
async function takeAll(world: World, changes: readonly Change[]): Promise<readonly Lease[]> {
  const leases: Lease[] = []
  try {
    for (const change of changes) leases.push(await takeLease(world, `change/${change.id}`))
    return leases
  } catch (error) {
    for (const lease of leases) await lease.release()
    throw error
  }
}

async function takeLease(world: World, name: string): Promise<Lease> {
  for (let tries = 0; ; tries += 1) {
    const lease = await world.leases.take(name)
    if (!('holder' in lease)) return lease
    if (tries >= 150) throw new WritError('store/locked', `${name} is being worked on by ${lease.holder}.`, { retry: true })
    await world.clock.sleep(100 + Math.floor(world.clock.random() * 200))
  }
}

/** Those that are still open and not merged, now that their leases are held. */
async function unmerged(world: World, older: readonly Change[]): Promise<readonly string[]> {
  const fresh = await Promise.all(older.map(other => world.changes.get(other.id)))
  return fresh.flatMap(other => (other !== null && other.status === 'open' && !isUnderWay(other) ? [other.id] : []))
}

/** Merged, or about to be; or carried out on an owner, such as a pause that must still be ended. */
function isUnderWay({ facts }: Change): boolean {
  return facts.mergeIntent !== undefined || facts.mergeCommit !== undefined || facts.actedAt !== undefined
}

async function tidyById(world: World, id: string): Promise<void> {
  const change = await world.changes.get(id)
  if (change !== null) await tidy(world, change)
}
