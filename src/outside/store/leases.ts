import type { Transaction } from 'kysely'
import type { Lease, Leases } from '../../flow/ports.ts'
import { nextNumber } from './counter.ts'
import type { Database } from './database.ts'
import { isDead, thisProcess } from './living-process.ts'
import type { ProcessMark } from './living-process.ts'
import type { Tables } from './tables.ts'

/** Milliseconds: how long a lease holds without renewal, and how often it is renewed. */
export interface LeaseTimes { readonly holds: number, readonly renewed: number }

/** What leases need: `holder` is shown to people. */
export interface LeaseParts { readonly database: Database, readonly now: () => number, readonly holder: string, readonly times: LeaseTimes }

/** Leases of this process, and the way to give back all of them. */
export interface StoredLeases extends Leases { releaseAll(): Promise<void> }

/**
 * Row locks with an expiry (reliability.md C.3). The wall clock decides for others, a monotonic clock for the holder itself.
 * A lease whose process is gone from this host is free at once.
 */
export function storedLeases(parts: LeaseParts): StoredLeases {
  const me = thisProcess()
  const held = new Set<Lease>()
  return {
    take: async name => {
      const taken = await parts.database.write(trx => take(trx, { name, me, parts }))
      if ('holder' in taken) return taken
      const lease = keep(parts, { name, fence: taken.fence }, ended => held.delete(ended))
      held.add(lease)
      return lease
    },
    releaseAll: async () => { for (const lease of held) await lease.release() },
  }
}

interface Taking { readonly name: string, readonly me: ProcessMark, readonly parts: LeaseParts }

async function take(trx: Transaction<Tables>, { name, me, parts }: Taking): Promise<{ readonly fence: number } | { readonly holder: string }> {
  const row = await trx.selectFrom('lease').selectAll().where('name', '=', name).executeTakeFirst()
  if (row !== undefined && row.holder !== null && Date.parse(row.until) > parts.now()) {
    const gone = row.host !== null && row.pid !== null && isDead({ host: row.host, pid: row.pid, started: row.started })
    if (!gone) return { holder: row.holder }
  }
  const fence = await nextNumber(trx, 'fence')
  const values = { fence, holder: parts.holder, host: me.host, pid: me.pid, started: me.started, until: until(parts) }
  await trx.insertInto('lease').values({ name, ...values }).onConflict(c => c.column('name').doUpdateSet(values)).execute()
  return { fence }
}

interface Held { readonly name: string, readonly fence: number }

/** Renews until it is released or lost. The timer does not keep the process alive. */
function keep(parts: LeaseParts, { name, fence }: Held, ended: (lease: Lease) => void): Lease {
  let renewedAt = performance.now()
  let gone = false
  const lost = (): boolean => {
    gone ||= performance.now() - renewedAt >= parts.times.holds
    return gone
  }
  const timer = setInterval(() => { void renew() }, parts.times.renewed)
  timer.unref()
  async function renew(): Promise<void> {
    if (lost()) { clearInterval(timer); return }
    const asked = performance.now()
    try {
      if (await renewRow(parts, { name, fence })) renewedAt = asked
      else gone = true
    } catch {
      // A store that cannot be written now may be at the next beat; until then the time since the last renewal counts.
    }
  }
  const lease: Lease = {
    fence,
    lost,
    release: async () => {
      clearInterval(timer)
      ended(lease)
      gone = true
      try {
        await parts.database.write(trx => trx.updateTable('lease').set({ holder: null, until: until(parts) }).where('name', '=', name).where('fence', '=', fence).execute())
      } catch {
        // It runs out by itself. The error of the work that was done under the lease must not be hidden by this one.
      }
    },
  }
  return lease
}

/** False where another process has taken it. */
function renewRow(parts: LeaseParts, { name, fence }: Held): Promise<boolean> {
  return parts.database.write(async trx => {
    const result = await trx.updateTable('lease').set({ until: until(parts) })
      .where('name', '=', name).where('fence', '=', fence).where('holder', 'is not', null).executeTakeFirst()
    return result.numUpdatedRows === 1n
  })
}

function until(parts: LeaseParts): string {
  return new Date(parts.now() + parts.times.holds).toISOString()
}
