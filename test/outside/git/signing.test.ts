import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SigningConfig } from '../../../src/model/config.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { errorOf } from '../../contracts/failure.ts'
import { bareRepository, rawGit } from './bare.ts'
import type { BareRepository } from './bare.ts'
import { keyPair } from './ssh-server.ts'

const CHANGE = [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }]
const TEXT = { message: 'a change\n\nWhy.\n\nWrit-Change: 0123', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }
const HAS_GPG = spawnSync('gpg', ['--version']).status === 0

describe('signed commits', () => {
  let remote: BareRepository
  let base: string
  beforeEach(async () => {
    remote = await bareRepository()
    base = remote.tip('main')
  })
  afterEach(() => remote.remove())

  const open = (signing: SigningConfig | undefined, cache = 'cache'): Repository => openRepository({ url: remote.url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, cache), committer: { name: 'Writ', email: 'writ@example.org', signing } })

  describe('with an SSH key', () => {
    it('are verified by git, and the same each time and on every machine', async () => {
      const pair = keyPair(join(remote.root, 'key'))
      writeFileSync(join(remote.root, 'signers'), `writ@example.org namespaces="git" ${pair.line}\n`)
      const one = open({ ssh: { key: { file: pair.file } } })
      const head = await one.writer.commit(base, CHANGE, TEXT)
      expect(await one.writer.commit(base, CHANGE, TEXT)).to.equal(head)
      expect(await open({ ssh: { key: { file: pair.file } } }, 'other').writer.commit(base, CHANGE, TEXT)).to.equal(head)
      expect(await open(undefined, 'unsigned').writer.commit(base, CHANGE, TEXT)).to.not.equal(head)
      const merged = await one.writer.mergeCommit(base, head, String(await one.reader.mergeTree(base, head)), { ...TEXT, message: 'Merge' })
      await one.writer.push('x', merged, null)
      for (const commit of [head, merged]) rawGit(remote.dir, ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${join(remote.root, 'signers')}`, 'verify-commit', commit])
      expect((await one.reader.commits(base, merged)).map(({ subject, author, committerEmail }) => [subject, author, committerEmail])).to.deep.equal([['Merge', 'Ann', 'writ@example.org'], ['a change', 'Ann', 'writ@example.org']])
      const stranger = keyPair(join(remote.root, 'stranger'))
      writeFileSync(join(remote.root, 'signers'), `writ@example.org ${stranger.line}\n`)
      expect(() => rawGit(remote.dir, ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${join(remote.root, 'signers')}`, 'verify-commit', head])).to.throw()
    })

    for (const [name, make] of [
      ['is not there', (root: string) => join(root, 'none')],
      ['has a passphrase', (root: string) => keyPair(join(root, 'locked'), 'a passphrase').file],
      ['is no key', (root: string) => { writeFileSync(join(root, 'garbage'), 'hunter2hunter2\n', { mode: 0o600 }); return join(root, 'garbage') }],
      ['may be read by others', (root: string) => { const { file } = keyPair(join(root, 'open')); chmodSync(file, 0o644); return file }],
    ] as const) {
      it(`are none where the key ${name}, and it is said at once`, async () => {
        const file = make(remote.root)
        const began = Date.now()
        const error = await errorOf(open({ ssh: { key: { file } } }).writer.commit(base, CHANGE, TEXT))
        expect(error?.code).to.equal('config/invalid')
        expect(error?.message).to.contain(`the SSH key ${file}, which signing in writ.yaml names`).and.not.contain('hunter2')
        expect(error?.hint).to.contain('without a passphrase')
        expect(Date.now() - began).to.be.lessThan(10_000)
      })
    }
  });

  (HAS_GPG ? describe : describe.skip)(`with a GPG key${HAS_GPG ? '' : ' (skipped: gpg is not there)'}`, () => {
    let home: string
    before(() => {
      home = mkdtempSync(join(tmpdir(), 'wg-'))
      gpg('--batch', '--pinentry-mode', 'loopback', '--passphrase', '', '--quick-gen-key', 'Writ <writ@example.org>', 'ed25519', 'sign', 'never')
    })
    after(() => {
      spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    })
    function gpg(...args: readonly string[]): void {
      const done = spawnSync('gpg', ['--homedir', home, '--quiet', ...args])
      if (done.status !== 0) throw new Error(done.stderr.toString('utf8'))
    }
    const signing = (key = 'writ@example.org'): SigningConfig => ({ gpg: { key, home } })

    it('are verified by git', async () => {
      const { writer } = open(signing())
      const head = await writer.commit(base, CHANGE, TEXT)
      await writer.push('x', head, null)
      rawGit(remote.dir, ['verify-commit', head], { env: { GNUPGHOME: home } })
      expect(rawGit(remote.dir, ['cat-file', '-p', head])).to.contain('-----BEGIN PGP SIGNATURE-----')
    })

    it('that were made before a crash stay, though each signature is another one', async () => {
      const { writer } = open(signing())
      const first = await writer.commit(base, CHANGE, TEXT)
      await new Promise(resolve => { setTimeout(resolve, 1100) })
      const unaware = await writer.commit(base, CHANGE, TEXT)
      expect(unaware).to.not.equal(first)
      expect(await writer.commit(base, CHANGE, { ...TEXT, again: [first] })).to.equal(first)
      expect(await writer.commit(base, CHANGE, { ...TEXT, again: [first, unaware] })).to.equal(unaware)
      // On another machine only what was pushed is known.
      await writer.push('x', first, null)
      const elsewhere = open(signing(), 'elsewhere').writer
      expect(await elsewhere.commit(base, CHANGE, { ...TEXT, again: [first] })).to.equal(first)
      expect(await elsewhere.commit(base, CHANGE, { ...TEXT, again: [unaware, 'f'.repeat(40)] })).to.not.be.oneOf([first, unaware])
    })

    it('that say something else, or are not signed, are made anew', async () => {
      const { writer } = open(signing())
      const first = await writer.commit(base, CHANGE, TEXT)
      const unsigned = await open(undefined).writer.commit(base, CHANGE, TEXT)
      for (const other of [{ ...TEXT, message: 'another' }, { ...TEXT, at: '2026-01-02T03:04:06Z' }, { ...TEXT, author: { name: 'Bob', email: 'bob@example.org' } }]) expect(await writer.commit(base, CHANGE, { ...other, again: [first] })).to.not.equal(first)
      expect(await writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], { ...TEXT, again: [first] })).to.not.equal(first)
      const signed = await writer.commit(base, CHANGE, { ...TEXT, again: [unsigned] })
      expect(signed).to.not.equal(unsigned)
    })

    it('are none where the keyring does not have the key', async () => {
      mkdirSync(join(home, 'empty'), { mode: 0o700 })
      for (const one of [signing('0123456789ABCDEF'), { gpg: { key: 'writ@example.org', home: join(home, 'empty') } }]) {
        const error = await errorOf(open(one).writer.commit(base, CHANGE, TEXT))
        expect(error?.code).to.equal('config/invalid')
        expect(error?.message).to.match(/the GPG key \S+, which signing in writ\.yaml names: .*(?:No secret key|failed to sign)/)
      }
      spawnSync('gpgconf', ['--homedir', join(home, 'empty'), '--kill', 'all'])
    })

    it('use the keyring of the user where signing names none', async () => {
      const before = process.env['GNUPGHOME']
      process.env['GNUPGHOME'] = home
      try {
        expect(await open({ gpg: { key: 'writ@example.org' } }).writer.commit(base, CHANGE, TEXT)).to.match(/^[0-9a-f]{40}$/)
      } finally {
        if (before === undefined) delete process.env['GNUPGHOME']
        else process.env['GNUPGHOME'] = before
      }
      expect(readFileSync(join(home, 'pubring.kbx')).length).to.be.greaterThan(0)
    })
  })
})
