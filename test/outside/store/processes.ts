import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bundled } from '../../support/bundled.ts'
import type { Bundled } from '../../support/bundled.ts'

/** A process of its own that works on a store; it prints one line per thing that is done for good. */
export interface Worker {
  readonly pid: number
  readonly lines: readonly string[]
  /** Resolves with the exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
  /** Resolves once so many lines came, or it ended. */
  reached(lines: number): Promise<void>
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>
}

let built: Promise<Bundled> | null = null

/** Takes the built script away; for the end of the tests that start workers. */
export async function removeWorker(): Promise<void> {
  (await built)?.remove()
  built = null
}

/** Starts test/outside/store/worker.ts with these arguments. */
export async function startWorker(...args: readonly string[]): Promise<Worker> {
  const child = spawn(process.execPath, [(await (built ??= bundled('test/outside/store/worker.ts'))).path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', line => lines.push(line))
  const ended = endOf(child)
  return {
    pid: child.pid ?? -1, lines, ended,
    reached: async count => {
      while (lines.length < count && child.exitCode === null && child.signalCode === null) await Promise.race([once(reader, 'line'), ended])
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A process that takes a lease and keeps it. */
export async function startHolder(path: string, lease: string): Promise<Worker & { readonly fence: number }> {
  const worker = await startWorker('hold', path, lease)
  await worker.reached(1)
  return { ...worker, fence: Number(worker.lines[0]) }
}

async function endOf(child: ChildProcess): Promise<number | string> {
  // 'close' comes after the last line was read.
  await once(child, 'close')
  return child.exitCode ?? child.signalCode ?? 'unknown'
}
