import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { stringify } from 'yaml'
import type { Json } from '../../model/json.ts'
import { answer } from './api.ts'
import type { Api, ApiAnswer } from './api.ts'
import { ApiError } from './api-error.ts'
import { makeCertificates } from './certificate.ts'
import { startHousekeeping } from '../control-plane/housekeeping.ts'
import type { WatchSink } from './list.ts'
import { Objects } from './objects.ts'
import { Registry } from './registry.ts'
import type { KindToServe } from './registry.ts'
import { ALL_RIGHTS } from './rights.ts'
import type { Account } from './rights.ts'
import { Store } from './store.ts'
import { startWorkloads } from '../control-plane/workload.ts'
import type { WorkloadOptions, Workloads } from '../control-plane/workload.ts'

/** How to start it; everything may be left out. */
export interface KubeOptions {
  /** Default 0: a free one. */
  readonly port?: number
  /** Beside the token with all rights: tokens that may only do what their rules say; everything else is refused to them with 403. */
  readonly accounts?: readonly Account[]
  /** The workload controller; false: nobody writes a status. */
  readonly controller?: WorkloadOptions | false
  /** How many changes a watch can resume from before it gets 410. Default 20,000. */
  readonly keepChanges?: number
  /** Milliseconds between bookmarks. Default 60,000. */
  readonly bookmarkEvery?: number
}

/** A running Kubernetes API. */
export interface Kube {
  readonly url: string
  /** The text of a kubeconfig file with the token. */
  readonly kubeconfig: string
  /** PEM. */
  readonly ca: string
  readonly token: string
  /** The same as a request over the wire, without it. `contentType` defaults to JSON, for PATCH to a merge patch. */
  request(method: string, path: string, body?: Json, contentType?: string): Promise<{ readonly status: number, readonly body: Json }>
  /** Serves a kind nobody defined; again with the same name it takes the newer word. */
  ensureKind(kind: KindToServe): void
  readonly controller: Workloads
  stop(): Promise<void>
}

const HOST = '127.0.0.1'
/** Whose the token with all rights is, and the requests in the process. */
const ADMIN: Account = { token: '', user: 'kubernetes-admin', rules: ALL_RIGHTS }
const ANYBODY: Account = { token: '', user: 'system:anonymous', rules: [] }

/** Starts an API on loopback with TLS under an authority of its own. Rejects where the port cannot be had. */
export async function startKube(options: KubeOptions = {}): Promise<Kube> {
  const { accounts = [], keepChanges = 20_000 } = options
  const token = randomBytes(16).toString('hex')
  const registry = new Registry()
  const objects = new Objects(new Store(keepChanges), registry)
  const api: Api = { objects, accounts: [{ ...ADMIN, token }, ...accounts], bookmarkEvery: options.bookmarkEvery ?? 60_000 }
  const stopHousekeeping = startHousekeeping(objects)
  const controller = startWorkloads(objects, options.controller === false ? { enabled: false } : options.controller ?? {})
  for (const name of ['default', 'kube-system']) call(api, 'POST', '/api/v1/namespaces', { kind: 'Namespace', metadata: { name } })
  const certificates = makeCertificates()
  const sockets = new Set<Socket>()
  const server = createServer({ cert: certificates.cert, key: certificates.key }, (request, response) => {
    serve(request, response, api).catch(() => response.destroy())
  })
  server.on('connection', (socket: Socket) => { sockets.add(socket); socket.on('close', () => sockets.delete(socket)) })
  server.keepAliveTimeout = 30_000
  server.listen(options.port ?? 0, HOST)
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  const url = `https://${HOST}:${typeof address === 'object' ? address?.port : address}`
  return {
    url, ca: certificates.ca, token, controller, kubeconfig: kubeconfigOf(url, certificates.ca, token),
    request: async (...request) => call(api, ...request),
    ensureKind: kind => registry.serve(kind),
    stop: async () => {
      controller.stop()
      stopHousekeeping()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        sockets.forEach(socket => socket.destroy())
      })
    },
  }
}

/** The cluster, user and context of every kubeconfig that is made here. */
export const CLUSTER_NAME = 'writ-sandbox'

function kubeconfigOf(server: string, ca: string, token: string): string {
  const name = CLUSTER_NAME
  return stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }], contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  })
}

/** A request in the process; it has all rights. */
function call(api: Api, ...[method, path, body, contentType]: Parameters<Kube['request']>): { readonly status: number, readonly body: Json } {
  const found = answer(api, {
    method, path, body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)), account: ADMIN,
    contentType: contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'), accept: 'application/json', userAgent: '',
  })
  if ('start' in found) throw new ApiError(400, 'there are no watches in the process')
  return { status: found.status, body: 'body' in found ? found.body : found.text }
}

async function serve(request: IncomingMessage, response: ServerResponse, api: Api): Promise<void> {
  const path = request.url ?? '/'
  const open = /^\/(healthz|livez|readyz|version)\b/.test(path)
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const account = api.accounts.find(known => known.token !== '' && known.token === token) ?? (open ? ANYBODY : undefined)
  if (!account) return send(response, { status: 401, body: new ApiError(401, 'Unauthorized').status() })
  const somebody = request.headers['impersonate-user'] ?? request.headers['impersonate-group']
  if (somebody !== undefined) return send(response, { status: 403, body: new ApiError(403, 'this server lets nobody act for somebody else').status() })
  const found = answer(api, {
    method: request.method ?? 'GET', path, body: await buffer(request), contentType: (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '',
    accept: request.headers.accept ?? '', userAgent: request.headers['user-agent'] ?? '', account,
  })
  if ('start' in found) streamWatch(response, found, api.bookmarkEvery)
  else send(response, found, request.headers.accept)
}

function send(response: ServerResponse, found: Exclude<ApiAnswer, { start: unknown }>, accept = ''): void {
  if ('text' in found) {
    response.writeHead(found.status, { 'content-type': 'text/plain; charset=utf-8' }).end(found.text)
    return
  }
  const isDiscovery = found.body['kind'] === 'APIGroupDiscoveryList'
  const type = isDiscovery && accept.includes('g=apidiscovery') ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' : 'application/json'
  const warnings = (found.warnings ?? []).map(text => `299 - ${JSON.stringify(text)}`)
  if (warnings.length > 0) response.setHeader('warning', warnings)
  response.writeHead(found.status, { 'content-type': type }).end(JSON.stringify(found.body))
}

/** One JSON line an event, until the client goes or `timeoutSeconds` are over. */
function streamWatch(response: ServerResponse, found: Extract<ApiAnswer, { start: unknown }>, every: number): void {
  const write: WatchSink = (type, object) => { if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`) }
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
  response.flushHeaders()
  let stop = (): void => {}
  try {
    stop = found.start(write)
  } catch (error) {
    if (error instanceof ApiError) write('ERROR', error.status())
    response.end()
    return
  }
  const seconds = Number(found.query.get('timeoutSeconds') ?? '0') || 30 * 60
  const marks = found.query.get('allowWatchBookmarks') === 'true' ? setInterval(() => write('BOOKMARK', found.bookmark()), every) : undefined
  const timer = setTimeout(() => response.end(), seconds * 1000)
  response.on('close', () => {
    stop()
    clearTimeout(timer)
    clearInterval(marks)
  })
}
