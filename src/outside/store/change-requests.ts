import type { Kysely, Selectable, Transaction } from 'kysely'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestText } from '../../model/forge.ts'
import type { ChangeRequestEnd, ChangeRequestRow, ChangeRequestRows } from '../change-request-rows.ts'
import { nextNumber } from './counter.ts'
import type { Database } from './database.ts'
import { known } from './stored.ts'
import type { Tables } from './tables.ts'

const STATES = ['open', 'merged', 'closed'] as const

/** The change requests of the plain forge, as rows. */
export function storedChangeRequests(database: Database, now: () => number): ChangeRequestRows {
  const at = (): string => new Date(now()).toISOString()
  return {
    find: (repository, branch) => database.read(null, db => find(db, repository, branch)),
    get: (repository, id) => database.write(trx => get(trx, repository, id)),
    open: (repository, text) => database.write(async trx => {
      const found = await find(trx, repository, text.branch)
      if (found?.state === 'open') return bring(trx, found, { ...text, at: at() })
      const id = await nextNumber(trx, 'change_request')
      await trx.insertInto('change_request').values({ id, repository, ...columns(text), branch: text.branch, state: 'open', merge_commit: null, closed_by: null, created_at: at(), updated_at: at() }).execute()
      return get(trx, repository, String(id))
    }),
    update: (repository, id, text) => database.write(async trx => {
      const found = await get(trx, repository, id)
      return found.state === 'open' ? bring(trx, found, { ...text, at: at() }) : found
    }),
    end: (repository, id, how) => database.write(async trx => end(trx, await get(trx, repository, id), { ...how, at: at() })),
  }
}

async function find(db: Kysely<Tables>, repository: string, branch: string): Promise<ChangeRequestRow | null> {
  const rows = await db.selectFrom('change_request').selectAll().where('repository', '=', repository).where('branch', '=', branch).orderBy('id', 'desc').execute()
  const requests = rows.map(requestOf)
  return STATES.map(state => requests.find(request => request.state === state)).find(request => request !== undefined) ?? null
}

async function get(trx: Transaction<Tables>, repository: string, id: string): Promise<ChangeRequestRow> {
  const row = /^[1-9]\d{0,8}$/.test(id)
    ? await trx.selectFrom('change_request').selectAll().where('id', '=', Number(id)).where('repository', '=', repository).executeTakeFirst()
    : undefined
  if (row === undefined) throw new WritError('change/not-found', `The repository ${repository} has no change request ${id}.`)
  return requestOf(row)
}

async function bring(trx: Transaction<Tables>, found: ChangeRequestRow, text: ChangeRequestText & { readonly at: string }): Promise<ChangeRequestRow> {
  if (text.branch !== found.branch) throw new WritError('internal/bug', `Change request ${found.id} is for the branch ${found.branch}, not ${text.branch}.`)
  await trx.updateTable('change_request').set({ ...columns(text), updated_at: text.at }).where('id', '=', Number(found.id)).execute()
  return get(trx, found.repository, found.id)
}

async function end(trx: Transaction<Tables>, found: ChangeRequestRow, how: ChangeRequestEnd & { readonly at: string }): Promise<ChangeRequestRow> {
  if (found.state === 'merged') {
    if (how.state === 'merged' && how.mergeCommit !== found.mergeCommit) {
      throw new WritError('internal/bug', `Change request ${found.id} was merged as ${String(found.mergeCommit)}, not as ${how.mergeCommit}.`)
    }
    return found
  }
  if (found.state === how.state) return found
  await trx.updateTable('change_request')
    .set({ state: how.state, merge_commit: how.state === 'merged' ? how.mergeCommit : null, closed_by: how.by, updated_at: how.at })
    .where('id', '=', Number(found.id)).execute()
  return get(trx, found.repository, found.id)
}

function columns(text: ChangeRequestText): { change: string, base: string, head: string, title: string, body: string } {
  return { change: text.change, base: text.base, head: text.head, title: text.title, body: text.body }
}

function requestOf(row: Selectable<Tables['change_request']>): ChangeRequestRow {
  return {
    id: String(row.id), repository: row.repository, change: row.change, branch: row.branch, base: row.base, head: row.head, title: row.title, body: row.body,
    state: known(row.state, STATES, 'state'), mergeCommit: row.merge_commit, closedBy: row.closed_by,
  }
}
