import type { Transaction } from 'kysely'
import type { Approval } from '../../model/change.ts'
import { WritError } from '../../model/error.ts'
import type { Approvals } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { approvalOf } from './stored.ts'
import type { Tables } from './tables.ts'

/**
 * Votes, as rows that are never changed or removed. The same vote again is nothing new while the first one still holds;
 * a vote with another digest, a later expiry after the first one ran out, or another signed document is a vote of its own.
 * Who counts is decided by src/flow/approve/approval.ts: one vote a person, a rejection before everything.
 */
export function storedApprovals(database: Database): Approvals {
  return {
    add: approval => database.write(trx => add(trx, approval)),
    list: change => database.read([], async db => {
      return (await db.selectFrom('approval').selectAll().where('change_id', '=', change).orderBy('seq').execute()).map(approvalOf)
    }),
  }
}

async function add(trx: Transaction<Tables>, approval: Approval): Promise<void> {
  const change = await trx.selectFrom('change').select('id').where('id', '=', approval.change).executeTakeFirst()
  if (change === undefined) throw new WritError('change/not-found', `There is no change ${approval.change}.`)
  const earlier = (await trx.selectFrom('approval').selectAll().where('change_id', '=', approval.change).orderBy('seq').execute())
  if (earlier.map(approvalOf).some(vote => says(vote, approval))) return
  await trx.insertInto('approval').values({
    change_id: approval.change, seq: (earlier.at(-1)?.seq ?? 0) + 1, person: approval.person, vote: approval.vote, head: approval.head,
    digest: approval.digest, environment: approval.environment, at: approval.at, expires: approval.expires, via: approval.via, comment: approval.comment,
    document: approval.signature?.document ?? null, armoured: approval.signature?.armoured ?? null,
  }).execute()
}

/** True where `vote` already says what `again` says, and still holds when `again` is given. */
function says(vote: Approval, again: Approval): boolean {
  return vote.person === again.person && vote.vote === again.vote && vote.head === again.head && vote.digest === again.digest
    && vote.environment === again.environment && vote.via === again.via
    && vote.signature?.document === again.signature?.document
    && Date.parse(vote.expires) > Date.parse(again.at)
}
