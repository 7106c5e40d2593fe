const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A text as base64 of its UTF-8 bytes, as Secrets hold it. */
export function base64(text: string): string {
  // A lone surrogate is no text; it becomes what encoders write for it.
  const whole = text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  const bytes = [...encodeURIComponent(whole).matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([character, hex]) => hex === undefined ? character.charCodeAt(0) : Number.parseInt(hex, 16))
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    const letters = [a >> 2, (a & 3) << 4 | (b ?? 0) >> 4, b === undefined ? null : (b & 15) << 2 | (c ?? 0) >> 6, c === undefined ? null : c & 63]
    out += letters.map(letter => letter === null ? '=' : ALPHABET[letter]).join('')
  }
  return out
}
