import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WritError } from '../model/error.ts'

/** Makes a folder of its own among the temporary files; only its owner may look into it. Throws files/no-scratch. */
export async function scratchFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix))
  } catch (error) {
    throw new WritError('files/no-scratch', `No folder for temporary files can be made in ${tmpdir()}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}.`, { cause: error })
  }
}
