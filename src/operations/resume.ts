import type { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Proposed } from './propose.ts'
import { STEERING, SteerInput, steer } from './steer.ts'

/** `writ resume OWNER`: ends a pause of Writ before its time, and puts back what was there before it. */
export const resume: Operation<z.infer<typeof SteerInput>, Proposed> = {
  name: 'resume',
  summary: 'End a pause before its time',
  doors: ALL,
  reads: false,
  doing: STEERING,
  input: SteerInput,
  run: (caller, input) => steer(caller, input, { verb: 'resume' }),
  show: answerLines,
}
