import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WritError } from '../../model/error.ts'

/** Writes a file into a folder, which is made; false where the file is there already, which is left as it is. Throws usage/bad-argument where the folder cannot be written. */
export async function writeNew(dir: string, name: string, text: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true })
    await writeFile(join(dir, name), text, { flag: 'wx' })
    return true
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (code === 'EEXIST' && cause instanceof Error && 'syscall' in cause && cause.syscall === 'open') return false
    throw new WritError('usage/bad-argument', `${join(dir, name)} cannot be written (${code}).`, { cause, hint: 'Name another folder with --config, or correct its rights.' })
  }
}
