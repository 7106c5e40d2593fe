import type { Json } from '../../model/json.ts'
import type { Line } from '../../views/line.ts'
import { painted } from './colour.ts'
import type { Format } from './job.ts'
import type { Io, Parts } from './parts.ts'

/** Prints one answer in the format that was asked for, redacted. */
export async function printAnswer(of: { readonly answer: Json, readonly lines: () => readonly Line[], readonly names: () => readonly string[] }, format: Format, door: Pick<Parts, 'redact' | 'redactJson'> & { readonly io: Io }): Promise<void> {
  const { io } = door
  switch (format) {
    case 'json': return io.out(`${JSON.stringify(door.redactJson(of.answer), null, 2)}\n`)
    case 'yaml': {
      const { stringify } = await import('yaml')
      return io.out(stringify(door.redactJson(of.answer), { lineWidth: 0, aliasDuplicateObjects: false }))
    }
    case 'name': return io.out(of.names().map(name => `${door.redact(name)}\n`).join(''))
    default: return io.out(text(of.lines(), door))
  }
}

/** Lines as text: redacted as a whole, because a secret may stand over several lines, then painted line by line. */
export function text(lines: readonly Line[], door: Pick<Parts, 'redact'> & { readonly io: Pick<Io, 'colour'> }): string {
  const flat = lines.flatMap(oneByOne)
  const clean = door.redact(flat.map(line => line.text).join('\n')).split('\n')
  return painted(flat.map((line, i) => ({ ...line, text: clean[i] ?? '' })), door.io.colour)
}

/** A line is one line: what a text from elsewhere breaks into is marked as views mark it, so that it cannot look like a line of Writ's own. */
function oneByOne({ text: whole, tone }: Line): readonly Line[] {
  const [first = '', ...more] = whole.split('\n')
  const margin = ' '.repeat(/^ */.exec(first)?.[0].length ?? 0)
  return [{ text: first, tone }, ...more.map(part => ({ text: `${margin}  | ${part.replace(/^ {2}/, '')}`.trimEnd(), tone }))]
}

/** JSON of anything that is printed: what JSON cannot hold is left out, as JSON.stringify does. */
export function asJson(value: object): Json {
  const parsed: unknown = JSON.parse(JSON.stringify(value))
  return isJson(parsed) ? parsed : null
}

function isJson(value: unknown): value is Json {
  return value !== undefined
}
