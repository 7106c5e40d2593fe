import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the server does with a request: answer it; answer with a status alone; never answer; do the work and then cut the line. */
export type Behaviour = 'serve' | 'hang' | 'cut' | { readonly status: number, readonly headers?: Record<string, string>, readonly body?: string }

export interface GitHttpServer {
  readonly host: string
  url(path: string): string
  /** Decides for each request; put in by a test. */
  behave: (request: IncomingMessage) => Behaviour
  /** Where set, every request needs this user and token. */
  login: { readonly username: string, readonly token: string } | null
  /** Whether clients may speak protocol 2. */
  protocol2: boolean
  /** The requests seen, as `METHOD path`. */
  readonly seen: string[]
  close(): Promise<void>
}

/** A small Git server over real sockets: git http-backend as CGI over the repositories under `root`. */
export async function gitHttpServer(root: string): Promise<GitHttpServer> {
  const sockets = new Set<Socket>()
  const seen: string[] = []
  const server = createServer((request, response) => { answer(request, response) })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  const state: GitHttpServer = {
    host: `127.0.0.1:${String(port)}`, url: path => `http://127.0.0.1:${String(port)}/${path}`, behave: () => 'serve', login: null, protocol2: true, seen,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => { server.close(resolve) })
    },
  }
  return state

  function answer(request: IncomingMessage, response: ServerResponse): void {
    seen.push(`${String(request.method)} ${String(request.url)}`)
    const wanted = state.login === null ? null : `Basic ${Buffer.from(`${state.login.username}:${state.login.token}`).toString('base64')}`
    if (wanted !== null && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?\n')
      return
    }
    const behaviour = state.behave(request)
    if (behaviour === 'hang') return
    if (typeof behaviour === 'object') {
      response.writeHead(behaviour.status, behaviour.headers ?? {}).end(behaviour.body ?? '')
      return
    }
    if (!state.protocol2) delete request.headers['git-protocol']
    backend(root, request, output => {
      if (behaviour === 'cut') {
        request.socket.destroy()
        return
      }
      const at = output.indexOf('\r\n\r\n')
      const headers = output.subarray(0, at).toString('latin1').split('\r\n').map(line => line.split(': '))
      const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
      for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value)
      response.writeHead(Number.parseInt(status, 10)).end(output.subarray(at + 4))
    })
  }
}

function backend(root: string, request: IncomingMessage, done: (output: Buffer) => void): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const protocol = request.headers['git-protocol']
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'tester', REMOTE_ADDR: '127.0.0.1', REQUEST_METHOD: request.method, PATH_INFO: decodeURIComponent(url.pathname), QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '', CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => { chunks.push(chunk) })
  child.stderr.resume()
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  child.on('close', () => { done(Buffer.concat(chunks)) })
}
