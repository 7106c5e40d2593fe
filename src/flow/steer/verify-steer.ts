import type { Change, StepResult, VerifiedEvidence } from '../../model/change.ts'
import { milliseconds } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import { showJson, valueAt } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import { showHold } from '../../model/steering.ts'
import type { OwnerLook, SteerOrder } from '../../model/steering.ts'
import { openRepository } from '../publish/repository.ts'
import type { GitOpsTool } from '../ports.ts'
import type { StepContext } from '../step.ts'
import type { World } from '../world.ts'
import { lookAt } from './find-steered.ts'
import { isThrown } from './pause-mark.ts'

/** What had begun before a pause may go on so long; then it is told, and the pause counts all the same. */
const RUNNING_OUT = 60_000
/** Where the environment gives no time: a sync with all its tries. */
const LONGEST = '30m'
/** An owner is asked again at most so often, and not before this time has passed (argocd-flux.md 5.1). */
const MOST_REQUESTS = 3
const REQUEST_SPACING = 10_000

interface Look { readonly world: World, readonly change: Change, readonly look: OwnerLook, readonly steer: SteerOrder, readonly since: number }

/** One look at an owner that was steered: nothing is called done that was not read from it. */
export async function verifySteer({ world, change }: StepContext): Promise<StepResult> {
  const { plan, facts } = change
  const { steer } = plan
  if (steer === undefined || facts.actedAt === undefined) throw new WritError('internal/bug', `change/${change.id} reached verify without having been carried out.`)
  const since = world.clock.now() - Date.parse(facts.actedAt)
  try {
    const look = await lookAt(world, plan.owner)
    if (look === null || look.uid !== plan.owner.uid) return failed('verify/owner-changed', `${showOwner(plan.owner)} was deleted, or made anew.`)
    const of: Look = { world, change, look, steer, since }
    return steer.verb === 'sync' ? await synced(of) : steer.verb === 'suspend' ? paused(of) : resumed(of)
  } catch (error) {
    // A right that is missing comes back, or the time runs out.
    if (error instanceof WritError && (error.retry || error.code === 'cluster/unauthorized')) return wait(world, change, `${showOwner(plan.owner)} cannot be looked at now: ${error.message}`)
    throw error
  }
}

/** The commit that was asked for must be in what was synced, not in what was compared (argocd-flux.md 0.3). */
async function synced({ world, change, look }: Look): Promise<StepResult> {
  const { plan } = change
  const { reader } = openRepository(world, plan)
  const { state, sentence } = look.delivered
  const tool = world.tools.find(one => one.name === look.ref.tool)
  const revision = await syncedCommit(look, () => tool?.observe(plan.owner, plan.target, 'gone'))
  const name = showOwner(plan.owner)
  const has = revision !== null && (revision === plan.base || await reader.contains(revision, plan.base))
  if (state === 'failed' && (has || look.syncOf === change.id)) return failed('verify/failed', `${name}: ${sentence}`)
  if (state === 'running' && look.window !== null && !look.window.manual) return heldBack(world, `${name} may not sync now: ${showHold(look.window)}`)
  if (state !== 'done') return wait(world, change, `${name}: ${sentence}`)
  if (!has) return askAgain(world, change, { tool, sentence: `${name} has synced ${revision === null ? 'no commit that it names' : revision.slice(0, 12)}, not yet ${plan.base.slice(0, 12)}` })
  const seen = await tool?.observe(plan.owner, plan.target, 'gone')
  if (seen?.pending === true) return wait(world, change, `${name} has not taken the request to look yet`)
  await settle(change, tool)
  return done(change, world, {
    revision, fields: [], sentence: `synced: ${name} is at ${revision.slice(0, 12)}`,
    sentences: [revision === plan.base ? `${name} has synced ${revision}, which was asked for` : `${name} has synced ${revision}, which contains ${plan.base}, which was asked for`, sentence, ...seen?.notes ?? []],
  })
}

/** A HelmRelease names no commit: what declares it does, or the chart that was packed from Git. */
async function syncedCommit({ ref, delivered }: OwnerLook, observe: () => ReturnType<GitOpsTool['observe']> | undefined): Promise<string | null> {
  if (delivered.revision !== null || ref.kind !== 'HelmRelease') return delivered.revision
  return (await observe())?.revision ?? null
}

/** A window that closed after the sync was asked for: its controller starts it once that opens, and until then no time counts. */
function heldBack(world: World, sentence: string): StepResult {
  return { kind: 'waiting', waiting: { for: 'controller', sentence: `BLOCKED_WINDOW: ${sentence}`, next: null }, retryAfter: 10_000, facts: { clockFrom: new Date(world.clock.now()).toISOString() } }
}

/** Takes away what requests may have left on the owner. Where that fails nothing is lost. */
async function settle({ plan }: Change, tool: GitOpsTool | undefined): Promise<void> {
  try {
    await tool?.refresh(plan.owner, '', 'settled')
  } catch (error) {
    if (!(error instanceof WritError)) throw error
  }
}

/** A request to look may be lost (argocd-flux.md 5.1): a few times it is asked again. */
async function askAgain(world: World, change: Change, { tool, sentence }: { readonly tool: GitOpsTool | undefined, readonly sentence: string }): Promise<StepResult> {
  const { refreshes = 0, refreshedAt, actedAt = '' } = change.facts
  const now = world.clock.now()
  const waiting = wait(world, change, sentence)
  if (waiting.kind !== 'waiting' || refreshes >= MOST_REQUESTS || now - Date.parse(refreshedAt ?? actedAt) < REQUEST_SPACING) return waiting
  await tool?.refresh(change.plan.owner, `${change.id}-${world.clock.newId()}`, 'normal')
  return { ...waiting, facts: { refreshes: refreshes + 1, refreshedAt: new Date(now).toISOString() } }
}

function paused({ world, change, look, steer, since }: Look): StepResult {
  const name = showOwner(change.plan.owner)
  const over = Date.parse(steer.until ?? '') <= world.clock.now()
  if (steer.pause === null || !isThrown(look.object, steer.pause)) return failed('verify/reverted', `${name} is not paused any more: ${fieldOf(look, steer)}.`)
  if (look.busy !== null && since < RUNNING_OUT && !over) return wait(world, change, `${name} is paused, and what had begun before goes on: ${look.busy}`)
  return done(change, world, {
    revision: '', fields: [{ path: steer.pause.path.join('.'), value: steer.pause.paused }], sentence: `paused until ${steer.until ?? ''}: ${name}`,
    sentences: [`${name}: ${fieldOf(look, steer)}`, look.busy === null ? 'nothing of it is under way' : `what had begun before the pause was still under way: ${look.busy}`, `before, it was ${showJson(steer.pause.before ?? undefined)}`],
  })
}

/** The field is as it was, and its controller has taken it up again. */
function resumed({ world, change, look, steer }: Look): StepResult {
  const name = showOwner(change.plan.owner)
  if (steer.pause !== null && isThrown(look.object, steer.pause)) return failed('verify/reverted', `${name} is paused again: ${fieldOf(look, steer)}.`)
  if (!look.taken) return wait(world, change, `${name} is no longer paused, and its controller has not looked at it since`)
  return done(change, world, {
    revision: look.delivered.revision ?? '', fields: steer.pause === null ? [] : [{ path: steer.pause.path.join('.'), value: valueAt(look.object, ...steer.pause.path) ?? null }],
    sentence: `resumed: ${name}`, sentences: [`${name}: ${fieldOf(look, steer)}, as before the pause`, 'its controller has looked at it since', look.delivered.sentence],
  })
}

function fieldOf(look: OwnerLook, { pause }: SteerOrder): string {
  const path = pause?.path ?? []
  const value = valueAt(look.object, ...path)
  return value === undefined || value === null ? `${path.join('.')} is not set` : `${path.join('.')} is ${showJson(value)}`
}

interface Done { readonly revision: string, readonly fields: VerifiedEvidence['fields'], readonly sentence: string, readonly sentences: readonly string[] }

function done({ plan }: Change, world: World, { revision, fields, sentence, sentences }: Done): StepResult {
  const at = new Date(world.clock.now()).toISOString()
  return { kind: 'done', sentence, facts: { verified: { revision, mergeCommit: plan.base, fields, health: '', at, sentences } } }
}

function wait(world: World, { plan, facts }: Change, sentence: string): StepResult {
  const since = world.clock.now() - Date.parse(facts.clockFrom ?? facts.actedAt ?? '')
  // A pause is never given up: it must still be ended.
  if (plan.steer?.verb !== 'suspend' && since > milliseconds(plan.environment.syncTimeout ?? LONGEST)) {
    return { kind: 'ended', status: 'failed', code: 'verify/timeout', message: `Done, but not seen to have its effect within ${plan.environment.syncTimeout ?? LONGEST}. What failed last: ${sentence}.`, evidence: [{ sentence }] }
  }
  return { kind: 'waiting', waiting: { for: 'controller', sentence, next: null }, retryAfter: Math.min(10_000, Math.max(300, since / 10)) }
}

function failed(code: 'verify/failed' | 'verify/owner-changed' | 'verify/reverted', message: string): StepResult {
  return { kind: 'ended', status: 'failed', code, message, evidence: [] }
}
