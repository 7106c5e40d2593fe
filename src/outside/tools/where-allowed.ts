import { WritError } from '../../model/error.ts'

/** What was read; null where the caller may not read it. */
export async function whereAllowed<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return null
    throw error
  }
}
