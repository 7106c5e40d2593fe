import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../../src/outside/store/open-store.ts'
import { storeContract } from '../../contracts/store.ts'

storeContract('SQLite', {
  open: async () => {
    const dir = await mkdtemp(join(tmpdir(), 'writ-store-'))
    const path = join(dir, 'deep', 'writ.db')
    const clock = { now: () => Date.now() }
    const one = await openStore({ path, clock, process: 'host/one' })
    const other = await openStore({ path, clock, process: 'host/other' })
    return { one, other, dispose: async () => { await one.close(); await other.close(); await rm(dir, { recursive: true }) } }
  },
})
