import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { baseEnvironment, isolation, run } from '../../src/outside/run.ts'
import { errorOf } from '../contracts/failure.ts'

const env = baseEnvironment()

// A child that starts another one, writes its id, and waits; `how` says whether the other one leaves the group.
const NEST = (pidFile: string, detached: boolean): string => `
  const other = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: ${String(detached)} })
  require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(other.pid))
  setInterval(() => {}, 1000)`

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie that nobody has collected yet is dead.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(what: () => boolean): Promise<boolean> {
  for (let time = 0; time < 100; time += 1) {
    if (what()) return true
    await sleep(50)
  }
  return false
}

describe('running a program', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'writ-test-run-')) })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('gives exit code, output and errors, and hands over input', async () => {
    const script = 'process.stdin.on("data", d => process.stdout.write(d)); process.stdin.on("end", () => { console.error("e"); process.exit(3) })'
    const result = await run({ program: 'node', args: ['-e', script], env, input: Buffer.from([0, 255]), timeout: 10_000 })
    expect(result).to.deep.equal({ code: 3, stdout: Buffer.from([0, 255]), stderr: 'e\n', timedOut: false, tooLarge: false })
  })

  it('ends the whole group after the time, also what the program started', async () => {
    const pidFile = join(dir, 'pid')
    const result = await run({ program: 'node', args: ['-e', NEST(pidFile, false)], env, timeout: 1500 })
    expect(result.timedOut).to.equal(true)
    expect(result.code).to.equal(null)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    expect(await until(() => !alive(pid))).to.equal(true)
  })

  it('does not wait for ever for a process that left the group and holds the pipes', async () => {
    const pidFile = join(dir, 'pid')
    const started = Date.now()
    const result = await run({ program: 'node', args: ['-e', NEST(pidFile, true)], env, timeout: 1000 })
    expect(result.timedOut).to.equal(true)
    expect(Date.now() - started).to.be.lessThan(8000)
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
  })

  it('ends a program that prints more than is allowed', async () => {
    const result = await run({ program: 'node', args: ['-e', 'for (;;) process.stdout.write("x".repeat(65536))'], env, timeout: 10_000, maxOutput: 100_000 })
    expect(result.tooLarge).to.equal(true)
    expect(result.stdout.length).to.be.at.most(100_000)
  })

  it('says that a program is missing, as the error of its kind', async () => {
    const nowhere = { ...env, PATH: dir }
    expect((await errorOf(run({ program: 'kustomize', args: ['version'], env: nowhere, timeout: 1000 })))?.code).to.equal('render/no-renderer')
    const error = await errorOf(run({ program: 'git', args: ['version'], env: nowhere, timeout: 1000 }))
    expect(error?.code).to.equal('git/failed')
    expect(error?.hint).to.contain('Install git')
  })

  const ends: readonly (readonly [string, string, NodeJS.Signals | null])[] = [
    ['ends by itself', 'setTimeout(() => process.exit(0), 300)', null], ['is told to end', 'setInterval(() => {}, 1000)', 'SIGTERM'], ['is interrupted', 'setInterval(() => {}, 1000)', 'SIGINT'],
    ['is interrupted and handles that itself', 'process.on("SIGINT", () => process.exit(4)); setInterval(() => {}, 1000)', 'SIGINT'],
  ]
  for (const [name, tail, signal] of ends) {
    it(`leaves no child behind where Writ ${name}`, async () => {
      const pidFile = join(dir, 'pid')
      const module = pathToFileURL(join(import.meta.dirname, '../../src/outside/run.ts')).href
      const script = `import { run, baseEnvironment } from ${JSON.stringify(module)}
        run({ program: 'node', args: ['-e', ${JSON.stringify(NEST(pidFile, false))}], env: baseEnvironment(), timeout: 60000 })
        ${signal === null ? `const wait = setInterval(() => { if (process.getBuiltinModule('node:fs').existsSync(${JSON.stringify(pidFile)})) { clearInterval(wait); ${tail} } }, 50)` : tail}`
      const writ = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'ignore' })
      const ended = new Promise<NodeJS.Signals | number | null>(resolve => { writ.on('close', (code, by) => { resolve(by ?? code) }) })
      expect(await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== ''), 'started').to.equal(true)
      const pid = Number(readFileSync(pidFile, 'utf8'))
      if (signal !== null) writ.kill(signal)
      expect(await ended).to.equal(name.endsWith('itself') && signal !== null ? 4 : signal ?? 0)
      expect(await until(() => !alive(pid))).to.equal(true)
    })
  }

  it('keeps an isolated program from every address, loopback too', async function () {
    if (!(await isolation()).network) {
      console.log('      skipped: this machine gives no network namespaces')
      return this.skip()
    }
    const server = createServer(socket => socket.end('reached')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const ask = ['-e', `require('node:net').connect(${port}, '127.0.0.1').on('data', data => { process.stdout.write(data) }).on('error', error => { process.stdout.write(error.code) })`]
    const open = await run({ program: 'node', args: ask, env, timeout: 10_000 })
    const closed = await run({ program: 'node', args: ask, env, timeout: 10_000, isolated: true })
    server.close()
    expect([open.stdout.toString(), closed.stdout.toString()]).to.deep.equal(['reached', 'ENETUNREACH'])
  })

  it('ends an isolated program that writes without end to a file', async function () {
    if (!(await isolation()).memory) {
      console.log('      skipped: this machine has no prlimit')
      return this.skip()
    }
    const file = join(dir, 'large')
    const fill = `const file = require('node:fs').openSync(${JSON.stringify(file)}, 'w'); for (let i = 0; i < 300; i++) require('node:fs').writeSync(file, Buffer.alloc(1024 * 1024))`
    const result = await run({ program: 'node', args: ['-e', fill], env, timeout: 20_000, isolated: true })
    expect(result.code).not.to.equal(0)
    expect(statSync(file).size).to.equal(256 * 1024 * 1024)
  })
})
