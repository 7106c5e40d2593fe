import { deliver } from '../flow/deliver.ts'
import { WritError } from '../model/error.ts'
import type { Change } from '../model/change.ts'
import type { Caller } from './operation.ts'

/**
 * Runs a change until it must wait, or to its end. A person who stops waiting gets the change as it stands.
 * A failure names the change: it is kept, and the same command goes on.
 */
export async function drive(caller: Caller, id: string, until: 'wait' | 'end'): Promise<Change> {
  try {
    return await deliver(caller.world, id, { until, progress: caller.progress, signal: caller.signal })
  } catch (error) {
    const change = await caller.world.changes.get(id)
    if (change !== null && caller.signal.aborted) return change
    throw error instanceof WritError ? named(error, id) : error
  }
}

function named(error: WritError, id: string): WritError {
  const more = { hint: `${error.hint} The change is kept; go on with: writ get change/${id} --wait`, data: { ...error.data, change: id }, retry: error.retry, cause: error }
  return new WritError(error.code, error.message, more)
}
