import { WritError } from '../../model/error.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Line } from '../../views/line.ts'
import { EXIT, exitOf } from '../errors.ts'

/** An error as it is printed and how the process ends. */
export interface Failure {
  readonly kind: 'Failure'
  readonly status: 'failed'
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly data: JsonObject
  readonly exit: number
  /** For WRIT_DEBUG=1 only. */
  readonly stack: string
}

/** Any error as a failure: what a person's mistake or the world did says so, what nobody foresaw is a bug of Writ's. */
export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? withCause(error) : String(error)
  if (error instanceof WritError) {
    return { kind: 'Failure', status: 'failed', code: error.code, message: error.message, hint: error.hint, data: error.data, exit: exitOf(error.code), stack }
  }
  const bug = new WritError('internal/bug', `Writ met a state that it does not know: ${error instanceof Error ? error.message : String(error)}`)
  return { kind: 'Failure', status: 'failed', code: bug.code, message: bug.message, hint: bug.hint, data: {}, exit: EXIT.failed, stack }
}

/** `Error config/invalid: …` and what to do next; the stack only where it is asked for. */
export function failureLines(failure: Failure, debug: boolean): readonly Line[] {
  return [
    { text: `Error ${failure.code}: ${failure.message}`, tone: 'bad' },
    ...debug ? failure.stack.split('\n').map((text): Line => ({ text, tone: 'dim' })) : [],
    ...`Next: ${failure.hint}`.split('\n').map((text): Line => ({ text, tone: 'title' })),
  ]
}

function withCause(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${withCause(error.cause)}` : own
}
