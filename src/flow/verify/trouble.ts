import type { ChangeFacts, StepResult } from '../../model/change.ts'
import type { WritError } from '../../model/error.ts'
import type { Verification } from './verification.ts'
import { ended, waitForController, waitForPeople } from './answers.ts'
import { iso } from './clock.ts'

/** A right that is missing at so many looks in a row is missing (argocd-flux.md 7.1), and for so long: a server that starts allows nothing at first, and kinds are installed anew. */
const REFUSALS = 3
const REFUSED_FOR = 60_000
/** What does not answer for so long is not a moment's trouble. */
const TRANSIENT = 5 * 60_000

/**
 * A look that could not be taken. What may pass by itself is waited for; a cluster that stays away is somebody's to bring back, without a
 * deadline, because the change is merged and may well be live; a right that is missing ends the change as unverifiable.
 */
export function inTrouble(v: Verification, error: WritError): StepResult {
  if (error.code === 'cluster/unauthorized') return unseen(v, error.message)
  // A certificate that is not trusted, an answer that is too large: nothing to wait for but somebody.
  if (!error.retry && error.code === 'cluster/unreachable') return waitForPeople(v, { state: 'UNREACHABLE', sentence: `cannot be looked at: ${error.message} ${error.hint} The change is merged, and is looked at again as soon as that is so.`, next: 'writ doctor' })
  if (!error.retry) throw error
  const since = v.change.facts.unreachableSince
  const found: ChangeFacts = { ...unseenOf(v), ...typeof since === 'string' ? {} : { unreachableSince: iso(v.now) } }
  const sentence = `cannot be looked at now: ${error.message}`
  if (typeof since === 'string' && v.now - Date.parse(since) >= TRANSIENT) {
    return waitForPeople(v, { state: 'UNREACHABLE', sentence: `${sentence} It has been so since ${since}; the change is merged, and is looked at again as soon as there is an answer.`, next: 'writ doctor' })
  }
  return waitForController(v, { state: v.change.facts.verifying?.state ?? 'SOURCE_WAIT', sentence }, { seen: null, found })
}

/** A look that saw nothing interrupts nothing that was seen failing. */
function unseenOf({ change: { facts } }: Verification): ChangeFacts {
  return typeof facts.failingSince === 'string' ? { failingSince: facts.failingSince } : {}
}

/** What Writ may not see, or what the cluster no longer serves: seen so often enough, it is the end. */
export function unseen(v: Verification, why: string): StepResult {
  const looks = (v.change.facts.refusedLooks ?? 0) + 1
  const { refusedSince } = v.change.facts
  const since = typeof refusedSince === 'string' ? refusedSince : iso(v.now)
  if (looks >= REFUSALS && v.now - Date.parse(since) >= REFUSED_FOR) return ended(v, null, { code: 'verify/unverifiable', message: `UNVERIFIABLE: the change is merged, and Writ cannot see whether it is live: ${why}` })
  return waitForController(v, { state: v.change.facts.verifying?.state ?? 'SOURCE_WAIT', sentence: `cannot be seen: ${why}` }, { seen: null, found: { ...unseenOf(v), refusedLooks: looks, refusedSince: since } })
}

/** What a look that was taken takes back. */
export function outOfTrouble({ change: { facts } }: Verification): ChangeFacts {
  return { ...typeof facts.unreachableSince === 'string' ? { unreachableSince: null } : {}, ...(facts.refusedLooks ?? 0) > 0 ? { refusedLooks: 0, refusedSince: null } : {} }
}
