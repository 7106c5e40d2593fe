import { WritError } from '../../model/error.ts'

/** One line of the examination. A requirement that is missing makes doctor fail. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'warning'
  readonly required: boolean
  readonly found: string
  /** What cannot be done, and what to do about it; null where it is ok. */
  readonly without: string | null
  readonly install: string | null
  /** Lines to copy into a file. */
  readonly text?: string
}

/** How a thing is looked at, and what it means where it is not there. */
export interface Test { readonly name: string, readonly required: boolean, readonly without: string, readonly install: string, readonly look: () => Promise<string> }

/** Looks at one thing; what is merely missing is an answer. */
export async function examine(test: Test): Promise<Check> {
  try {
    return { name: test.name, state: 'ok', required: test.required, found: await test.look(), without: null, install: null }
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    return { name: test.name, state: 'missing', required: test.required, found: error.message, without: test.without, install: test.install }
  }
}

/** Says that a thing is not there. */
export function missing(message: string): never {
  throw new WritError('usage/not-supported', message)
}
