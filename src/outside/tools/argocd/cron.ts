/** One field of a schedule: the numbers that fit, and whether it was written with a bare star. */
interface Field { readonly fits: ReadonlySet<number>, readonly star: boolean }

/** A schedule of five fields, in UTC. */
export interface Cron { readonly minute: Field, readonly hour: Field, readonly day: Field, readonly month: Field, readonly weekday: Field }

interface Bounds { readonly min: number, readonly max: number, readonly names?: readonly string[] }

const BOUNDS = {
  minute: { min: 0, max: 59 }, hour: { min: 0, max: 23 }, day: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  weekday: { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
} as const satisfies Record<keyof Cron, Bounds>

const DAY = 86_400_000

/**
 * Reads a schedule by the rules of the parser that Argo CD uses (robfig/cron v3, five fields, no descriptors); null where it would refuse it, or
 * where the schedule names a zone of its own (`TZ=…`), which is not read here. The packages for schedules have other rules: croner takes 7 for
 * Sunday, `L`, `W`, `#` and `@daily`, refuses `5/100` and `1,,3`, does not count `*,5` as a star where both day fields stand, and looks further
 * than five years. So the recorded answers of the real parser (test/fixtures/sync-windows.json) hold this one.
 */
export function parseCron(text: string): Cron | null {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5) return null
  const [minute, hour, day, month, weekday] = (['minute', 'hour', 'day', 'month', 'weekday'] as const).map((name, i) => fieldOf(fields[i] ?? '', BOUNDS[name]))
  return minute && hour && day && month && weekday ? { minute, hour, day, month, weekday } : null
}

function fieldOf(text: string, bounds: Bounds): Field | null {
  const fits = new Set<number>()
  let star = false
  for (const part of text.split(',').filter(one => one !== '')) {
    const range = rangeOf(part, bounds)
    if (range === null) return null
    star ||= range.star
    for (let number = range.from; number <= range.to; number += range.step) fits.add(number)
  }
  return { fits, star }
}

function rangeOf(part: string, bounds: Bounds): { readonly from: number, readonly to: number, readonly step: number, readonly star: boolean } | null {
  const [range = '', by, ...more] = part.split('/')
  const [low = '', high, ...rest] = range.split('-')
  const step = by === undefined ? 1 : (numberOf(by, { min: 0, max: 0 }) ?? 0)
  if (more.length > 0 || rest.length > 0 || step === 0) return null
  if (low === '*' || low === '?') return { from: bounds.min, to: bounds.max, step, star: step === 1 }
  const from = numberOf(low, bounds)
  const to = high === undefined ? (by === undefined ? from : bounds.max) : numberOf(high, bounds)
  return from === null || to === null || from < bounds.min || to > bounds.max || from > to ? null : { from, to, step, star: false }
}

function numberOf(text: string, { names = [] }: Bounds): number | null {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase())
  if (named >= 0) return named
  return /^\+?\d+$/.test(text) ? Number(text) : null
}

/** The first minute after a time that the schedule names, in milliseconds; null where there is none before the sixth year after it. */
export function nextTime(cron: Cron, after: number): number | null {
  let at = (Math.floor(after / 60_000) + 1) * 60_000
  const end = Date.UTC(new Date(after).getUTCFullYear() + 6, 0, 1)
  while (at < end) {
    const date = new Date(at)
    if (!cron.month.fits.has(date.getUTCMonth() + 1)) at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    else if (!isDay(cron, date)) at = Math.floor(at / DAY) * DAY + DAY
    else if (!cron.hour.fits.has(date.getUTCHours())) at = Math.floor(at / 3_600_000) * 3_600_000 + 3_600_000
    else if (!cron.minute.fits.has(date.getUTCMinutes())) at += 60_000
    else return at
  }
  return null
}

/** Where both day fields are restricted, either will do. */
function isDay({ day, weekday }: Cron, date: Date): boolean {
  const [byDay, byWeekday] = [day.fits.has(date.getUTCDate()), weekday.fits.has(date.getUTCDay())]
  return day.star || weekday.star ? byDay && byWeekday : byDay || byWeekday
}
