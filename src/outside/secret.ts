import { readFile } from 'node:fs/promises'
import type { SecretRef } from '../model/config.ts'
import { WritError } from '../model/error.ts'

/** The value of a secret, read when it is needed. `of` says for whom, and where it is named. Throws config/invalid where it is not there. */
export async function readSecret(ref: SecretRef, of: { readonly forge: string, readonly place: string }): Promise<string> {
  const value = 'env' in ref ? process.env[ref.env] : await readText(ref.file)
  if (value === undefined || value.trim() === '') {
    const what = 'env' in ref ? `the environment variable ${ref.env}` : `the file ${ref.file}`
    const message = `${of.place}: ${what}, which the credentials of forge ${of.forge} name, is ${'env' in ref ? 'not set' : 'missing or empty'}.`
    throw new WritError('config/invalid', message, { hint: `${'env' in ref ? `Set ${ref.env} where Writ runs` : 'Write the token to the file'}, or correct that line.` })
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
  return readSecret(ref, { forge: '', place: '' }).catch(() => null)
}
