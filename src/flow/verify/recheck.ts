import type { Change, ChangeFacts } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import { tellProgress } from '../publish/tell-progress.ts'
import { liveTarget } from './live-target.ts'
import { lookLive } from './look-live.ts'
import { contentAt } from './rendered-content.ts'
import { beginVerification } from '../verify.ts'
import type { World } from '../world.ts'
import { isGone } from './answers.ts'
import { iso } from './clock.ts'

/** A cluster that cannot be looked at for so long is not asked about this change any more. */
const GIVE_UP = 60 * 60_000

/** True where a verified change is due for its second look: self-heal, an autoscaler or another owner may have undone it meanwhile (argocd-flux.md 7). */
export function isRecheckDue({ status, facts }: Change, now: number): boolean {
  return status === 'verified' && facts.recheckAt !== undefined && facts.recheckedAt === undefined && Date.parse(facts.recheckAt) <= now
}

/** Looks once more at a verified change. What is no longer so is written down as REGRESSED; the change stays verified, because it was. Gives the change as it stands, null where another process has it. */
export async function recheck(world: World, change: Change): Promise<Change | null> {
  const lease = await world.leases.take(`change/${change.id}`)
  if ('holder' in lease) return null
  try {
    const now = world.clock.now()
    const { seen, wrong, later } = await undone(world, change)
    if (!seen && now - Date.parse(change.facts.recheckAt ?? '') < GIVE_UP) return change
    const at = iso(now)
    const facts: ChangeFacts = { ...change.facts, recheckedAt: at, ...wrong === null ? {} : { regressed: { at, sentence: wrong } } }
    const sentence = wrong !== null ? `REGRESSED: ${wrong}` : seen ? `looked once more: ${later === true ? 'a later commit has changed it on purpose' : 'it is still so'}` : 'could not be looked at once more'
    const looked = await world.changes.save({ ...change, facts, updatedAt: at }, lease.fence, [{
      change: change.id, step: 'verify', attempt: change.version, kind: 'result', at, by: world.process, data: { kind: wrong === null ? 'rechecked' : 'regressed', sentence },
    }])
    return await tellProgress(world, looked, lease.fence)
  } finally {
    await lease.release()
  }
}

interface Second { readonly seen: boolean, readonly wrong: string | null, readonly later?: true }

/** What is no longer as it was verified. A later commit that changed it on purpose undid nothing. */
async function undone(world: World, change: Change): Promise<Second> {
  const { plan } = change
  try {
    const v = beginVerification(world, change)
    const seen = await v.tool.observe(plan.owner, liveTarget(plan), isGone(plan.edits) ? 'gone' : 'there')
    const tip = await v.reader.tip(plan.branch)
    if (tip !== null && (await contentAt(v, tip.commit)).kind === 'different') return { seen: true, wrong: null, later: true }
    if (seen.missing === true) return { seen: true, wrong: `${showOwner(plan.owner)} is no longer there` }
    if (!seen.unchanged) return { seen: true, wrong: `${showOwner(plan.owner)} deploys something else now` }
    const look = await lookLive(v)
    return { seen: true, wrong: look.kind === 'healthy' || look.kind === 'paused' ? null : look.sentence }
  } catch (error) {
    if (error instanceof WritError) return { seen: false, wrong: null }
    throw error
  }
}
