import { masked, parseAddress, showAddress } from './address.ts'
import type { Address } from './address.ts'
import type { Comparable } from './equality.ts'
import { badValue } from './register.ts'
import type { Overload } from './register.ts'

/** `net.IP` of Kubernetes' CEL. */
export class Ip implements Comparable {
  readonly address: Address

  constructor(address: Address) {
    this.address = address
  }

  get identity(): string {
    return showAddress(this.address)
  }
}

/** `net.CIDR` of Kubernetes' CEL; bits of the host part are kept. */
export class Cidr implements Comparable {
  readonly address: Address
  readonly prefix: number

  constructor(address: Address, prefix: number) {
    this.address = address
    this.prefix = prefix
  }

  get identity(): string {
    return `${showAddress(this.address)}/${this.prefix}`
  }
}

/** The functions of the libraries `ip` and `cidr` (Kubernetes 1.30). */
export const NETWORK: readonly Overload[] = [
  ['ip(string): net.IP', ip],
  ['isIP(string): bool', (text: string) => parseAddress(text) !== null],
  ['writ_ipIsCanonical(string): bool', (text: string) => ip(text).identity === text],
  ['string(net.IP): string', (value: Ip) => value.identity],
  ['net.IP.family(): int', (value: Ip) => value.address.bits === 32 ? 4n : 6n],
  ['net.IP.isUnspecified(): bool', (value: Ip) => value.address.value === 0n],
  ['net.IP.isLoopback(): bool', (value: Ip) => value.address.bits === 32 ? inside(value, '127.0.0.0/8') : value.address.value === 1n],
  ['net.IP.isLinkLocalMulticast(): bool', (value: Ip) => inside(value, '224.0.0.0/24') || (inside(value, 'ff00::/8') && (value.address.value >> 112n & 0xfn) === 2n)],
  ['net.IP.isLinkLocalUnicast(): bool', (value: Ip) => inside(value, '169.254.0.0/16') || inside(value, 'fe80::/10')],
  ['net.IP.isGlobalUnicast(): bool', isGlobalUnicast],
  ['cidr(string): net.CIDR', cidr],
  ['isCIDR(string): bool', (text: string) => parseCidr(text) !== null],
  ['string(net.CIDR): string', (value: Cidr) => value.identity],
  ['net.CIDR.containsIP(net.IP): bool', (network: Cidr, value: Ip) => contains(network, value.address)],
  ['net.CIDR.containsIP(string): bool', (network: Cidr, text: string) => contains(network, ip(text).address)],
  ['net.CIDR.containsCIDR(net.CIDR): bool', containsCidr],
  ['net.CIDR.containsCIDR(string): bool', (network: Cidr, text: string) => containsCidr(network, cidr(text))],
  ['net.CIDR.ip(): net.IP', (network: Cidr) => new Ip(network.address)],
  ['net.CIDR.masked(): net.CIDR', (network: Cidr) => new Cidr(masked(network.address, network.prefix), network.prefix)],
  ['net.CIDR.prefixLength(): int', (network: Cidr) => BigInt(network.prefix)],
]

function ip(text: string): Ip {
  const address = parseAddress(text)
  if (address === null) throw badValue(`${JSON.stringify(text)} is no IP address`)
  return new Ip(address)
}

function cidr(text: string): Cidr {
  const network = parseCidr(text)
  if (network === null) throw badValue(`${JSON.stringify(text)} is no CIDR`)
  return network
}

function parseCidr(text: string): Cidr | null {
  const [left = '', right = '', more] = text.split('/')
  const address = parseAddress(left)
  if (address === null || more !== undefined || !/^(?:0|[1-9]\d{0,2})$/.test(right) || Number(right) > address.bits) return null
  return new Cidr(address, Number(right))
}

function contains(network: Cidr, address: Address): boolean {
  return network.address.bits === address.bits && masked(address, network.prefix).value === masked(network.address, network.prefix).value
}

function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && contains(outer, inner.address)
}

function inside(value: Ip, network: string): boolean {
  return contains(cidr(network), value.address)
}

function isGlobalUnicast(value: Ip): boolean {
  const not = ['224.0.0.0/4', '255.255.255.255/32', '127.0.0.0/8', '169.254.0.0/16', 'ff00::/8', 'fe80::/10', '::1/128']
  return value.address.value !== 0n && !not.some(network => inside(value, network))
}
