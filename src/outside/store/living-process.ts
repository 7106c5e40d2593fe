import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process that can be told from every other one, also from a later one with the same number. */
export interface ProcessMark {
  /** Host name and, on Linux, the boot and the process namespace: numbers mean the same only within one of these. */
  readonly host: string
  readonly pid: number
  /** When it started, in the kernel's own count; null where the kernel does not say. */
  readonly started: string | null
}

/** The mark of this very process. */
export function thisProcess(): ProcessMark {
  return { host: here(), pid: process.pid, started: startOf(process.pid)?.time ?? null }
}

/** True only where the process ran on this host and is certainly gone. Of other hosts nothing is known. */
export function isDead(mark: ProcessMark): boolean {
  if (mark.host !== here()) return false
  try {
    process.kill(mark.pid, 0)
  } catch (cause) {
    // EPERM: it is there and belongs to somebody else.
    return cause instanceof Error && 'code' in cause && cause.code === 'ESRCH'
  }
  const found = startOf(mark.pid)
  if (found === null) return false
  return found.ended || (mark.started !== null && found.time !== mark.started)
}

function here(): string {
  return [hostname(), textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()), textOf(() => readlinkSync('/proc/self/ns/pid'))].join(' ').trim()
}

/** Field 22 of /proc/PID/stat, and whether it is a zombie; null where there is no /proc or it is hidden. */
function startOf(pid: number): { readonly time: string, readonly ended: boolean } | null {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  // The second field is the program's name in parentheses and may hold anything, further parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const time = fields[19]
  return time === undefined ? null : { time, ended: fields[0] === 'Z' || fields[0] === 'X' }
}

function textOf(read: () => string): string {
  try { return read() } catch { return '' }
}
