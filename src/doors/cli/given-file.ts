import { readFileSync, statSync } from 'node:fs'
import { WritError } from '../../model/error.ts'
import { bad } from './arguments.ts'

/** The text of a file that a flag names; `-` is stdin. Throws usage/bad-argument where it cannot be read, usage/not-supported for what is no file. */
export function givenFile(file: string, flag: string): string {
  if (/^https?:\/\//.test(file)) throw new WritError('usage/not-supported', `${flag} takes a file, not a URL.`, { hint: 'Fetch it, look at it, and give the file.' })
  try {
    if (file !== '-' && statSync(file).isDirectory()) throw new WritError('usage/not-supported', `${file} is a folder; ${flag} takes a file.`, { hint: `Give the files one by one: ${flag} FILE.` })
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file === '-' ? 0 : file))
  } catch (error) {
    if (error instanceof WritError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw bad(`${flag} ${file} cannot be read (${code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : code}).`, 'Check the path.')
  }
}
