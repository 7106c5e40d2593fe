import type { StepResult } from '../../model/change.ts'
import type { World } from '../world.ts'

/** Serialises writers per repository and branch (DESIGN.md section 2): runs the work under the lease, or waits for its holder. */
export async function withBranchLease(world: World, to: { readonly url: string, readonly branch: string }, work: () => Promise<StepResult>): Promise<StepResult> {
  const lease = await world.leases.take(`branch/${to.url}#${to.branch}`)
  if ('holder' in lease) {
    return {
      kind: 'waiting', retryAfter: 100 + Math.floor(world.clock.random() * 300),
      waiting: { for: 'process', sentence: `another change is being written to ${to.branch} (${lease.holder})`, next: null },
    }
  }
  try {
    return await work()
  } finally {
    await lease.release()
  }
}
