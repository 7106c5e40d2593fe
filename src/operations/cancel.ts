import { z } from 'zod'
import { cancel as cancelChange } from '../flow/approve/vote.ts'
import { changeLines } from '../views/change-lines.ts'
import { changeDocument } from '../views/documents.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { withAliasHint } from './alias-hint.ts'
import { drive } from './drive.ts'
import { findChange } from './find-change.ts'
import { ChangeName, text } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName, reason: text(2000).nullable().default(null) })

/** `writ cancel change/ID`: ends a change that is not merged yet, and tidies up its change request. */
export const cancel: Operation<z.infer<typeof Input>, ChangeDocument> = {
  name: 'cancel',
  summary: 'Cancel a change that is not merged yet',
  doors: ALL,
  reads: false,
  input: Input,
  run: async (caller, { change: name, reason }) => {
    const change = await findChange(caller, name)
    await withAliasHint(caller.identity, () => cancelChange(caller.world, change, { by: caller.identity, reason }))
    return changeDocument(await drive(caller, change.id, 'wait'))
  },
  show: changeLines,
}
