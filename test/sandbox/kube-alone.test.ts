import { expect } from 'chai'
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { WritError } from '../../src/model/error.ts'
import { startKubeAlone } from '../../src/sandbox/kube-alone.ts'
import type { AloneOptions } from '../../src/sandbox/kube-alone.ts'
import { writProgram } from '../docs/shell.ts'
import { pages } from '../docs/pages.ts'

const run = promisify(execFile)
const BLOCKS = pages().find(page => page.file === 'docs/sandbox.md')?.blocks.map(block => block.text) ?? []

describe('writ sandbox kube', function () {
  this.timeout(30_000)
  const [program = '', ...args] = writProgram()
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'writ-kube-alone-')) })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  interface Ended { readonly code: number | null, readonly out: string, readonly errors: string }

  /** Starts it; `ready` resolves when it says how it ends, `ended` when it has. */
  function start(...options: readonly string[]): { readonly ready: Promise<string>, readonly ended: Promise<Ended>, interrupt(): void } {
    const child = spawn(program, [...args, 'sandbox', 'kube', ...options], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, errors] = ['', '']
    child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
    const ended = new Promise<Ended>(done => { child.on('close', code => { done({ code, out, errors }) }) })
    const ready = new Promise<string>((done, fail) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        if (out.endsWith('\n')) done(out)
      })
      void ended.then(end => { fail(new Error(`it ended with ${end.code}: ${end.errors}`)) })
    })
    ready.catch(() => undefined)
    return { ready, ended, interrupt: () => { child.kill('SIGINT') } }
  }

  it('does what the documentation says, line by line, and leaves the kubeconfig for the next time', async function () {
    const [[command], lines] = [BLOCKS.filter(text => text.startsWith('npx writ sandbox kube')), BLOCKS.find(text => text.startsWith('kubectl'))?.split('\n') ?? []]
    expect(command).to.equal('npx writ sandbox kube --listen 127.0.0.1:6444 --kubeconfig kube.yaml')
    expect(lines).to.have.length(4)
    if (!await run('kubectl', ['version', '--client']).then(() => true, () => false)) {
      console.log('      skipped: no kubectl on PATH')
      return this.skip()
    }
    const sandbox = start('--listen', '127.0.0.1:0', '--kubeconfig', 'kube.yaml')
    try {
      expect(await sandbox.ready).to.match(/^https:\/\/127\.0\.0\.1:\d+\nkubectl --kubeconfig kube\.yaml get namespaces\nCtrl-C ends it\.\n$/)
      expect(statSync(join(folder, 'kube.yaml')).mode & 0o777).to.equal(0o600)
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder }
      const said = []
      for (const line of lines) said.push((await run('bash', ['-c', line], { cwd: folder, env, timeout: 20_000 })).stdout.trim())
      expect(said[0]).to.equal('deployment.apps/web created')
      expect(said[1]).to.match(/successfully rolled out$/)
      expect(said[2]).to.match(/\nweb\s+1\/1\s+1\s+1\s+\S+\s+web\s+registry\.example\.com\/web:1\.0\.0\s+app=web$/)
      expect(said[3]).to.contain('rollingUpdate').and.contain('<RollingUpdateDeployment>')
    } finally {
      sandbox.interrupt()
    }
    expect(await sandbox.ended).to.include({ code: 0, errors: '' })
    const again = start('--kubeconfig', 'kube.yaml', '-o', 'json')
    try {
      const told: unknown = JSON.parse(await again.ready)
      expect(told).to.include({ kubeconfig: 'kube.yaml' }).and.have.property('url')
    } finally {
      again.interrupt()
    }
    expect(await again.ended).to.include({ code: 0 })
  })

  it('writes into a folder of its own without options, which goes with it', async () => {
    const sandbox = start()
    const file = /--kubeconfig (\S+)/.exec(await sandbox.ready)?.[1] ?? ''
    expect(readFileSync(file, 'utf8')).to.contain('writ-sandbox')
    sandbox.interrupt()
    expect(await sandbox.ended).to.include({ code: 0 })
    expect(() => statSync(file)).to.throw('ENOENT')
  })

  it('leaves what it did not write as it is: a kubeconfig of other clusters, any other file, a folder', async () => {
    const file = join(folder, 'mine')
    const entry = (name: string): object => ({ clusters: [{ name, cluster: {} }], users: [{ name, user: {} }], contexts: [{ name, context: {} }] })
    const merged = { ...entry('writ-sandbox'), clusters: [{ name: 'writ-sandbox', cluster: {} }, { name: 'work', cluster: {} }] }
    for (const text of [JSON.stringify(entry('work')), JSON.stringify(merged), 'a note', '{', '']) {
      writeFileSync(file, text)
      expect(await refused({ kubeconfig: file }), text).to.equal(`usage/bad-argument ${file} is not a kubeconfig that writ sandbox kube wrote; it is left as it is.`)
      expect(readFileSync(file, 'utf8')).to.equal(text)
    }
    expect(await refused({ kubeconfig: folder })).to.equal(`usage/bad-argument The kubeconfig ${folder} cannot be read (EISDIR).`)
    expect(await refused({ kubeconfig: join(folder, 'none', 'kube.yaml') })).to.match(/^usage\/bad-argument The kubeconfig .* cannot be written \(ENOENT\)\.$/)
  })

  it('says which address it cannot have', async () => {
    for (const listen of ['0.0.0.0:6444', 'localhost:6444', '127.0.0.1', '127.0.0.1:65536', '127.0.0.1:http']) {
      expect(await refused({ listen })).to.equal(`usage/bad-argument It listens on this machine only, not on ${listen}.`)
    }
    const other = createServer()
    const port = await new Promise<number>(done => other.listen(0, '127.0.0.1', () => { const address = other.address(); done(typeof address === 'object' && address ? address.port : 0) }))
    try {
      const [wrong, taken] = await Promise.all([start('--listen', '0.0.0.0:1').ended, start('--listen', `127.0.0.1:${port}`, '--kubeconfig', 'kube.yaml').ended])
      expect(wrong).to.include({ code: 2, out: '' })
      expect([taken.code, taken.errors.split('\n')[0]]).to.deep.equal([1, `Error sandbox/failed: The embedded Kubernetes API cannot listen on 127.0.0.1:${port}: it is in use.`])
      expect(() => statSync(join(folder, 'kube.yaml'))).to.throw('ENOENT')
    } finally {
      other.close()
    }
  })
})

/** The code and sentence of what cannot be started. */
async function refused(options: Partial<AloneOptions>): Promise<string> {
  try {
    await (await startKubeAlone({ listen: null, kubeconfig: null, ...options })).stop()
  } catch (error) {
    if (error instanceof WritError) return `${error.code} ${error.message}`
    throw error
  }
  return 'it started'
}
