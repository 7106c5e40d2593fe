import type { StepName } from '../model/change.ts'
import type { RouteName } from '../model/plan.ts'

/** The steps of each route in order. A difference between routes is a row here, never an `if` in a step. */
export const ROUTES: Readonly<Record<RouteName, readonly StepName[]>> = {
  'pull-request': ['publish', 'approve', 'merge', 'verify', 'close'],
  steer: ['record', 'approve', 'act', 'verify', 'close'],
  pause: ['record', 'approve', 'act', 'verify', 'resume', 'close'],
}

/** The step after this one, or null after the last. */
export function nextStep(route: RouteName, step: StepName): StepName | null {
  const steps = ROUTES[route]
  return steps[steps.indexOf(step) + 1] ?? null
}
