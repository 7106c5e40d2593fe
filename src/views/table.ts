import { line } from './line.ts'
import type { Line } from './line.ts'

/** Columns as kubectl prints them: capitals above, three blanks between. An empty cell shows as `<none>`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly Line[] {
  const shown = rows.map(cells => head.map((_, i) => cells[i] === undefined || cells[i] === '' ? '<none>' : cells[i].replaceAll(/\s+/g, ' ')))
  const widths = head.map((title, i) => Math.max(title.length, ...shown.map(cells => cells[i]?.length ?? 0)))
  const write = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('   ').trimEnd()
  return [line(write(head), 'title'), ...shown.map(cells => line(write(cells)))]
}

/** `45s`, `12m`, `3h`, `9d`: how long ago, as kubectl shows ages. `now` and `then` are ISO times. */
export function age(then: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(then)) / 1000))
  if (Number.isNaN(seconds)) return '?'
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
