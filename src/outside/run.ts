import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { WritError } from '../model/error.ts'
import { checkArguments, checkEnvironment } from './argv.ts'
import type { Program } from './argv.ts'
import { endWithWrit } from './end-with-writ.ts'

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
  /** Cut off from the network and limited in memory and file size, as far as this machine can (`isolation`). */
  readonly isolated?: true
}

/** How it ended. `code` is null where a signal ended it. */
export interface RunResult {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly timedOut: boolean
  readonly tooLarge: boolean
}

// A process that left the group may hold the pipes open after the group is gone; nobody waits longer than this for it.
const PATIENCE_AFTER_KILL = 2000

/** The only environment variables a child gets beside its own: what finding programs and temporary files needs. */
export function baseEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TMPDIR: tmpdir() }
}

/**
 * Starts a process in a group of its own and gives its streams; only programs, subcommands and flags of argv.ts. The
 * caller ends it; where Writ ends first, its group is killed. Throws git/refused.
 */
export function start(request: Omit<RunRequest, 'input' | 'timeout' | 'maxOutput'>, around: readonly string[] = []): ChildProcess {
  checkArguments(request.program, request.args)
  checkEnvironment(request.program, request.env)
  const [command = '', ...args] = [...around, request.program === 'node' ? process.execPath : request.program, ...request.args]
  const child = spawn(command, args, {
    cwd: request.cwd, env: { ...request.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true, shell: false,
  })
  const forget = endWithWrit(() => { killGroup(child) })
  child.once('close', forget)
  child.once('error', forget)
  return child
}

/**
 * Runs a process to its end: an exit code, a timeout and too much output are results. Throws render/no-renderer or
 * git/failed only where the program does not exist, and git/refused where argv.ts does not know the call.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  const child = start(request, request.isolated === true ? await wrapper() : [])
  const limit = request.maxOutput ?? 64 * 1024 * 1024
  return new Promise((resolve, reject) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    let size = 0
    let errSize = 0
    let timedOut = false
    let tooLarge = false
    let patience: NodeJS.Timeout | undefined
    const finish = (code: number | null): void => {
      clearTimeout(timer)
      clearTimeout(patience)
      const missingProgram = request.isolated === true && code === 127
      if (missingProgram) reject(missing(request, new Error(Buffer.concat(err).toString('utf8').trim())))
      else resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8'), timedOut, tooLarge })
    }
    const kill = (): void => {
      killGroup(child)
      patience ??= setTimeout(() => {
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
        finish(null)
      }, PATIENCE_AFTER_KILL)
    }
    const timer = setTimeout(() => { timedOut = true; kill() }, request.timeout)
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) { tooLarge = true; kill() } else out.push(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      errSize += chunk.length
      if (errSize < 1024 * 1024) err.push(chunk)
    })
    child.on('error', cause => {
      clearTimeout(timer)
      clearTimeout(patience)
      reject(missing(request, cause))
    })
    child.on('close', finish)
    // A child that ends before it has read its input closes the pipe; its exit code tells the story.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(request.input ?? '')
  })
}

/** What keeps a renderer from the network and from eating the machine: the kernel's namespaces and limits where they can be had. */
export interface Isolation { readonly network: boolean, readonly memory: boolean }

// A Go program reserves far more address space than it uses: what it can write to is bounded apart from that (helm with a large chart needs a quarter of a GiB).
const MEMORY = ['prlimit', `--as=${8 * 1024 ** 3}`, `--data=${2 * 1024 ** 3}`, `--fsize=${256 * 1024 ** 2}`, '--core=0', '--']
const NETWORK = ['unshare', '--user', '--map-root-user', '--net', '--']
let wrapping: Promise<{ readonly words: readonly string[], readonly isolation: Isolation }> | null = null

/** Asks this machine once what it allows. */
export async function isolation(): Promise<Isolation> {
  return (await wrap()).isolation
}

async function wrapper(): Promise<readonly string[]> {
  return (await wrap()).words
}

function wrap(): NonNullable<typeof wrapping> {
  wrapping ??= Promise.all([works(NETWORK), works(MEMORY)]).then(([network, memory]) => ({ words: [...network ? NETWORK : [], ...memory ? MEMORY : []], isolation: { network, memory } }))
  return wrapping
}

function works([command = '', ...args]: readonly string[]): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(command, [...args, 'true'], { env: baseEnvironment(), stdio: 'ignore', timeout: 5000 })
    child.on('error', () => { resolve(false) })
    child.on('close', code => { resolve(code === 0) })
  })
}

/** Ends a process and everything it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try { process.kill(-child.pid, 'SIGKILL') } catch { child.kill('SIGKILL') }
}

function missing({ program, cwd }: RunRequest, cause: unknown): WritError {
  const renderer = program === 'kustomize' || program === 'kubectl' || program === 'helm'
  const where = cwd === undefined ? '' : ` in ${cwd}`
  return new WritError(renderer ? 'render/no-renderer' : 'git/failed', `The program ${program} cannot be started${where}.`, { cause, hint: `Install ${program} and put it on PATH.` })
}
