/** Removes known secrets, and whatever stands before the @ of a URL, from a text that another program wrote. */
export function redact(text: string, secrets: Iterable<string>): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length < 4) continue
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) clean = clean.replaceAll(form, '***')
  }
  // ssh://git@host stays readable: a lone user name is no secret there, a password is.
  return clean.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)([^\s/@'"]+)@/gi, (whole, scheme: string, user: string) => (
    scheme.toLowerCase() === 'ssh://' && !user.includes(':') ? whole : `${scheme}***@`
  ))
}
