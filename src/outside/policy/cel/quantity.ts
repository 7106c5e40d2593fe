import type { Comparable } from './equality.ts'
import { badValue } from './register.ts'
import type { Overload } from './register.ts'

const NANO = 1_000_000_000n
const INT_MAX = 2n ** 63n - 1n
const DECIMAL: Readonly<Record<string, bigint>> = { n: 1n, u: 1_000n, m: 1_000_000n, '': NANO, k: NANO * 10n ** 3n, M: NANO * 10n ** 6n, G: NANO * 10n ** 9n, T: NANO * 10n ** 12n, P: NANO * 10n ** 15n, E: NANO * 10n ** 18n }
const BINARY: Readonly<Record<string, bigint>> = { Ki: NANO << 10n, Mi: NANO << 20n, Gi: NANO << 30n, Ti: NANO << 40n, Pi: NANO << 50n, Ei: NANO << 60n }

/** A Kubernetes resource quantity in thousand-millionths, the finest step that Kubernetes keeps. */
export class Quantity implements Comparable {
  readonly nano: bigint

  constructor(nano: bigint) {
    this.nano = nano
  }

  get identity(): string {
    return String(this.nano)
  }
}

/** The functions of the library `quantity` (Kubernetes 1.28). */
export const QUANTITY: readonly Overload[] = [
  ['quantity(string): kubernetes.Quantity', quantity],
  ['isQuantity(string): bool', (text: string) => parse(text) !== null],
  ['kubernetes.Quantity.sign(): int', (q: Quantity) => order(q.nano, 0n)],
  ['kubernetes.Quantity.isInteger(): bool', isInteger],
  ['kubernetes.Quantity.asInteger(): int', asInteger],
  ['kubernetes.Quantity.asApproximateFloat(): double', (q: Quantity) => Number(q.nano) / 1e9],
  ['kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', (a: Quantity, b: Quantity) => new Quantity(a.nano + b.nano)],
  ['kubernetes.Quantity.add(int): kubernetes.Quantity', (a: Quantity, b: bigint) => new Quantity(a.nano + b * NANO)],
  ['kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', (a: Quantity, b: Quantity) => new Quantity(a.nano - b.nano)],
  ['kubernetes.Quantity.sub(int): kubernetes.Quantity', (a: Quantity, b: bigint) => new Quantity(a.nano - b * NANO)],
  ['kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool', (a: Quantity, b: Quantity) => a.nano < b.nano],
  ['kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool', (a: Quantity, b: Quantity) => a.nano > b.nano],
  ['kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: Quantity, b: Quantity) => order(a.nano, b.nano)],
]

function quantity(text: string): Quantity {
  const nano = parse(text)
  if (nano === null) throw badValue(`${JSON.stringify(text)} is no quantity`)
  return new Quantity(nano)
}

/** The value in thousand-millionths, rounded away from zero as Kubernetes does; null where the text is no quantity. */
function parse(text: string): bigint | null {
  const found = /^([+-]?)(\d{0,64})(?:\.(\d{0,64}))?([A-Za-z]{0,2}|[eE][+-]?\d{1,2})$/.exec(text)
  if (found === null) return null
  const [, sign = '', whole = '', fraction = '', suffix = ''] = found
  if (whole === '' && fraction === '') return null
  const scale = scaleOf(suffix)
  if (scale === null) return null
  const divisor = 10n ** BigInt(fraction.length) * scale.below
  const scaled = BigInt(whole + fraction) * scale.nano
  const nano = (scaled + divisor - 1n) / divisor
  return sign === '-' ? -nano : nano
}

function scaleOf(suffix: string): { nano: bigint, below: bigint } | null {
  const known = Object.hasOwn(DECIMAL, suffix) ? DECIMAL[suffix] : Object.hasOwn(BINARY, suffix) ? BINARY[suffix] : undefined
  if (known !== undefined) return { nano: known, below: 1n }
  const exponent = /^[eE]([+-]?\d{1,2})$/.exec(suffix)?.[1]
  if (exponent === undefined) return null
  const power = Number(exponent)
  return power < 0 ? { nano: NANO, below: 10n ** BigInt(-power) } : { nano: NANO * 10n ** BigInt(power), below: 1n }
}

function isInteger(q: Quantity): boolean {
  const value = q.nano / NANO
  return q.nano % NANO === 0n && value <= INT_MAX && value >= -INT_MAX - 1n
}

function asInteger(q: Quantity): bigint {
  if (!isInteger(q)) throw badValue('the quantity is no integer of 64 bits')
  return q.nano / NANO
}

function order(a: bigint, b: bigint): bigint {
  if (a === b) return 0n
  return a < b ? -1n : 1n
}
