/**
 * A pattern over whole paths as Argo CD takes them for value files (doublestar): `**` for any folders, `*` and `?` inside one name, `[a-z]`, `{a,b}`, `\` before
 * what is meant literally. null where it is malformed.
 */
export function globSource(pattern: string): RegExp | null {
  let source = ''
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (isAnyFolders(pattern, i)) {
      source += i + 2 === pattern.length ? '.*' : '(?:[^/]+/)*'
      i += i + 2 === pattern.length ? 1 : 2
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '[') {
      const set = /^\[([!^]?)([^\]\\]+)\]/.exec(pattern.slice(i))
      if (set === null) return null
      source += `[${(set[1] ?? '') === '' ? '' : '^/'}${(set[2] ?? '').replaceAll('[', '\\[').replaceAll('^', '\\^')}]`
      i += set[0].length - 1
    } else if (char === '{') { source += '(?:'; depth++ }
    else if (char === '}' && depth > 0) { source += ')'; depth-- }
    else if (char === ',' && depth > 0) source += '|'
    else if (char === '\\') {
      if (i + 1 >= pattern.length) return null
      source += literal(pattern.charAt(++i))
    } else source += literal(char)
  }
  if (depth > 0) return null
  try {
    return new RegExp(`^${source}$`, 'su')
  } catch {
    return null
  }
}

function isAnyFolders(pattern: string, at: number): boolean {
  const begins = at === 0 || pattern.charAt(at - 1) === '/'
  return begins && pattern.startsWith('**', at) && (at + 2 === pattern.length || pattern.charAt(at + 2) === '/')
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
