import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { failureOf as shownFailure } from '../../src/doors/cli/failure.ts'
import type { ForgeConfig } from '../../src/model/config.ts'
import { textAt } from '../../src/model/json.ts'
import { openForge } from '../../src/outside/forges/index.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { apiClient } from '../../src/outside/http.ts'
import { redact, registerSecret } from '../../src/outside/redact.ts'
import { openRepositories } from '../../src/outside/repositories.ts'
import { checkUrl } from '../../src/outside/url.ts'
import { errorOf } from '../contracts/failure.ts'
import type { Stage } from '../support/stage.ts'
import { bareRepository } from './git/bare.ts'
import { gitHttpServer } from './git/http-server.ts'

/** Letters and digits that look drawn, the same each time: no scanner takes this file for a leak. */
function drawn(name: string, length: number): string {
  let text = ''
  for (let n = 0; text.length < length; n += 1) text += createHash('sha256').update(`${name} ${String(n)}`).digest('base64').replaceAll(/[^A-Za-z0-9]/g, '')
  return text.slice(0, length)
}

/** How a secret may come back: `text` as somebody writes it, `core` what must never be seen. */
interface Planted { readonly text: string, readonly core: string }

const SHAPES: readonly ((seed: string) => Planted)[] = [
  seed => { const core = `ghp_${drawn(seed, 36)}`; return { core, text: `token ${core}` } },
  seed => { const core = `github_pat_${drawn(seed, 22)}_${drawn(seed, 59)}`; return { core, text: core } },
  seed => { const core = `glpat-${drawn(seed, 20)}`; return { core, text: `PRIVATE-TOKEN: ${core}` } },
  seed => { const core = drawn(seed, 24); return { core, text: `https://bot:${core}@git.example.org/a/b.git` } },
  seed => { const core = drawn(seed, 30); return { core, text: `https://${core}@git.example.org/a` } },
  seed => { const core = drawn(seed, 30); return { core, text: `Authorization: Bearer ${core}` } },
  seed => { const core = drawn(seed, 28); return { core, text: `https://git.example.org/a?access_token=${core}` } },
  seed => { const core = drawn(seed, 64); return { core, text: `-----BEGIN OPENSSH PRIVATE KEY----- ${core} -----END OPENSSH PRIVATE KEY-----` } },
  seed => { const core = Buffer.from(`ghp_${drawn(seed, 36)}`).toString('base64'); return { core, text: `token: ${core}` } },
  seed => { const core = drawn(seed, 24); return { core, text: `DB_PASSWORD=${core}` } },
]

/** Tokens of forges as Writ's own credentials: of no shape that tells what they are, so that they are known by value alone. */
const OWN: readonly string[] = Array.from({ length: 20 }, (_x, n) => `${drawn(`own ${String(n)}`, 20)}${n % 4 === 0 ? '/+=?&"\\%' : ''}${drawn(`end ${String(n)}`, 6)}`)
const FORMS: readonly ((token: string) => string)[] = [
  token => token, token => encodeURIComponent(token), token => encodeURIComponent(token).replaceAll(/%../g, hex => hex.toLowerCase()), token => Buffer.from(token).toString('base64'), token => JSON.stringify(token),
  token => `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`, token => `Basic ${Buffer.from(`u:${token}`).toString('base64')}`, token => Buffer.from(`ab:${token}:c`).toString('base64url'), token => `https://x-access-token:${encodeURIComponent(token)}@h/a`,
]
const PLANTED: readonly Planted[] = [
  ...Array.from({ length: 80 }, (_x, n) => (SHAPES[n % SHAPES.length] ?? expect.fail('no shape'))(`planted ${String(n)}`)),
  ...OWN.map((core, n) => ({ core, text: (FORMS[n % FORMS.length] ?? String)(core) })),
]

/** What of a secret may not be seen anywhere: itself, and what it decodes to. */
function seen(text: string, { core }: Planted): boolean {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)].map(([run]) => Buffer.from(run, 'base64').toString('latin1')).join('\n')
  let plain = text
  try { plain = decodeURIComponent(text) } catch { /* no URL text */ }
  return [text, plain, decoded, text.replaceAll(/\\(["\\])/g, '$1')].some(one => one.includes(core))
}

describe('100 planted secrets', () => {
  before(() => { for (const token of OWN) registerSecret(token) })

  const told = (error: unknown): string => { const { stack, ...shown } = shownFailure(error); return `${JSON.stringify(shown)}\n${redact(stack)}` }
  const nothingIn = (text: string, where: string): void => { for (const one of PLANTED) expect(seen(text, one), `${where}: ${one.text}`).to.equal(false) }

  it('are a hundred, and the test finds each where it stands', () => {
    expect(new Set(PLANTED.map(({ core }) => core)).size).to.equal(100)
    for (const one of PLANTED) expect(seen(`before ${one.text} after`, one), one.text).to.equal(true)
  })

  it('are in no output, in whatever form they come', () => {
    for (const one of PLANTED) for (const around of [one.text, `'${one.text}'`, `remote: fatal: ${one.text}.`, JSON.stringify({ message: one.text })]) expect(seen(redact(around), one), around).to.equal(false)
    for (const core of OWN) for (const form of FORMS) expect(seen(redact(`x ${form(core)} y`), { core, text: '' }), form(core)).to.equal(false)
  })

  it('are in no error of what a Git server says and sends', async () => {
    const remote = await bareRepository()
    const server = await gitHttpServer(remote.root)
    try {
      const { reader, writer } = openRepository({ url: server.url('team/app.git'), access: { allow: ['http', 'loopback'], host: server.host, credentials: { kind: 'token', username: 'bot', token: () => Promise.resolve(OWN[0] ?? '') } }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } })
      const base = String((await reader.tip('main'))?.commit)
      const head = await writer.commit(base, [{ path: 'x', before: null, after: 'x\n' }], { message: 'm', author: { name: 'A', email: 'a@x' }, at: '2026-01-02T03:04:05Z' })
      for (let from = 0; from < PLANTED.length; from += 20) {
        writeFileSync(join(remote.root, 'said'), PLANTED.slice(from, from + 20).map(({ text }) => text).join('\n'))
        await remote.hook('pre-receive', `#!/bin/sh\ncat ${join(remote.root, 'said')} >&2\nexit 1\n`)
        const error = await errorOf(writer.push('x', head, null))
        expect(error?.code).to.equal('git/push-rejected')
        nothingIn(told(error), 'a hook')
      }
      server.behave = () => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: PLANTED.slice(0, 50).map(({ text }) => text).join('\n') })
      nothingIn(told(await errorOf(reader.tip('main'))), 'an answer')
      for (const { text } of PLANTED.filter(one => !/[\s"\\]/.test(one.text))) {
        server.behave = () => ({ status: 302, headers: { location: `http://127.0.0.1:1/${text}` } })
        if (PLANTED.findIndex(one => one.text === text) % 25 === 0) nothingIn(told(await errorOf(reader.tip('main'))), 'a redirect')
      }
      for (const file of readdirSync(join(remote.root, 'cache'), { recursive: true, encoding: 'utf8' })) {
        const path = join(remote.root, 'cache', file)
        if (statSync(path).isFile()) nothingIn(readFileSync(path, 'latin1'), file)
      }
    } finally {
      await server.close()
      await remote.remove()
    }
  })

  it('are in no error of what the API of a forge answers, and in none of a webhook', async () => {
    let answer: { status: number, body: string } = { status: 500, body: '' }
    const server = createServer((_request, response) => { response.writeHead(answer.status, { 'content-type': 'application/json', location: answer.body.slice(0, 100).replaceAll(/[^\x21-\x7e]/g, '') }).end(answer.body) })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const api = apiClient({ forge: 'hub', base: `http://${host}/api/v1`, allow: ['http', 'loopback'], backoff: 1, authorise: () => Promise.resolve({ authorization: `token ${OWN[1] ?? ''}` }) })
    const forge = openForge({ name: 'tea', kind: 'gitea', host, insecureAllow: ['http', 'loopback'], credentials: { username: 'git', token: { env: 'X' } }, webhook: { env: 'Y' } }, { rows: { find: expect.fail, get: expect.fail, open: expect.fail, update: expect.fail, end: expect.fail }, secret: () => Promise.resolve(OWN[2] ?? '') })
    try {
      for (const { text } of PLANTED) {
        const bodies = [JSON.stringify({ message: text }), JSON.stringify({ errors: [{ message: text, field: text }] }), `<html>${text}</html>`, `${'x'.repeat(470)} ${text}`, JSON.stringify({ number: text, title: text, body: text })]
        for (const [index, body] of bodies.entries()) {
          answer = { status: [422, 401, 403, 409, 302][index] ?? 500, body }
          nothingIn(told(await errorOf(api.ask({ method: 'POST', path: '/x', body: {} }))), 'an answer')
        }
        answer = { status: 200, body: JSON.stringify({ number: text, title: text, body: text }) }
        nothingIn(told(await errorOf(forge.look(`http://${host}/a/b`, '1'))), 'a change request')
        nothingIn(told(await errorOf(forge.readEvent({ headers: { 'x-gitea-signature': text, 'x-gitea-event': text }, body: text }))), 'a webhook')
      }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  /** What is shown of an attempt: its error, or the refusal that it gives. */
  function attempted(work: () => unknown): string {
    try {
      return redact(JSON.stringify(work() ?? null))
    } catch (error) {
      return told(error)
    }
  }

  it('are in no refusal or error of a URL that holds one', () => {
    const forge: ForgeConfig = { name: 'hub', kind: 'plain', host: 'git.example.org', insecureAllow: [] }
    for (const { core } of PLANTED) {
      for (const url of [`https://bot:${core}@git.example.org/a/b`, `https://${core}@git.example.org/a/b`, `ssh://git:${core}@git.example.org/a/b`, `https://git.example.org/a/b?token=${core}`, `https://${core}:x@evil.example/a`, `${core}@git.example.org:a/b`.replaceAll(/[/+=?&"\\%]/g, '')]) {
        const shown = [
          attempted(() => { checkUrl(url, { allow: [], host: forge.host }) }),
          attempted(() => openRepositories([], [forge], () => expect.fail('it was opened')).open(url)),
        ]
        if (url.includes(core)) nothingIn(shown.join('\n').replaceAll(/git\.example\.org|[a-z]+\.[a-z]+/g, ''), url)
      }
    }
  })

  it('are in no output, JSON, change request or file of the store when a server says them while a change is delivered', async function () {
    this.timeout(60_000)
    const stage: Stage = await (await import('../support/stage.ts')).Stage.open()
    // What is loaded late has its own list, as it has its own process in real life.
    const late = await import('../../src/outside/redact.ts')
    for (const token of OWN) late.registerSecret(token)
    try {
      writeFileSync(join(stage.dir, 'said'), PLANTED.map(({ text }) => text).join('\n'))
      await stage.repository.hook('pre-receive', `#!/bin/sh\ncat ${join(stage.dir, 'said')} >&2\nexit 1\n`)
      const failed = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '-o', 'json')
      expect([failed.exit, failed.json['code']]).to.deep.equal([1, 'git/push-rejected'])
      nothingIn(failed.out + failed.err, 'the output')
      for (const secret of PLANTED.slice(0, 8)) {
        const refused = await stage.call('scale', 'deploy/web', '--replicas=4', '-n', 'prod', '--reason', secret.text, '-o', 'json')
        expect(refused.exit, secret.text).to.not.equal(0)
        nothingIn(refused.out + refused.err, 'a refused reason')
      }
      const listed = await stage.call('list', '-o', 'json')
      nothingIn(listed.out + listed.err, 'the list')
      const id = textAt(failed.json, 'id') ?? textAt(failed.json, 'data', 'change')
      if (id !== undefined) nothingIn((await stage.call('describe', id, '-o', 'json')).out, 'the change')
      for (const file of readdirSync(stage.dir, { recursive: true, encoding: 'utf8' }).filter(name => name !== 'said')) {
        if (statSync(join(stage.dir, file)).isFile()) nothingIn(readFileSync(join(stage.dir, file), 'latin1'), file)
      }
    } finally {
      await stage.close()
    }
  })
})
