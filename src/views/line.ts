/** How a line is meant; the door decides what that looks like. */
export type Tone = 'plain' | 'title' | 'good' | 'warn' | 'bad' | 'dim' | 'added' | 'removed'

/** One line for a person. */
export interface Line { readonly text: string, readonly tone: Tone }

/** A line without anything special. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return { text, tone }
}

/** `Owner        Application argocd/shop`: label and value in two columns; further values stand under the first. */
export function row(label: string, values: readonly string[], tone: Tone = 'plain'): readonly Line[] {
  return values.map((value, i) => line(`  ${(i === 0 ? label : '').padEnd(13)}${value}`.trimEnd(), tone))
}

/** Lines moved to the right. */
export function indented(lines: readonly Line[], by: number): readonly Line[] {
  return lines.map(one => ({ ...one, text: one.text === '' ? '' : ' '.repeat(by) + one.text }))
}

/** `1 approval`, `3 approvals`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
