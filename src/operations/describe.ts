import { z } from 'zod'
import { describedLines } from '../views/answer-lines.ts'
import { changeDocument } from '../views/documents.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { findChange } from './find-change.ts'
import { ChangeName } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName })

/** `writ describe change/ID` */
export const describe: Operation<z.infer<typeof Input>, ChangeDocument> = {
  name: 'describe',
  summary: 'Show all about a change: plan, votes, journal',
  doors: ALL,
  reads: true,
  input: Input,
  run: async (caller, input) => {
    const { world } = caller
    const change = await findChange(caller, input.change)
    const [approvals, journal] = [await world.approvals.list(change.id), await world.changes.journal(change.id)]
    return changeDocument(change, { approvals, journal })
  },
  show: describedLines,
}
