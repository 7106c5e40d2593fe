import { answerLines } from './answer-lines.ts'
import type { BatchDocument } from './documents.ts'
import { line } from './line.ts'
import type { Line } from './line.ts'

/** The answers for several objects, each under its name. */
export function batchLines({ items }: BatchDocument): readonly Line[] {
  return items.flatMap(({ object, answer }, i) => [
    ...i === 0 ? [] : [line('')],
    line(`${i + 1} of ${items.length}: ${object}`, 'title'),
    ...answer.kind === 'Failure' ? [line(`Error ${answer.code}: ${answer.message}`, 'bad'), line(`Next: ${answer.hint}`, 'title')] : answerLines(answer),
  ])
}
