import type { Plan } from '../../model/plan.ts'
import type { Target } from '../../model/resource.ts'

/** The object that the change is seen on once it is deployed: a generated one has another name then, and is another object. */
export function liveTarget({ target, renamedTo }: Pick<Plan, 'target' | 'renamedTo'>): Target {
  if (renamedTo === undefined) return target
  const { uid: _old, ...rest } = target
  return { ...rest, name: renamedTo }
}
