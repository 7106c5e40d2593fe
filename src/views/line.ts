/** How a line is meant; the door decides what that looks like. */
export type Tone = 'plain' | 'title' | 'good' | 'warn' | 'bad' | 'dim' | 'added' | 'removed'

/** One line for a person. */
export interface Line { readonly text: string, readonly tone: Tone }

/** A line without anything special. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return { text, tone }
}

/** Where the values of rows begin. */
const COLUMN = 15

/**
 * `Owner        Application argocd/shop`: label and value in two columns; further values stand under the first. Values may come from
 * people and from the world: the further lines of one are marked, so that none of them looks like a row or a line of Writ's own.
 */
export function row(label: string, values: readonly string[], tone: Tone = 'plain'): readonly Line[] {
  return values.flatMap((value, i) => {
    const [first = '', ...more] = value.split('\n')
    return [line(`  ${(i === 0 ? label : '').padEnd(COLUMN - 2)}${first}`.trimEnd(), tone), ...more.map(part => line(`${' '.repeat(COLUMN)}| ${part}`.trimEnd(), tone))]
  })
}

/** Writ's own advice, which may hold lines to copy: they stand as they are. */
export function nextLines(hint: string): readonly Line[] {
  return `Next: ${hint}`.split('\n').map(part => line(part, 'title'))
}

/** Lines moved to the right. */
export function indented(lines: readonly Line[], by: number): readonly Line[] {
  return lines.map(one => ({ ...one, text: one.text === '' ? '' : ' '.repeat(by) + one.text }))
}

/** `1 approval`, `3 approvals`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
