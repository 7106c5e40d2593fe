import { wholeOf } from './field.ts'
import type { Plan } from './plan.ts'
import { showAsk } from './request.ts'

/** What a plan is for, in a word or a list: `delete`, `create`, `apply (3 fields)`, `image of web = nginx:1.27`. */
export function showAsked({ request, edits, steer }: Pick<Plan, 'request' | 'edits' | 'steer'>): string {
  if (steer !== undefined) return steer.until === null ? steer.verb : `${steer.verb} until ${steer.until}`
  const whole = wholeOf(edits)
  if (whole !== null) return whole.after === undefined ? 'delete' : 'create'
  const fields = edits.length === 1 ? '1 field' : `${edits.length} fields`
  return request.asks.map(ask => ask.kind === 'apply' || ask.kind === 'patch' ? `${showAsk(ask)} (${fields})` : showAsk(ask)).join(', ')
}
