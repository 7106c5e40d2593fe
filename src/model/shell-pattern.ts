/**
 * True where a shell pattern fits a name whole, as Go's path.Match in the form of fluxcd/pkg `envsubst/path`: `*` matches `/` too. null for a malformed
 * pattern.
 */
export function matchesPattern(pattern: string, name: string): boolean | null {
  const expression = patternSource(pattern, '.')
  return expression === null ? null : new RegExp(`^${expression}$`, 'su').test(name)
}

/** True where a pattern fits one part of a path, as Go's filepath.Match; malformed ones fit nothing. */
export function matchesPart(pattern: string, part: string): boolean {
  const expression = patternSource(pattern, '[^/]')
  return expression !== null && new RegExp(`^${expression}$`, 'su').test(part)
}

function patternSource(pattern: string, any: string): string | null {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === '*') source += `${any}*`
    else if (char === '?') source += any
    else if (char === '\\') {
      if (i + 1 >= pattern.length) return null
      source += literal(pattern.charAt(++i))
    } else if (char === '[') {
      const set = characterClass(pattern, i)
      if (set === null) return null
      source += set.source
      i = set.end
    } else source += literal(char)
  }
  return source
}

/** `[a-z]`, `[^x]`, with `\` escapes; `end` is where the closing bracket stands. */
function characterClass(pattern: string, start: number): { readonly source: string, readonly end: number } | null {
  let at = start + 1
  const negated = pattern.charAt(at) === '^'
  if (negated) at++
  let inner = ''
  for (let ranges = 0; ; ranges++) {
    if (pattern.charAt(at) === ']' && ranges > 0) break
    const low = classCharacter(pattern, at)
    if (low === null) return null
    at = low.next
    let high = low
    if (pattern.charAt(at) === '-') {
      const found = classCharacter(pattern, at + 1)
      if (found === null) return null
      high = found
      at = found.next
    }
    // A range that runs backwards holds nothing.
    if (low.char <= high.char) inner += low.char === high.char ? inClass(low.char) : `${inClass(low.char)}-${inClass(high.char)}`
  }
  if (inner === '') return { source: negated ? '[\\s\\S]' : '[^\\s\\S]', end: at }
  return { source: `[${negated ? '^' : ''}${inner}]`, end: at }
}

function classCharacter(pattern: string, at: number): { readonly char: string, readonly next: number } | null {
  const char = pattern.charAt(at)
  if (char === '' || char === '-' || char === ']') return null
  if (char !== '\\') return at + 1 >= pattern.length ? null : { char, next: at + 1 }
  const escaped = pattern.charAt(at + 1)
  return escaped === '' || at + 2 >= pattern.length ? null : { char: escaped, next: at + 2 }
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

function inClass(char: string): string {
  return char === '-' ? '\\-' : literal(char)
}
