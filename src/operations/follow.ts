import { z } from 'zod'
import { changeLines } from '../views/change-lines.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { drive } from './drive.ts'
import { findChange, withVotes } from './find-change.ts'
import { ChangeName } from './inputs.ts'
import { PEOPLE } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName })

/** `writ get change/ID --wait`: goes on with one change to its end. */
export const follow: Operation<z.infer<typeof Input>, ChangeDocument> = {
  name: 'follow',
  summary: 'Go on with one change to its end',
  doors: PEOPLE,
  reads: false,
  input: Input,
  run: async (caller, input) => {
    const change = await findChange(caller, input.change)
    return withVotes(caller.world, change.status === 'open' ? await drive(caller, change.id, 'end') : change)
  },
  show: changeLines,
}
