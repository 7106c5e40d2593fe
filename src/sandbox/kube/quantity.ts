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
  if (binary && nano >= 1024n * 10n ** 9n) return minus + inBinary(nano)
  return minus + inDecimal(nano, /^[eE]/.test(suffix) && suffix.length > 1)
}

/** value × 10^by, rounded up. */
function shifted(value: bigint, by: number): bigint {
  if (by >= 0) return value * 10n ** BigInt(by)
  const divisor = 10n ** BigInt(-by)
  return (value + divisor - 1n) / divisor
}

function inDecimal(nano: bigint, scientific: boolean): string {
  let value = nano
  let step = 0
  while (value % 1000n === 0n && step < DECIMAL.length - 1) {
    value /= 1000n
    step++
  }
  if (!scientific) return `${value}${DECIMAL[step]}`
  return step === 3 ? `${value}` : `${value}e${(step - 3) * 3}`
}

function inBinary(nano: bigint): string {
  let value = shifted(nano, -NANO)
  let step = 0
  while (value % 1024n === 0n && step < BINARY.length - 1) {
    value /= 1024n
    step++
  }
  return `${value}${BINARY[step]}`
}
