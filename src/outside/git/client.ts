import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { simpleGit } from 'simple-git'
import type { SimpleGitOptions } from 'simple-git'
import { WritError } from '../../model/error.ts'
import { checkArguments, checkEnvironment } from '../argv.ts'
import { endWithWrit } from '../end-with-writ.ts'
import { run } from '../run.ts'
import { largeFailure, lateFailure } from './failure.ts'
import { endMarked, marked, memoryOfMarked } from './marked.ts'

/** A git command that needs no input and prints little: it goes through simple-git. */
export interface GitCall {
  readonly args: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Milliseconds; the command and everything it started is ended then. */
  readonly timeout: number
  /** Where git puts what a server sends, and how many bytes it may send in one piece. */
  readonly room?: { readonly folder: string, readonly bytes: number }
  /** Bytes of memory that the command and what it started may hold, where the system tells. */
  readonly memory?: number
}

/** A git command with input, or with output that is large or no text: it goes through the process starter. */
export interface GitPipe extends GitCall { readonly input?: string | Uint8Array, readonly maxOutput?: number }

/** How a git command ended. */
export interface GitOutput { readonly code: number, readonly stdout: Buffer, readonly stderr: string }

// simple-git's guard refuses these for any value; ours (argv.ts, environment.ts) says which values there are.
const OPENED: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeAskPass: true, allowUnsafeConfigEnvCount: true, allowUnsafeConfigPaths: true, allowUnsafeCredentialHelper: true, allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true, allowUnsafePager: true, allowUnsafeProtocolOverride: true, allowUnsafeSshCommand: true, allowUnsafeTemplateDir: true,
}

/** Bytes of output that a command may write, endless as a server may be; the questions that go this way have small answers. */
const MOST_OUTPUT = 16 * 1024 * 1024
const LOOK_EVERY = 200

/**
 * Runs a git command through simple-git. Any exit code is a result; throws git/failed where it cannot start or does not end in time, and git/too-large where it
 * writes more than Writ takes.
 */
export async function callGit(call: GitCall): Promise<GitOutput> {
  checkArguments('git', call.args)
  checkEnvironment('git', call.env)
  const { env, marker } = marked(call.env)
  const ended = new AbortController()
  const stop = (): void => {
    ended.abort()
    endMarked(marker)
  }
  let end: (why: WritError) => void = () => undefined
  const ending = new Promise<WritError>(resolve => {
    end = why => {
      stop()
      resolve(why)
    }
  })
  const timer = setTimeout(() => { end(lateFailure(call.args, call.timeout)) }, call.timeout)
  const looking = watch(call, marker, () => { end(largeFailure(call.args, 'was sent more than Writ keeps')) })
  const forget = endWithWrit(stop)
  try {
    const output = await Promise.race([viaSimpleGit({ ...call, env }, ended.signal, () => { end(largeFailure(call.args)) }), ending])
    if (output === null) throw await ending
    if (output instanceof WritError) throw output
    return output
  } finally {
    clearTimeout(timer)
    clearInterval(looking)
    forget()
  }
}

/** A server may send without end, and faster than the time that it has. What it sent into one file is taken away again. */
function watch({ room, memory }: GitCall, marker: string, full: () => void): NodeJS.Timeout | undefined {
  if (room === undefined && memory === undefined) return undefined
  let looks = 0
  return setInterval(() => {
    looks += 1
    const overfull = room === undefined ? undefined : unfinished(room.folder).find(file => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > room.bytes)
    // Looking through all processes takes a while; most commands end before.
    const greedy = memory !== undefined && looks % 4 === 0 && memoryOfMarked(marker) > memory
    if (overfull === undefined && !greedy) return
    full()
    if (overfull !== undefined) rmSync(overfull, { force: true })
  }, LOOK_EVERY)
}

/** What git is receiving now, or was when it was ended. */
function unfinished(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(name => name.startsWith('tmp_')).map(name => join(folder, name))
  } catch {
    return []
  }
}

async function viaSimpleGit(call: GitCall, signal: AbortSignal, tooMuch: () => void): Promise<GitOutput | null> {
  const seen: { output: GitOutput | null } = { output: null }
  const options: Partial<SimpleGitOptions> = {
    baseDir: call.cwd, abort: signal, unsafe: OPENED, allowEnvironment: Object.keys(call.env), maxConcurrentProcesses: 1,
    // The exit code is an answer here (1 of merge-tree is a conflict): keep it, and let the caller judge.
    errors: (error, result) => {
      seen.output = { code: result.exitCode, stdout: Buffer.concat(result.stdOut), stderr: Buffer.concat(result.stdErr).toString('utf8') }
      return signal.aborted ? error : undefined
    },
  }
  try {
    await simpleGit(options).env({ ...call.env }).outputHandler((_command, stdout, stderr) => { bound([stdout, stderr], tooMuch) }).raw([...call.args])
  } catch (error) {
    if (signal.aborted) return null
    throw unstarted(error)
  }
  if (signal.aborted) return null
  if (seen.output === null || seen.output.code < 0) throw unstarted(null)
  return seen.output
}

function bound(streams: readonly NodeJS.ReadableStream[], tooMuch: () => void): void {
  let size = 0
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MOST_OUTPUT) tooMuch()
    })
  }
}

/** Runs a git command through the process starter. Throws git/failed where it cannot start or is late, git/too-large where it prints too much. */
export async function pipeGit(call: GitPipe): Promise<GitOutput> {
  const result = await run({ program: 'git', ...call })
  if (result.timedOut) throw lateFailure(call.args, call.timeout)
  if (result.tooLarge) throw largeFailure(call.args)
  return { code: result.code ?? 128, stdout: result.stdout, stderr: result.stderr }
}

function unstarted(cause: unknown): WritError {
  return new WritError('git/failed', 'The program git cannot be started.', { cause, hint: 'Install git 2.38 or later and put it on PATH.' })
}
