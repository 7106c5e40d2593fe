/** At most three of the names that a misspelt one probably means: nearest first, at most a third of its letters wrong. */
export function closeNames(asked: string, names: readonly string[]): readonly string[] {
  const limit = Math.max(1, Math.floor(asked.length / 3))
  return [...new Set(names)]
    .map(name => ({ name, distance: name.startsWith(`${asked}-`) || asked.startsWith(`${name}-`) ? 1 : distance(asked, name, limit) }))
    .filter(one => one.distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(one => one.name)
}

/** Edit distance in which two swapped neighbours count once; anything above the limit is limit + 1. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let older: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) row.push(cell({ a, b, i, j, row, previous, older }))
    older = previous
    previous = row
  }
  return previous[b.length] ?? limit + 1
}

interface Cell { readonly a: string, readonly b: string, readonly i: number, readonly j: number, readonly row: readonly number[], readonly previous: readonly number[], readonly older: readonly number[] }

function cell({ a, b, i, j, row, previous, older }: Cell): number {
  const at = (list: readonly number[], index: number): number => list[index] ?? Infinity
  const same = a[i - 1] === b[j - 1] ? 0 : 1
  const best = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same)
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return swapped ? Math.min(best, at(older, j - 2) + 1) : best
}
