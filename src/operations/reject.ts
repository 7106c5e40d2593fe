import { changeLines } from '../views/change-lines.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { VoteInput, castVote } from './approve.ts'
import { PEOPLE } from './operation.ts'
import type { Operation } from './operation.ts'

/** `writ reject change/ID`: one rejection ends the change. */
export const reject: Operation<VoteInput, ChangeDocument> = {
  name: 'reject',
  summary: 'Reject a change, which ends it',
  doors: PEOPLE,
  reads: false,
  input: VoteInput,
  run: (caller, input) => castVote(caller, input, 'reject'),
  show: changeLines,
}
