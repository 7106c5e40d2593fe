import type { Change, ChangeFacts, JournalEntry } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import { sha256 } from '../digest.ts'
import { progressComment } from './page/progress.ts'
import { openRepository } from './repository.ts'
import type { World } from '../world.ts'

/** A comment that could not be written is not tried at every look. */
const AGAIN_AFTER = 60_000

/**
 * Brings the one comment on the change request up to date, and gives the change as it is kept then. A comment that stands there already is not sent; that it stands is written
 * down after it was sent, so that whatever dies in between sends the same once more, which changes nothing. A forge that does not take it never keeps a change from going on: that is
 * noted in the journal, and tried again later. `fence`: of the change's lease, null where none is held. Throws change/lost-lease.
 */
export async function tellProgress(world: World, change: Change, fence: number | null): Promise<Change> {
  const request = change.facts.changeRequest
  if (request === undefined || change.plan.steer !== undefined) return change
  const facts: ChangeFacts = change.status === 'open' || change.facts.endedAt !== undefined ? change.facts : { ...change.facts, endedAt: change.updatedAt }
  const now = world.clock.now()
  try {
    const { forge, reader: { url } } = openRepository(world, change.plan)
    if (!forge.can.comments) return change
    const body = progressComment({ change: { ...change, facts }, can: forge.can, redact: world.redact })
    const text = sha256(body)
    if (facts.told === text || isTooEarly(facts, text, now)) return change
    const failed = await failureOf(() => forge.comment(url, request.id, { key: 'progress', body }))
    const { untold, ...before } = facts
    if (failed === null) return await world.changes.save({ ...change, facts: { ...before, told: text } }, fence, [])
    const entries = untold?.text === text ? [] : [entryOf(world, change, failed)]
    return await world.changes.save({ ...change, facts: { ...before, untold: { text, at: new Date(now).toISOString() } } }, fence, entries)
  } catch (error) {
    if (error instanceof WritError && error.code !== 'change/lost-lease') return change
    throw error
  }
}

function isTooEarly({ untold }: ChangeFacts, text: string, now: number): boolean {
  return untold?.text === text && now - Date.parse(untold.at) < AGAIN_AFTER
}

async function failureOf(work: () => Promise<void>): Promise<WritError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
}

function entryOf(world: World, change: Change, { code, message }: WritError): Omit<JournalEntry, 'seq'> {
  return {
    change: change.id, step: change.step, attempt: change.version, kind: 'result', at: new Date(world.clock.now()).toISOString(), by: world.process,
    data: { kind: 'not-told', code, sentence: `the comment on the change request was not written, and is tried again: ${message}` },
  }
}
