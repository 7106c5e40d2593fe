/** An IP address as a number, with the width of its family. */
export interface Address { readonly bits: 32 | 128, readonly value: bigint }

/** Reads an address the way Kubernetes' CEL does: no zones, no leading zeros, no IPv4 inside IPv6. Null where it is none. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseSix(text) : parseFour(text)
}

function parseFour(text: string): Address | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let value = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
    value = value << 8n | BigInt(part)
  }
  return { bits: 32, value }
}

function parseSix(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const groups = halves.map(half => half === '' ? [] : half.split(':'))
  const [head = [], tail = []] = groups
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...tail]
  if (all.length !== 8 || !all.every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return null
  const value = all.reduce((sum, group) => sum << 16n | BigInt(`0x${group}`), 0n)
  return value >> 32n === 0xffffn ? null : { bits: 128, value }
}

/** The canonical text of an address (RFC 5952). */
export function showAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => value >> shift & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(112 - 16 * i) & 0xffffn).toString(16))
  const gap = longestGap(groups)
  if (gap.length < 2) return groups.join(':')
  return `${groups.slice(0, gap.start).join(':')}::${groups.slice(gap.start + gap.length).join(':')}`
}

function longestGap(groups: readonly string[]): { start: number, length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [i, group] of groups.entries()) {
    if (group !== '0') start = i + 1
    else if (i - start + 1 > best.length) best = { start, length: i - start + 1 }
  }
  return best
}

/** The network part of an address. */
export function masked(address: Address, prefix: number): Address {
  const host = BigInt(address.bits - prefix)
  return { bits: address.bits, value: address.value >> host << host }
}
