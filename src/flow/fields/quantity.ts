const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n }
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }

/**
 * A Kubernetes quantity in billionths, rounded up as the API server does; null where it is none.
 * `0.5`, `500m` and `5e-1` are the same quantity, `1Gi` and `1G` are not.
 */
export function quantity(text: string): bigint | null {
  const parts = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,2})?$/.exec(text)
  if (parts === null || text.length > 64) return null
  const [, sign = '', number = '', suffix = ''] = parts
  const [whole = '', fraction = ''] = number.split('.')
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : DECIMAL[suffix] ?? 0
  const power = exponent + 9 - fraction.length
  const scaled = BigInt(whole + fraction) * (BINARY[suffix] ?? 1n)
  const amount = power >= 0 ? scaled * 10n ** BigInt(power) : roundUp(scaled, 10n ** BigInt(-power))
  return sign === '-' ? -amount : amount
}

function roundUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}
