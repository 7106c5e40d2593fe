import { WritError } from '../../src/model/error.ts'

/** The code of the WritError that a promise ends with; 'no failure' where it does not fail. Other errors are thrown on. */
export async function failureOf(action: Promise<unknown>): Promise<string> {
  return (await errorOf(action))?.code ?? 'no failure'
}

/** The WritError that a promise ends with, or null where it does not fail. */
export async function errorOf(action: Promise<unknown>): Promise<WritError | null> {
  try {
    await action
    return null
  } catch (cause) {
    if (cause instanceof WritError) return cause
    throw cause
  }
}
