import type { IncomingMessage, ServerResponse } from 'node:http'
import { start } from '../outside/run.ts'
import { gitEnvironment } from './git.ts'

/** One request answered by `git http-backend` as a CGI program. Git protocol 2 and compressed bodies pass through. */
export async function backend(request: IncomingMessage, response: ServerResponse, options: { readonly root: string, readonly readOnly: boolean }): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const child = start({
    program: 'git', args: ['http-backend'],
    env: {
      ...gitEnvironment(), GIT_PROJECT_ROOT: options.root, GIT_HTTP_EXPORT_ALL: '1', SERVER_PROTOCOL: 'HTTP/1.1',
      REQUEST_METHOD: request.method ?? 'GET', PATH_INFO: decodeURIComponent(url.pathname), QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '', REMOTE_ADDR: '127.0.0.1', REMOTE_USER: 'sandbox',
      ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
      ...(request.headers['content-encoding'] === undefined ? {} : { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      ...(typeof request.headers['git-protocol'] === 'string' ? { GIT_PROTOCOL: request.headers['git-protocol'] } : {}),
      ...(options.readOnly ? { WRIT_SANDBOX_READ_ONLY: '1' } : {}),
    },
  })
  child.stdin?.on('error', () => undefined)
  if (child.stdin !== null) request.pipe(child.stdin)
  child.stderr?.resume()
  let head = Buffer.alloc(0)
  let started = false
  await new Promise<void>(resolve => {
    child.on('error', () => { response.writeHead(500).end('git http-backend cannot be started\n'); resolve() })
    child.stdout?.on('data', (chunk: Buffer) => {
      if (started) return void response.write(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      started = true
      writeHead(response, head.subarray(0, end).toString('latin1'))
      response.write(head.subarray(end + 4))
    })
    child.on('close', () => {
      if (!started && !response.headersSent) response.writeHead(500)
      response.end()
      resolve()
    })
    response.on('close', () => { if (child.exitCode === null) child.kill('SIGKILL') })
  })
}

function writeHead(response: ServerResponse, text: string): void {
  let status = 200
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'status') status = Number(value.split(' ')[0])
    else response.appendHeader(name, value)
  }
  response.statusCode = status
}
