import type { Change, ChangeFacts, StepResult } from '../model/change.ts'
import type { World } from './world.ts'

/** What a step may use: the change as it stands, and a way to write a fact ahead of an effect. */
export interface StepContext {
  readonly world: World
  readonly change: Change
  /** Saves facts now, durable before the effect that follows. Throws change/lost-lease where another process took over. */
  readonly note: (facts: ChangeFacts) => Promise<void>
  readonly progress: (line: string) => void
}

/** One step of a route: look up, do, record. May be run again at any time, by any process. */
export type Step = (context: StepContext) => Promise<StepResult>
