const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/
const PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/

/** True where a text has the shape of an image reference: `[host[:port]/]name[:tag][@digest]`. */
export function imageReference(text: string): boolean {
  if (text.length === 0 || text.length > 1024) return false
  const at = text.indexOf('@')
  if (at >= 0 && !DIGEST.test(text.slice(at + 1))) return false
  const named = at >= 0 ? text.slice(0, at) : text
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  if (tagged && !TAG.test(named.slice(colon + 1))) return false
  const parts = (tagged ? named.slice(0, colon) : named).split('/')
  const [first = '', ...rest] = parts
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first))
  if (hosted && !DOMAIN.test(first)) return false
  return (hosted ? rest : parts).every(part => PART.test(part))
}
