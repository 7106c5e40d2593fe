import { expect } from 'chai'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Forge } from '../../../../src/flow/ports.ts'
import type { ForgeConfig } from '../../../../src/model/config.ts'
import { WritError } from '../../../../src/model/error.ts'
import { appToken, forgeApp, openForge } from '../../../../src/outside/forges/index.ts'
import { openRepository } from '../../../../src/outside/git/open-repository.ts'
import { redact } from '../../../../src/outside/redact.ts'
import { makeGround } from '../../../support/github/ground.ts'
import type { Ground } from '../../../support/github/ground.ts'

const BOT = 'writ-app[bot]'
const MINT = 'POST /app/installations/42/access_tokens'
/** As GitHub hands it out. */
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
const PKCS8 = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
const key = (): Promise<string> => Promise.resolve(privateKey)
const errorOf = async (promise: Promise<unknown>): Promise<WritError> => promise.then(() => expect.fail('it did not fail'), (error: unknown) => error instanceof WritError ? error : expect.fail(String(error)))

describe('Writ as a GitHub App', () => {
  let ground: Ground
  const app = (more: { readonly installation?: number } = {}): Partial<ForgeConfig> => ({ credentials: { app: { id: 7, key: { env: 'UNUSED' }, ...more } } })
  const put = (forge: Forge, more: { readonly title?: string } = {}): ReturnType<Forge['put']> => forge.put(ground.repository, null, { change: 'aaaaaaaa', branch: 'writ/a', base: 'main', head: ground.heads[0], title: 'Set image', body: '', ...more })

  beforeEach(async () => {
    ground = await makeGround()
    ground.state.app = { id: 7, slug: 'writ-app', publicKey, installations: new Map([['acme', 42]]) }
    ground.state.accounts.set(BOT, { login: BOT, id: 77, type: 'Bot' })
    for (const repository of ground.repositories) repository.roles.set(BOT, 'write')
  })
  afterEach(() => ground.dispose())

  for (const [name, pem, more] of [['a key as GitHub hands it out', privateKey, {}], ['a key in PKCS#8', PKCS8, {}], ['its installation named', privateKey, { installation: 42 }]] as const) {
    it(`opens, comments and closes, with ${name}`, async () => {
      const forge = ground.open(app(more), () => Promise.resolve(pem))
      const { id } = await put(forge)
      await forge.comment(ground.repository, id, { key: 'progress', body: 'waits' })
      await forge.comment(ground.repository, id, { key: 'progress', body: 'is synced' })
      expect(await ground.people.comments(id)).to.deep.equal(['<!-- writ:progress -->\nis synced'])
      expect(await forge.close(ground.repository, id, 'ann')).to.deep.include({ state: 'closed', closedBy: BOT })
      expect(ground.server.asked.filter(call => call === MINT)).to.have.length(1)
      expect(ground.server.asked.filter(call => call.endsWith('/installation'))).to.have.length('installation' in more ? 0 : 1)
    })
  }

  it('gets one token for many calls at once, for the one repository, and hides it from every output', async () => {
    const one = forgeApp({ ...ground.config, ...app() }, { secret: key }) ?? expect.fail('no App')
    const tokens = await Promise.all([appToken(one, ground.repository), appToken(one, ground.repository)])
    await appToken(one, ground.repository)
    expect(ground.server.asked.filter(call => call === MINT).length).to.be.at.most(2)
    expect(ground.state.tokens.get(tokens[0])?.repositories).to.deep.equal(['acme/apps'])
    expect(redact(`the token is ${tokens[0]}, the key is ${privateKey}`)).not.to.match(/ghs_|MII/)
    expect(await appToken(one, ground.elsewhere)).not.to.equal(tokens[0])
  })

  it('takes a new token before the old one ends, and where the forge refuses it', async () => {
    const forge = ground.open(app(), key)
    const { id } = await put(forge)
    for (const [token, known] of ground.state.tokens) if (known.repositories !== null) ground.state.tokens.delete(token)
    expect((await forge.look(ground.repository, id)).info.state).to.equal('open')
    for (const [token, known] of ground.state.tokens) if (known.repositories !== null) ground.state.tokens.delete(token)
    expect((await forge.close(ground.repository, id, 'ann')).state).to.equal('closed')
    expect(ground.server.asked.filter(call => call === MINT).length).to.be.greaterThan(2)
  })

  it('lets Git fetch and push with its token, and with no other user name', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'writ-github-cache-'))
    try {
      const one = forgeApp({ ...ground.config, ...app() }, { secret: key }) ?? expect.fail('no App')
      const open = (username: string): ReturnType<typeof openRepository> => openRepository({
        url: ground.repository, cacheDir: join(cacheDir, username), committer: { name: 'Writ', email: 'writ@example.com' },
        access: { allow: ['http', 'loopback'], host: ground.config.host, credentials: { kind: 'token', username, token: () => appToken(one, ground.repository) } },
      })
      const { reader, writer } = open('x-access-token')
      const tip = await reader.tip('main') ?? expect.fail('no main')
      const commit = await writer.commit(tip.commit, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 9\n' }], { message: 'nine', author: { name: 'Ann', email: 'ann@example.org' }, at: new Date().toISOString() })
      expect(await writer.push('writ/new', commit, null)).to.deep.equal({ kind: 'pushed' })
      expect((await openForge({ ...ground.config, ...app() }, { rows: never, secret: key, app: one }).put(ground.repository, null, { change: 'a', branch: 'writ/new', base: 'main', head: commit, title: 'x', body: 'y' })).head).to.equal(commit)
      expect((await errorOf(open('git').reader.tip('main'))).code).to.equal('git/unauthorized')
    } finally {
      await rm(cacheDir, { recursive: true, force: true })
    }
  })

  it('says where it is not installed, where its key is none, and where the key is another one', async () => {
    ground.state.app = { id: 7, slug: 'writ-app', publicKey, installations: new Map() }
    const missing = await errorOf(put(ground.open(app(), key)))
    expect([missing.code, missing.message]).to.deep.equal(['forge/unauthorized', 'The App 7 of forge hub is not installed for acme/apps.'])
    const broken = await errorOf(put(ground.open(app(), () => Promise.resolve('-----BEGIN RSA PRIVATE KEY-----\nnonsense-that-is-no-key\n-----END RSA PRIVATE KEY-----'))))
    expect([broken.code, broken.message]).to.deep.equal(['config/invalid', 'The key of the App of forge hub is no private key in PEM.'])
    const { privateKey: foreign } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
    expect((await errorOf(put(ground.open(app(), () => Promise.resolve(foreign))))).code).to.equal('forge/unauthorized')
  })
})

const never = { find: fail, get: fail, open: fail, update: fail, end: fail }
function fail(): Promise<never> {
  return Promise.reject(new Error('this forge keeps its change requests itself'))
}
