import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A process of a real part. */
export interface Program {
  readonly name: string
  readonly pid: number
  /** Asks it to end, and after a while makes it. */
  stop(): Promise<void>
}

export interface ProgramStart {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd: string
  /** The folder of the log files: NAME.log, appended to. */
  readonly logs: string
  /** True once it does its work; asked again and again. */
  readonly ready: () => Promise<boolean>
  /** Runs it as this user and group. */
  readonly user?: { readonly uid: number, readonly gid: number }
}

const READY_WITHIN = 120_000
const ENDS_WITHIN = 10_000

/** Starts it and waits until it is ready. Throws the end of its log where it ends or does not become ready. It ends with this process, even where that is killed. */
export async function startProgram(start: ProgramStart): Promise<Program> {
  const log = join(start.logs, `${start.name}.log`)
  const out = openSync(log, 'a')
  const user = start.user === undefined ? [] : [`--reuid=${start.user.uid}`, `--regid=${start.user.gid}`, '--clear-groups']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...user, '--', start.command, ...start.args], {
    cwd: start.cwd, stdio: ['ignore', out, out], env: { PATH: process.env['PATH'] ?? '', HOME: start.cwd, TMPDIR: start.cwd, LANG: 'C.UTF-8', ...start.env },
  })
  closeSync(out)
  const ended = new Promise<string>(resolve => {
    child.once('error', error => { resolve(error.message) })
    child.once('exit', (code, signal) => { resolve(`it ended with ${signal ?? `exit code ${code}`}`) })
  })
  let over: string | null = null
  void ended.then(how => { over = how })
  const stop = async (): Promise<void> => {
    if (over !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => { child.kill('SIGKILL') }, ENDS_WITHIN)
    await ended
    clearTimeout(timer)
  }
  for (const end = Date.now() + READY_WITHIN; ;) {
    if (over !== null || Date.now() > end) {
      await stop()
      throw new Error(`${start.name} did not start: ${over ?? 'it was not ready in time'}\n${lastLines(log)}`)
    }
    if (await start.ready().catch(() => false)) return { name: start.name, pid: child.pid ?? 0, stop }
    await pause(100)
  }
}

function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n')
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}

/** Ports of 127.0.0.1 that are free now, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => { resolve(server) })
  })))
  const ports = servers.map(server => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map(server => new Promise(resolve => { server.close(resolve) })))
  return ports
}
