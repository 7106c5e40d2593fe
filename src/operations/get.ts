import { z } from 'zod'
import { changeLines } from '../views/change-lines.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { findChange, withVotes } from './find-change.ts'
import { ChangeName } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName })

/** `writ get change/ID` */
export const get: Operation<z.infer<typeof Input>, ChangeDocument> = {
  name: 'get',
  summary: 'Show where a change stands',
  doors: ALL,
  reads: true,
  input: Input,
  run: async (caller, { change: name }) => withVotes(caller.world, await findChange(caller, name)),
  show: changeLines,
}
