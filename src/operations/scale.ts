import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

/** The API keeps replicas in 32 bits. */
const Count = z.number().int().min(0).max(2_147_483_647)
const Input = ChangeInput.extend({ replicas: Count, currentReplicas: Count.nullable().default(null) })

/** `writ scale TYPE/NAME --replicas=N` */
export const scale: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'scale',
  summary: 'Change the number of replicas',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { replicas, currentReplicas, ...input }) => propose(caller, input, { verb: 'scale', asks: [{ kind: 'replicas', value: replicas }], currentReplicas }),
  show: answerLines,
}
