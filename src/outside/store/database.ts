import { statSync } from 'node:fs'
import type { Kysely, Transaction } from 'kysely'
import { WritError } from '../../model/error.ts'
import { MIGRATIONS } from './migrations.ts'
import { patiently } from './patiently.ts'
import { makeFile, openSqlite } from './sqlite.ts'
import type { SqliteFile } from './sqlite.ts'
import { storeError } from './store-error.ts'
import type { Tables } from './tables.ts'

/** The one database, opened when it is first needed. */
export interface Database {
  /** Runs a query; gives `empty` where nothing was ever written, and makes no file then. */
  read<T>(empty: T, query: (db: Kysely<Tables>) => Promise<T>): Promise<T>
  /**
   * Runs a transaction that holds the write lock from its beginning. All of it happens or nothing.
   * `change` awaits its own queries and nothing else: these need no turn of the event loop, so that the lock is held for microseconds.
   */
  write<T>(change: (trx: Transaction<Tables>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Where the file is, how long to wait for a lock, and the time for the schema's own record. */
export interface DatabaseOptions { readonly path: string, readonly patience: number, readonly waits: () => void, readonly now: () => number }

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0

/** Touches nothing yet. Every error that its methods throw is a store/… error that names the path. */
export function lazyDatabase(options: DatabaseOptions): Database {
  let file: Promise<SqliteFile> | null = null
  let ready: Promise<SqliteFile> | null = null
  let closed = false

  const opened = (): Promise<SqliteFile> => {
    file ??= openSqlite(options.path).catch((cause: unknown) => { file = null; throw cause })
    return file
  }
  const prepared = (): Promise<SqliteFile> => {
    ready ??= prepare(options, opened).catch((cause: unknown) => { ready = null; throw cause })
    return ready
  }
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    if (closed) throw new WritError('internal/bug', `The store ${options.path} was used after it was closed.`)
    try { return await patiently(options, action) } catch (cause) { throw storeError(options.path, cause) }
  }

  return {
    read: (empty, query) => guarded(async () => {
      if (ready !== null) return query((await ready).db)
      if (!isThere(options.path)) return empty
      const existing = await opened()
      const version = await schemaVersion(options.path, existing.db, existing.tables())
      if (version === 0) return empty
      if (version < NEWEST) await prepared()
      return query(existing.db)
    }),
    write: change => guarded(async () => (await prepared()).db.transaction().execute(change)),
    close: async () => {
      closed = true
      if (file !== null) await (await file).db.destroy()
    },
  }
}

/** False only where there is no file: a folder that cannot be looked into may hold changes. Throws store/unusable. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw new WritError('store/unusable', `The store ${path} cannot be read (${code}).`, { cause, hint: 'Check its folder: owner, rights and links.' })
  }
}

async function prepare(options: DatabaseOptions, opened: () => Promise<SqliteFile>): Promise<SqliteFile> {
  makeFile(options.path)
  const file = await opened()
  // Asked first, so that a file that is not ours is not even switched to WAL.
  if (await schemaVersion(options.path, file.db, file.tables()) === NEWEST) return file
  // Loaded before the transaction begins, which must wait for nothing but its queries.
  const { sql } = await import('kysely')
  file.useWal()
  await file.db.transaction().execute(async trx => {
    const found = await schemaVersion(options.path, trx, file.tables())
    if (found === 0) {
      await trx.schema.createTable('schema_version')
        .addColumn('version', 'integer', c => c.primaryKey()).addColumn('applied_at', 'text', c => c.notNull()).execute()
    }
    for (const migration of MIGRATIONS.filter(m => m.version > found)) {
      await migration.up(trx, name => sql.ref(name))
      await trx.insertInto('schema_version').values({ version: migration.version, applied_at: new Date(options.now()).toISOString() }).execute()
    }
  })
  return file
}

/** 0 = empty file. Throws store/unusable for another program's database and for a schema that is newer than this Writ. */
async function schemaVersion(path: string, db: Kysely<Tables>, tables: readonly string[]): Promise<number> {
  if (tables.length === 0) return 0
  if (!tables.includes('schema_version')) throw new WritError('store/unusable', `The file ${path} is a database of another program.`, { hint: 'Set store.path in writ.yaml to a file of its own.' })
  const row = await db.selectFrom('schema_version').select(eb => eb.fn.max('version').as('version')).executeTakeFirst()
  const version = row?.version ?? 0
  if (version > NEWEST) {
    throw new WritError('store/unusable', `The store ${path} has schema version ${version}; this Writ knows versions up to ${NEWEST}.`, { hint: 'Use the newer Writ that wrote it.' })
  }
  return version
}
