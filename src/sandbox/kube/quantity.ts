const NANO = 9
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const FORM = /^([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(n|u|m|k|M|G|T|P|E|[KMGTPE]i|[eE][+-]?[0-9]+)?$/

/** The spelling the server gives a quantity (`0.5` is `500m`, `1024Mi` is `1Gi`), or undefined where it is none. */
export function canonicalQuantity(text: string): string | undefined {
  const match = FORM.exec(text.trim())
  if (!match) return undefined
  const [, sign = '', digits = '0', suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const binary = suffix.endsWith('i')
  const exponent = binary || suffix === '' ? 0 : DECIMAL.includes(suffix) ? (DECIMAL.indexOf(suffix) - 3) * 3 : Number(suffix.slice(1))
  if (Math.abs(exponent) > 30) return undefined
  const factor = binary ? 1024n ** BigInt(BINARY.indexOf(suffix)) : 1n
  const nano = shifted(BigInt(whole + fraction || '0') * factor, exponent + NANO - fraction.length)
  if (nano === 0n) return '0'
  const minus = sign === '-' ? '-' : ''
  if (binary && nano >= 1024n * 10n ** 9n) {
    const [value, step] = reduced(shifted(nano, -NANO), 1024n, BINARY.length - 1)
    return `${minus}${value}${BINARY[step]}`
  }
  const [value, step] = reduced(nano, 1000n, DECIMAL.length - 1)
  if (!/^[eE]/.test(suffix) || suffix.length === 1) return `${minus}${value}${DECIMAL[step]}`
  return step === 3 ? `${minus}${value}` : `${minus}${value}e${(step - 3) * 3}`
}

/** The value divided by the base as often as that leaves no rest, at most so often; and how often that was. */
function reduced(value: bigint, base: bigint, most: number): readonly [bigint, number] {
  let [left, steps] = [value, 0]
  for (; left % base === 0n && steps < most; steps++) left /= base
  return [left, steps]
}

/** value × 10^by, rounded up. */
function shifted(value: bigint, by: number): bigint {
  if (by >= 0) return value * 10n ** BigInt(by)
  const divisor = 10n ** BigInt(-by)
  return (value + divisor - 1n) / divisor
}
