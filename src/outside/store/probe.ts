import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { WritError } from '../../model/error.ts'

/** Loads SQLite and gives its version. Throws store/unusable with the reason. */
export async function probeSqlite(): Promise<string> {
  try {
    const { default: Sqlite } = await import('better-sqlite3')
    const memory = new Sqlite(':memory:')
    try {
      const row: unknown = memory.prepare('select sqlite_version() as version').get()
      return `SQLite ${typeof row === 'object' && row !== null && 'version' in row ? String(row.version) : 'of an unknown version'}`
    } finally {
      memory.close()
    }
  } catch (cause) {
    throw new WritError('store/unusable', `better-sqlite3 cannot be loaded: ${cause instanceof Error ? cause.message.split('\n')[0] ?? '' : String(cause)}`, { cause })
  }
}

/** Gives the path of a store that can be written, or made; makes nothing. Throws store/read-only. */
export function probeStore(path: string): string {
  let place = path
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  try {
    accessSync(place, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new WritError('store/read-only', `${place} cannot be written.`, { cause })
  }
  return place === path ? path : `${path} (made with the first change)`
}
