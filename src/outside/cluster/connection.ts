import { request as httpRequest } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { WritError } from '../../model/error.ts'
import type { Json } from '../../model/json.ts'
import { answerError, connectionError } from './api-error.ts'
import type { Answer } from './api-error.ts'
import { registerSecret } from '../redact.ts'
import { loadClient } from './client.ts'
import type { ClientSource } from './client.ts'
import { silence } from '../silence.ts'

/** One request. `what` names it in errors: `get deployments shop/web`. */
export interface ApiRequest {
  readonly what: string
  /** Path and query. */
  readonly path: string
  readonly accept?: string
  /** A merge patch. Without one, and without a replacement, the request is a read. */
  readonly patch?: Json
  /** The whole object, to be put in the place of the one that is there. */
  readonly replacement?: Json
  /** What is to be applied by the server, or made. */
  readonly applied?: Json
  readonly created?: Json
  /** Milliseconds for the whole answer, and one try, where the caller does not wait as long as usual. */
  readonly within?: number
  /** An answer of 500 and above is an answer, too. */
  readonly anyStatus?: true
}

/** A way to ask one API server with the credentials of one context. */
export interface Connection {
  readonly cluster: string
  /**
   * The answer, whatever its status, but for 401, 429 and 500 and above: those are errors. Reads are tried three times, of a server that answers at all; others and
   * those with a limit of their own once. Throws cluster/unreachable, cluster/unauthorized, cluster/failed.
   */
  send(request: ApiRequest): Promise<Answer>
  /** The client's own configuration, for watches. */
  client(): Promise<KubeConfig>
}

const TRIES = 3
/** Milliseconds of silence after which a request is given up; a whole answer may take four times as long. */
const TIMEOUT = 15_000
const MAX_BODY = 256 * 1024 * 1024
/** Credentials may come from a plugin and expire: they are asked for again after this time, and after a 401. */
const CREDENTIAL_LIFE = 60_000
/** Milliseconds without an answer after which a person is told what is waited for. */
const PATIENCE = 2000

/** The bounds of one request: milliseconds of silence, bytes of an answer; and who hears, once, of a server that takes its time. */
export interface Limits { readonly timeout?: number, readonly largest?: number, readonly patience?: number, readonly tell?: (line: string) => void }

/** Nothing is opened before the first request; the Kubernetes client is loaded with it. */
export function connect(source: ClientSource, { timeout = TIMEOUT, largest = MAX_BODY, patience = PATIENCE, tell }: Limits = {}): Connection {
  const silent = silence(timeout)
  let told = false
  let kubeConfig: Promise<KubeConfig> | null = null
  let options: { readonly value: Promise<RequestOptions>, readonly at: number } | null = null

  function client(): Promise<KubeConfig> {
    kubeConfig ??= loadClient(source)
    return kubeConfig
  }

  function credentials(): Promise<RequestOptions> {
    if (options === null || Date.now() - options.at > CREDENTIAL_LIFE) options = { value: client().then(config => requestOptions(source, config)), at: Date.now() }
    return options.value
  }

  async function once(request: ApiRequest): Promise<Answer> {
    const server = new URL((await client()).getCurrentCluster()?.server ?? '')
    const signed = await credentials()
    const late = setTimeout(() => {
      if (told) return
      told = true
      tell?.(`waiting for ${server.origin} (cluster ${source.cluster})`)
    }, patience)
    try {
      return await exchange(request, server, { ...signed, timeout, largest, heard: () => { silent.heard() } })
    } catch (cause) {
      const error = connectionError(source.cluster, request.what, cause)
      // The connections that are kept open may be dead without anybody having said so: the next try opens its own.
      if (error.data['code'] === 'ESTALE') options = null
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  async function send(request: ApiRequest): Promise<Answer> {
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const known = silent.known()
      if (known !== null) throw known
      const began = Date.now()
      const tried = await attemptOnce(() => once(request))
      if (!('status' in tried) && isUnheard(request, tried) && silent.unheard(began, tried)) throw tried
      if ('status' in tried && tried.status === 401 && !renewed) {
        renewed = true
        options = null
        continue
      }
      if ('status' in tried && isAnswer(request, tried)) return tried
      const error = 'status' in tried ? answerError(source.cluster, request.what, tried) : tried
      if (attempt >= TRIES || !error.retry || !isPatientRead(request)) throw error
      await pause('status' in tried && tried.retryAfter !== null ? tried.retryAfter : 100 * 2 ** attempt)
    }
  }

  return { cluster: source.cluster, send, client }
}

function isAnswer({ anyStatus }: ApiRequest, { status }: Answer): boolean {
  return status !== 401 && status !== 429 && (status < 500 || anyStatus === true)
}

/** What writes is sent once, and so is what has a limit of its own. */
function isPatientRead(request: ApiRequest): boolean {
  return bodyOf(request) === undefined && request.within === undefined
}

function isUnheard(request: ApiRequest, error: WritError): boolean {
  return error.data['code'] === 'ETIMEDOUT' && isPatientRead(request)
}

async function attemptOnce(work: () => Promise<Answer>): Promise<Answer | WritError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
}

/** Waits the time given, give or take a quarter, at most five seconds. */
function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, Math.min(5000, ms * (0.75 + Math.random() / 2))) })
}

async function requestOptions(source: ClientSource, config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    // The text of a credential plugin may hold the credential: it stays in the cause.
    throw new WritError('cluster/unauthorized', `The credentials of context ${source.context} cannot be had.`, { cause, hint: `Run kubectl --context ${source.context} version to see why.` })
  }
  registerSecret((plainHeaders(options)['Authorization'] ?? '').replace(/^Bearer /, ''))
  const cluster = config.getCurrentCluster()
  if (cluster?.proxyUrl !== undefined || !(cluster?.server ?? '').startsWith('https:')) return options
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options
  return { ...options, agent: new Agent({ keepAlive: true, ...defined({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }) }) }
}

function defined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null))
}

function plainHeaders(options: RequestOptions): Readonly<Record<string, string>> {
  const { headers } = options
  if (headers === undefined || Array.isArray(headers)) return {}
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]))
}

function bodyOf(request: ApiRequest): Json | undefined {
  return request.patch ?? request.replacement ?? request.applied ?? request.created
}

/** JSON is YAML, too, which is what an apply takes. */
function methodOf(request: ApiRequest): { readonly method: string, readonly type: string } {
  if (request.patch !== undefined) return { method: 'PATCH', type: 'application/merge-patch+json' }
  if (request.applied !== undefined) return { method: 'PATCH', type: 'application/apply-patch+yaml' }
  return { method: request.replacement !== undefined ? 'PUT' : request.created !== undefined ? 'POST' : 'GET', type: 'application/json' }
}

interface Exchange extends RequestOptions { readonly timeout: number, readonly largest: number, readonly heard: () => void }

function exchange(request: ApiRequest, server: URL, { heard, ...options }: Exchange): Promise<Answer> {
  const sent = bodyOf(request)
  const body = sent === undefined ? null : JSON.stringify(sent)
  const { method, type } = methodOf(request)
  const headers = {
    ...plainHeaders(options), Accept: request.accept ?? 'application/json', 'User-Agent': 'writ',
    ...(body === null ? {} : { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  const start = server.protocol === 'http:' ? httpRequest : httpsRequest
  return new Promise((resolve, reject) => {
    const outgoing = start({
      ...options, headers, method,
      hostname: server.hostname.replace(/^\[|\]$/g, ''), port: server.port, path: server.pathname.replace(/\/$/, '') + request.path,
    }, incoming => {
      clearTimeout(unheard)
      heard()
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > options.largest) {
          // What was complete with this very part must not pass for a short answer.
          reject(failure('EMSGSIZE'))
          outgoing.destroy()
        }
        else chunks.push(chunk)
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks)), retryAfter: secondsOf(incoming.headers['retry-after']) })
      })
    })
    const late = (): void => { outgoing.destroy(failure(outgoing.reusedSocket ? 'ESTALE' : 'ETIMEDOUT')) }
    // A socket's own timer begins anew while a handshake stands in its queue.
    const unheard = setTimeout(late, options.timeout)
    const deadline = setTimeout(() => { outgoing.destroy(failure('ETIMEDOUT')) }, request.within ?? options.timeout * 4)
    outgoing.on('timeout', late)
    outgoing.on('error', reject)
    outgoing.on('close', () => {
      clearTimeout(unheard)
      clearTimeout(deadline)
    })
    outgoing.end(body ?? undefined)
  })
}

function failure(code: 'ETIMEDOUT' | 'ESTALE' | 'EMSGSIZE'): Error {
  return Object.assign(new Error(code), { code })
}

function secondsOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : null
}

/** The body as JSON; a text that is none is kept as `message`, as far as it helps. */
function jsonOf(body: Buffer): Json {
  const text = body.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : null
  } catch {
    return { message: text.slice(0, 200) }
  }
}

/** JSON.parse yields nothing but JSON. */
function isJson(value: unknown): value is Json {
  return value !== undefined
}
