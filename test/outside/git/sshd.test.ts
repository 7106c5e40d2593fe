import { expect } from 'chai'
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WritError } from '../../../src/model/error.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { errorOf } from '../../contracts/failure.ts'
import { repositoryContract } from '../../contracts/repository.ts'
import type { RepositoryUnderTest } from '../../contracts/repository.ts'
import { bareRepository } from './bare.ts'
import type { BareRepository } from './bare.ts'
import { keyPair, sshServer, sshd } from './ssh-server.ts'
import type { SshServer } from './ssh-server.ts'

const PROGRAM = sshd()
const committer = { name: 'Writ', email: 'writ@example.org' }

if (PROGRAM === null) {
  it.skip('a repository over ssh, with a real server: /usr/sbin/sshd is not there; Debian has it in openssh-server, and WRIT_TEST_SSHD may name another one')
} else {
  overSsh(PROGRAM)
}

function overSsh(program: string): void {
  describe('a repository over ssh, with a real server', () => { withServer(program) })
  // The same as over http, in a minute: ssh starts a session for each question.
  if (process.env['WRIT_TEST_LONG'] === '1') repositoryContract('a server over ssh', { open: () => contractGround(program) })
}

function withServer(program: string): void {
  let remote: BareRepository
  let server: SshServer
  let key: string
  let known: string

  before(async () => {
    remote = await bareRepository()
    const pair = keyPair(join(remote.root, 'key'))
    key = pair.file
    const locked = keyPair(join(remote.root, 'locked'), 'a passphrase')
    server = await sshServer(program, [pair.line, locked.line])
    known = join(remote.root, 'known_hosts')
    writeFileSync(known, `${server.known}\n`)
  })
  after(async () => {
    await server.close()
    await remote.remove()
  })

  function open(more: { keyFile?: string, knownHosts?: string, path?: string, port?: number } = {}): Repository {
    const url = server.url(more.path ?? remote.dir).replace(`:${String(server.port)}`, `:${String(more.port ?? server.port)}`)
    return openRepository({ url, cacheDir: join(remote.root, 'cache'), committer, timeout: 10_000, access: { allow: ['loopback'], host: '127.0.0.1', credentials: { kind: 'ssh', keyFile: more.keyFile ?? key, knownHosts: more.knownHosts ?? known } } })
  }
  function file(name: string, text: string, mode = 0o600): string {
    const path = join(remote.root, name)
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }
  const fails = async (repository: Repository): Promise<WritError> => await errorOf(repository.reader.tip('main')) ?? expect.fail('it did not fail')

  it('is read and pushed to with its key, by a host whose key is known', async () => {
    const { reader, writer } = open()
    const base = String((await reader.tip('main'))?.commit)
    const head = await writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }], { message: 'm', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' })
    expect(await writer.push('by-ssh', head, null)).to.deep.equal({ kind: 'pushed' })
    expect(remote.tip('by-ssh')).to.equal(head)
    expect(readFileSync(known, 'utf8')).to.equal(`${server.known}\n`)
  })

  const faults: readonly { readonly name: string, readonly with: () => Repository, readonly code: string, readonly says: RegExp, readonly hint: RegExp }[] = [
    { name: 'a host that nobody knows', with: () => open({ knownHosts: file('empty', '') }), code: 'git/unreachable', says: /No ED25519 host key is known for \[127\.0\.0\.1\]:\d+/, hint: /not in the known_hosts file .* ask whoever runs it/ },
    { name: 'a known_hosts file that is not there', with: () => open({ knownHosts: join(remote.root, 'nowhere') }), code: 'git/unreachable', says: /No ED25519 host key is known/, hint: /not in the known_hosts file/ },
    { name: 'a host that shows another key', with: () => open({ knownHosts: file('changed', `[127.0.0.1]:${String(server.port)} ${readFileSync(`${key}.pub`, 'utf8')}`) }), code: 'git/unreachable', says: /Offending ED25519 key in .*changed:1 Host key for \S+ has changed/, hint: /somebody may stand in between/ },
    { name: 'a key that others may read', with: () => { copyFileSync(key, join(remote.root, 'open')); chmodSync(join(remote.root, 'open'), 0o644); return open({ keyFile: join(remote.root, 'open') }) }, code: 'git/unauthorized', says: /Permissions 0644 for '.*open' are too open/, hint: /chmod 600/ },
    { name: 'a key that the server does not know', with: () => open({ keyFile: keyPair(join(remote.root, `other-${String(readdirSync(remote.root).length)}`)).file }), code: 'git/unauthorized', says: /Permission denied \(publickey\)/, hint: /does not know the key/ },
    { name: 'a key that needs a passphrase', with: () => open({ keyFile: join(remote.root, 'locked') }), code: 'git/unauthorized', says: /Permission denied \(publickey\)/, hint: /needs a passphrase/ },
    { name: 'a key file that is none', with: () => open({ keyFile: file('garbage', 'garbage\n') }), code: 'git/unauthorized', says: /Load key .*garbage/, hint: /no private key that ssh can read/ },
    { name: 'a key file that is not there', with: () => open({ keyFile: join(remote.root, 'no-key') }), code: 'git/unauthorized', says: /Identity file .*no-key not accessible/, hint: /is not there/ },
    { name: 'a repository that is not there', with: () => open({ path: '/srv/writ-test-none.git' }), code: 'git/unreachable', says: /does not appear to be a git repository/, hint: /Check the URL/ },
    { name: 'a port where nobody listens', with: () => open({ port: 1 }), code: 'git/unreachable', says: /Connection refused/, hint: /^Check the URL, the network/ },
  ]
  for (const fault of faults) {
    it(`says in ssh's own words what is wrong, and what to do: ${fault.name}`, async () => {
      const error = await fails(fault.with())
      expect(error.code).to.equal(fault.code)
      expect(error.message).to.match(fault.says).and.not.match(/@@@@|Could not read from remote/)
      expect(error.hint).to.match(fault.hint)
      expect(error.retry).to.equal(fault.name === 'a port where nobody listens')
    })
  }

  it('never asks, never writes the key of a host down, and never uses an agent or the keys of the user', async () => {
    const empty = file('still-empty', '')
    process.env['SSH_AUTH_SOCK'] = join(remote.root, 'agent')
    try {
      await fails(open({ knownHosts: empty }))
    } finally {
      delete process.env['SSH_AUTH_SOCK']
    }
    expect(readFileSync(empty, 'utf8')).to.equal('')
    expect(existsSync(join(remote.root, 'agent'))).to.equal(false)
  })
}

async function contractGround(program: string): Promise<RepositoryUnderTest> {
  const remote = await bareRepository()
  const pair = keyPair(join(remote.root, 'key'))
  const server = await sshServer(program, [pair.line])
  writeFileSync(join(remote.root, 'known'), `${server.known}\n`)
  const open = (cache: string): Repository => openRepository({ url: server.url(remote.dir), cacheDir: join(remote.root, cache), committer, access: { allow: ['loopback'], host: '127.0.0.1', credentials: { kind: 'ssh', keyFile: pair.file, knownHosts: join(remote.root, 'known') } } })
  return { remote, ...open('cache'), again: () => open('cache-2'), async dispose() { await server.close(); await remote.remove() } }
}
