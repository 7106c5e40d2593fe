import type { StepResult } from '../../model/change.ts'

/** Back to publish, for a new head: what was approved is not what would be merged. */
export function republish(why: string): StepResult {
  return { kind: 'back', to: 'publish', forget: ['mergeAskedBy', 'mergeIntent', 'head', 'headBase'], sentence: `publishing again: ${why}` }
}
