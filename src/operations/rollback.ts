import { z } from 'zod'
import { planRollback } from '../flow/roll-back.ts'
import { milliseconds } from '../model/environment.ts'
import { WritError } from '../model/error.ts'
import type { RollbackTo } from '../model/request.ts'
import { answerLines } from '../views/answer-lines.ts'
import { findChange } from './find-change.ts'
import { ChangeInput, ChangeName, TargetInput, text } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Caller, Operation } from './operation.ts'
import { PLANNING, proposePlan } from './propose.ts'
import type { Proposed } from './propose.ts'

/** A commit by its id, or the beginning of it. */
const CommitId = z.string().regex(/^[0-9a-f]{4,64}$/, 'must be the id of a commit, or the first characters of it, four at least')

const To = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('undo'), change: ChangeName }),
  z.strictObject({ kind: z.literal('previous') }),
  z.strictObject({ kind: z.literal('revision'), commit: CommitId }),
  z.strictObject({ kind: z.literal('change'), change: ChangeName }),
  z.strictObject({ kind: z.literal('time'), at: text(40) }),
])

const Input = ChangeInput.extend({
  /** null where a change is undone, which knows its object. */
  target: TargetInput.nullable().default(null),
  to: To.default({ kind: 'previous' }),
  /** null: as the change had it that is undone, else `app`. */
  scope: z.enum(['app', 'shared']).nullable().default(null),
  overwrite: z.boolean().default(false),
})
type Input = z.infer<typeof Input>

/** `writ rollback change/ID`, `writ rollback TYPE/NAME`: fields go back to what they were, as a change like any other. */
export const rollback: Operation<Input, Proposed> = {
  name: 'rollback',
  summary: 'Bring an object back to an earlier state, or undo a change',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: async (caller, { target, scope, overwrite, reason, incident, rollbackPlan, to: asked, ...input }) => {
    if (asked.kind === 'undo' && target !== null) throw new WritError('usage/bad-argument', 'A change that is undone knows its object.', { hint: 'Name the change, or the object.' })
    const to = await settled(caller, asked)
    const wish = { to, target, scope, overwrite, requester: caller.identity, reason, incident, rollbackPlan }
    return proposePlan(caller, input, { plan: () => planRollback(caller.world, wish), currentReplicas: null })
  },
  show: answerLines,
}

/** Changes by their whole ids, and the time as it is meant now. */
async function settled(caller: Caller, to: Input['to']): Promise<RollbackTo> {
  if (to.kind === 'undo' || to.kind === 'change') return { kind: to.kind, change: (await findChange(caller, to.change)).id }
  return to.kind === 'time' ? { kind: 'time', at: timeOf(to.at, caller.world.clock.now()) } : to
}

/** An instant, or how long ago: `2026-11-20T10:00Z`, `2026-11-20` (its beginning in UTC), `2h`, `1d`. Throws usage/bad-argument. */
export function timeOf(words: string, now: number): string {
  const hint = 'Give --to-time=2026-11-20T10:00Z, with Z or an offset, or how long ago, such as 2h.'
  const at = /^(?:\d+(?:s|m|h|d))+$/.test(words) ? now - milliseconds(words) : /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(words) ? Date.parse(words) : Number.NaN
  // A date that JavaScript has no number for.
  if (Number.isNaN(at) || Math.abs(at) > 8.64e15) throw new WritError('usage/bad-argument', `--to-time takes a time, not ${JSON.stringify(words)}.`, { hint })
  if (at > now) throw new WritError('usage/bad-argument', `--to-time ${words} is in the future.`, { hint })
  return new Date(at).toISOString()
}
