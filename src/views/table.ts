import { line } from './line.ts'
import type { Line } from './line.ts'

const GAP = '   '
/** A column that is narrower says nothing. */
const LEAST = 12

/** Columns as kubectl prints them: capitals above, three blanks between. An empty cell shows as `<none>`. With a width, the widest columns are cut to it, but never the first, which is a name to type. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number | null = null): readonly Line[] {
  const shown = rows.map(cells => head.map((_, i) => cells[i] === undefined || cells[i] === '' ? '<none>' : cells[i].replaceAll(/\s+/g, ' ')))
  const full = head.map((title, i) => Math.max(title.length, ...shown.map(cells => cells[i]?.length ?? 0)))
  const widths = width === null ? full : cut(full, { to: width, least: head.map((title, i) => i === 0 ? full[0] ?? 0 : Math.max(title.length, LEAST)) })
  const write = (cells: readonly string[]): string => cells.map((cell, i) => fitted(cell, widths[i] ?? 0)).join(GAP).trimEnd()
  return [line(write(head), 'title'), ...shown.map(cells => line(write(cells)))]
}

/** Takes from the widest column, again and again, until the whole fits or nothing is left to take. */
function cut(widths: readonly number[], { to, least }: { readonly to: number, readonly least: readonly number[] }): readonly number[] {
  const cutTo = [...widths]
  const over = (): number => cutTo.reduce((sum, one) => sum + one, 0) + GAP.length * (cutTo.length - 1) - to
  while (over() > 0) {
    const free = cutTo.map((one, i) => one > (least[i] ?? 0) ? one : 0)
    const widest = free.indexOf(Math.max(...free))
    if ((free[widest] ?? 0) === 0) break
    cutTo[widest] = (cutTo[widest] ?? 0) - 1
  }
  return cutTo
}

function fitted(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width)
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
