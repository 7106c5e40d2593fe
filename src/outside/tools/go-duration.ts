const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const AMOUNT = '(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)'
/** The longest duration that Go can say, in milliseconds. */
const LONGEST = 2 ** 63 / 1e6

/** Milliseconds of a Go duration as time.ParseDuration reads it, also `-2h` and `.5h`; null where it would not. */
export function goDuration(text: string | undefined): number | null {
  const [, sign, amounts = ''] = /^([+-]?)(.*)$/su.exec(text ?? '') ?? []
  if (amounts === '0') return 0
  if (!new RegExp(`^(?:${AMOUNT})+$`, 'u').test(amounts)) return null
  let total = 0
  for (const [, amount, unit] of amounts.matchAll(new RegExp(AMOUNT, 'gu'))) total += Number(amount) * (UNITS[unit ?? ''] ?? 0)
  return total > LONGEST ? null : sign === '-' ? -total : total
}
