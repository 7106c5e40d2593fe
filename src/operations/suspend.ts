import { z } from 'zod'
import { Duration, milliseconds } from '../model/environment.ts'
import { answerLines } from '../views/answer-lines.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Proposed } from './propose.ts'
import { STEERING, SteerInput, steer } from './steer.ts'

/** A time with its zone, as RFC 3339 has it; the seconds may be left out. */
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/, { error: 'must be a time with its zone, such as 2026-11-30T18:00:00Z', abort: true })
  .refine(exists, 'must be a time that exists')

/** An environment allows less; this is what can be counted and shown. */
const Length = Duration.refine(length => milliseconds(length) >= 1000 && milliseconds(length) <= milliseconds('365d'), 'must be from 1s to 365d')

const Input = SteerInput.extend({ end: z.union([z.strictObject({ at: Time }), z.strictObject({ after: Length })]) })
type Input = z.infer<typeof Input>

/** `writ suspend OWNER --until TIME|--for DURATION`: the owner leaves the cluster alone until then. There is no pause without an end. */
export const suspend: Operation<Input, Proposed> = {
  name: 'suspend',
  summary: 'Pause an owner until a time',
  doors: ALL,
  reads: false,
  doing: STEERING,
  input: Input,
  run: (caller, input) => steer(caller, input, { verb: 'suspend', until: endOf(input.end, caller.world.clock.now()) }),
  show: answerLines,
}

/** JavaScript reads the 30th of February as the 2nd of March. */
function exists(text: string): boolean {
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(Date.parse(text)) && !Number.isNaN(day) && new Date(day).toISOString().startsWith(text.slice(0, 10))
}

/** In whole seconds: it is shown, signed and compared. */
function endOf(end: Input['end'], now: number): string {
  const at = 'at' in end ? Date.parse(end.at) : now + milliseconds(end.after)
  return new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
