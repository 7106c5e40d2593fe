import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Proposed } from './propose.ts'
import { STEERING, SteerInput, steer } from './steer.ts'

const Input = SteerInput.extend({ prune: z.boolean().default(false) })

/** `writ sync OWNER-or-OBJECT`: the owner brings the tip of its branch to the cluster now. */
export const sync: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'sync',
  summary: 'Let an owner bring what is in Git to the cluster now',
  doors: ALL,
  reads: false,
  doing: STEERING,
  input: Input,
  run: (caller, input) => steer(caller, input, { verb: 'sync', prune: input.prune }),
  show: answerLines,
}
