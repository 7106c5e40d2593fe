import { simpleGit } from 'simple-git'
import type { SimpleGitOptions } from 'simple-git'
import { WritError } from '../../model/error.ts'
import { checkArguments, checkEnvironment } from '../argv.ts'
import { endWithWrit } from '../end-with-writ.ts'
import { run } from '../run.ts'
import { largeFailure, lateFailure } from './failure.ts'
import { endMarked, marked } from './marked.ts'

/** A git command that needs no input and prints little: it goes through simple-git. */
export interface GitCall {
  readonly args: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Milliseconds; the command and everything it started is ended then. */
  readonly timeout: number
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

/** Runs a git command through simple-git. Any exit code is a result; throws git/failed where it cannot start or does not end in time. */
export async function callGit(call: GitCall): Promise<GitOutput> {
  checkArguments('git', call.args)
  checkEnvironment('git', call.env)
  const { env, marker } = marked(call.env)
  const ended = new AbortController()
  const stop = (): void => {
    ended.abort()
    endMarked(marker)
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => { timer = setTimeout(() => { stop(); resolve(null) }, call.timeout) })
  const forget = endWithWrit(stop)
  try {
    const output = await Promise.race([viaSimpleGit({ ...call, env }, ended.signal), late])
    if (output === null) throw lateFailure(call.args, call.timeout)
    return output
  } finally {
    clearTimeout(timer)
    forget()
  }
}

async function viaSimpleGit(call: GitCall, signal: AbortSignal): Promise<GitOutput | null> {
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
    await simpleGit(options).env({ ...call.env }).raw([...call.args])
  } catch (error) {
    if (signal.aborted) return null
    throw unstarted(error)
  }
  if (signal.aborted) return null
  if (seen.output === null || seen.output.code < 0) throw unstarted(null)
  return seen.output
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
