import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { WritError } from '../model/error.ts'
import { checkArguments } from './argv.ts'
import type { Program } from './argv.ts'

/** A process to run to its end. `env` is the whole environment: nothing is inherited. */
export interface RunRequest {
  readonly program: Program
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string | Uint8Array
  /** Milliseconds; the process group is killed then. */
  readonly timeout: number
  /** Bytes of stdout kept; more ends the process. Default 64 MiB. */
  readonly maxOutput?: number
}

/** How it ended. `code` is null where a signal ended it. */
export interface RunResult {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly timedOut: boolean
  readonly tooLarge: boolean
}

/** The only environment variables a child gets beside its own: what finding programs and temporary files needs. */
export function baseEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TMPDIR: process.env['TMPDIR'] ?? '/tmp' }
}

/** Starts a process and gives its streams; only programs and subcommands of argv.ts. The caller ends it. */
export function start(request: Omit<RunRequest, 'input' | 'timeout' | 'maxOutput'>): ChildProcess {
  checkArguments(request.program, request.args)
  const command = request.program === 'node' ? process.execPath : request.program
  return spawn(command, [...request.args], {
    cwd: request.cwd, env: { ...request.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true, shell: false,
  })
}

/** Runs a process to its end. Throws WritError render/no-renderer or git/failed only where the program does not exist. */
export function run(request: RunRequest): Promise<RunResult> {
  const child = start(request)
  const limit = request.maxOutput ?? 64 * 1024 * 1024
  return new Promise((resolve, reject) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    let size = 0
    let errSize = 0
    let timedOut = false
    let tooLarge = false
    const timer = setTimeout(() => { timedOut = true; killGroup(child) }, request.timeout)
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) { tooLarge = true; killGroup(child) } else out.push(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      errSize += chunk.length
      if (errSize < 1024 * 1024) err.push(chunk)
    })
    child.on('error', cause => {
      clearTimeout(timer)
      reject(missing(request.program, cause))
    })
    child.on('close', code => {
      clearTimeout(timer)
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8'), timedOut, tooLarge })
    })
    // A child that ends before it has read its input closes the pipe; its exit code tells the story.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(request.input ?? '')
  })
}

/** Ends a process and everything it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try { process.kill(-child.pid, 'SIGKILL') } catch { child.kill('SIGKILL') }
}

function missing(program: Program, cause: unknown): WritError {
  const renderer = program === 'kustomize' || program === 'kubectl'
  return new WritError(renderer ? 'render/no-renderer' : 'git/failed', `The program ${program} cannot be started.`, { cause, hint: `Install ${program} and put it on PATH.` })
}
