import type { Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** The next number of a counter, 1 at first: given out once, to whoever's transaction is committed. */
export async function nextNumber(trx: Transaction<Tables>, name: 'fence' | 'change_request'): Promise<number> {
  const row = await trx.insertInto('counter').values({ name, value: 1 })
    .onConflict(c => c.column('name').doUpdateSet(eb => ({ value: eb('counter.value', '+', 1) })))
    .returning('value').executeTakeFirstOrThrow()
  return row.value
}
