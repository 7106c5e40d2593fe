import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput, FieldAskInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Input = ChangeInput.extend({ fields: z.array(FieldAskInput).min(1).max(200) })

/** `writ set field TYPE/NAME [-c CONTAINER] FIELD=VALUE… FIELD-…` */
export const setField: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'set-field',
  summary: 'Set or remove any field',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { fields, ...input }) => propose(caller, input, { verb: 'set field', asks: fields }),
  show: answerLines,
}
