import { BlockList, isIP } from 'node:net'
import { WritError } from '../model/error.ts'

/** What a forge's `insecureAllow` may open (DESIGN.md section 9): for tests and the sandbox only. */
export type InsecureAllow = 'http' | 'loopback' | 'file'

/** What a repository URL is checked against. `host` is the forge's, with or without a port. */
export interface UrlAccess { readonly allow: readonly InsecureAllow[], readonly host: string }

/** A URL taken apart. `host` is lower case, an address in its canonical form; `path` has no leading or trailing slash. */
export interface ParsedUrl {
  readonly scheme: 'https' | 'http' | 'ssh' | 'file'
  readonly user: string
  readonly password: boolean
  readonly host: string
  /** '' is the scheme's default. */
  readonly port: string
  readonly path: string
}

const DEFAULT_PORT: Readonly<Record<ParsedUrl['scheme'], string>> = { https: '443', http: '80', ssh: '22', file: '' }
// These forges take any case in a path, and offer ssh on port 443 under a second name.
const CASELESS = ['github.com', 'gitlab.com', 'bitbucket.org']
const SECOND_NAME: Readonly<Record<string, string>> = { 'ssh.github.com': 'github.com', 'altssh.gitlab.com': 'gitlab.com', 'altssh.bitbucket.org': 'bitbucket.org' }
const LOCAL_NAMES = /^(?:localhost|.+\.localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/
const METADATA_NAMES = /^(?:metadata|metadata\.google\.internal|instance-data(?:\..*)?)$/

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addSubnet('0.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addAddress('::', 'ipv6')
const special = new BlockList()
special.addSubnet('169.254.0.0', 16, 'ipv4')
special.addSubnet('224.0.0.0', 4, 'ipv4')
special.addAddress('100.100.100.200', 'ipv4')
special.addAddress('168.63.129.16', 'ipv4')
special.addAddress('192.0.0.192', 'ipv4')
special.addAddress('255.255.255.255', 'ipv4')
special.addSubnet('fe80::', 10, 'ipv6')
special.addSubnet('ff00::', 8, 'ipv6')
special.addSubnet('fec0::', 10, 'ipv6')
special.addSubnet('2002::', 16, 'ipv6')
special.addSubnet('2001::', 32, 'ipv6')
special.addAddress('fd00:ec2::254', 'ipv6')

/**
 * One string for every spelling of the same repository: `git@host:a/b`, `ssh://`, `https://`, trailing slash, `.git`,
 * upper-case host, default port. Throws git/refused where the text is no repository URL; the message never shows it.
 */
export function normaliseUrl(url: string): string {
  const { scheme, host, port, path } = parseUrl(url)
  const known = SECOND_NAME[host] ?? host
  const plain = port === '' || known !== host
  const at = plain ? known : `${known}:${port}`
  const shown = CASELESS.includes(known) ? path.toLowerCase() : path
  // ssh and https on their default ports reach the same repository; on other ports only the scheme tells the services apart.
  return `${plain && scheme === 'ssh' ? 'https' : scheme}://${at}/${shown.replace(/\.git$/i, '')}`
}

/**
 * Throws git/refused unless Writ may fetch from and push to this URL: https or ssh on the forge's host, no password, no
 * loopback, link-local or metadata address; http, loopback and file only where `allow` says so (reliability.md E.2, E.3).
 */
export function checkUrl(url: string, access: UrlAccess): ParsedUrl {
  const parsed = parseUrl(url)
  if (parsed.scheme === 'file') {
    if (!access.allow.includes('file')) throw refused('a repository on the local disk needs insecureAllow: [file]')
    return parsed
  }
  if (parsed.scheme === 'http' && !access.allow.includes('http')) throw refused('http needs insecureAllow: [http]; use https')
  if (parsed.password || (parsed.scheme !== 'ssh' && parsed.user !== '')) throw refused('it holds a user or password; name the credentials of the forge in writ.yaml instead')
  const wanted = splitHost(access.host)
  const port = parsed.port === '' ? DEFAULT_PORT[parsed.scheme] : parsed.port
  if (parsed.host !== wanted.host || (wanted.port !== '' && wanted.port !== port)) throw refused(`its host is not the host of the forge, ${access.host}`)
  checkAddress(parsed.host, access.allow)
  return parsed
}

/** Throws git/refused where a host name or address is loopback (unless allowed), link-local, multicast or a metadata service. */
export function checkAddress(host: string, allow: readonly InsecureAllow[]): void {
  const address = unmapped(host.replace(/^\[|\]$/g, ''))
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  const isAddress = isIP(address) !== 0
  if (METADATA_NAMES.test(host) || (isAddress && special.check(address, family))) throw refused('its host is a link-local, multicast or metadata address')
  if (isLoopback(host) && !allow.includes('loopback')) throw refused('its host is this machine, which needs insecureAllow: [loopback]')
}

/** True where a host is this machine. */
export function isLoopback(host: string): boolean {
  const address = unmapped(host.replace(/^\[|\]$/g, ''))
  return LOCAL_NAMES.test(host) || (isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

/** Takes a repository URL apart. Throws git/refused; the message never shows the URL, which may hold a secret. */
export function parseUrl(url: string): ParsedUrl {
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  if (url === '' || url.length > 2000 || url.startsWith('-') || /[\u0000-\u0020\u007f\\]/.test(url)) throw refused('it is empty, too long, begins with - or holds a space, control character or backslash')
  if (/^[a-z0-9+.-]*::/i.test(url)) throw refused('it names a remote helper (::)')
  if (url.startsWith('/')) return { scheme: 'file', user: '', password: false, host: '', port: '', path: cleanPath(url) }
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(url)
  return parts === null ? parseScp(url) : parseFull(String(parts[1]).toLowerCase(), String(parts[2]))
}

function parseFull(scheme: string, rest: string): ParsedUrl {
  if (scheme !== 'https' && scheme !== 'http' && scheme !== 'ssh' && scheme !== 'file') throw refused('its scheme is not https or ssh')
  const slash = rest.indexOf('/')
  const authority = slash < 0 ? rest : rest.slice(0, slash)
  const path = cleanPath(slash < 0 ? '' : rest.slice(slash))
  if (scheme === 'file') {
    if (authority !== '' && authority !== 'localhost') throw refused('a file URL has no host')
    return { scheme, user: '', password: false, host: '', port: '', path }
  }
  const at = authority.lastIndexOf('@')
  const [user = '', ...secret] = at < 0 ? [] : authority.slice(0, at).split(':')
  const { host, port } = splitHost(authority.slice(at + 1))
  return { scheme, user: checkUser(user), password: secret.length > 0, host, port: port === DEFAULT_PORT[scheme] ? '' : port, path }
}

function parseScp(url: string): ParsedUrl {
  const parts = /^(?:([^@/:]+)@)?(\[[0-9a-f:.]+\]|[^@/:[\]]+):(.+)$/i.exec(url)
  if (parts === null) throw refused('it is neither https://HOST/PATH nor ssh://HOST/PATH nor USER@HOST:PATH')
  return { scheme: 'ssh', user: checkUser(parts[1] ?? ''), password: false, host: splitHost(String(parts[2])).host, port: '', path: cleanPath(String(parts[3])) }
}

function splitHost(text: string): { host: string, port: string } {
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?$/i.exec(text)
  if (parts === null || String(parts[1]).startsWith('-') || Number(parts[2] ?? 1) > 65_535) throw refused('its host cannot be read')
  try {
    // The parser of the platform brings 0x7f.1, 2130706433 and [0:0::1] into one form, so that no spelling slips past a check.
    return { host: new URL(`http://${String(parts[1])}/`).hostname.replace(/\.$/, ''), port: parts[2] === undefined ? '' : String(Number(parts[2])) }
  } catch {
    throw refused('its host cannot be read')
  }
}

function cleanPath(path: string): string {
  if (/[?#]/.test(path)) throw refused('it holds ? or #')
  let plain: string
  try {
    plain = decodeURIComponent(path)
  } catch {
    throw refused('its path cannot be read')
  }
  const parts = plain.split('/').filter(part => part !== '' && part !== '.')
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  if (parts.length === 0 || parts.includes('..') || parts[0]?.startsWith('-') === true || /[\u0000-\u001f\u007f]/.test(plain)) throw refused('its path is empty or holds .., a leading - or a control character')
  return parts.join('/')
}

function checkUser(user: string): string {
  if (user !== '' && !/^[a-z0-9_][a-z0-9._%+-]*$/i.test(user)) throw refused('its user cannot be read')
  return user
}

/** The IPv4 address that an IPv6 one stands for: mapped, compatible, or translated (NAT64, SIIT); else the address itself. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address
  // The parser of the platform writes every spelling in one form.
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1)
  const [, high, low] = /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::|64:ff9b:1::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(plain) ?? []
  if (high === undefined || low === undefined) return plain
  const bytes = [high, low].flatMap(word => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255])
  return bytes.join('.')
}

function refused(reason: string): WritError {
  return new WritError('git/refused', `This repository URL is not allowed: ${reason}.`)
}
