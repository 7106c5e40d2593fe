import type { ArgoValues, OwnerSource } from './owner.ts'

/**
 * A text of an Application with `$ARGOCD_APP_…` replaced, as Go's os.Expand does; null where it names the commit or the repository as Argo CD knows it:
 * the one is new with each commit, the other is not in the Application.
 */
export function argoText(text: string, values: ArgoValues, source: Pick<OwnerSource, 'path'> & { readonly targetRevision: string }): string | null {
  const known = new Map([
    ['ARGOCD_APP_NAME', values.name], ['ARGOCD_APP_NAMESPACE', values.namespace], ['ARGOCD_APP_PROJECT_NAME', values.project],
    ['ARGOCD_APP_SOURCE_PATH', source.path], ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision],
  ])
  let result = ''
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at)
    if (char !== '$' || at + 1 >= text.length) {
      result += char
      at++
      continue
    }
    const { name, length } = shellName(text.slice(at + 1))
    if (/^ARGOCD_APP_(?:REVISION|SOURCE_REPO_URL)/.test(name)) return null
    if (name === '') result += length > 0 ? '' : '$'
    else result += name === '$' ? '$' : known.get(name) ?? ''
    at += 1 + length
  }
  return result
}

/** The name after a dollar sign, and how many characters it takes. */
function shellName(text: string): { readonly name: string, readonly length: number } {
  if (text.startsWith('{')) {
    if (/^\{[*#$@!?\-0-9]\}/.test(text)) return { name: text.charAt(1), length: 3 }
    const end = text.indexOf('}', 1)
    if (end === 1) return { name: '', length: 2 }
    return end < 0 ? { name: '', length: 1 } : { name: text.slice(1, end), length: end + 1 }
  }
  if (/^[*#$@!?\-0-9]/.test(text)) return { name: text.charAt(0), length: 1 }
  const name = /^\w*/.exec(text)?.[0] ?? ''
  return { name, length: name.length }
}
