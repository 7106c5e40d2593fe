import { writeSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { EXIT } from '../errors.ts'
import type { Io } from './parts.ts'

/**
 * The real terminal. A reader that has gone away (`writ list | head -1`) ends the printing, not the work; where an answer cannot be
 * written for another reason (a full disk), that is said and the process fails at its end.
 */
export function terminal(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE') unwritten(error) })
  // Nothing is left to say it on; the answer itself stands on stdout.
  process.stderr.on('error', () => undefined)
  const { env } = process
  return {
    out: text => { write(process.stdout, text) },
    err: text => { write(process.stderr, text) },
    colour: process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null,
    env,
    program: programName(),
    command: calledAs(),
    patience: 1000,
    onInterrupt(call) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
      const listener = (_name: NodeJS.Signals, signal: number): void => { call(signal) }
      for (const signal of signals) process.on(signal, listener)
      return () => { for (const signal of signals) process.off(signal, listener) }
    },
    exit: code => process.exit(code),
  }
}

function programName(): string {
  return basename(process.argv[1] ?? '').startsWith('kubectl-writ') ? 'kubectl writ' : 'writ'
}

/** As it was called: a checkout has no `writ` on the PATH. */
function calledAs(): string {
  const file = process.argv[1] ?? ''
  if (basename(file) === 'main.js') {
    const near = relative(process.cwd(), file)
    return `node ${near.startsWith('..') ? file : near}`
  }
  return process.env['npm_command'] === 'exec' ? `npx ${programName().replace(' ', '-')}` : programName()
}

let told = false

function unwritten(error: NodeJS.ErrnoException): void {
  if (told) return
  told = true
  // At the very end, because the exit code of the command is set after this.
  process.on('exit', () => { process.exitCode = EXIT.failed })
  try {
    writeSync(2, `Error: the answer cannot be written to standard output (${error.code ?? error.message}). What was done is kept.\n`)
  } catch {
    // Standard error is full, too; the exit code says it.
  }
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (text !== '' && !stream.destroyed) stream.write(text)
}
