import { expect } from 'chai'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WritError } from '../../src/model/error.ts'
import { apiClient, apiFetch } from '../../src/outside/http.ts'
import type { ApiClient } from '../../src/outside/http.ts'
import { failureOf } from '../contracts/failure.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, times: number) => void

describe('the client of a forge\'s API', () => {
  let server: Server
  let handler: Handler
  let times = 0
  let base = ''
  const asked: { method: string, url: string, authorization: string | undefined }[] = []

  beforeEach(async () => {
    times = 0
    asked.length = 0
    server = createServer((request, response) => {
      times += 1
      asked.push({ method: request.method ?? '', url: request.url ?? '', authorization: request.headers.authorization })
      request.resume().on('end', () => { handler(request, response, times) })
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise(resolve => { server.close(resolve) })
  })

  const client = (more: { timeout?: number, patience?: number } = {}): ApiClient => apiClient({ forge: 'hub', base, allow: ['http', 'loopback'], authorise: () => Promise.resolve({ authorization: 'token s3cret-value-of-a-test' }), backoff: 5, ...more })
  const json = (response: ServerResponse, status: number, { headers, ...body }: Record<string, unknown> & { readonly headers?: Record<string, string> }): void => { response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)) }
  const errorOf = async (promise: Promise<unknown>): Promise<WritError> => promise.then(() => expect.fail('it did not fail'), (error: unknown) => error instanceof WritError ? error : expect.fail(String(error)))

  it('asks below its base with the credentials, and gives what came', async () => {
    handler = (_, response) => { json(response, 200, { a: 1, headers: { 'x-page': '2' } }) }
    const answer = await client().ask({ method: 'GET', path: '/repos/a%2Fb/c', query: { page: 2, q: 'x y' } })
    expect([answer.status, answer.body, answer.header('X-Page')]).to.deep.equal([200, { a: 1 }, '2'])
    expect(asked).to.deep.equal([{ method: 'GET', url: '/api/v1/repos/a%2Fb/c?page=2&q=x+y', authorization: 'token s3cret-value-of-a-test' }])
  })

  for (const status of [500, 502, 503, 504]) {
    it(`asks again what only reads where the server says ${status}, and gives up in its words`, async () => {
      handler = (_, response, n) => { json(response, n < 3 ? status : 200, n < 3 ? { message: 'busy' } : { ok: true }) }
      expect((await client().ask({ method: 'GET', path: '/x' })).body).to.deep.equal({ ok: true })
      handler = (_, response) => { json(response, status, { message: 'down for long' }) }
      const error = await errorOf(client().ask({ method: 'GET', path: '/x' }))
      expect([error.code, error.retry, error.message]).to.deep.equal(['forge/failed', true, `Forge hub answered GET /x: down for long (HTTP ${status})`])
    })

    it(`sends what writes only once where the server says ${status}`, async () => {
      handler = (_, response) => { json(response, status, {}) }
      expect((await errorOf(client().ask({ method: 'POST', path: '/x', body: {} }))).retry).to.equal(true)
      expect(times).to.equal(1)
    })
  }

  it('waits as long as a limit asks for where that is short, and says how long where it is not', async () => {
    handler = (_, response, n) => { json(response, n === 1 ? 429 : 200, { headers: n === 1 ? { 'retry-after': '0' } : {} }) }
    expect((await client().ask({ method: 'GET', path: '/x' })).status).to.equal(200)
    handler = (_, response) => { json(response, 429, { message: 'slow down', headers: { 'retry-after': '3600' } }) }
    const error = await errorOf(client().ask({ method: 'GET', path: '/x' }))
    expect([error.code, error.retry]).to.deep.equal(['forge/limited', true])
    expect(error.message).to.equal('Forge hub takes no more requests for 3600s (GET /x): slow down (HTTP 429)')
  })

  it('knows a limit that is said with 403 from a right that is missing', async () => {
    handler = (_, response) => { json(response, 403, { message: 'You have exceeded a secondary rate limit.' }) }
    expect(await failureOf(client({ patience: 0 }).ask({ method: 'GET', path: '/x' }))).to.equal('forge/limited')
    handler = (_, response) => { json(response, 403, { message: 'no', headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 900) } }) }
    expect(await failureOf(client().ask({ method: 'GET', path: '/x' }))).to.equal('forge/limited')
    for (const status of [401, 403]) {
      handler = (_, response) => { json(response, status, { message: 'Resource not accessible', headers: { 'x-ratelimit-remaining': '10' } }) }
      expect(await failureOf(client().ask({ method: 'GET', path: '/x' }))).to.equal('forge/unauthorized')
    }
    expect(times).to.be.at.most(6)
  })

  it('asks again where the connection is cut, and says so where it always is', async () => {
    handler = (request, response, n) => { if (n < 3) request.socket.destroy(); else json(response, 200, {}) }
    expect((await client().ask({ method: 'GET', path: '/x' })).status).to.equal(200)
    handler = request => { request.socket.destroy() }
    expect(await failureOf(client().ask({ method: 'GET', path: '/x' }))).to.equal('forge/unreachable')
    times = 0
    expect(await failureOf(client().ask({ method: 'PATCH', path: '/x', body: {} }))).to.equal('forge/unreachable')
    expect(times).to.equal(1)
  })

  it('does not wait for ever', async () => {
    handler = () => undefined
    const error = await errorOf(client({ timeout: 50, patience: 0 }).ask({ method: 'GET', path: '/x' }))
    expect([error.code, error.message]).to.deep.equal(['forge/unreachable', 'Forge hub does not answer: no answer in time (GET /x).'])
  })

  it('never follows a redirect: the credentials go to nobody else', async () => {
    handler = (_, response) => { response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end() }
    const error = await errorOf(client().ask({ method: 'GET', path: '/x' }))
    expect(error.message).to.equal('Forge hub says that it is elsewhere now (GET /x, HTTP 307).')
    expect(times).to.equal(1)
  })

  it('reads no answer without end', async () => {
    handler = (_, response) => {
      response.writeHead(200)
      const more = (): void => { while (!response.destroyed && response.write('x'.repeat(1 << 20)));  if (!response.destroyed) response.once('drain', more) }
      more()
    }
    expect(await failureOf(client({ patience: 0 }).ask({ method: 'GET', path: '/x' }))).to.equal('forge/failed')
  })

  it('sends again once, with other credentials, where they are refused and there are such', async () => {
    let renewals = 0
    const renewing = (is: boolean): ApiClient => apiClient({ forge: 'hub', base, allow: ['http', 'loopback'], authorise: () => Promise.resolve({ authorization: `token ${renewals}` }), renew: () => { renewals += 1; return Promise.resolve(is) } })
    handler = (_, response, n) => { json(response, n === 1 ? 401 : 200, {}) }
    expect((await renewing(true).ask({ method: 'POST', path: '/x', body: {} })).status).to.equal(200)
    expect(asked.map(({ authorization }) => authorization)).to.deep.equal(['token 0', 'token 1'])
    handler = (_, response) => { json(response, 401, {}) }
    expect(await failureOf(renewing(true).ask({ method: 'GET', path: '/x' }))).to.equal('forge/unauthorized')
    expect(await failureOf(renewing(false).ask({ method: 'GET', path: '/x' }))).to.equal('forge/unauthorized')
    expect(times).to.equal(5)
  })

  it('says of an archive what it is, and of a right that is missing which', async () => {
    for (const [status, message] of [[403, 'Repository was archived so is read-only.'], [423, 'repo is archived']] as const) {
      handler = (_, response) => { json(response, status, { message }) }
      expect((await errorOf(client().ask({ method: 'POST', path: '/x' }))).message).to.contain('keeps the repository as an archive')
    }
    for (const [rights, says] of [['pull_requests=write', '; it needs pull_requests: write'], ['contents=read,checks=read; metadata=read', '; it needs contents: read,checks: read; metadata: read'], ['<script>', ''], ['', '']] as const) {
      handler = (_, response) => { json(response, 403, { message: 'no', headers: { 'x-accepted-github-permissions': rights } }) }
      expect((await errorOf(client().ask({ method: 'GET', path: '/x' }))).message).to.equal(`Forge hub does not allow it (GET /x): no (HTTP 403)${says}`)
    }
  })

  it('keeps a client that brings its own requests to the same rules: one host, no redirect, reads again, writes once', async () => {
    const carry = apiFetch({ forge: 'hub', base, allow: ['http', 'loopback'], authorise: () => Promise.resolve({ authorization: 'token s3cret-value-of-a-test' }), backoff: 5 })
    handler = (_, response, n) => { json(response, n === 1 ? 502 : 404, { message: 'none' }) }
    const answer = await carry(`${base}/x`, { method: 'GET', headers: {} })
    expect([answer.status, await answer.json(), asked[1]?.authorization]).to.deep.equal([404, { message: 'none' }, 'token s3cret-value-of-a-test'])
    handler = (_, response) => { json(response, 502, {}) }
    expect((await carry(`${base}/x`, { method: 'POST', headers: {}, body: '{}' })).status).to.equal(502)
    expect(times).to.equal(3)
    for (const status of [301, 302, 307, 308]) {
      handler = (_, response) => { response.writeHead(status, { location: 'https://elsewhere.example' }).end() }
      expect((await errorOf(carry(`${base}/x`, { method: 'GET', headers: {} }))).message).to.contain('it is elsewhere now')
    }
    expect(await failureOf(carry('http://127.0.0.1:1/x', { method: 'GET', headers: {} }))).to.equal('forge/failed')
    expect(() => apiFetch({ forge: 'hub', base: 'http://git.example.com/', allow: [], authorise: () => Promise.resolve({}) })).to.throw(WritError).with.property('code', 'git/refused')
  })

  it('never says a secret that the forge gives back, nor what it was asked with', async () => {
    handler = (_, response) => { json(response, 400, { message: 'bad token ghp_0123456789abcdefghijABCDEFGHIJ012345 for https://u:hunter22222@host/x' }) }
    const error = await errorOf(client().ask({ method: 'GET', path: '/x', query: { token: 'queried-value' } }))
    expect(error.message).not.to.match(/ghp_|hunter|queried|s3cret/)
  })

  for (const wrong of ['http://git.example.com/api/v1', 'https://169.254.169.254/api/v1', 'https://127.0.0.1/api/v1', 'ftp://git.example.com/', 'https://metadata.google.internal/']) {
    it(`is not made for ${wrong}`, () => {
      expect(() => apiClient({ forge: 'hub', base: wrong, allow: [], authorise: () => Promise.resolve({}) })).to.throw(WritError).with.property('code', 'git/refused')
    })
  }
})
