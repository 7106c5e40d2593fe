import { FAILURES, REFUSALS } from './codes.ts'
import type { FailureCode, RefusalCode } from './codes.ts'
import type { JsonObject } from './json.ts'

/**
 * The one error of Writ: something broke or was used wrongly.
 * message = what happened in one sentence; hint = what the person does next; neither ever holds a secret.
 */
export class WritError extends Error {
  readonly code: FailureCode
  readonly hint: string
  readonly data: JsonObject
  /** True where the same call may succeed later without anybody changing anything. */
  readonly retry: boolean

  constructor(code: FailureCode, message: string, more: { hint?: string, data?: JsonObject, retry?: boolean, cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'WritError'
    this.code = code
    this.hint = more.hint ?? FAILURES[code].next
    this.data = more.data ?? {}
    this.retry = more.retry ?? false
  }
}

/** One piece of evidence: a sentence, and where it was seen. */
export interface Evidence {
  readonly sentence: string
  /** `path:line` in the repository, or the object it was read from. */
  readonly at?: string
}

/** An answer, not an error: Writ will not do this, and says why and what to do next. Nothing was written. */
export interface Refusal {
  readonly refused: RefusalCode
  readonly message: string
  readonly hint: string
  readonly evidence: readonly Evidence[]
}

/** Makes a refusal; the hint defaults to the one in the table. */
export function refuse(code: RefusalCode, message: string, evidence: readonly Evidence[] = [], hint?: string): Refusal {
  return { refused: code, message, hint: hint ?? REFUSALS[code].next, evidence }
}

/** True where a result is a refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value
}
