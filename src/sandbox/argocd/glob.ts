/**
 * The patterns of `directory.include` and `exclude`: `*` and `?` within anything (Argo CD gives no separator to its
 * matcher, so `*` crosses slashes), `[abc]`, and `{one,two}`.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  return new RegExp(`^${translated(pattern)}$`).test(path)
}

function translated(pattern: string): string {
  let text = ''
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === '*') { text += '.*'; while (pattern.charAt(i + 1) === '*') i++ }
    else if (char === '?') text += '.'
    else if (char === '{') { text += '(?:'; depth++ }
    else if (char === '}' && depth > 0) { text += ')'; depth-- }
    else if (char === ',' && depth > 0) text += '|'
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 1)
      if (end < 0) return escaped(pattern)
      text += `[${pattern.slice(i + 1, end).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`
      i = end
    } else text += escaped(char)
  }
  return depth === 0 ? text : escaped(pattern)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
