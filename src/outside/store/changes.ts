import type { Transaction } from 'kysely'
import type { Change, JournalEntry } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import type { Changes } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { changeOf, changeRow, journalOf } from './stored.ts'
import type { Tables } from './tables.ts'

type Write = Transaction<Tables>

/** Changes and their journals, as rows. */
export function storedChanges(database: Database): Changes {
  return {
    add: (change, supersedes) => database.write(trx => add(trx, change, supersedes)),
    save: (change, fence, entries) => database.write(trx => save(trx, { change, fence, entries })),
    get: id => database.read(null, async db => {
      const row = await db.selectFrom('change').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : changeOf(row)
    }),
    find: prefix => database.read([], async db => {
      const begins = db.selectFrom('change').select('id').where(eb => eb(eb.fn<string>('substr', ['id', eb.lit(1), eb.lit(prefix.length)]), '=', prefix))
      return (await begins.orderBy('id').execute()).map(row => row.id)
    }),
    list: ({ status, limit }) => database.read([], async db => {
      const all = db.selectFrom('change').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
      return (await (status === undefined ? all : all.where('status', '=', status)).execute()).map(changeOf)
    }),
    journal: id => database.read([], async db => {
      return (await db.selectFrom('journal').selectAll().where('change_id', '=', id).orderBy('seq').execute()).map(journalOf)
    }),
  }
}

async function add(trx: Write, change: Change, supersedes: readonly string[]): Promise<Change> {
  const standing = await trx.selectFrom('change').selectAll().where('key', '=', change.key).where('status', '=', 'open').executeTakeFirst()
  if (standing !== undefined && !supersedes.includes(standing.id)) return changeOf(standing)
  for (const id of supersedes) await supersede(trx, id, change)
  await trx.insertInto('change').values({ ...changeRow(change), fence: 0 }).execute()
  return change
}

/** The version grows too, so that a process that still drives the old change finds out at its next write. */
async function supersede(trx: Write, id: string, by: Change): Promise<void> {
  const ended: Change['ended'] = { code: 'SUPERSEDED', message: `Superseded by change/${by.id}.`, evidence: [] }
  await trx.updateTable('change')
    .set(eb => ({ status: 'superseded', waiting: null, ended: JSON.stringify(ended), updated_at: by.createdAt, version: eb('version', '+', 1) }))
    .where('id', '=', id).where('status', '=', 'open').execute()
}

interface Save { readonly change: Change, readonly fence: number | null, readonly entries: readonly Omit<JournalEntry, 'seq'>[] }

async function save(trx: Write, { change, fence, entries }: Save): Promise<Change> {
  const stored = await trx.selectFrom('change').select(['version', 'fence']).where('id', '=', change.id).executeTakeFirst()
  if (stored === undefined) throw new WritError('change/not-found', `There is no change ${change.id}.`)
  if (stored.version !== change.version) throw lost(change.id, `it is at version ${stored.version}, not ${change.version}`)
  if (fence !== null) await checkFence(trx, change.id, { mine: fence, highest: stored.fence })
  const next: Change = { ...change, version: change.version + 1 }
  const { id, created_at: _, ...columns } = changeRow(next)
  await trx.updateTable('change').set({ ...columns, fence: Math.max(fence ?? 0, stored.fence) }).where('id', '=', id).execute()
  await addEntries(trx, id, entries)
  return next
}

/** Fences are given out once for all leases, so that exactly the newest taking of a lease has its number. */
async function checkFence(trx: Write, change: string, fence: { readonly mine: number, readonly highest: number }): Promise<void> {
  if (fence.mine < fence.highest) throw lost(change, `fence ${fence.mine} is older than ${fence.highest}`)
  const held = await trx.selectFrom('lease').select('holder').where('fence', '=', fence.mine).executeTakeFirst()
  if (held === undefined || held.holder === null) throw lost(change, `fence ${fence.mine} is no longer held`)
}

async function addEntries(trx: Write, change: string, entries: readonly Omit<JournalEntry, 'seq'>[]): Promise<void> {
  if (entries.length === 0) return
  const stray = entries.find(entry => entry.change !== change)
  if (stray !== undefined) throw new WritError('internal/bug', `A journal entry of change/${stray.change} came with change/${change}.`)
  const last = await trx.selectFrom('journal').select(eb => eb.fn.max('seq').as('seq')).where('change_id', '=', change).executeTakeFirst()
  const first = (last?.seq ?? 0) + 1
  await trx.insertInto('journal').values(entries.map((entry, i) => ({
    change_id: change, seq: first + i, step: entry.step, attempt: entry.attempt, kind: entry.kind, at: entry.at, by: entry.by, data: JSON.stringify(entry.data),
  }))).execute()
}

function lost(change: string, why: string): WritError {
  return new WritError('change/lost-lease', `Another process took change/${change} over: ${why}.`)
}
