/** A part of a page. `rank`: what has the lowest is left out first where the page is too long, and `brief` stands in its place; null where it always stays. */
export interface Part { readonly text: string, readonly left: { readonly rank: number, readonly brief: string } | null }

/** What a forge takes at most; and no reader wants more, folded or not. */
const LONGEST_PAGE = 262_144
const LEAST_LIMIT = 65_536

/** The bytes that a page may have on a forge: always under its limit in characters, too. */
export function pageLimit(can: { readonly bodyLimit?: number }): number {
  return Math.floor(Math.min(can.bodyLimit ?? LEAST_LIMIT, LONGEST_PAGE) * 0.95)
}

/** Joins parts; where that is longer than `limit` bytes, whole parts give way to their sentence, in the order of their rank. */
export function fit(parts: readonly Part[], limit: number): string {
  const ranks = parts.flatMap(({ left }) => left === null ? [] : [left.rank]).toSorted((a, b) => a - b)
  for (let gone = 0; ; gone += 1) {
    const upTo = gone === 0 ? -Infinity : ranks[gone - 1] ?? Infinity
    const text = join(parts.map(part => part.left !== null && part.left.rank <= upTo ? part.left.brief : part.text))
    if (bytes(text) <= limit || gone >= ranks.length) return text
  }
}

/** Paragraphs with an empty line between; empty ones are left out. */
export function join(paragraphs: readonly string[]): string {
  return paragraphs.filter(text => text !== '').join('\n\n')
}

/** Folded away. The summary is Writ's own words. */
export function folded(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`
}

/** A table; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** `1 field`, `3 fields`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** How long a text is in UTF-8. */
export function bytes(text: string): number {
  let sum = 0
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0
    sum += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4
  }
  return sum
}
