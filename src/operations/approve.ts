import { z } from 'zod'
import { vote } from '../flow/approve/vote.ts'
import type { Ballot } from '../flow/approve/vote.ts'
import { changeLines } from '../views/change-lines.ts'
import type { ChangeDocument } from '../views/documents.ts'
import { withAliasHint } from './alias-hint.ts'
import { drive } from './drive.ts'
import { findChange, withVotes } from './find-change.ts'
import { ChangeName, Until, text } from './inputs.ts'
import { PEOPLE } from './operation.ts'
import type { Caller, Operation } from './operation.ts'

const Input = z.strictObject({
  change: ChangeName,
  comment: text(2000).nullable().default(null),
  /** An SSH key file to sign with: the private key, or the public one where the agent holds the private one. */
  keyFile: z.string().min(1).nullable().default(null),
  /** A document that was signed elsewhere, byte for byte, and its armoured signature. */
  signed: z.strictObject({ document: z.string().min(1).max(10_000), armoured: z.string().min(1).max(20_000) }).nullable().default(null),
  until: Until,
})
export type VoteInput = z.infer<typeof Input>
export const VoteInput = Input

/** `writ approve change/ID`: a person's vote for the present head; then on to the next wait. */
export const approve: Operation<VoteInput, ChangeDocument> = {
  name: 'approve',
  summary: 'Approve a change',
  doors: PEOPLE,
  reads: false,
  input: Input,
  run: (caller, input) => castVote(caller, input, 'approve'),
  show: changeLines,
}

function ballotOf(input: VoteInput, choice: Ballot['vote']): Ballot {
  return {
    vote: choice, comment: input.comment,
    ...input.keyFile === null ? {} : { keyFile: input.keyFile },
    ...input.signed === null ? {} : { signed: input.signed },
  }
}

/** Votes as the caller, then drives the change on. */
export async function castVote(caller: Caller, input: VoteInput, choice: 'approve' | 'reject'): Promise<ChangeDocument> {
  const change = await findChange(caller, input.change)
  await withAliasHint(caller.identity, () => vote(caller.world, change, { by: caller.identity, ballot: ballotOf(input, choice) }))
  caller.progress(`${choice === 'approve' ? 'approval' : 'rejection'} of change/${change.id} is recorded`)
  return withVotes(caller.world, await drive(caller, change.id, input.until))
}
