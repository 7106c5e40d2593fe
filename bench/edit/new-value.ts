import { createHash } from 'node:crypto'

type Scalar = string | number | boolean

/** The value that a case asks for, made from the old one by the rule of the public benchmark (testing.md 6.2). */
export function newValue(field: string, old: Scalar): Scalar {
  if (typeof old === 'boolean') return !old
  if (typeof old === 'number') return field.endsWith('Limit') ? old * 2 : old + 1
  const amount = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(old)
  if (amount !== null && /Limit$|\/(?:memory|cpu)$/.test(field)) return `${Number(amount[1]) * 2}${amount[2] ?? ''}`
  if (field === 'image' || /\/(?:tag|image)$/.test(field)) return newImage(old, field.endsWith('/tag'))
  if (/^(?:true|false)$/.test(old)) return old === 'true' ? 'false' : 'true'
  return /^\d+$/.test(old) && Number.isSafeInteger(Number(old)) ? String(Number(old) + 1) : `${old}-x`
}

function newImage(old: string, tagOnly: boolean): string {
  const digest = /@sha256:[0-9a-f]{64}$/.exec(old)?.[0]
  if (digest !== undefined) return `${old.slice(0, -digest.length)}@sha256:${createHash('sha256').update(digest).digest('hex')}`
  if (tagOnly) return newTag(old)
  const tag = /:([^/:]+)$/.exec(old)?.[1]
  return tag === undefined ? `${old}:1.0.1` : `${old.slice(0, -tag.length)}${newTag(tag)}`
}

/** The last number one higher, leading zeros kept. */
function newTag(old: string): string {
  const found = /^(.*?)(\d+)(\D*)$/s.exec(old)
  if (found === null) return `${old}-bridge1`
  const [, head = '', digits = '', tail = ''] = found
  return `${head}${String(Number(digits) + 1).padStart(digits.length, '0')}${tail}`
}
