/** Namespace patterns know two wild cards, `*` (any run) and `?` (one character); nothing else is special. */
export const NAMESPACE_PATTERN = /^[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?$/

/** True where the pattern is one name and nothing more. */
export function isName(pattern: string): boolean {
  return !/[*?]/.test(pattern)
}

/** True where the pattern matches the name. */
export function matches(pattern: string, name: string): boolean {
  return common(pattern, name) !== null
}

/** A name that both patterns match, or null where there is none. Time is the product of the lengths. */
export function common(a: string, b: string): string | null {
  const known = new Map<number, string | null>()
  function from(i: number, j: number): string | null {
    const key = i * (b.length + 1) + j
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, null)
    const answer = step(i, j)
    known.set(key, answer)
    return answer
  }
  function step(i: number, j: number): string | null {
    const x = a[i]
    const y = b[j]
    if (x === undefined && y === undefined) return ''
    if (x === '*') return from(i + 1, j) ?? (y === undefined ? null : taken(y, from(i, j + 1)))
    if (y === '*') return from(i, j + 1) ?? (x === undefined ? null : taken(x, from(i + 1, j)))
    if (x === undefined || y === undefined) return null
    if (x === '?') return prefixed(y, from(i + 1, j + 1))
    return y === '?' || x === y ? prefixed(x, from(i + 1, j + 1)) : null
  }
  return from(0, 0)
}

/** What a star swallowed: nothing where the other side is a star too. */
function taken(character: string, rest: string | null): string | null {
  return character === '*' ? rest : prefixed(character, rest)
}

function prefixed(character: string, rest: string | null): string | null {
  return rest === null ? null : (character === '?' ? 'x' : character) + rest
}
