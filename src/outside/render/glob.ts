/**
 * Argo CD's directory globs: `*` and `?` also match `/`, `[a-z]`, `[!a]`, `{a,b}`, `\` escapes. null where the pattern is not understood;
 * the caller refuses then, because Argo CD would read it in its own way.
 */
export function globPattern(pattern: string): RegExp | null {
  let source = ''
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === '\\') { source += literal(pattern.charAt(++i)) }
    else if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 2)
      const set = /^\[(!?)([^\]\\[]+)\]$/.exec(pattern.slice(i, end + 1))
      if (end < 0 || set === null) return null
      source += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replaceAll('^', '\\^')}]`
      i = end
    }
    else if (char === '{') { source += '(?:'; depth++ }
    else if (char === '}' && depth > 0) { source += ')'; depth-- }
    else if (char === ',' && depth > 0) source += '|'
    else source += literal(char)
  }
  return depth === 0 ? new RegExp(`^${source}$`, 'su') : null
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
