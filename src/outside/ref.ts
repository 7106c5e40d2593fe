import { WritError } from '../model/error.ts'

// What git-check-ref-format(1) forbids inside a name: control characters, space, ~ ^ : ? * [ \ and DEL.
// oxlint-disable-next-line no-control-regex -- control characters are the point
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]/

/** True where a text is a whole commit, tree or blob id: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)
}

/** Gives the id back. Throws git/refused where it is none: names and abbreviations are never passed on as ids. */
export function checkObjectId(text: string): string {
  if (!isObjectId(text)) throw new WritError('git/refused', `${show(text)} is not a whole object id.`)
  return text
}

/**
 * Gives the branch or ref name back. The rules are those of git-check-ref-format(1), made stricter: no leading `-`,
 * at most 200 bytes, and `@` alone is refused. Throws git/refused.
 */
export function checkRef(name: string): string {
  const fault = refFault(name)
  if (fault !== null) throw new WritError('git/refused', `${show(name)} is not a branch name that Writ uses: ${fault}.`)
  return name
}

function refFault(name: string): string | null {
  if (name === '') return 'it is empty'
  if (Buffer.byteLength(name) > 200) return 'it is longer than 200 bytes'
  if (name.startsWith('-')) return 'it begins with -'
  if (FORBIDDEN.test(name)) return 'it holds a space, a control character or one of ~ ^ : ? * [ \\'
  if (name.includes('..')) return 'it holds ..'
  if (name.includes('@{') || name === '@') return 'it holds @{ or is @'
  if (name.endsWith('.')) return 'it ends in a dot'
  const bad = name.split('/').find(part => part === '' || part.startsWith('.') || part.endsWith('.lock'))
  return bad === undefined ? null : 'one of its parts is empty, begins with a dot or ends in .lock'
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
