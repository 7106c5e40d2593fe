import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../../src/outside/store/open-store.ts'
import type { Store } from '../../../src/outside/store/open-store.ts'
import type { Lease } from '../../../src/flow/ports.ts'
import { removeWorker, startHolder } from './processes.ts'

describe('leases between processes', () => {
  let dir: string
  let path: string
  const stores: Store[] = []
  let now = 1_800_000_000_000

  async function open(more: { readonly process?: string, readonly holds?: number, readonly renewed?: number } = {}): Promise<Store> {
    const { process = 'host/one', holds = 15_000, renewed = 5_000 } = more
    const store = await openStore({ path, clock: { now: () => now }, process, leaseTimes: { holds, renewed } })
    stores.push(store)
    return store
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-leases-'))
    path = join(dir, 'writ.db')
  })
  after(removeWorker)
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    await rm(dir, { recursive: true })
  })

  it('are free once they ran out, and then the first holder has lost', async () => {
    const one = await open()
    const other = await open({ process: 'host/other' })
    const first = await taken(one)
    now += 14_999
    expect(await other.leases.take('a')).to.deep.equal({ holder: 'host/one' })
    now += 2
    const second = await taken(other)
    expect(second.fence).to.be.greaterThan(first.fence)
    expect(await one.leases.take('a')).to.deep.equal({ holder: 'host/other' })
  })

  it('are renewed while they are held', async () => {
    const lease = await taken(await open({ renewed: 20 }))
    const other = await open({ process: 'host/other' })
    for (let i = 0; i < 3; i++) {
      now += 10_000
      await sleep(200)
      expect(await other.leases.take('a')).to.deep.equal({ holder: 'host/one' })
    }
    expect(lease.lost()).to.equal(false)
  })

  it('notice at the next renewal that another took them', async () => {
    const other = await open({ process: 'host/other' })
    // Renewed seldom, so that no renewal comes between the step of the clock and the theft.
    const lease = await taken(await open({ renewed: 1000 }))
    now += 16_000
    const stolen = other.leases.take('a')
    expect('fence' in await stolen).to.equal(true)
    for (let i = 0; i < 500 && !lease.lost(); i++) await sleep(20)
    expect(lease.lost()).to.equal(true)
  })

  it('are lost by their holder when the time passes without renewal', async () => {
    const lease = await taken(await open({ holds: 500, renewed: 10_000 }))
    expect(lease.lost()).to.equal(false)
    await sleep(510)
    expect(lease.lost()).to.equal(true)
  })

  it('are free at once when their process was killed', async () => {
    const holder = await startHolder(path, 'a')
    try {
      const one = await open()
      now = Date.now()
      expect(await one.leases.take('a')).to.deep.equal({ holder: `child/${holder.pid}` })
      await holder.kill()
      expect((await taken(one)).fence).to.be.greaterThan(holder.fence)
    } finally {
      await holder.kill()
    }
  })

  it('stay with a process that is only stopped', async () => {
    const holder = await startHolder(path, 'a')
    try {
      process.kill(holder.pid, 'SIGSTOP')
      now = Date.now()
      expect(await (await open()).leases.take('a')).to.deep.equal({ holder: `child/${holder.pid}` })
    } finally {
      await holder.kill()
    }
  })

  it('are given back when the store is closed', async () => {
    const one = await open()
    await taken(one)
    await one.close()
    await taken(await open({ process: 'host/other' }))
  })

  async function taken(store: Store): Promise<Lease> {
    const answer = await store.leases.take('a')
    if ('holder' in answer) throw new Error(`held by ${answer.holder}`)
    return answer
  }
})
