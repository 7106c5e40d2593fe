import type { StepResult } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import type { StepContext } from './step.ts'

/** The last step: nothing is closed as verified that was not seen. */
export async function close({ change }: StepContext): Promise<StepResult> {
  const seen = change.facts.verified
  if (seen === undefined) throw new WritError('internal/bug', `change/${change.id} reached its end without evidence of its verification.`)
  return { kind: 'done', facts: {}, sentence: 'the change is closed' }
}
