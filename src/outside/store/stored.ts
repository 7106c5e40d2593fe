import { WritError } from '../../model/error.ts'
import { isObject } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { Approval, Change, ChangeFacts, ChangeStatus, JournalEntry, StepName, Waiting } from '../../model/change.ts'
import type { Plan } from '../../model/plan.ts'
import type { Selectable } from 'kysely'
import type { Tables } from './tables.ts'

/** A change as a row: what queries look at in columns, the rest as JSON. */
export function changeRow(change: Change): Omit<Selectable<Tables['change']>, 'fence'> {
  return {
    id: change.id, key: change.key, status: change.status, step: change.step, version: change.version,
    created_at: change.createdAt, updated_at: change.updatedAt,
    plan: JSON.stringify(change.plan), facts: JSON.stringify(change.facts),
    waiting: change.waiting === null ? null : JSON.stringify(change.waiting),
    ended: change.ended === null ? null : JSON.stringify(change.ended),
  }
}

/** The change of a row. Throws store/unusable where the row is not one that Writ wrote. */
export function changeOf(row: Selectable<Tables['change']>): Change {
  return {
    id: row.id, key: row.key,
    status: known(row.status, STATUSES, 'status'), step: known(row.step, STEPS, 'step'),
    version: row.version, createdAt: row.created_at, updatedAt: row.updated_at,
    plan: structure(row.plan, isPlan, 'plan'), facts: structure(row.facts, isFacts, 'facts'),
    waiting: row.waiting === null ? null : structure(row.waiting, isWaiting, 'waiting'),
    ended: row.ended === null ? null : structure(row.ended, isEnded, 'ended'),
  }
}

/** The journal entry of a row. */
export function journalOf(row: Selectable<Tables['journal']>): JournalEntry {
  return {
    seq: row.seq, change: row.change_id, step: known(row.step, STEPS, 'step'), attempt: row.attempt,
    kind: known(row.kind, ['intent', 'result'], 'kind'), at: row.at, by: row.by, data: structure(row.data, isObject, 'data'),
  }
}

/** The vote of a row. */
export function approvalOf(row: Selectable<Tables['approval']>): Approval {
  return {
    change: row.change_id, person: row.person, vote: known(row.vote, ['approve', 'reject'], 'vote'), head: row.head, digest: row.digest,
    environment: row.environment, at: row.at, expires: row.expires, via: known(row.via, ['os-user', 'ssh-key'], 'via'), comment: row.comment,
    signature: row.document === null || row.armoured === null ? null : { document: row.document, armoured: row.armoured },
  }
}

const STATUSES: readonly ChangeStatus[] = ['open', 'verified', 'rejected', 'cancelled', 'superseded', 'failed', 'refused']
const STEPS: readonly StepName[] = ['publish', 'record', 'approve', 'merge', 'act', 'verify', 'resume', 'close']

/** The text where it is one of those known. Throws store/unusable. */
export function known<T extends string>(text: string, all: readonly T[], column: string): T {
  const found = all.find(one => one === text)
  if (found === undefined) throw new WritError('store/unusable', `The store holds a row whose ${column} is ${JSON.stringify(text)}, which this Writ does not know.`)
  return found
}

function structure<T>(text: string, is: (value: unknown) => value is T, column: string): T {
  const value = parsed(text)
  if (!is(value)) throw new WritError('store/unusable', `The store holds a row whose ${column} cannot be read.`)
  return value
}

function parsed(text: string): Json | undefined {
  try { return JSON.parse(text) } catch { return undefined }
}

// Only Writ writes these columns and the file's schema version says in which shape: the guards tell a damaged row from a whole one.
function isPlan(value: unknown): value is Plan {
  return hasObjects(value, ['request', 'target', 'environment', 'owner', 'proof', 'needs']) && typeof value['digest'] === 'string' && Array.isArray(value['files'])
}

function isFacts(value: unknown): value is ChangeFacts {
  return isObject(value)
}

function isWaiting(value: unknown): value is Waiting {
  return isObject(value) && typeof value['for'] === 'string' && typeof value['sentence'] === 'string'
}

function isEnded(value: unknown): value is NonNullable<Change['ended']> {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string' && Array.isArray(value['evidence'])
}

function hasObjects(value: unknown, keys: readonly string[]): value is JsonObject {
  return isObject(value) && keys.every(key => isObject(value[key]))
}
