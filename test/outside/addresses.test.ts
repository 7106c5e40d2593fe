import { expect } from 'chai'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { allowedAddresses } from '../../src/outside/addresses.ts'
import type { Lookup } from '../../src/outside/addresses.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { apiClient } from '../../src/outside/http.ts'
import { errorOf, failureOf } from '../contracts/failure.ts'
import { bareRepository } from './git/bare.ts'
import { gitHttpServer } from './git/http-server.ts'

const stands = (...addresses: readonly string[]): Lookup => () => Promise.resolve(addresses)
const NOT_ALLOWED: readonly (readonly string[])[] = [['127.0.0.1'], ['::1'], ['169.254.169.254'], ['fe80::1'], ['fe80::1%eth0'], ['::ffff:127.0.0.1'], ['203.0.113.7', '127.0.0.1'], ['fd00:ec2::254'], ['0.0.0.0'], ['64:ff9b::a9fe:a9fe']]

describe('a name that leads elsewhere than its spelling shows', () => {
  for (const addresses of NOT_ALLOWED) {
    it(`is refused where it stands for ${addresses.join(' and ')}`, async () => {
      expect(await failureOf(allowedAddresses('git.example.org', [], stands(...addresses)))).to.equal('git/refused')
    })
  }

  it('is given its addresses where all of them are allowed, private networks too', async () => {
    expect(await allowedAddresses('git.example.org', [], stands('203.0.113.7', '10.1.2.3', 'fd12::1'))).to.deep.equal(['203.0.113.7', '10.1.2.3', 'fd12::1'])
    expect(await allowedAddresses('git.example.org', ['loopback'], stands('127.0.0.1'))).to.deep.equal(['127.0.0.1'])
    expect(await allowedAddresses('[2001:db8::1]', [], () => expect.fail('an address is not looked up'))).to.deep.equal([])
  })

  it('that nobody knows is unreachable, and worth trying again', async () => {
    const error = await errorOf(allowedAddresses('git.example.org', [], () => Promise.reject(new Error('ENOTFOUND'))))
    expect([error?.code, error?.retry, error?.message]).to.deep.equal(['git/unreachable', true, 'The host git.example.org cannot be found.'])
  })

  it('is neither fetched from, nor pushed to, nor asked as an API, and no token is read for it', async () => {
    const remote = await bareRepository()
    const server = await gitHttpServer(remote.root)
    const port = server.host.split(':')[1] ?? ''
    const token = (): Promise<string> => expect.fail('the token was read')
    try {
      const { reader, writer } = openRepository({
        url: `http://git.example.org:${port}/team/app.git`, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' }, lookup: stands('127.0.0.1'),
        access: { allow: ['http'], host: `git.example.org:${port}`, credentials: { kind: 'token', username: 'u', token } },
      })
      expect(await failureOf(reader.tip('main'))).to.equal('git/refused')
      expect(await failureOf(reader.tree('a'.repeat(40)))).to.equal('git/refused')
      expect(await failureOf(writer.push('x', 'a'.repeat(40), null))).to.equal('git/refused')
      const api = apiClient({ forge: 'hub', base: `http://git.example.org:${port}/api/v1`, allow: ['http'], lookup: stands('127.0.0.1'), authorise: () => expect.fail('the token was read') })
      expect(await failureOf(api.ask({ method: 'GET', path: '/x' }))).to.equal('git/refused')
      expect(await failureOf(api.ask({ method: 'POST', path: '/x', body: {} }))).to.equal('git/refused')
      const gone = apiClient({ forge: 'hub', base: 'https://git.example.org/api/v1', allow: [], backoff: 1, lookup: () => Promise.reject(new Error('ENOTFOUND')), authorise: () => expect.fail('the token was read') })
      expect(await failureOf(gone.ask({ method: 'POST', path: '/x', body: {} }))).to.equal('forge/unreachable')
      expect(server.seen).to.deep.equal([])
    } finally {
      await server.close()
      await remote.remove()
    }
  })

  it('cannot lead git to another address than the one that was checked', async () => {
    const remote = await bareRepository()
    const server = await gitHttpServer(remote.root)
    const port = server.host.split(':')[1] ?? ''
    try {
      // No resolver knows this name: that the server is reached shows that git used the checked address.
      const { reader } = openRepository({ url: `http://git.writ.invalid:${port}/team/app.git`, access: { allow: ['http', 'loopback'], host: `git.writ.invalid:${port}` }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' }, lookup: stands('127.0.0.1') })
      expect((await reader.tip('main'))?.commit).to.equal(remote.tip('main'))
    } finally {
      await server.close()
      await remote.remove()
    }
  })
})

describe('a server that sends git elsewhere', () => {
  const evil = createServer((request, response) => {
    elsewhere.push(`${String(request.headers.host)} ${String(request.url)} ${String(request.headers.authorization)}`)
    response.writeHead(401, { 'www-authenticate': 'Basic realm="another"' }).end()
  })
  const elsewhere: string[] = []
  before(async () => { await new Promise<void>(resolve => { evil.listen(0, '127.0.0.1', resolve) }) })
  after(() => { evil.close() })

  for (const status of [301, 302, 303, 307, 308]) {
    for (const when of ['the first question', 'the request after it', 'a push']) {
      it(`by ${status} to ${when} is not followed, and the token goes nowhere`, async () => {
        const remote = await bareRepository()
        const server = await gitHttpServer(remote.root)
        server.login = { username: 'bot', token: 'tok-of-one-host' }
        const target = `http://localhost:${(evil.address() as AddressInfo).port}`
        const { reader, writer } = openRepository({
          url: server.url('team/app.git'), cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' },
          access: { allow: ['http', 'loopback'], host: server.host, credentials: { kind: 'token', username: 'bot', token: () => Promise.resolve('tok-of-one-host') } },
        })
        try {
          const base = remote.tip('main')
          if (when === 'a push') await reader.tip('main')
          const head = when === 'a push' ? await writer.commit(base, [{ path: 'x', before: null, after: 'x\n' }], { message: 'm', author: { name: 'A', email: 'a@x' }, at: '2026-01-02T03:04:05Z' }) : ''
          server.behave = request => when === 'the request after it' && request.method === 'GET' ? 'serve' : { status, headers: { location: `${target}${String(request.url)}` } }
          const error = await errorOf(when === 'a push' ? writer.push('x', head, null) : reader.tip('main'))
          expect(error?.code).to.equal('git/unreachable')
          expect(elsewhere).to.deep.equal([])
        } finally {
          await server.close()
          await remote.remove()
        }
      })
    }
  }

  it('by the list of other object stores (http-alternates) is not followed either', async () => {
    const target = `http://localhost:${(evil.address() as AddressInfo).port}`
    const asked: string[] = []
    const dumb = createServer((request, response) => {
      asked.push(String(request.url))
      if (request.url === '/a.git/info/refs?service=git-upload-pack') response.end(`${'a'.repeat(40)}\trefs/heads/main\n`)
      else if (request.url === '/a.git/HEAD') response.end('ref: refs/heads/main\n')
      else if (request.url?.includes('alternates') === true) response.end(`${target}/objects\n/b.git/objects\n`)
      else response.writeHead(404).end()
    })
    await new Promise<void>(resolve => { dumb.listen(0, '127.0.0.1', resolve) })
    const host = `127.0.0.1:${(dumb.address() as AddressInfo).port}`
    const remote = await bareRepository()
    try {
      const { reader } = openRepository({ url: `http://${host}/a.git`, access: { allow: ['http', 'loopback'], host }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } })
      expect(await failureOf(reader.tip('main'))).to.match(/^git\//)
      expect(asked).to.include('/a.git/info/refs?service=git-upload-pack')
      expect(elsewhere).to.deep.equal([])
    } finally {
      dumb.closeAllConnections()
      dumb.close()
      await remote.remove()
    }
  })
})
