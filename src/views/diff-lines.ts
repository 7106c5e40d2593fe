import { line } from './line.ts'
import type { Line, Tone } from './line.ts'

/** A unified diff with a tone per line. */
export function diffLines(diff: string): readonly Line[] {
  const text = diff.endsWith('\n') ? diff.slice(0, -1) : diff
  return text === '' ? [] : text.split('\n').map(one => line(one, toneOf(one)))
}

function toneOf(text: string): Tone {
  if (text.startsWith('+++ ') || text.startsWith('--- ')) return 'title'
  if (text.startsWith('+')) return 'added'
  if (text.startsWith('-')) return 'removed'
  return text.startsWith('@@') ? 'dim' : 'plain'
}
