import { baseEnvironment, killGroup, start } from '../outside/run.ts'
import { isObject } from '../model/json.ts'
import type { JsonObject } from '../model/json.ts'
import { WritError } from '../model/error.ts'

/** How one call of `writ` ended. `answer` is what it printed as JSON. */
export interface CliAnswer { readonly exit: number, readonly answer: JsonObject }

/** The real command line, as a person would call it, in processes of its own. */
export interface WritCli {
  /** Runs `writ ARGS -o json`. Throws sandbox/failed where it prints no JSON object or the demo was stopped. */
  call(args: readonly string[], progress?: (line: string) => void): Promise<CliAnswer>
  /** Ends every call that still runs. */
  stop(): void
}

export interface WritCliOptions {
  /** The program and its first arguments, this Node first: `[process.execPath, …, 'dist/main.js']`. */
  readonly writ: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds for one call. */
  readonly timeout: number
}

/** Calls the CLI with the environment of a sandbox. */
export function writCli(options: WritCliOptions): WritCli {
  const running = new Set<() => void>()
  const state = { stopped: false }
  return {
    call: (args, progress) => new Promise((resolve, reject) => {
      if (state.stopped) {
        reject(stopped())
        return
      }
      const child = start({ program: 'node', args: [...options.writ.slice(1), ...args, '-o', 'json'], env: { ...baseEnvironment(), ...options.env } })
      const out: Buffer[] = []
      const errors: string[] = []
      const kill = (): void => killGroup(child)
      const timer = setTimeout(kill, options.timeout)
      running.add(kill)
      child.stdin?.end()
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
      lines(child.stderr, line => { errors.push(line); progress?.(line) })
      child.on('error', reject)
      child.on('close', code => {
        clearTimeout(timer)
        running.delete(kill)
        const answer = parsed(Buffer.concat(out).toString('utf8'))
        if (state.stopped) reject(stopped())
        else if (answer !== null && code !== null) resolve({ exit: code, answer })
        else reject(new WritError('sandbox/failed', `writ ${args.join(' ')} ended with ${code === null ? 'a signal (its time was over)' : `exit code ${code}`} and no JSON. ${errors.slice(-3).join(' ')}`.trim()))
      })
    }),
    stop: () => {
      state.stopped = true
      for (const kill of running) kill()
    },
  }
}

function stopped(): WritError {
  return new WritError('sandbox/failed', 'The sandbox was stopped.')
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function lines(stream: NodeJS.ReadableStream | null, tell: (line: string) => void): void {
  let rest = ''
  stream?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line.trim() !== '') tell(line)
  })
  stream?.on('end', () => { if (rest.trim() !== '') tell(rest) })
}
