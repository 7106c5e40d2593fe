import { closeSync, existsSync, fchmodSync, fstatSync, mkdirSync, openSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database as SqliteDatabase } from 'better-sqlite3'
import type { Dialect, Kysely } from 'kysely'
import { WritError } from '../../model/error.ts'
import type { Tables } from './tables.ts'

/** An open SQLite file. */
export interface SqliteFile {
  readonly db: Kysely<Tables>
  /** Names of its tables: none in a file that is still empty. */
  tables(): readonly string[]
  /** Switches to WAL, which every write needs. */
  useWal(): void
}

/** Milliseconds that the driver itself waits for a lock, blocking this process: short, because patiently.ts waits without blocking. */
const BLOCKING_WAIT = 25
const NETWORK_FILE_SYSTEMS = new Map([[0x6969, 'NFS'], [0x517b, 'SMB'], [0xff534d42, 'CIFS'], [0xfe534d42, 'SMB']])

/** Makes the folder (0700) and the file (0600) where they are missing, and takes other people's rights on the file away. */
export function makeFile(path: string): void {
  // SQLite's own name for a database without a file.
  if (path === ':memory:') return
  makeFolder(dirname(path))
  const kind = NETWORK_FILE_SYSTEMS.get(statfsSync(dirname(path)).type)
  if (kind !== undefined) {
    throw new WritError('store/unusable', `The store ${path} would lie on ${kind}, where SQLite's locks do not hold.`, { hint: 'Set store.path in writ.yaml to a file on a local disk.' })
  }
  const file = openSync(path, 'a', 0o600)
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600)
  } finally {
    closeSync(file)
  }
}

/**
 * Opens an existing file. Errors are the driver's own.
 * The packages are loaded here and not before: commands without a store start without them.
 */
export async function openSqlite(path: string): Promise<SqliteFile> {
  const [{ default: Sqlite }, kysely] = await Promise.all([import('better-sqlite3'), import('kysely')])
  const file = new Sqlite(path, { fileMustExist: true, timeout: BLOCKING_WAIT })
  try {
    check(file, path)
  } catch (cause) {
    file.close()
    throw cause
  }
  const dialect: Dialect = {
    createAdapter: () => new kysely.SqliteAdapter(),
    createIntrospector: db => new kysely.SqliteIntrospector(db),
    createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
    createDriver: () => {
      const driver = new kysely.SqliteDriver({ database: file })
      // A deferred transaction that reads and then writes fails at once where another wrote in between (reliability.md C.1).
      driver.beginTransaction = async connection => { await connection.executeQuery(kysely.CompiledQuery.raw('begin immediate')) }
      // SQLite has already rolled back by itself where the disk is full; a second rollback would hide that error.
      driver.rollbackTransaction = async connection => { if (file.inTransaction) await connection.executeQuery(kysely.CompiledQuery.raw('rollback')) }
      return driver
    },
  }
  return {
    db: new kysely.Kysely<Tables>({ dialect }),
    tables: () => texts(file.prepare("select name from sqlite_master where type = 'table'").all(), 'name'),
    useWal: () => { if (file.pragma('journal_mode', { simple: true }) !== 'wal') file.pragma('journal_mode = WAL') },
  }
}

/** True from the version on that no longer corrupts a WAL which two connections reset at once (reliability.md C.1). */
export function safeInWal(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major !== 3) return major > 3
  return minor > 51 || (minor === 51 && patch >= 3)
}

/** Node's own recursive mkdir never comes back from folders that exist and take no child, such as those of /proc. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return
  makeFolder(dirname(dir))
  try {
    mkdirSync(dir, { mode: 0o700 })
  } catch (cause) {
    // Another process made it in between.
    if (!existsSync(dir)) throw cause
  }
}

function check(file: SqliteDatabase, path: string): void {
  const version = texts(file.prepare('select sqlite_version() as version').all(), 'version')[0] ?? ''
  if (!safeInWal(version)) throw new WritError('store/unusable', `The store ${path} needs SQLite 3.51.3 or later; better-sqlite3 brings ${version}.`, { hint: 'Install the better-sqlite3 that Writ names in its package.json.' })
  file.pragma('synchronous = FULL')
  file.pragma('foreign_keys = ON')
  const damage = texts(file.pragma('quick_check(1)'), 'quick_check')[0]
  if (damage !== 'ok') throw new WritError('store/unusable', `The store ${path} is damaged: ${damage ?? 'no answer'}.`)
}

function texts(rows: unknown, column: string): readonly string[] {
  if (!Array.isArray(rows)) return []
  return rows.map((row: unknown) => typeof row === 'object' && row !== null ? Reflect.get(row, column) as unknown : null).filter(value => typeof value === 'string')
}
