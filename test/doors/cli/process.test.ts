import { expect } from 'chai'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { writProgram } from '../../docs/shell.ts'
import { kubeconfigOf } from '../../support/object-server.ts'

interface Ended { readonly code: number | null, readonly out: string, readonly err: string }

/** Starts the real program as a person does, with nothing of this process's environment but PATH. */
function writ(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdout: 'pipe' | number = 'pipe'): { readonly child: ChildProcess, readonly ended: Promise<Ended> } {
  const [program = '', ...first] = writProgram()
  const child = spawn(program, [...first, ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...env }, stdio: ['ignore', stdout, 'pipe'] })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => { out += chunk.toString() })
  child.stderr?.on('data', (chunk: Buffer) => { err += chunk.toString() })
  return { child, ended: new Promise(done => { child.on('close', code => { done({ code, out, err }) }) }) }
}

describe('the program', function () {
  this.timeout(60_000)
  let dir: string
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'writ-process-'))
    writeFileSync(join(dir, 'writ.yaml'), `clusters:\n  - name: here\n    context: none\n    kubeconfig: ${join(dir, 'nowhere')}\nstore:\n  path: ${join(dir, 'store', 'writ.db')}\n`)
  })
  after(() => { rmSync(dir, { recursive: true, force: true }) })

  it('ends with the exit code, prints results to stdout and failures to stderr', async () => {
    const listed = await writ(['list', '--config', dir]).ended
    expect([listed.code, listed.out, listed.err]).to.deep.equal([0, 'No changes.\n', ''])
    const missing = await writ(['list', '--config', join(dir, 'none')]).ended
    expect([missing.code, missing.out]).to.deep.equal([2, ''])
    expect(missing.err).to.match(/^Error config\/missing: There is no configuration folder .*\nNext: Run writ init/)
  })

  it('takes the folder of WRIT_CONFIG, and the flag before it', async () => {
    expect((await writ(['list'], { WRIT_CONFIG: dir }).ended).code).to.equal(0)
    expect((await writ(['list', '--config', join(dir, 'none')], { WRIT_CONFIG: dir }).ended).code).to.equal(2)
  })

  it('says a wrong configuration with its place, in JSON too', async () => {
    writeFileSync(join(dir, 'dev.yaml'), 'name: dev\nclass: develop\ncovers: [{cluster: here}]\n')
    try {
      const { code, out } = await writ(['list', '--config', dir, '-o', 'json']).ended
      expect([code, JSON.parse(out).code, JSON.parse(out).data.problems[0].line]).to.deep.equal([2, 'config/invalid', 2])
    } finally {
      rmSync(join(dir, 'dev.yaml'))
    }
  })

  it('keeps quiet where its reader has gone away', async () => {
    const { child, ended } = writ(['--help'])
    child.stdout?.destroy()
    const { code, err } = await ended
    expect([code, err]).to.deep.equal([0, ''])
  })

  it('says in one line that its answer could not be written, and fails', async function () {
    if (!existsSync('/dev/full')) return this.skip()
    const full = openSync('/dev/full', 'w')
    try {
      for (const args of [['list', '--config', dir], ['list', '--config', dir, '-o', 'json'], ['--help']]) {
        const { code, err } = await writ(args, {}, full).ended
        expect([code, err], args.join(' ')).to.deep.equal([1, 'Error: the answer cannot be written to standard output (ENOSPC). What was done is kept.\n'])
      }
    } finally {
      closeSync(full)
    }
  })

  it('stops at Ctrl-C by itself, and leaves no store behind where nothing was written', async () => {
    const { child, ended } = writ(['work', '--config', dir])
    child.stderr?.once('data', () => { child.kill('SIGINT') })
    const { code, err, out } = await ended
    expect([code, out]).to.deep.equal([0, 'No changes.\n'])
    expect(err).to.contain('Ctrl-C stops').and.contain('what is done is kept')
    expect(() => readFileSync(join(dir, 'store', 'writ.db'))).to.throw('ENOENT')
  })

  it('ends at once at Ctrl-C and at the request to end where it only looks at a server that does not answer, and says before what it waits for', async () => {
    const [silent, config] = await silentCluster()
    try {
      await Promise.all(([['SIGINT', 130, ['owner', 'deployment/web']], ['SIGTERM', 143, ['diff', 'deployment/web', '-o', 'json']], ['SIGTERM', 143, ['doctor']], ['SIGINT', 130, ['history', 'deployment/web']]] as const).map(async ([signal, exit, args]) => {
        const { code, out, err, ms } = await interrupted(signal, [...args, '--config', config])
        expect([code, out], `${args.join(' ')}: ${err}`).to.deep.equal([exit, ''])
        expect(err).to.match(/waiting for https:\/\/127\.0\.0\.1:\d+ \(cluster here\)\n$/)
        expect(ms, args.join(' ')).to.be.lessThan(3000)
      }))
    } finally {
      silent.close()
    }
  })

  it('says that nothing was written where a change was asked for and it ends before one is recorded', async () => {
    const [silent, config] = await silentCluster()
    try {
      const [text, json] = await Promise.all([[], ['-o', 'json']].map(more => interrupted('SIGTERM', ['scale', 'deployment/web', '--replicas=3', '--config', config, ...more])))
      expect([text?.code, text?.out, json?.code, JSON.parse(json?.out ?? '').kind]).to.deep.equal([4, 'Nothing was written.\n', 4, 'Interrupted'])
      expect(Math.max(text?.ms ?? 0, json?.ms ?? 0)).to.be.lessThan(3000)
    } finally {
      silent.close()
    }
  })

  /** A configuration over an API server that accepts and never answers. */
  async function silentCluster(): Promise<[Server, string]> {
    const silent = createServer(socket => { socket.on('error', () => undefined).resume() })
    await new Promise<void>(done => { silent.listen(0, '127.0.0.1', done) })
    const config = mkdtempSync(join(dir, 'silent-'))
    writeFileSync(join(config, 'kubeconfig'), kubeconfigOf(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`))
    writeFileSync(join(config, 'writ.yaml'), `clusters: [{name: here, context: test, kubeconfig: ${join(config, 'kubeconfig')}}]\nstore: {path: ${join(config, 'writ.db')}}\n`)
    return [silent, config]
  }

  async function interrupted(signal: NodeJS.Signals, args: readonly string[]): Promise<Ended & { readonly ms: number }> {
    const { child, ended } = writ(args)
    let began = 0
    child.stderr?.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes('waiting for https')) return
      began = Date.now()
      child.kill(signal)
    })
    return { ...await ended, ms: Date.now() - began }
  }

  it('examines the machine without a configuration', async () => {
    const { code, out } = await writ(['doctor', '--config', join(dir, 'none'), '-o', 'json'], { XDG_STATE_HOME: dir }).ended
    const answer = JSON.parse(out)
    expect(answer.checks.map((check: { name: string }) => check.name)).to.deep.equal(['node', 'git', 'kustomize', 'helm', 'isolation', 'ssh-keygen', 'sqlite', 'store', 'configuration'])
    expect(code).to.equal(answer.ok === true ? 0 : 1)
  })

  it('loads nothing but commander before it knows what is asked', () => {
    const seen = new Set<string>()
    const packages = new Set<string>()
    const walk = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^\n]*?from '([^']+)'/gm)) {
        if (specifier.startsWith('.')) walk(resolve(dirname(file), specifier))
        else if (!specifier.startsWith('node:')) packages.add(specifier)
      }
    }
    walk(resolve('src/main.ts'))
    expect([...packages]).to.deep.equal(['commander'])
    expect(seen.size).to.be.greaterThan(10).and.lessThan(35)
    expect([...seen].filter(file => /\/(?:operations|flow|views|sandbox)\/|wire\.ts$/.test(file))).to.deep.equal([])
  })
})
