import type { ServerAnswer } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import { row } from './line.ts'
import type { Line } from './line.ts'

const MOST_NAMED = 3
const MOST_WARNINGS = 5

/** What the API server was asked about the objects as they will be, and what it said: one line where it said the same of all. */
export function serverLines(answers: readonly ServerAnswer[]): readonly Line[] {
  const groups = new Map<string, ServerAnswer[]>()
  for (const answer of answers) groups.set(wordsOf(answer), [...groups.get(wordsOf(answer)) ?? [], answer])
  const said = [...groups].map(([words, of]) => groups.size === 1 ? words : `${named(of)}: ${words}`)
  const warnings = answers.flatMap(answer => answer.warnings.map(warning => answers.length === 1 ? warning : `${showRef(answer.object)}: ${warning}`))
  const more = warnings.length > MOST_WARNINGS ? [`and ${warnings.length - MOST_WARNINGS} more`] : []
  const tone = warnings.length > 0 || answers.some(({ asked }) => asked === 'not asked') ? 'warn' : answers.every(({ asked }) => asked === 'dry run') ? 'good' : 'plain'
  return row('server', [...said, ...warnings.slice(0, MOST_WARNINGS), ...more], tone)
}

function wordsOf({ asked, because, warnings }: ServerAnswer): string {
  switch (asked) {
    case 'dry run': return warnings.length === 0 ? 'asked (dry run), accepts' : 'asked (dry run), with warnings'
    case 'schema': return `asked its schema only (${because ?? ''})`
    case 'not asked': return `not asked: ${because ?? ''}`
  }
}

function named(answers: readonly ServerAnswer[]): string {
  const more = answers.length - MOST_NAMED
  return `${answers.slice(0, MOST_NAMED).map(({ object }) => showRef(object)).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
