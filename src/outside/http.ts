import { setTimeout as pause } from 'node:timers/promises'
import { WritError } from '../model/error.ts'
import { isObject, textAt } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { allowedAddresses } from './addresses.ts'
import type { Lookup } from './addresses.ts'
import { redact } from './redact.ts'
import { checkAddress } from './url.ts'
import type { InsecureAllow } from './url.ts'

/** One request to the JSON API of a forge. `path` begins with `/` and stands below the base; its parts are encoded by the caller. */
export interface ApiAsk {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: Json
  /** Status codes that are answers beside 2xx. */
  readonly accept?: readonly number[]
}

export interface ApiAnswer { readonly status: number, readonly body: Json, readonly header: (name: string) => string | null }

/** A forge's API. Throws forge/unreachable, forge/unauthorized, forge/limited, forge/failed. */
export interface ApiClient { ask(ask: ApiAsk): Promise<ApiAnswer> }

/** What a client is made of. `authorise` gives the headers that hold the credentials, asked for with every request. */
export interface ApiOptions {
  readonly forge: string
  /** Such as `https://git.example.com/api/v1`. */
  readonly base: string
  readonly allow: readonly InsecureAllow[]
  readonly authorise: () => Promise<Readonly<Record<string, string>>>
  /** Asked once where credentials are refused: true where there are other ones by now, and the request is sent with these. */
  readonly renew?: () => Promise<boolean>
  /** Milliseconds for one request, and of the longest wait for another try. */
  readonly timeout?: number
  readonly patience?: number
  /** Milliseconds that the waits between tries grow from. */
  readonly backoff?: number
  /** How names are resolved; as the system does where left out. */
  readonly lookup?: Lookup
}

const TIMEOUT = 30_000
/** A wait that is longer is for whoever asks to decide. */
const PATIENCE = 20_000
const BACKOFF = 250
const TRIES = 4
const LARGEST = 20 * 1024 * 1024
/** Of an answer that is no JSON. */
const LONGEST_TEXT = 20_000
const GET_AGAIN: ReadonlySet<number> = new Set([500, 502, 503, 504, 429])

/** Opens a client by the rules of `carrier`. Throws git/refused for an address that is not allowed. */
export function apiClient(options: ApiOptions): ApiClient {
  const carry = carrier(options)
  const base = new URL(options.base)
  const url = (ask: ApiAsk): URL => {
    const to = new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${ask.path}`)
    for (const [key, value] of Object.entries(ask.query ?? {})) to.searchParams.set(key, String(value))
    return to
  }
  return {
    async ask(ask) {
      const headers = { accept: 'application/json', 'user-agent': 'writ', ...ask.body === undefined ? {} : { 'content-type': 'application/json' } }
      const { status, text, header } = await carry({ method: ask.method, path: ask.path, url: url(ask), headers, ...ask.body === undefined ? {} : { body: JSON.stringify(ask.body) } })
      const answer = { status, body: jsonOf(text), header }
      const failure = apiFailure(options.forge, ask, answer)
      if (failure !== null) throw failure
      return answer
    },
  }
}

/** The same rules for a client that brings its own requests: what is left of `fetch` where no redirect is followed and no other host is asked. */
export function apiFetch(options: ApiOptions): (url: string, init: { readonly method: string, readonly headers: Readonly<Record<string, string>>, readonly body?: string | null | undefined }) => Promise<Response> {
  const carry = carrier(options)
  const { origin } = new URL(options.base)
  return async (url, { method, headers, body }) => {
    const to = new URL(url)
    if (to.origin !== origin) throw new WritError('forge/failed', `The forge ${options.forge} is asked at ${origin} only.`)
    const { status, text, headers: given, header } = await carry({ method, path: to.pathname, url: to, headers, ...typeof body === 'string' ? { body } : {} })
    if (status >= 300 && status < 400 && status !== 304) throw apiFailure(options.forge, { method, path: to.pathname }, { status, body: jsonOf(text), header }) ?? unreachable(options.forge, { method, path: to.pathname }, null)
    return new Response(text === '' ? null : text, { status, headers: given })
  }
}

interface Parcel { readonly method: string, readonly path: string, readonly url: URL, readonly headers: Readonly<Record<string, string>>, readonly body?: string }
interface Reply { readonly status: number, readonly text: string, readonly headers: Headers, readonly header: (name: string) => string | null }

/**
 * How requests reach a forge. What only reads is asked again where the server failed or asks for patience; what writes is sent once, and whoever sent it looks up what became
 * of it (DESIGN.md section 6: POSTs are never retried blindly). Redirects are never followed: a name that moved is said. Throws git/refused for an address that is not allowed.
 */
function carrier(options: ApiOptions): (parcel: Parcel) => Promise<Reply> {
  const base = new URL(options.base)
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && options.allow.includes('http'))) throw new WritError('git/refused', `The forge ${options.forge} is not asked over ${base.protocol.replace(':', '')}.`, { hint: 'Use https; http only where insecureAllow says so.' })
  checkAddress(base.hostname, options.allow)
  return async parcel => {
    let renewed = false
    for (let tries = 1; ; tries += 1) {
      const reply = await once(options, parcel).catch((error: unknown) => error instanceof WritError ? error : unreachable(options.forge, parcel, error))
      // Who is not let in has done nothing: sending it again is no second time.
      if (!(reply instanceof WritError) && reply.status === 401 && !renewed && await options.renew?.() === true) {
        renewed = true
        continue
      }
      const wait = parcel.method === 'GET' && tries < TRIES ? waitFor(reply, { tries, backoff: options.backoff ?? BACKOFF }) : null
      if (wait !== null && wait <= (options.patience ?? PATIENCE)) await pause(wait)
      else if (reply instanceof WritError) throw reply
      else return reply
    }
  }
}

async function once(options: ApiOptions, { method, url, headers, body }: Parcel): Promise<Reply> {
  await checkHost(options, url)
  const credentials = await options.authorise()
  const response = await fetch(url, {
    method, redirect: 'manual', signal: AbortSignal.timeout(options.timeout ?? TIMEOUT), headers: { ...headers, ...credentials }, ...body === undefined ? {} : { body },
  })
  return { status: response.status, text: await textOf(response), headers: response.headers, header: name => response.headers.get(name) }
}

/** Before the credentials are even read; a name that changes between here and the connection meets the check of the certificate. */
async function checkHost({ forge, allow, lookup }: ApiOptions, { hostname }: URL): Promise<void> {
  try {
    await allowedAddresses(hostname, allow, lookup)
  } catch (error) {
    if (error instanceof WritError && error.code === 'git/unreachable') throw new WritError('forge/unreachable', `Forge ${forge} does not answer: ${error.message}`, { retry: true, cause: error })
    throw error
  }
}

/** An answer is read up to a limit, whatever its header promises. */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > LARGEST) throw new WritError('forge/failed', `An answer of the forge is larger than ${LARGEST} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** What is no JSON is kept as a text. */
function jsonOf(text: string): Json {
  try {
    return text === '' ? null : JSON.parse(text) as Json
  } catch {
    return text.slice(0, LONGEST_TEXT)
  }
}

/** What an answer says went wrong; null where nothing did. */
export function apiFailure(forge: string, { method, path, accept = [] }: { readonly method: string, readonly path: string, readonly accept?: readonly number[] }, { status, body, header }: ApiAnswer): WritError | null {
  if ((status >= 200 && status < 300) || accept.includes(status)) return null
  const what = `${method} ${path.split('?')[0] ?? ''}`
  const said = words(body) === '' ? `HTTP ${status}` : `${words(body)} (HTTP ${status})`
  if (status >= 300 && status < 400) return new WritError('forge/failed', `Forge ${forge} says that it is elsewhere now (${what}, HTTP ${status}).`, { hint: 'The repository was renamed or moved: name its new URL in the owner and in writ.yaml.' })
  if (isLimit(status, body, header)) return new WritError('forge/limited', `Forge ${forge} takes no more requests ${until(header)} (${what}): ${said}`, { retry: true })
  if (/\barchived\b/i.test(words(body)) && (status === 403 || status === 423)) return new WritError('forge/failed', `Forge ${forge} keeps the repository as an archive, which takes no change (${what}): ${said}`, { hint: 'Take it out of the archive, or name the repository that has followed it in the owner and in writ.yaml.', data: { status } })
  if (status === 401 || status === 403) return new WritError('forge/unauthorized', `Forge ${forge} ${status === 401 ? 'does not accept the credentials' : 'does not allow it'} (${what}): ${said}${wanted(header)}`, { data: { status, said: words(body) } })
  return new WritError('forge/failed', `Forge ${forge} answered ${what}: ${said}`, { retry: status >= 500, data: { status, said: words(body) } })
}

/** Which right is missing, where the forge says it. */
function wanted(header: ApiAnswer['header']): string {
  const rights = header('x-accepted-github-permissions') ?? ''
  return /^[a-z_=,; ]{1,200}$/.test(rights) ? `; it needs ${rights.replaceAll('=', ': ')}` : ''
}

/** GitHub says its limits with 403, too: by its headers, and the secondary ones by their words. */
function isLimit(status: number, body: Json, header: ApiAnswer['header']): boolean {
  return status === 429 || (status === 403 && (header('x-ratelimit-remaining') === '0' || header('retry-after') !== null || /rate limit/i.test(words(body))))
}

function until(header: ApiAnswer['header']): string {
  const seconds = retryAfter(header)
  return seconds === null ? 'for now' : `for ${Math.ceil(seconds / 1000)}s`
}

/** Milliseconds by the headers that forges use: seconds or a date, and the time at which a limit is over. */
function retryAfter(header: ApiAnswer['header']): number | null {
  const after = header('retry-after')
  if (after !== null) return Math.max(0, /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now()) || 0
  // GitLab writes them without the x.
  const limit = (name: string): string | null => header(`x-ratelimit-${name}`) ?? header(`ratelimit-${name}`)
  const reset = limit('remaining') === '0' ? limit('reset') : null
  return reset === null || !/^\d+$/.test(reset) ? null : Math.max(0, Number(reset) * 1000 - Date.now())
}

/** How long to wait before the next try; null where another one is no use. */
function waitFor(answer: Reply | WritError, of: { readonly tries: number, readonly backoff: number }): number | null {
  const backoff = Math.random() * of.backoff * 2 ** of.tries
  if (answer instanceof WritError) return answer.retry ? backoff : null
  if (isLimit(answer.status, jsonOf(answer.text), answer.header)) return retryAfter(answer.header) ?? backoff * 4
  return GET_AGAIN.has(answer.status) ? Math.max(backoff, retryAfter(answer.header) ?? 0) : null
}

/** Only codes are named: a client's own text may quote what it sent. */
function unreachable(forge: string, { method, path }: { readonly method: string, readonly path: string }, cause: unknown): WritError {
  const code = codeOf(cause)
  const reason = code === 'TimeoutError' ? 'no answer in time' : code === '' ? 'the connection failed' : code
  return new WritError('forge/unreachable', `Forge ${forge} does not answer: ${reason} (${method} ${path}).`, { retry: true })
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return ''
  if ('name' in cause && cause.name === 'TimeoutError') return 'TimeoutError'
  if ('code' in cause && typeof cause.code === 'string' && /^[A-Z_0-9]{1,60}$/.test(cause.code)) return cause.code
  return 'cause' in cause ? codeOf(cause.cause) : ''
}

/** What a forge says went wrong, in one line, without anything that looks like a credential. */
function words(body: Json): string {
  const listed = isObject(body) ? body['errors'] ?? body['message'] ?? body['error'] : undefined
  const text = isObject(body) ? textAt(body, 'message') ?? textAt(body, 'error') ?? textAt(body, 'error_description') ?? (listed === undefined ? '' : JSON.stringify(listed)) : typeof body === 'string' ? body.replaceAll(/<[^>]*>/g, ' ') : ''
  // Cut after it was looked through: half a token is no longer known as one.
  return redact(text.slice(0, LONGEST_TEXT).replaceAll(/\s+/g, ' ').trim()).slice(0, 500)
}
