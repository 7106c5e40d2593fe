import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { WritError } from '../../model/error.ts'

const READ_ONLY = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_PERM', 'SQLITE_IOERR_SHMSIZE'])
const NO_DRIVER = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'])

/** What the driver or the file system said, as one of store/locked, store/read-only, store/unusable, naming the path. */
export function storeError(path: string, cause: unknown): WritError {
  if (cause instanceof WritError) return cause
  const code = codeOf(cause)
  if (isBusy(cause)) return new WritError('store/locked', `Another process holds the store ${path} for too long.`, { cause, retry: true })
  if (READ_ONLY.has(code) || code.startsWith('SQLITE_READONLY') || (code.startsWith('SQLITE_CANTOPEN') && !writable(path))) {
    return new WritError('store/read-only', `The store ${path} cannot be written (${code}).`, { cause })
  }
  if (NO_DRIVER.has(code) || messageOf(cause).startsWith('Could not locate the bindings file')) return noDriver(path, cause)
  if (code.startsWith('SQLITE_CONSTRAINT')) return new WritError('internal/bug', `The store ${path} refused a row (${code}).`, { cause })
  return new WritError('store/unusable', `The store ${path} cannot be used: ${code === '' ? messageOf(cause) : `${messageOf(cause)} (${code})`}.`, { cause })
}

/** True where another connection holds a lock that will be given back. */
export function isBusy(cause: unknown): boolean {
  const code = codeOf(cause)
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
}

function noDriver(path: string, cause: unknown): WritError {
  return new WritError('store/unusable', `The store ${path} cannot be opened: the package better-sqlite3 does not load here.`, {
    cause,
    hint: 'Install a compiler (Debian: apt-get install build-essential python3; Fedora: dnf install gcc-c++ make python3; macOS: xcode-select --install), '
      + 'then run npm rebuild better-sqlite3 in the folder of Writ.',
  })
}

function writable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK)
    accessSync(path, constants.W_OK)
    return true
  } catch { return false }
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
