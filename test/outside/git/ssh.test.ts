import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sshCommand } from '../../../src/outside/git/credentials.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { errorOf } from '../../contracts/failure.ts'
import { bareRepository } from './bare.ts'
import type { BareRepository } from './bare.ts'

describe('a repository over ssh', () => {
  let remote: BareRepository
  const path = process.env['PATH']
  beforeEach(async () => { remote = await bareRepository() })
  afterEach(async () => {
    process.env['PATH'] = path
    await remote.remove()
  })

  // An ssh client that keeps what it was called with, and runs the command here.
  function plant(script: string): void {
    mkdirSync(join(remote.root, 'bin'))
    writeFileSync(join(remote.root, 'bin', 'ssh'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(remote.root, 'bin', 'ssh'), 0o755)
    process.env['PATH'] = `${join(remote.root, 'bin')}:${String(path)}`
  }

  function open(keyFile = join(remote.root, 'a key\'s file')): Repository {
    return openRepository({
      url: `ssh://git@127.0.0.1${remote.dir}`, cacheDir: join(remote.root, 'cache'), committer: { name: 'Writ', email: 'writ@example.org' }, timeout: 3000,
      access: { allow: ['loopback'], host: '127.0.0.1', credentials: { kind: 'ssh', keyFile, knownHosts: join(remote.root, 'known hosts') } },
    })
  }

  it('uses the one key and the one known_hosts file, asks nothing, and reads no configuration of its own', async () => {
    plant(`printf '%s\\n' "$@" > ${join(remote.root, 'args')}; env > ${join(remote.root, 'env')}; for last; do :; done; exec sh -c "$last"`)
    expect((await open().reader.tip('main'))?.commit).to.equal(remote.git('rev-parse', 'main'))
    const args = readFileSync(join(remote.root, 'args'), 'utf8').split('\n')
    expect(args.slice(0, 4)).to.deep.equal(['-F', '/dev/null', '-i', join(remote.root, 'a key\'s file')])
    for (const option of ['StrictHostKeyChecking=yes', 'BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', `UserKnownHostsFile="${join(remote.root, 'known hosts')}"`, 'GlobalKnownHostsFile=/dev/null', 'ProxyCommand=none', 'git@127.0.0.1']) expect(args).to.include(option)
    const names = readFileSync(join(remote.root, 'env'), 'utf8').split('\n').map(line => line.split('=')[0])
    expect(names).to.not.include('SSH_AUTH_SOCK').and.not.include('SSH_ASKPASS')
  })

  it('ends the ssh client too where it takes too long', async () => {
    plant(`echo $$ > ${join(remote.root, 'pid')}; trap '' INT TERM HUP; sleep 60 & wait; sleep 60`)
    const error = await errorOf(open().reader.tip('main'))
    expect(error?.code).to.equal('git/unreachable')
    const pid = readFileSync(join(remote.root, 'pid'), 'utf8').trim()
    await sleep(300)
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] : 'gone'
    expect(state).to.be.oneOf(['gone', 'Z'])
  })

  for (const [text, code, retry] of [
    ['git@127.0.0.1: Permission denied (publickey).', 'git/unauthorized', false], ['Host key verification failed.', 'git/unreachable', false],
    ['ssh: connect to host 127.0.0.1 port 22: Connection refused', 'git/unreachable', true], ['ERROR: Repository not found.', 'git/unreachable', false],
  ] as const) {
    it(`takes "${text}" for ${code}`, async () => {
      plant(`echo '${text}' >&2; exit 255`)
      const error = await errorOf(open().reader.tip('main'))
      expect(error?.code).to.equal(code)
      expect(error?.retry).to.equal(retry)
    })
  }

  it('needs a key for ssh, and no key for https', () => {
    const more = { cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } }
    expect(() => openRepository({ ...more, url: 'git@git.example.org:a/b', access: { allow: [], host: 'git.example.org' } })).to.throw('sshKey')
    expect(() => openRepository({ ...more, url: 'git@git.example.org:a/b', access: { allow: [], host: 'git.example.org', credentials: { kind: 'token', username: 'u', token: () => Promise.resolve('t') } } })).to.throw('sshKey')
    expect(() => openRepository({ ...more, url: 'https://git.example.org/a/b', access: { allow: [], host: 'git.example.org', credentials: { kind: 'ssh', keyFile: '/k', knownHosts: '/h' } } })).to.throw('ssh key')
  })

  it('refuses paths that ssh would expand', () => {
    for (const bad of ['relative', '/a/%h', '/a/${X}', '/a"b', '/a\nb', '/a\\b', '-oX']) expect(() => sshCommand(bad, '/h'), bad).to.throw().with.property('code', 'git/refused')
    expect(() => sshCommand('/k', 'known')).to.throw().with.property('code', 'git/refused')
  })
})
