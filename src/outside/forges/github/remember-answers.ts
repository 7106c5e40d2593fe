import type { apiFetch } from '../../http.ts'

type Fetch = ReturnType<typeof apiFetch>

/** As many answers are kept; past that the oldest goes. */
const MOST = 300

/**
 * Asks GitHub only for what has changed since: an answer that is still the same costs none of the limit (GitHub: conditional requests).
 * The server says each time whether it is, so nothing old is ever shown.
 */
export function rememberAnswers(carry: Fetch): Fetch {
  const known = new Map<string, { readonly etag: string, readonly text: string, readonly headers: Headers }>()
  return async (url, init) => {
    if (init.method !== 'GET') return carry(url, init)
    const before = known.get(url)
    const response = await carry(url, before === undefined ? init : { ...init, headers: { ...init.headers, 'if-none-match': before.etag } })
    if (response.status === 304 && before !== undefined) return new Response(before.text, { status: 200, headers: before.headers })
    const etag = response.headers.get('etag')
    if (response.status !== 200 || etag === null) return response
    const text = await response.text()
    known.delete(url)
    known.set(url, { etag, text, headers: response.headers })
    const [oldest] = known.keys()
    if (known.size > MOST && oldest !== undefined) known.delete(oldest)
    return new Response(text, { status: 200, headers: response.headers })
  }
}
