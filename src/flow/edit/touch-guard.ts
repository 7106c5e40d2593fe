import type { RefusalCode } from '../../model/codes.ts'
import { isObject } from '../../model/json.ts'
import { lineEnd, lineStart } from './layout.ts'
import type { TextEdit } from './place.ts'
import type { Replacement } from './replacement.ts'
import type { Source } from './source.ts'
import { valueOf } from './source.ts'

/** Why a readable place must not be touched: it is encrypted, generated, a template, or belongs to another writer (testing.md section 5). */
export function touchGuard(source: Source, touched: Replacement, op: TextEdit['op']): { readonly code: RefusalCode, readonly sentence: string } | null {
  const { text } = source
  const old = text.slice(touched.start, touched.end)
  if (isEncrypted(source)) return { code: 'ENCRYPTED', sentence: 'the file is encrypted with SOPS; an edit would break its signature' }
  if (old.includes('ENC[')) return { code: 'ENCRYPTED', sentence: 'the value is encrypted' }
  const line = touchedLines(text, touched)
  const marker = /\{\s*"\$imagepolicy"\s*:[^}]*\}/.exec(line)
  if (marker !== null) return { code: 'IGNORED', sentence: `Flux image automation writes this value: ${marker[0]}` }
  const goes = op === 'remove'
  if (!goes && old.includes('${')) return { code: 'TEMPLATE', sentence: 'the value holds a ${VARIABLE} that is substituted after rendering' }
  if (!goes && TEMPLATE.test(old)) return { code: 'TEMPLATE', sentence: 'the value holds a template ({{ }})' }
  const header = generatedHeader(text)
  return header === null ? null : { code: 'GENERATED', sentence: `the file says that it is generated: ${header}` }
}

/** Not those of Prometheus, which are filled in when an alert fires and stand in Git as they are. */
const TEMPLATE = /\{\{(?![^}]*\$(?:labels|value|externalLabels|externalURL)\b)/

function isEncrypted(source: Source): boolean {
  return source.documents.some(document => {
    const value = valueOf(document.contents, document)
    return isObject(value) && isObject(value['sops']) && ('mac' in value['sops'] || 'lastmodified' in value['sops'])
  })
}

/** The comment at the top of the file that forbids edits, if there is one. */
function generatedHeader(text: string): string | null {
  for (const line of text.split(/\r?\n/)) {
    const comment = /^\s*#\s*(.*)$/.exec(line)?.[1]
    if (comment === undefined && line.trim() !== '' && line.trim() !== '---') return null
    if (comment !== undefined && /\bdo not (?:edit|modify)\b/i.test(comment)) return comment.trim().replace(/\.+$/, '').slice(0, 120)
  }
  return null
}

/** The lines that change; none for new whole lines between others. */
function touchedLines(text: string, { start, end, text: written }: Replacement): string {
  const breakBefore = /^\r?\n/.exec(text.slice(start, end))?.[0].length ?? 0
  const breakWritten = /^\r?\n/.test(written)
  if (start === end && (breakWritten || (lineStart(text, start) === start && written.endsWith('\n')))) return ''
  const from = breakBefore > 0 && (written === '' || breakWritten) ? start + breakBefore : start
  const to = end > from && text[end - 1] === '\n' && (written === '' || written.endsWith('\n')) ? end - 1 : end
  return text.slice(lineStart(text, from), lineEnd(text, Math.max(from, to)))
}
