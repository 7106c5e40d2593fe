import type { WritError } from '../model/error.ts'

/** What is known of a server that may not answer at all. */
export interface Silence {
  /** It has begun to answer a request. */
  heard(): void
  /** A request that began at this time got no answer. True where nothing else was answered since either: the server is silent. */
  unheard(began: number, error: WritError): boolean
  /** The error to give at once, while the server counts as silent; null while it may be asked. */
  known(): WritError | null
}

/**
 * A server that let one request wait in vain is not asked again for `rest` milliseconds: whoever asks for the next kind, or for the same once more, is told at
 * once instead of waiting as long again. After that it may answer again, for those who watch it for hours.
 */
export function silence(rest: number): Silence {
  let last = 0
  let silent: { readonly until: number, readonly error: WritError } | null = null
  return {
    heard() {
      last = Date.now()
      silent = null
    },
    unheard(began, error) {
      if (last >= began) return false
      silent = { until: Date.now() + rest, error }
      return true
    },
    known: () => silent !== null && Date.now() < silent.until ? silent.error : null,
  }
}
