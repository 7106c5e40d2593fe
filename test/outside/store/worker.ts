import { writeSync } from 'node:fs'
import { openStore } from '../../../src/outside/store/open-store.ts'
import type { Store } from '../../../src/outside/store/open-store.ts'
import { aChange, anApproval, anEntry } from '../../contracts/samples.ts'

// Run by processes.ts. Prints one line after each thing that the store has acknowledged.
const [job = '', path = '', ...rest] = process.argv.slice(2)
const store = await openStore({ path, clock: { now: () => Date.now() }, process: `child/${process.pid}` })

function say(line: string): void {
  // Synchronous, so that a line is out before the process can be killed.
  writeSync(1, `${line}\n`)
}

/** Everything that Writ writes, over and over: an own change with its journal and votes, and a lease and a change that all fight for. */
async function hammer(times: number, name: string): Promise<void> {
  for (let i = 0; i < times; i++) {
    const id = `${name}-${i}`
    const shared = await store.changes.add(aChange({ id: `shared-${id}`, key: 'shared' }), [])
    const own = await store.changes.add(aChange({ id, key: id }), [])
    const saved = await store.changes.save({ ...own, facts: { head: id } }, null, [anEntry({ change: id }), anEntry({ change: id, kind: 'result' })])
    await store.approvals.add(anApproval({ change: saved.id }))
    say(`own ${id}`)
    await underLease(shared.id)
  }
}

async function underLease(id: string): Promise<void> {
  const lease = await store.leases.take('shared')
  if ('holder' in lease) return
  const change = await store.changes.get(id)
  if (change === null) throw new Error('the shared change is gone')
  const saved = await store.changes.save(change, lease.fence, [anEntry({ change: id, attempt: lease.fence, by: String(process.pid) })])
  say(`shared ${saved.version} ${lease.fence}`)
  await lease.release()
}

async function hold(from: Store, name: string): Promise<void> {
  const lease = await from.leases.take(name)
  if ('holder' in lease) throw new Error(`held by ${lease.holder}`)
  say(String(lease.fence))
  setInterval(() => undefined, 1000)
}

async function openRequests(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const row = await store.changeRequests.open('https://git.example/shop.git', { change: 'c', branch: `writ/${i}`, base: 'main', head: 'h', title: 't', body: 'b' })
    say(`${i} ${row.id}`)
  }
}

if (job === 'hammer') await hammer(Number(rest[0]), rest[1] ?? '')
else if (job === 'hold') await hold(store, rest[0] ?? '')
else if (job === 'requests') await openRequests(Number(rest[0]))
else throw new Error(`no such job: ${job}`)
if (job !== 'hold') await store.close()
