import type { Comparable } from './equality.ts'
import { badValue } from './register.ts'
import type { Overload } from './register.ts'

/** The parts of a URL as Kubernetes' CEL gives them. */
interface Parts { readonly scheme: string, readonly host: string, readonly path: string, readonly query: string }

/** `kubernetes.URL`: an absolute URI, or an absolute path. */
export class UrlValue implements Comparable {
  readonly identity: string
  readonly parts: Parts

  constructor(identity: string, parts: Parts) {
    this.identity = identity
    this.parts = parts
  }
}

/** The functions of the library `url`. */
export const URLS: readonly Overload[] = [
  ['url(string): kubernetes.URL', url],
  ['isURL(string): bool', (text: string) => parse(text) !== null],
  ['kubernetes.URL.getScheme(): string', (value: UrlValue) => value.parts.scheme],
  ['kubernetes.URL.getHost(): string', (value: UrlValue) => value.parts.host],
  ['kubernetes.URL.getHostname(): string', (value: UrlValue) => hostAndPort(value.parts.host)?.name ?? ''],
  ['kubernetes.URL.getPort(): string', (value: UrlValue) => hostAndPort(value.parts.host)?.port ?? ''],
  ['kubernetes.URL.getEscapedPath(): string', (value: UrlValue) => value.parts.path],
  ['kubernetes.URL.getQuery(): map<string, list<string>>', (value: UrlValue) => queryOf(value.parts.query)],
]

function url(text: string): UrlValue {
  const parts = parse(text)
  if (parts === null) throw badValue(`${JSON.stringify(text)} is no absolute URI or absolute path`)
  return new UrlValue(text, parts)
}

function parse(text: string): Parts | null {
  if (/\s|\p{Cc}/u.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return null
  const [body = '', ...fragment] = text.split('#')
  if (fragment.length > 1) return null
  const mark = body.indexOf('?')
  const before = mark < 0 ? body : body.slice(0, mark)
  const query = mark < 0 ? '' : body.slice(mark + 1)
  if (before.startsWith('/') && !before.startsWith('//')) return { scheme: '', host: '', path: before, query }
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/]*))?(.*)$/.exec(before)
  if (found === null) return null
  const [, scheme = '', authority = '', path = ''] = found
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return hostAndPort(host) === null ? null : { scheme: scheme.toLowerCase(), host, path, query }
}

function hostAndPort(host: string): { name: string, port: string } | null {
  const found = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(host)
  return found === null ? null : { name: found[1] ?? found[2] ?? '', port: found[3] ?? '' }
}

function queryOf(query: string): Map<string, string[]> {
  const map = new Map<string, string[]>()
  for (const [key, value] of new URLSearchParams(query)) map.set(key, [...map.get(key) ?? [], value])
  return map
}
