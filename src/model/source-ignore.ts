import { matchesPart } from './shell-pattern.ts'

/** One line of a `.sourceignore` file or of `spec.ignore`; it speaks of what lies below `domain` ('' is the root). */
export interface IgnorePattern { readonly domain: string, readonly text: string }

const VCS = ['.git/', '.gitignore', '.gitmodules', '.gitattributes']

/** The patterns of a text, in its order. */
export function ignorePatterns(text: string, domain = ''): readonly IgnorePattern[] {
  return text.split(/\r?\n/).filter(line => !line.startsWith('#') && line.trim() !== '').map(line => ({ domain, text: line }))
}

/**
 * True where source-controller leaves a file out of what it hands on, by patterns in the order of their weight (fluxcd/pkg `sourceignore`;
 * files of the version control always go first, the other defaults only hold where there is no pattern at all).
 */
export function isLeftOut(patterns: readonly IgnorePattern[], path: string): boolean {
  const parts = path.split('/')
  const all = [...VCS.map(text => ({ domain: '', text })), ...patterns]
  for (const pattern of all.toReversed()) {
    const found = match(pattern, parts)
    if (found !== null) return found === 'exclude'
  }
  return false
}

function match({ domain, text }: IgnorePattern, path: readonly string[]): 'exclude' | 'include' | null {
  const above = domain === '' ? [] : domain.split('/')
  if (path.length <= above.length || above.some((part, i) => path[i] !== part)) return null
  const inclusion = text.startsWith('!')
  let pattern = inclusion ? text.slice(1) : text
  if (!pattern.endsWith('\\ ')) pattern = pattern.replace(/ +$/, '')
  const directoryOnly = pattern.endsWith('/')
  if (directoryOnly) pattern = pattern.slice(0, -1)
  const below = path.slice(above.length)
  const fits = pattern.includes('/') ? globMatch(pattern.split('/'), below, directoryOnly) : nameMatch(pattern, below, directoryOnly)
  return !fits ? null : inclusion ? 'include' : 'exclude'
}

/** A pattern without a slash means any part of the path. */
function nameMatch(pattern: string, path: readonly string[], directoryOnly: boolean): boolean {
  const at = path.findIndex(name => matchesPart(pattern, name))
  return at >= 0 && !(directoryOnly && at === path.length - 1)
}

/** go-git's walk along the path, with its quirks: `**` finds the next part that fits, and what follows the last part is not looked at. */
function globMatch(pattern: readonly string[], whole: readonly string[], directoryOnly: boolean): boolean {
  let path = whole
  let matched = false
  let traverse = false
  for (const [i, part] of pattern.entries()) {
    if (part === '') {
      traverse = false
      continue
    }
    if (part === '**') {
      if (i === pattern.length - 1) break
      traverse = true
      continue
    }
    if (part.includes('**') || path.length === 0) return false
    if (traverse) {
      traverse = false
      const at = path.findIndex(name => matchesPart(part, name))
      matched = at >= 0
      path = at < 0 ? [] : path.slice(at + 1)
    } else {
      const [first = '', ...rest] = path
      if (!matchesPart(part, first)) return false
      matched = true
      path = rest
    }
  }
  return matched && !(directoryOnly && path.length === 0)
}
