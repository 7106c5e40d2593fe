import { z } from 'zod'
import { askMerge } from '../flow/approve/vote.ts'
import { changeLines } from '../views/change-lines.ts'
import { changeDocument } from '../views/documents.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { withAliasHint } from './alias-hint.ts'
import { drive } from './drive.ts'
import { findChange } from './find-change.ts'
import { ChangeName, Until } from './inputs.ts'
import { PEOPLE } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName, until: Until })

/** `writ merge change/ID`: a person asks that the present head be merged; then on to the next wait. */
export const merge: Operation<z.infer<typeof Input>, ChangeDocument> = {
  name: 'merge',
  summary: 'Merge a change whose gates are passed',
  doors: PEOPLE,
  reads: false,
  input: Input,
  run: async (caller, input) => {
    const change = await findChange(caller, input.change)
    await withAliasHint(caller.identity, () => askMerge(caller.world, change, caller.identity))
    return changeDocument(await drive(caller, change.id, input.until))
  },
  show: changeLines,
}
