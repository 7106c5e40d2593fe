/**
 * True where a pattern fits a text whole, as in Argo CD's globs (gobwas/glob without separators): `*`, `?`, `[abc]`, `[!a-z]`, `{one,other}`, `\`
 * before a character. A malformed pattern fits nothing there, and a brace that is never closed ends with the pattern.
 */
export function globMatch(pattern: string, text: string): boolean {
  const source = sourceOf(Array.from(pattern))
  return source !== null && new RegExp(`^${source}$`, 'su').test(text)
}

function sourceOf(pattern: readonly string[]): string | null {
  let [source, depth] = ['', 0]
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '[') {
      const set = classAt(pattern, i)
      if (set === null) return null
      source += set.source
      i = set.end
    } else if (char === '\\') source += literal(pattern[++i] ?? '')
    else if (char === '*') source += source.endsWith('.*') ? '' : '.*'
    else if (char === '?') source += '.'
    else if (char === '{') [source, depth] = [`${source}(?:`, depth + 1]
    else if (char === '}' && depth > 0) [source, depth] = [`${source})`, depth - 1]
    else source += char === ',' && depth > 0 ? '|' : literal(char)
  }
  return source + ')'.repeat(depth)
}

/** A class of characters: one range, or a list of single ones; `end` is where its closing bracket stands. */
function classAt(pattern: readonly string[], start: number): { readonly source: string, readonly end: number } | null {
  const not = pattern[start + 1] === '!' ? '^' : ''
  const first = start + 1 + not.length
  const [low = '', dash, high = ''] = pattern.slice(first)
  if (dash === '-') return pattern[first + 3] === ']' && low <= high ? { source: `[${not}${inClass(low)}-${inClass(high)}]`, end: first + 3 } : null
  let [inner, end] = ['', first]
  for (; end < pattern.length && pattern[end] !== ']'; end++) {
    if (pattern[end] === '\\') end++
    inner += inClass(pattern[end] ?? '')
  }
  return end >= pattern.length || inner === '' ? null : { source: `[${not}${inner}]`, end }
}

function literal(char: string): string {
  return /[.+^$()|[\]{}\\*?/]/.test(char) ? `\\${char}` : char
}

function inClass(char: string): string {
  return /[\\\]^-]/.test(char) ? `\\${char}` : char
}
