import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../../src/outside/store/open-store.ts'
import type { Store } from '../../../src/outside/store/open-store.ts'
import { removeWorker, startWorker } from './processes.ts'
import type { Worker } from './processes.ts'

const PROCESSES = 4
const LONG = process.env['WRIT_TEST_LONG'] !== undefined
// Each round of the worker is at least 4 writing transactions.
const ROUNDS = LONG ? 250 : 63
// Most of the time goes into starting processes.
const KILLS = LONG ? 20 : 8
const WAVE = 4

describe('several processes on one store', function () {
  this.timeout(120_000)
  let dir: string
  let path: string
  const workers: Worker[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-processes-'))
    path = join(dir, 'writ.db')
  })
  after(removeWorker)
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.kill()
    await rm(dir, { recursive: true })
  })

  async function start(...args: readonly string[]): Promise<Worker> {
    const worker = await startWorker(...args)
    workers.push(worker)
    return worker
  }

  it(`write ${PROCESSES} × ${ROUNDS * 4} transactions without an error`, async () => {
    for (let i = 0; i < PROCESSES; i++) await start('hammer', path, String(ROUNDS), `p${i}`)
    expect(await Promise.all(workers.map(w => w.ended))).to.deep.equal(workers.map(() => 0))
    await expectAllKept(workers, path)
    expect(workers.flatMap(w => w.lines).filter(line => line.startsWith('own'))).to.have.length(PROCESSES * ROUNDS)
  })

  it(`lose nothing that was acknowledged when they are killed ${KILLS} times in the middle`, async () => {
    const killed: Worker[] = []
    while (killed.length < KILLS) {
      const wave = await Promise.all(Array.from({ length: WAVE }, (_, i) => start('hammer', path, '1000000', `k${killed.length + i}`)))
      // Killed one after another, each somewhere in its work, while the others go on.
      await Promise.all(wave.map(async (worker, i) => { await worker.reached(3 + 4 * i); await worker.kill() }))
      killed.push(...wave)
    }
    const survivor = await start('hammer', path, '3', 'survivor')
    expect(await survivor.ended).to.equal(0)
    expect(await Promise.all(killed.map(w => w.ended))).to.deep.equal(killed.map(() => 'SIGKILL'))
    await expectAllKept(workers, path)
  })

  it('open one change request for a branch, whoever asks', async () => {
    for (let i = 0; i < 2; i++) await start('requests', path, '20')
    expect(await Promise.all(workers.map(w => w.ended))).to.deep.equal([0, 0])
    expect(workers[1]?.lines).to.deep.equal(workers[0]?.lines)
    expect(new Set(workers[0]?.lines).size).to.equal(20)
  })
})

/** Every line that a worker printed is in the store, whole; and nothing in it is half. */
async function expectAllKept(workers: readonly Worker[], path: string): Promise<void> {
  const file = new Sqlite(path)
  expect(file.pragma('integrity_check', { simple: true })).to.equal('ok')
  expect(file.pragma('foreign_key_check')).to.deep.equal([])
  file.close()
  const store = await openStore({ path, clock: { now: () => Date.now() }, process: 'host/reader' })
  try {
    const lines = workers.flatMap(worker => worker.lines.map(line => line.split(' ')))
    for (const [, id = ''] of lines.filter(([kind]) => kind === 'own')) await expectWhole(store, id)
    await expectShared(store, lines.filter(([kind]) => kind === 'shared').map(([, version, fence]) => ({ version: Number(version), fence: Number(fence) })))
  } finally {
    await store.close()
  }
}

async function expectWhole(store: Store, id: string): Promise<void> {
  const change = await store.changes.get(id)
  expect(change, id).to.deep.include({ version: 2, facts: { head: id } })
  expect((await store.changes.journal(id)).map(e => e.kind), id).to.deep.equal(['intent', 'result'])
  expect(await store.approvals.list(id), id).to.have.length(1)
}

/** One change for all; each version was written once, under a fence that was given out once, in the order of the fences. */
async function expectShared(store: Store, said: readonly { readonly version: number, readonly fence: number }[]): Promise<void> {
  const shared = (await store.changes.find('shared-'))
  expect(shared, 'one change has the key').to.have.length(1)
  const journal = await store.changes.journal(shared[0] ?? '')
  expect(journal.map(e => e.seq)).to.deep.equal(journal.map((_, i) => i + 1))
  const fences = journal.map(e => e.attempt)
  expect(fences).to.deep.equal([...new Set(fences)].toSorted((a, b) => a - b))
  expect(said.length).to.be.greaterThan(0)
  for (const { version, fence } of said) expect(fences[version - 2], `version ${version}`).to.equal(fence)
  expect((await store.changes.get(shared[0] ?? ''))?.version).to.equal(journal.length + 1)
}
