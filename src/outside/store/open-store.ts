import type { Approvals, Changes, Clock, Leases } from '../../flow/ports.ts'
import type { ChangeRequestRows } from '../change-request-rows.ts'
import { storedApprovals } from './approvals.ts'
import { storedChangeRequests } from './change-requests.ts'
import { storedChanges } from './changes.ts'
import { lazyDatabase } from './database.ts'
import { storedLeases } from './leases.ts'
import type { LeaseTimes } from './leases.ts'

/** All that Writ remembers. Every method throws store/locked, store/read-only or store/unusable, naming the path. */
export interface Store {
  readonly changes: Changes
  readonly leases: Leases
  readonly approvals: Approvals
  readonly changeRequests: ChangeRequestRows
  /** Gives the leases back that are still held, and closes the file. */
  close(): Promise<void>
}

/** `process` is `host/pid`, as leases show their holder. The times are for tests. */
export interface StoreOptions {
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly process: string
  /** Milliseconds that a lock of another process is waited for. */
  readonly patience?: number
  /** Called once where a lock is waited for longer than a second. */
  readonly waits?: () => void
  readonly leaseTimes?: LeaseTimes
}

const PATIENCE = 10_000
const LEASE_TIMES: LeaseTimes = { holds: 15_000, renewed: 5_000 }

/** The store of this machine. Nothing is opened or made yet: the file comes with the first write (DESIGN.md section 3). */
export function openStore(options: StoreOptions): Promise<Store> {
  const now = (): number => options.clock.now()
  const database = lazyDatabase({ path: options.path, patience: options.patience ?? PATIENCE, waits: options.waits ?? (() => undefined), now })
  const leases = storedLeases({ database, now, holder: options.process, times: options.leaseTimes ?? LEASE_TIMES })
  return Promise.resolve({
    changes: storedChanges(database),
    leases,
    approvals: storedApprovals(database),
    changeRequests: storedChangeRequests(database, now),
    close: async () => {
      await leases.releaseAll()
      await database.close()
    },
  })
}
