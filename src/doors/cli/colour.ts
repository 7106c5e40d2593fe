import type { Line, Tone } from '../../views/line.ts'

const CODES: Readonly<Record<Tone, string | null>> = { plain: null, title: '1', good: '32', warn: '33', bad: '31', dim: '2', added: '32', removed: '31' }

/** Lines as text, with colours where the terminal shows them. */
export function painted(lines: readonly Line[], colour: boolean): string {
  return lines.map(({ text, tone }) => {
    const code = CODES[tone]
    const safe = printable(text)
    return `${colour && code !== null && safe !== '' ? `\u001b[${code}m${safe}\u001b[0m` : safe}\n`
  }).join('')
}

/**
 * Text from clusters and repositories may hold what steers a terminal: control characters, and marks that turn the direction
 * of reading. They are shown, not sent.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
