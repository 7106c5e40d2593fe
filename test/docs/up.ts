import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `writ sandbox up` printed, and the way to end it as a person does. */
export interface Up {
  readonly folder: string
  readonly text: string
  /** The variables of its `export` lines. */
  readonly env: Readonly<Record<string, string>>
  /** The key that may approve everywhere. */
  readonly key: string
  readonly kubeconfig: string
  /** Ctrl-C. Gives the exit code and whether the folder is gone. */
  stop(): Promise<{ readonly code: number | null, readonly gone: boolean }>
  /** For a run that failed before it ended by itself. */
  kill(): void
}

/** Starts the real program with `sandbox up`, and waits for the lines to try by hand. */
export async function startUp(writ: readonly string[]): Promise<Up> {
  const [program = '', ...args] = writ
  const child = spawn(program, [...args, 'sandbox', 'up'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<number | null>(done => { child.on('close', code => { done(code) }) })
  let [text, errors] = ['', '']
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  await new Promise<void>((done, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Ctrl-C stops')) done()
    })
    child.on('close', code => { fail(new Error(`sandbox up ended with ${code}: ${errors}`)) })
  })
  const env = Object.fromEntries([...text.matchAll(/^ {2}export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
  const path = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? ''
  const folder = join(env['WRIT_CONFIG'] ?? '', '..')
  const kill = (): void => {
    child.kill('SIGKILL')
    if (env['WRIT_CONFIG'] !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  quicken(env['WRIT_CONFIG'] ?? '')
  return {
    folder, text, env, kill,
    key: path(/--key (\S+)\s+# ada/),
    kubeconfig: path(/--kubeconfig (\S+)/),
    async stop() {
      child.kill('SIGINT')
      return { code: await closed, gone: !existsSync(folder) }
    },
  }
}

/** The tests need not watch for three seconds that what is live stays so, nor for a minute that it fails. */
function quicken(config: string): void {
  for (const name of readdirSync(config)) {
    const file = join(config, name)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^( *)stability: \d+s/m, '$1stability: 0s\n$1failing: 1s'))
  }
}
