import { ENDS, FAILURES, REFUSALS } from '../model/codes.ts'
import type { FailureCode } from '../model/codes.ts'

/** Exit codes of DESIGN.md section 4, the same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unfinished: 4, timedOut: 5, needsInput: 6 } as const

/** Refusals that a better question answers: not "no", but "which one?". */
const QUESTIONS: readonly string[] = ['AMBIGUOUS', 'AMBIGUOUS_OWNER', 'NEEDS_INPUT']

/** The exit code of any code of the table; what is in no table is a failure. */
export function exitOf(code: string): number {
  if (isFailure(code)) return FAILURES[code].exit
  if (isEnd(code)) return ENDS[code].exit
  if (Object.hasOwn(REFUSALS, code)) return QUESTIONS.includes(code) ? EXIT.needsInput : EXIT.refused
  return EXIT.failed
}

function isEnd(code: string): code is keyof typeof ENDS {
  return Object.hasOwn(ENDS, code)
}

function isFailure(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code)
}
