import { baseEnvironment, run } from '../outside/run.ts'
import type { RunRequest } from '../outside/run.ts'
import { WritError } from '../model/error.ts'

/** What a call of Git may say beyond its arguments. */
export interface GitCall {
  readonly cwd: string
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly timeout?: number
}

/** The environment of every Git of the sandbox: nobody's configuration, no prompt, no helper. */
export function gitEnvironment(): Record<string, string> {
  return { ...baseEnvironment(), HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' }
}

/** Runs Git and gives its output. Throws git/failed with Git's own words. */
export async function git(args: readonly string[], call: GitCall): Promise<Buffer> {
  const request: RunRequest = {
    program: 'git', args, cwd: call.cwd, env: { ...gitEnvironment(), ...call.env }, timeout: call.timeout ?? 30_000,
    ...(call.input === undefined ? {} : { input: call.input }),
  }
  const result = await run(request)
  if (result.timedOut) throw new WritError('git/failed', `git ${args[0] ?? ''} took longer than ${request.timeout / 1000} s.`)
  if (result.code !== 0) throw new WritError('git/failed', result.stderr.trim() || `git ${args[0] ?? ''} ended with ${String(result.code)}.`)
  return result.stdout
}

/** The same as text without the last newline. */
export async function gitText(args: readonly string[], call: GitCall): Promise<string> {
  return (await git(args, call)).toString('utf8').trimEnd()
}
