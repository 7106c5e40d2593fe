import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository, RepositoryOptions } from '../../../src/outside/git/open-repository.ts'
import { errorOf, failureOf } from '../../contracts/failure.ts'
import { bareRepository } from './bare.ts'
import type { BareRepository } from './bare.ts'
import { gitHttpServer } from './http-server.ts'
import type { GitHttpServer } from './http-server.ts'

const TOKEN = 'tok-s3cr3t-0f-the-test/+='
const TEXT = { message: 'm', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }

describe('a repository that cannot be used', () => {
  let remote: BareRepository
  let server: GitHttpServer
  beforeEach(async () => {
    remote = await bareRepository()
    server = await gitHttpServer(remote.root)
  })
  afterEach(async () => {
    await server.close()
    await remote.remove()
  })

  function open(more: Partial<RepositoryOptions> = {}, token = TOKEN): Repository {
    const access = { allow: ['http', 'loopback'] as const, host: server.host, credentials: { kind: 'token' as const, username: 'bot', token: () => Promise.resolve(token) } }
    return openRepository({ url: server.url('team/app.git'), access, cacheDir: join(remote.root, 'cache'), committer: { name: 'Writ', email: 'writ@example.org' }, ...more })
  }

  async function pushed({ reader, writer }: Repository): Promise<{ base: string, head: string, push: () => ReturnType<Repository['writer']['push']> }> {
    const base = String((await reader.tip('main'))?.commit)
    const head = await writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }], TEXT)
    return { base, head, push: () => writer.push('main', head, base) }
  }

  it('refuses a URL at once, before it reaches disk or network', () => {
    for (const url of ['https://bot:s3cr3t@127.0.0.1/a', 'ext::sh -c touch% x', 'https://evil.example.net/a', 'ssh://git@127.0.0.1/a']) expect(() => open({ url }), url).to.throw().with.property('code', 'git/refused')
    expect(existsSync(join(remote.root, 'cache'))).to.equal(false)
    expect(server.seen).to.deep.equal([])
  })

  it('says unauthorized for a wrong token, a missing one and an empty one, and never shows it', async () => {
    server.login = { username: 'bot', token: 'another' }
    const anonymous = openRepository({ url: server.url('team/app.git'), access: { allow: ['http', 'loopback'], host: server.host }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } })
    for (const { reader } of [open(), anonymous, open({}, ''), open({}, 'two\nlines')]) {
      const error = await errorOf(reader.tip('main'))
      expect(error?.code).to.equal('git/unauthorized')
      expect(error?.retry).to.equal(false)
      expect(`${String(error?.message)}${String(error?.hint)}${String(error?.stack)}`).to.not.contain('s3cr3t')
    }
  })

  it('keeps the token out of arguments, environments and files, and removes what it handed over', async () => {
    server.login = { username: 'bot', token: TOKEN }
    let asked = 0
    server.behave = () => ((asked += 1) > 1 ? 'hang' : 'serve')
    const cache = join(remote.root, 'cache')
    const end = errorOf(open({ timeout: 2500 }).reader.tip('main'))
    await until(() => asked > 0)
    await sleep(500)
    const forms = [TOKEN, encodeURIComponent(TOKEN), Buffer.from(`bot:${TOKEN}`).toString('base64')]
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== String(process.pid))) {
      for (const file of ['cmdline', 'environ']) {
        let text = ''
        try {
          text = readFileSync(`/proc/${pid}/${file}`, 'latin1')
        } catch {
          continue
        }
        for (const form of forms) expect(text.includes(form), `${file} of ${pid}`).to.equal(false)
      }
    }
    const during = readdirSync(cache).filter(name => name.startsWith('ask-'))
    expect(during).to.have.length(1)
    expect(statSync(join(cache, String(during[0]))).mode & 0o777).to.equal(0o700)
    expect(statSync(join(cache, String(during[0]), 'token')).mode & 0o777).to.equal(0o600)
    expect((await end)?.code).to.equal('git/unreachable')
    expect(readdirSync(cache).filter(name => name.startsWith('ask-'))).to.deep.equal([])
    for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' })) {
      const path = join(cache, name)
      if (statSync(path).isFile()) for (const form of forms) expect(readFileSync(path).includes(form), name).to.equal(false)
    }
  })

  it('asks for the token anew each time, so that it may change', async () => {
    const tokens = ['first-token', 'second-token']
    server.login = { username: 'bot', token: 'first-token' }
    const { reader } = open({ access: { allow: ['http', 'loopback'], host: server.host, credentials: { kind: 'token', username: 'bot', token: () => Promise.resolve(String(tokens.shift())) } } })
    expect(await failureOf(reader.tip('missing'))).to.equal('no failure')
    server.login = { username: 'bot', token: 'second-token' }
    expect(await failureOf(reader.tip('missing'))).to.equal('no failure')
  })

  it('says unreachable, and worth trying again, where nobody listens', async () => {
    await server.close()
    const error = await errorOf(open().reader.tip('main'))
    expect(error?.code).to.equal('git/unreachable')
    expect(error?.retry).to.equal(true)
    server = await gitHttpServer(remote.root)
  })

  it('says unreachable, and not worth trying again, where the repository is missing', async () => {
    const error = await errorOf(open({ url: server.url('team/none.git') }).reader.tip('main'))
    expect(error?.code).to.equal('git/unreachable')
    expect(error?.retry).to.equal(false)
  })

  it('stops in time where the server accepts and never answers, and leaves no process behind', async () => {
    server.behave = () => 'hang'
    const started = Date.now()
    const error = await errorOf(open({ timeout: 1000 }).reader.tip('main'))
    expect(error?.code).to.equal('git/unreachable')
    expect(error?.retry).to.equal(true)
    expect(Date.now() - started).to.be.lessThan(5000)
    await sleep(200)
    expect(processesWith(server.host)).to.deep.equal([])
  })

  it('is not asked again for a while where it did not answer, and then is', async () => {
    server.behave = () => 'hang'
    const told: string[] = []
    const { reader } = open({ timeout: 1500, patience: 300, tell: line => { told.push(line) } })
    const first = await errorOf(reader.tip('main'))
    const started = Date.now()
    const again = await errorOf(reader.tip('main'))
    expect([again?.code, again?.message]).to.deep.equal(['git/unreachable', first?.message])
    expect(Date.now() - started).to.be.lessThan(500)
    expect(told).to.deep.equal([`waiting for http://${server.host}`])
    server.behave = () => 'serve'
    await sleep(1600)
    expect(await failureOf(reader.tip('main'))).to.equal('no failure')
  })

  it('follows no redirect, to this host or another', async () => {
    let elsewhere = 0
    const other = createServer(socket => { elsewhere += 1; socket.destroy() })
    await new Promise<void>(resolve => { other.listen(0, '127.0.0.1', resolve) })
    server.behave = () => ({ status: 301, headers: { location: `http://127.0.0.1:${String((other.address() as AddressInfo).port)}/team/app.git/info/refs?service=git-upload-pack` } })
    const error = await errorOf(open().reader.tip('main')).finally(() => other.close())
    expect(error?.code).to.equal('git/unreachable')
    expect(error?.retry).to.equal(false)
    expect(error?.hint).to.contain('final URL')
    expect(elsewhere).to.equal(0)
  })

  for (const [status, code, retry] of [[500, 'git/unreachable', true], [503, 'git/unreachable', true], [429, 'git/unreachable', true], [403, 'git/unauthorized', false], [404, 'git/unreachable', false]] as const) {
    it(`takes an answer ${String(status)} for ${code}${retry ? ', worth trying again' : ''}`, async () => {
      server.behave = () => ({ status })
      const error = await errorOf(open().reader.tip('main'))
      expect(error?.code).to.equal(code)
      expect(error?.retry).to.equal(retry)
    })
  }

  describe('while pushing', () => {
    it('looks the branch up where the line was cut after the push arrived, and says pushed', async () => {
      const { head, push } = await pushed(open())
      server.behave = request => (request.method === 'POST' && String(request.url).endsWith('git-receive-pack') ? 'cut' : 'serve')
      expect(await push()).to.deep.equal({ kind: 'pushed' })
      expect(remote.git('rev-parse', 'main')).to.equal(head)
    })

    it('says that it failed, and is worth trying again, where the push did not arrive', async () => {
      const { base, push } = await pushed(open())
      server.behave = request => (request.method === 'POST' && String(request.url).endsWith('git-receive-pack') ? { status: 502 } : 'serve')
      const error = await errorOf(push())
      expect(error?.code).to.equal('git/unreachable')
      expect(error?.retry).to.equal(true)
      expect(remote.git('rev-parse', 'main')).to.equal(base)
    })

    it('says that it does not know where the look-up fails too', async () => {
      const { push } = await pushed(open())
      server.behave = request => (String(request.url).includes('receive-pack') ? 'cut' : { status: 503 })
      const error = await errorOf(push())
      expect(error?.code).to.equal('git/unreachable')
      expect(error?.message).to.contain('not known')
      expect(error?.retry).to.equal(true)
    })

    it('says moved where somebody was faster while the line was cut', async () => {
      const { push } = await pushed(open())
      server.behave = request => (request.method === 'POST' && String(request.url).endsWith('git-receive-pack') ? { status: 502 } : 'serve')
      await remote.commit({ 'other.yaml': '1\n' })
      expect(await push()).to.deep.equal({ kind: 'moved' })
    })

    it('says unauthorized where the credentials may read and not write', async () => {
      const { push } = await pushed(open())
      server.behave = request => (String(request.url).includes('receive-pack') ? { status: 403 } : 'serve')
      expect(await failureOf(push())).to.equal('git/unauthorized')
    })

    it('says that it is worth trying again where another push holds the branch this moment', async () => {
      const { base, push } = await pushed(open())
      await remote.hook('pre-receive', '#!/bin/sh\n: > "$GIT_DIR/refs/heads/main.lock"\n')
      const error = await errorOf(push())
      expect(error?.code).to.equal('git/push-rejected')
      expect(error?.retry).to.equal(true)
      expect(remote.git('rev-parse', 'main')).to.equal(base)
    })

    it('is final where a branch is named as a folder of this one, and says so', async () => {
      const { reader, writer } = open()
      const base = String((await reader.tip('main'))?.commit)
      const head = await writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }], TEXT)
      await remote.commit({ 'x.yaml': '1\n' }, 'writ')
      const error = await errorOf(writer.push('writ/dev/web', head, null))
      expect([error?.code, error?.retry]).to.deep.equal(['git/push-rejected', false])
      expect(error?.hint).to.contain('named as a folder')
    })

    it('passes on the words of an update hook without its escape sequences', async () => {
      const { push } = await pushed(open())
      await remote.hook('update', '#!/bin/sh\nprintf "\\033[31mGH006: Protected branch update failed for %s.\\033[0m\\n" "$1" >&2\nexit 1\n')
      const error = await errorOf(push())
      expect(error?.code).to.equal('git/push-rejected')
      expect(error?.message).to.contain('GH006: Protected branch update failed for refs/heads/main.')
      expect(error?.message).to.not.contain('\u001b')
    })
  })
})

async function until(what: () => boolean): Promise<void> {
  for (let time = 0; !what() && time < 200; time += 1) await sleep(20)
}

function processesWith(text: string): readonly string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== String(process.pid)).flatMap(pid => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return line.includes(text) ? [line] : []
    } catch {
      return []
    }
  })
}
