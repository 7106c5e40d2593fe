/**
 * A pattern over whole paths as Argo CD takes them for value files (doublestar): `**` for any folders, `*` and `?` inside one name, `[a-z]`, `{a,b}`, `\` before
 * what is meant literally. null where it is malformed.
 */
export function globSource(pattern: string): RegExp | null {
  let source = ''
  let depth = 0
  for (let rest = pattern; rest !== '';) {
    const part = partAt(rest, { begins: rest.length === pattern.length || pattern.charAt(pattern.length - rest.length - 1) === '/', depth })
    if (part === null) return null
    source += part.source
    depth += part.depth
    rest = rest.slice(part.length)
  }
  try {
    return depth === 0 ? new RegExp(`^${source}$`, 'su') : null
  } catch {
    return null
  }
}

interface Part { readonly source: string, readonly length: number, readonly depth: number }

/** The first part of what is left: how many characters it takes, and how many more braces are open behind it. */
function partAt(rest: string, { begins, depth }: { readonly begins: boolean, readonly depth: number }): Part | null {
  const char = rest.charAt(0)
  const part = (source: string, length = 1, more = 0): Part => ({ source, length, depth: more })
  if (begins && rest === '**') return part('.*', 2)
  if (begins && rest.startsWith('**/')) return part('(?:[^/]+/)*', 3)
  if (char === '[') return setAt(rest)
  if (char === '\\') return rest.length < 2 ? null : part(literal(rest.charAt(1)), 2)
  if (char === '*') return part('[^/]*')
  if (char === '?') return part('[^/]')
  if (char === '{') return part('(?:', 1, 1)
  if (char === '}' && depth > 0) return part(')', 1, -1)
  return part(char === ',' && depth > 0 ? '|' : literal(char))
}

function setAt(rest: string): Part | null {
  const set = /^\[([!^]?)([^\]\\]+)\]/.exec(rest)
  if (set === null) return null
  return { source: `[${set[1] === '' ? '' : '^/'}${(set[2] ?? '').replaceAll('[', '\\[').replaceAll('^', '\\^')}]`, length: set[0].length, depth: 0 }
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
