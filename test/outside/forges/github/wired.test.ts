import { expect } from 'chai'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRefusal } from '../../../../src/model/error.ts'
import { redact } from '../../../../src/outside/redact.ts'
import { connect } from '../../../../src/wire.ts'
import type { Connected } from '../../../../src/wire.ts'
import { TOKEN, makeGround } from '../../../support/github/ground.ts'
import type { Ground } from '../../../support/github/ground.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
const KUBECONFIG = 'apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n'

describe('a configuration with GitHub', () => {
  let ground: Ground
  let dir: string
  let connected: Connected | null = null
  const before_ = process.env['XDG_CACHE_HOME']
  beforeEach(async () => {
    ground = await makeGround()
    dir = mkdtempSync(join(tmpdir(), 'writ-github-config-'))
    process.env['XDG_CACHE_HOME'] = join(dir, 'cache')
  })
  afterEach(async () => {
    await connected?.close()
    connected = null
    if (before_ === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before_
    rmSync(dir, { recursive: true, force: true })
    await ground.dispose()
  })

  const start = async (credentials: string): Promise<Connected> => {
    writeFileSync(join(dir, 'kubeconfig'), KUBECONFIG)
    writeFileSync(join(dir, 'app.pem'), privateKey)
    writeFileSync(join(dir, 'token'), `${TOKEN}\n`)
    writeFileSync(join(dir, 'hook'), 'the-secret-of-the-webhook\n')
    writeFileSync(join(dir, 'writ.yaml'), [
      'clusters: [{name: main, context: c, kubeconfig: kubeconfig}]', 'store: {path: writ.db}', 'repositories:', `  - {match: ["${ground.server.url}/acme/"], forge: hub}`, 'forges:', '  - name: hub', '    kind: github',
      `    host: ${JSON.stringify(ground.config.host)}`, '    insecureAllow: [http, loopback]', `    credentials: ${credentials}`, '    webhook: {file: hook}', '',
    ].join('\n'))
    connected = await connect({ dir })
    return connected
  }

  for (const [name, credentials, by] of [['an App', '{app: {id: 7, key: {file: app.pem}}}', 'writ-app[bot]'], ['a token', '{token: {file: token}}', 'writ-bot']] as const) {
    it(`reads and pushes by Git, and opens pull requests, as ${name}`, async () => {
      ground.state.app = { id: 7, slug: 'writ-app', publicKey, installations: new Map([['acme', 42]]) }
      ground.state.accounts.set('writ-app[bot]', { login: 'writ-app[bot]', id: 77, type: 'Bot' })
      ground.repositories[0].roles.set('writ-app[bot]', 'write')
      const { world } = await start(credentials)
      const handle = world.repositories.open(ground.repository)
      if (isRefusal(handle)) return expect.fail(handle.message)
      const tip = await handle.reader.tip('main')
      const commit = await handle.writer.commit(tip?.commit ?? '', [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 7\n' }], { message: 'seven', author: { name: 'Ann', email: 'ann@example.org' }, at: new Date().toISOString() })
      expect(await handle.writer.push('writ/new', commit, null)).to.deep.equal({ kind: 'pushed' })
      const { id, head } = await handle.forge.put(handle.reader.url, null, { change: 'aaaaaaaa', branch: 'writ/new', base: 'main', head: commit, title: 'Seven', body: 'Because.' })
      expect([head, ground.pull(id).by]).to.deep.equal([commit, by])
      expect(ground.server.asked.filter(call => call.endsWith('/access_tokens')).length).to.equal(name === 'an App' ? 1 : 0)
      expect(redact(`${privateKey} the-secret-of-the-webhook ${TOKEN}`)).not.to.match(/MII|the-secret|ghp_/)
    })
  }
})
