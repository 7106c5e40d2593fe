import { basename } from 'node:path'
import type { Io } from './parts.ts'

/** The real terminal. A reader that has gone away (`writ list | head -1`) ends the printing, not the work. */
export function terminal(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const { env } = process
  return {
    out: text => { write(process.stdout, text) },
    err: text => { write(process.stderr, text) },
    colour: process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    env,
    program: basename(process.argv[1] ?? '').startsWith('kubectl-writ') ? 'kubectl writ' : 'writ',
    onInterrupt(call) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
      for (const signal of signals) process.on(signal, call)
      return () => { for (const signal of signals) process.off(signal, call) }
    },
    exit: code => process.exit(code),
  }
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (text !== '' && !stream.destroyed) stream.write(text)
}
