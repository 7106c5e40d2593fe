/** True where a pattern with `*` and `?` fits a text whole. Any other pattern syntax counts as a match: the caller then refuses. */
export function globMatch(pattern: string, text: string): boolean {
  if (/[[\]{}\\!]/.test(pattern)) return true
  const expression = pattern.replaceAll(/[.+^$()|]/g, '\\$&').replaceAll(/\*+/g, '.*').replaceAll('?', '.')
  return new RegExp(`^${expression}$`, 's').test(text)
}
