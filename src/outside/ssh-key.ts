/**
 * Type and base64 body of a public key line, comment and options left out, so that two spellings of one key are equal.
 * null where it is none: the body must hold the type that stands before it (RFC 4253 section 6.6), which a private key,
 * a path or a cut-off line does not.
 */
export function keyOf(line: string): string | null {
  const found = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line)
  const [, type, body] = found ?? []
  if (type === undefined || body === undefined || line.includes('\n')) return null
  const bytes = Buffer.from(body, 'base64')
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : -1
  return length === type.length && bytes.length > 4 + length && bytes.toString('latin1', 4, 4 + length) === type ? `${type} ${body}` : null
}
