import type { StepResult } from '../../model/change.ts'
import { showAsked } from '../../model/asked.ts'
import { showOwner } from '../../model/owner.ts'
import type { StepContext } from '../step.ts'

/** The first step: what will be done is in the journal before anybody agrees to it. Votes are on the digest, for there is no commit. */
export async function record({ change: { plan } }: StepContext): Promise<StepResult> {
  return Promise.resolve({ kind: 'done', facts: { head: plan.digest }, sentence: `recorded: ${showAsked(plan)} of ${showOwner(plan.owner)}` })
}
