import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * simple-git gives no process id away and signals git alone, so that an ssh or http transport could outlive it. Every
 * child therefore carries a mark in its environment, which all that it starts inherits, and is found by it.
 */
export function marked(env: Readonly<Record<string, string>>): { env: Record<string, string>, marker: string } {
  const marker = `WRIT_RUN=${randomBytes(12).toString('hex')}`
  return { env: { ...env, WRIT_RUN: marker.slice('WRIT_RUN='.length) }, marker }
}

/** Ends every process that carries the mark. Only where /proc exists; elsewhere git ends its own children on the signal. */
export function endMarked(marker: string): void {
  for (const pid of processes()) {
    if (pid !== process.pid && carries(pid, marker)) end(pid)
  }
}

/** Bytes of memory that the processes with the mark hold; 0 where /proc does not exist. */
export function memoryOfMarked(marker: string): number {
  return processes().filter(pid => carries(pid, marker)).reduce((sum, pid) => sum + memoryOf(pid), 0)
}

function memoryOf(pid: number): number {
  try {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'latin1'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number)
  } catch {
    return []
  }
}

function carries(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/environ`, 'latin1').split('\0').includes(marker)
  } catch {
    return false
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
}
