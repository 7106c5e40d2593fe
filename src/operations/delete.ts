import type { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

/** `writ delete TYPE/NAME`: takes the object out of Git, and sees that its owner takes it out of the cluster. */
export const deleteObject: Operation<z.infer<typeof ChangeInput>, Proposed> = {
  name: 'delete',
  summary: 'Delete an object',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: ChangeInput,
  run: (caller, input) => propose(caller, input, { verb: 'delete', asks: [{ kind: 'delete' }] }),
  show: answerLines,
}
