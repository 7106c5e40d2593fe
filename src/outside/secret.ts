import { readFile } from 'node:fs/promises'
import type { SecretRef } from '../model/config.ts'
import { WritError } from '../model/error.ts'

/** The value of a secret, read when it is needed and kept nowhere. Throws config/invalid where it is not there. */
export async function readSecret(ref: SecretRef): Promise<string> {
  const value = 'env' in ref ? process.env[ref.env] : await readText(ref.file)
  if (value === undefined || value.trim() === '') {
    throw new WritError('config/invalid', 'env' in ref ? `The environment variable ${ref.env}, which a forge's credentials name, is not set.` : `The file ${ref.file}, which a forge's credentials name, is missing or empty.`)
  }
  return value.trim()
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}

/** The value where it can be read now, null where not: what is missing is said when it is needed. */
export async function readSecretIfThere(ref: SecretRef): Promise<string | null> {
  return readSecret(ref).catch(() => null)
}
