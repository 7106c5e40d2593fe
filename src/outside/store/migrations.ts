import type { RawBuilder, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** One step of the schema. Never edited once released: a later version is a new entry at the end. */
export interface Migration { readonly version: number, readonly up: (trx: Transaction<Tables>, column: Column) => Promise<void> }

/** Names a column where kysely's types know none: in the condition of a partial index. */
type Column = (name: string) => RawBuilder<unknown>

/** Every schema version ever released, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, up: first },
]

async function first(trx: Transaction<Tables>, column: Column): Promise<void> {
  await trx.schema.createTable('counter')
    .addColumn('name', 'text', c => c.primaryKey()).addColumn('value', 'integer', c => c.notNull()).execute()
  await changeTables(trx, column)
  await trx.schema.createTable('lease')
    .addColumn('name', 'text', c => c.primaryKey()).addColumn('fence', 'integer', c => c.notNull().unique())
    .addColumn('holder', 'text').addColumn('host', 'text').addColumn('pid', 'integer').addColumn('started', 'text')
    .addColumn('until', 'text', c => c.notNull()).execute()
  await changeRequestTable(trx, column)
}

async function changeTables(trx: Transaction<Tables>, column: Column): Promise<void> {
  await trx.schema.createTable('change')
    .addColumn('id', 'text', c => c.primaryKey()).addColumn('key', 'text', c => c.notNull())
    .addColumn('status', 'text', c => c.notNull()).addColumn('step', 'text', c => c.notNull())
    .addColumn('version', 'integer', c => c.notNull()).addColumn('fence', 'integer', c => c.notNull())
    .addColumn('created_at', 'text', c => c.notNull()).addColumn('updated_at', 'text', c => c.notNull())
    .addColumn('plan', 'text', c => c.notNull()).addColumn('facts', 'text', c => c.notNull())
    .addColumn('waiting', 'text').addColumn('ended', 'text').execute()
  // The database, not the code, keeps two processes from opening the same change twice (DESIGN.md section 2).
  await trx.schema.createIndex('change_open_key').unique().on('change').column('key').where(column('status'), '=', 'open').execute()
  await trx.schema.createIndex('change_created').on('change').columns(['created_at', 'id']).execute()
  await trx.schema.createTable('journal')
    .addColumn('change_id', 'text', c => c.notNull().references('change.id')).addColumn('seq', 'integer', c => c.notNull())
    .addColumn('step', 'text', c => c.notNull()).addColumn('attempt', 'integer', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull()).addColumn('at', 'text', c => c.notNull())
    .addColumn('by', 'text', c => c.notNull()).addColumn('data', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('journal_key', ['change_id', 'seq']).execute()
  await trx.schema.createTable('approval')
    .addColumn('change_id', 'text', c => c.notNull().references('change.id')).addColumn('seq', 'integer', c => c.notNull())
    .addColumn('person', 'text', c => c.notNull()).addColumn('vote', 'text', c => c.notNull())
    .addColumn('head', 'text', c => c.notNull()).addColumn('digest', 'text', c => c.notNull())
    .addColumn('environment', 'text', c => c.notNull()).addColumn('at', 'text', c => c.notNull())
    .addColumn('expires', 'text', c => c.notNull()).addColumn('via', 'text', c => c.notNull())
    .addColumn('comment', 'text').addColumn('document', 'text').addColumn('armoured', 'text')
    .addPrimaryKeyConstraint('approval_key', ['change_id', 'seq']).execute()
}

async function changeRequestTable(trx: Transaction<Tables>, column: Column): Promise<void> {
  await trx.schema.createTable('change_request')
    .addColumn('id', 'integer', c => c.primaryKey()).addColumn('repository', 'text', c => c.notNull())
    .addColumn('change', 'text', c => c.notNull()).addColumn('branch', 'text', c => c.notNull())
    .addColumn('base', 'text', c => c.notNull()).addColumn('head', 'text', c => c.notNull())
    .addColumn('title', 'text', c => c.notNull()).addColumn('body', 'text', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull()).addColumn('merge_commit', 'text').addColumn('closed_by', 'text')
    .addColumn('created_at', 'text', c => c.notNull()).addColumn('updated_at', 'text', c => c.notNull()).execute()
  await trx.schema.createIndex('change_request_open').unique().on('change_request').columns(['repository', 'branch']).where(column('state'), '=', 'open').execute()
  await trx.schema.createIndex('change_request_branch').on('change_request').columns(['repository', 'branch']).execute()
}
