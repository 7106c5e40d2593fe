import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'

/** The machine and the versions that a figure belongs to. */
export function machineLine(): string {
  const cores = cpus()
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim()
  return `${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}, ${git}`
}

/** The median of some milliseconds. */
export function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Milliseconds that a call takes. */
export async function timed(call: () => unknown): Promise<number> {
  const start = performance.now()
  await call()
  return performance.now() - start
}

/** One row: what, its median, and its ratio to a baseline. */
export function row(name: string, times: readonly number[], baseline: readonly number[]): string {
  return `${name.padEnd(44)} ${median(times).toFixed(0).padStart(7)} ms   × ${(median(times) / median(baseline)).toFixed(2)}`
}
