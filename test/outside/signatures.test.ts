import { expect } from 'chai'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Person } from '../../src/model/config.ts'
import { WritError } from '../../src/model/error.ts'
import { openSignatures } from '../../src/outside/signatures.ts'
import { errorOf, failureOf } from '../contracts/failure.ts'

const DOCUMENT = '{"change":"aaaaaaaa","v":1}'

describe('OpenSSH signatures', () => {
  let dir: string
  let ann: Person
  let bo: Person
  const key = (name: string): string => join(dir, name)

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-keys-'))
    for (const [name, type] of [['ann', 'ed25519'], ['bo', 'ecdsa'], ['stranger', 'ed25519']] as const) makeKey(key(name), type, '')
    makeKey(key('locked'), 'ed25519', 'passphrase')
    ann = await person('ann', 'ann')
    bo = await person('bo', 'bo')
  })
  after(() => rm(dir, { recursive: true }))

  async function person(name: string, ...keys: readonly string[]): Promise<Person> {
    const ssh = await Promise.all(keys.map(async file => (await readFile(`${key(file)}.pub`, 'utf8')).trim()))
    return { name, kind: 'human', groups: [], aliases: { os: [], ssh, forge: {}, oidc: [], kube: [] } }
  }
  const signatures = (...people: readonly Person[]): ReturnType<typeof openSignatures> => openSignatures({ people, home: dir })

  it('name the person whose key signed, among several keys of several people', async () => {
    const all = signatures(bo, ann, await person('cy', 'locked'))
    for (const name of ['ann', 'bo']) expect(await all.signer(DOCUMENT, await all.sign(DOCUMENT, key(name)))).to.equal(name)
  })

  it('hold for every byte: also for line breaks, other alphabets and nothing at all', async () => {
    const all = signatures(ann)
    for (const text of ['', '\n', 'ä€😀\r\n\0', 'x'.repeat(100_000)]) expect(await all.signer(text, await all.sign(text, key('ann')))).to.equal('ann')
  })

  it('find a key by ~', async () => {
    const all = signatures(ann)
    expect(await all.signer(DOCUMENT, await all.sign(DOCUMENT, '~/ann'))).to.equal('ann')
  })

  it('are the same as those that people make by hand with ssh-keygen', async () => {
    await writeFile(key('document'), DOCUMENT)
    execFileSync('ssh-keygen', ['-Y', 'sign', '-f', key('ann'), '-n', 'writ/approval/v1', key('document')], { stdio: 'ignore' })
    expect(await signatures(ann).signer(DOCUMENT, await readFile(`${key('document')}.sig`, 'utf8'))).to.equal('ann')
  })

  describe('are nobody\'s', () => {
    it('where the document was changed, if only by a line break', async () => {
      const all = signatures(ann)
      const armoured = await all.sign(DOCUMENT, key('ann'))
      for (const text of [`${DOCUMENT}\n`, DOCUMENT.replace('aaaaaaaa', 'bbbbbbbb'), '']) expect(await all.signer(text, armoured)).to.equal(null)
    })

    it('where a key signed that people.yaml does not list', async () => {
      const all = signatures(ann, bo)
      expect(await all.signer(DOCUMENT, await all.sign(DOCUMENT, key('stranger')))).to.equal(null)
      expect(await signatures().signer(DOCUMENT, await all.sign(DOCUMENT, key('ann')))).to.equal(null)
    })

    for (const namespace of ['file', 'git', 'writ/approval/v2', 'writ/approval/v1x']) {
      it(`where they were made for ${namespace}`, async () => {
        const armoured = execFileSync('ssh-keygen', ['-Y', 'sign', '-f', key('ann'), '-n', namespace], { input: DOCUMENT, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
        expect(await signatures(ann).signer(DOCUMENT, armoured)).to.equal(null)
      })
    }

    it('where the armour is broken, cut, foreign or huge', async () => {
      const all = signatures(ann)
      const good = await all.sign(DOCUMENT, key('ann'))
      const lines = good.trim().split('\n')
      const broken = [
        '', 'nonsense', good.slice(0, 120), lines.slice(1).join('\n'), [lines[0], ...lines.slice(2)].join('\n'), `\n${good}`, `${good}${good}`,
        good.replace('SSH SIGNATURE', 'PGP SIGNATURE'), good.replace(/[A-Za-z]/g, 'A'), `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(1_000_000)}\n-----END SSH SIGNATURE-----`,
        `-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----`, await readFile(key('ann'), 'utf8'), await readFile(`${key('ann')}.pub`, 'utf8'),
      ]
      for (const armoured of broken) expect(await all.signer(DOCUMENT, armoured), JSON.stringify(armoured.slice(0, 60))).to.equal(null)
      expect(await all.signer(DOCUMENT, good)).to.equal('ann')
    })

    it('where the key was taken out of people.yaml since', async () => {
      const armoured = await signatures(ann).sign(DOCUMENT, key('ann'))
      expect(await signatures({ ...ann, aliases: { ...ann.aliases, ssh: bo.aliases.ssh } }).signer(DOCUMENT, armoured)).to.equal(null)
    })
  })

  describe('refuse people.yaml', () => {
    const codeOf = (...people: readonly Person[]): string => {
      try { signatures(...people) } catch (cause) { if (cause instanceof WritError) return `${cause.code}: ${cause.message}` }
      return 'taken'
    }
    it('where two persons have one key, whatever the comment', async () => {
      const [line = ''] = ann.aliases.ssh
      const twin = { ...bo, aliases: { ...bo.aliases, ssh: [`${line.split(' ').slice(0, 2).join(' ')} another comment`] } }
      expect(codeOf(ann, twin)).to.match(/^config\/invalid: ann and bo have the same SSH key/)
    })
    it('where a key cannot be read or would add a line of its own', async () => {
      const [line = ''] = ann.aliases.ssh
      for (const bad of ['', 'ssh-ed25519', 'ssh-ed25519 AAAA', key('ann'), `${line}\nmallory ${bo.aliases.ssh[0] ?? ''}`, line.replace('ssh-ed25519', 'ssh-rsa')]) {
        expect(codeOf({ ...ann, aliases: { ...ann.aliases, ssh: [bad] } }), JSON.stringify(bad)).to.match(/^config\/invalid: A public key of ann/)
      }
    })
    it('not where a person lists one key twice', () => {
      expect(codeOf({ ...ann, aliases: { ...ann.aliases, ssh: [...ann.aliases.ssh, ...ann.aliases.ssh] } })).to.equal('taken')
    })
  })

  describe('cannot be made, and say why and what to do', () => {
    async function expectRefused(file: string, ...words: readonly string[]): Promise<void> {
      const error = await errorOf(signatures(ann).sign(DOCUMENT, file))
      expect(error?.code).to.equal('approve/bad-signature')
      for (const word of [file, ...words]) expect(`${error?.message} ${error?.hint}`).to.contain(word)
    }
    it('where the key file is missing or a folder', async () => {
      await expectRefused(key('nothere'), 'There is no key file')
      await expectRefused(dir, 'There is no key file')
    })
    it('where the key has a passphrase: nobody is asked, at once', async () => {
      const began = performance.now()
      await expectRefused(key('locked'), 'passphrase', `ssh-add ${key('locked')}`, `${key('locked')}.pub`)
      expect(performance.now() - began).to.be.lessThan(5000)
    })
    it('where other users may read the key', async () => {
      await copyFile(key('ann'), key('open'))
      await chmod(key('open'), 0o644)
      await expectRefused(key('open'), 'chmod 600')
    })
    it('where the file is no key', async () => {
      await writeFile(key('text'), 'hello\n', { mode: 0o600 })
      await expectRefused(key('text'), 'no OpenSSH key')
    })
    it('where only the public key is there and no agent', async () => {
      await mkdir(key('public'), { recursive: true })
      await copyFile(`${key('ann')}.pub`, join(key('public'), 'ann.pub'))
      await withSocket(undefined, () => expectRefused(join(key('public'), 'ann.pub'), 'ssh-agent'))
    })
    it('where ssh-keygen is not installed', async () => {
      const path = process.env['PATH']
      process.env['PATH'] = dir
      try {
        const error = await errorOf(signatures(ann).sign(DOCUMENT, key('ann')))
        expect(error?.code).to.equal('approve/bad-signature')
        expect(error?.hint).to.contain('OpenSSH')
      } finally {
        process.env['PATH'] = path
      }
    })
  })

  describe('by a key that ssh-agent holds', () => {
    let agent: ChildProcess
    const socket = (): string => key('agent.sock')
    before(async function () {
      agent = spawn('ssh-agent', ['-D', '-a', socket()], { stdio: 'ignore' })
      const missing = new Promise<boolean>(resolve => { agent.once('error', () => { resolve(true) }) })
      while (!existsSync(socket())) if (await Promise.race([missing, new Promise<boolean>(resolve => { setTimeout(() => { resolve(false) }, 20) })])) this.skip()
      await copyFile(key('locked'), key('unlocked'))
      execFileSync('ssh-keygen', ['-q', '-p', '-P', 'passphrase', '-N', '', '-f', key('unlocked')], { stdio: 'ignore' })
      execFileSync('ssh-add', ['-q', key('unlocked')], { env: { ...process.env, SSH_AUTH_SOCK: socket() } })
      await rm(key('unlocked'))
    })
    after(() => { agent.kill() })

    it('are made with its .pub file, although the private key has a passphrase', async () => {
      const cy = await person('cy', 'locked')
      await withSocket(socket(), async () => {
        const all = signatures(ann, cy)
        expect(await all.signer(DOCUMENT, await all.sign(DOCUMENT, `${key('locked')}.pub`))).to.equal('cy')
      })
    })

    it('are not made with the name of the private key: the agent is asked for a .pub file only', async () => {
      await withSocket(socket(), async () => { expect(await failureOf(signatures(ann).sign(DOCUMENT, key('locked')))).to.equal('approve/bad-signature') })
    })
  })

  it('leave nothing behind', async () => {
    const temporary = process.env['TMPDIR']
    await mkdir(key('temporary'))
    process.env['TMPDIR'] = key('temporary')
    try {
      const all = signatures(ann)
      expect(await all.signer(DOCUMENT, await all.sign(DOCUMENT, key('ann')))).to.equal('ann')
      await all.signer('changed', await all.sign(DOCUMENT, key('ann')))
      expect(await readdir(key('temporary'))).to.deep.equal([])
    } finally {
      if (temporary === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = temporary
    }
  })
})

function makeKey(file: string, type: string, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file])
}

async function withSocket(path: string | undefined, work: () => Promise<void>): Promise<void> {
  const before = process.env['SSH_AUTH_SOCK']
  if (path === undefined) delete process.env['SSH_AUTH_SOCK']
  else process.env['SSH_AUTH_SOCK'] = path
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env['SSH_AUTH_SOCK']
    else process.env['SSH_AUTH_SOCK'] = before
  }
}
