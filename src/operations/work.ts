import { z } from 'zod'
import { deliver } from '../flow/deliver.ts'
import { lacksOffer } from '../flow/rollback/offer-rollback.ts'
import { adoptPauses } from '../flow/steer/adopt-pauses.ts'
import { isUntidy, tidy } from '../flow/tidy.ts'
import { isRecheckDue, recheck } from '../flow/verify/recheck.ts'
import { Watching } from '../flow/verify/watching.ts'
import type { Change } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import { listLines } from '../views/answer-lines.ts'
import { changeSummary } from '../views/documents.ts'
import type { ChangeSummary } from '../views/documents.ts'
import { counted, line } from '../views/line.ts'
import { PEOPLE } from './operation.ts'
import type { Caller, Operation } from './operation.ts'

const Input = z.strictObject({ once: z.boolean().default(false) })

/** Between two rounds over all open changes, in milliseconds. */
const ROUND = 2000
/** A change that fails is tried again after this long, doubled with each failure. */
const FIRST_PAUSE = 5000
const LONGEST_PAUSE = 300_000
const ENDED = ['verified', 'rejected', 'cancelled', 'superseded', 'failed', 'refused'] as const
/** Between two looks for pauses that no change of this store holds, and for what ended changes left behind. */
const PAUSES_EVERY = 300_000
/** Between two looks for failed changes whose rollback nobody has planned: what could not be looked at then may be now. */
const OFFERS_EVERY = 30_000

export interface WorkAnswer {
  readonly kind: 'Work'
  /** What was open at the end of the last round, or ended in it. */
  readonly items: readonly ChangeSummary[]
  readonly failures: readonly { readonly change: string, readonly code: string, readonly message: string }[]
}

/** `writ work [--once]`: drives every open change as far as it goes; without --once again and again until it is stopped. */
export const work: Operation<z.infer<typeof Input>, WorkAnswer> = {
  name: 'work',
  summary: 'Drive all open changes',
  doors: PEOPLE,
  reads: false,
  input: Input,
  resident: ({ once }) => !once,
  run: async (caller, { once }) => {
    const pauses: Pauses = new Map()
    const watching = new Watching(caller.world)
    if (!once) caller.progress('working on all open changes; Ctrl-C stops')
    try {
      let only: ReadonlySet<string> | null = null
      let whole = 0
      let pausesAt = 0
      const offers = { next: 0 }
      for (;;) {
        if (caller.world.clock.now() >= pausesAt) {
          await adopt(caller)
          await tidyAll(caller)
          pausesAt = caller.world.clock.now() + PAUSES_EVERY
        }
        const answer = await round(caller, pauses, only)
        if (only === null) {
          await recheckAll(caller)
          await offerAll(caller, offers)
          whole = caller.world.clock.now()
        }
        if (once) return answer
        watching.follow(await openChanges(caller))
        const woken = await slept(caller, watching)
        if (woken === null) return answer
        // Events alone must not keep the others waiting.
        only = woken.size === 0 || caller.world.clock.now() - whole >= ROUND ? null : woken
      }
    } finally {
      watching.close()
    }
  },
  show: ({ items, failures }, style) => [
    ...listLines(items, style),
    ...failures.map(({ change, code, message }) => line(`change/${change} failed: ${code}: ${message}`, 'bad')),
    ...failures.length === 0 ? [] : [line(`${counted(failures.length, 'change')} failed and ${failures.length === 1 ? 'is' : 'are'} kept.`, 'warn')],
    ...items.some(({ status }) => status === 'failed') ? [line('Next: writ list --status failed', 'warn')] : [],
  ],
}

/** Pauses whose change is not in this store are taken up; where a cluster cannot be looked at, at the next look. */
async function adopt({ world, progress }: Caller): Promise<void> {
  try {
    for (const { id, plan } of await adoptPauses(world)) progress(`change/${id}: took up a pause that was found on ${showOwner(plan.owner)}`)
  } catch (error) {
    if (!(error instanceof WritError) || error.code === 'internal/bug') throw error
    progress(`pauses without a change were not looked for: ${error.message}`)
  }
}

/** What ended changes left open on their forge, or could not say there. */
async function tidyAll({ world, progress, signal }: Caller): Promise<void> {
  const ended = await Promise.all(ENDED.map(status => world.changes.list({ status, limit: 200 })))
  for (const change of ended.flat().filter(isUntidy)) {
    if (signal.aborted) return
    try {
      await tidy(world, change)
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      progress(`change/${change.id} was not tidied up: ${error.message}`)
    }
  }
}

type Pauses = Map<string, { readonly until: number, readonly length: number }>

function openChanges({ world }: Caller): Promise<readonly Change[]> {
  return world.changes.list({ status: 'open', limit: 1000 })
}

/** A verified change is looked at once more after its owner had time to undo it. */
async function recheckAll({ world, progress, signal }: Caller): Promise<void> {
  const verified = await world.changes.list({ status: 'verified', limit: 200 })
  for (const change of verified.filter(one => isRecheckDue(one, world.clock.now()))) {
    if (signal.aborted) return
    try {
      const looked = await recheck(world, change)
      if (looked?.facts.regressed !== undefined) progress(`change/${change.id}: REGRESSED: ${looked.facts.regressed.sentence}`)
    } catch (error) {
      // One change must not keep the others from being driven; it is looked at again in the next round.
      if (!(error instanceof WritError)) throw error
      progress(`change/${change.id} was not looked at once more: ${error.message}`)
    }
  }
}

/** Changes that failed and whose process died before their rollback was offered. */
async function offerAll({ world, signal, progress }: Caller, offers: { next: number }): Promise<void> {
  if (world.clock.now() < offers.next) return
  offers.next = world.clock.now() + OFFERS_EVERY
  const failed = await world.changes.list({ status: 'failed', limit: 200 })
  for (const change of failed.filter(lacksOffer)) {
    if (signal.aborted) return
    try {
      await deliver(world, change.id, { until: 'wait', progress: text => { progress(`change/${change.id}: ${text}`) }, signal })
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      progress(`change/${change.id}: ${error.message}`)
    }
  }
}

/** One round over all open changes, or over those that something happened to. */
async function round(caller: Caller, pauses: Pauses, only: ReadonlySet<string> | null): Promise<WorkAnswer> {
  const { world, signal } = caller
  const open = (await openChanges(caller)).filter(change => only === null || only.has(change.id))
  const items: ChangeSummary[] = []
  const failures: { change: string, code: string, message: string }[] = []
  // Oldest first, so that nobody is overtaken for ever.
  for (const change of [...open].reverse()) {
    const pause = pauses.get(change.id)
    if (signal.aborted || (pause !== undefined && pause.until > world.clock.now())) {
      items.push(changeSummary(change))
      continue
    }
    try {
      const progress = (text: string): void => caller.progress(`change/${change.id}: ${text}`)
      items.push(changeSummary(await deliver(world, change.id, { until: 'wait', progress, signal })))
      pauses.delete(change.id)
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      const length = Math.min(LONGEST_PAUSE, (pause?.length ?? FIRST_PAUSE / 2) * 2)
      pauses.set(change.id, { until: world.clock.now() + length, length })
      caller.progress(`change/${change.id}: ${error.message}`)
      failures.push({ change: change.id, code: error.code, message: error.message })
      items.push(changeSummary(await world.changes.get(change.id) ?? change))
    }
  }
  return { kind: 'Work', items, failures }
}

/** The changes that something happened to, none where the time is over; null where the person has had enough. */
async function slept({ signal }: Caller, watching: Watching): Promise<ReadonlySet<string> | null> {
  if (signal.aborted) return null
  try {
    const woken = await watching.sleep(ROUND, signal)
    return signal.aborted ? null : woken
  } catch {
    return null
  }
}
