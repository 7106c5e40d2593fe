import { expect } from 'chai'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeConfig } from '../../../src/model/config.ts'
import { openForge } from '../../../src/outside/forges/index.ts'
import { openStore } from '../../../src/outside/store/open-store.ts'
import { forgeContract } from '../../contracts/forge.ts'

const REPOSITORY = 'https://git.example/shop.git'
const LOCAL: ForgeConfig = { name: 'local', kind: 'plain', host: 'git.example', insecureAllow: [] }
const secret = (): Promise<string> => Promise.reject(new Error('a plain forge asks for no token'))

forgeContract('plain', 'nobody reviews', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'writ-plain-'))
  const clock = { now: () => Date.now() }
  const open = (name: string): ReturnType<typeof openStore> => openStore({ path: join(dir, 'writ.db'), clock, process: `host/${name}` })
  const [one, other] = [await open('one'), await open('other')]
  return {
    one: openForge(LOCAL, { rows: one.changeRequests, secret }),
    other: openForge(LOCAL, { rows: other.changeRequests, secret }),
    repository: REPOSITORY, elsewhere: 'https://git.example/other.git',
    heads: ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)],
    move: () => Promise.resolve(), people: null,
    dispose: async () => { await one.close(); await other.close(); await rm(dir, { recursive: true }) },
  }
})

describe('the plain forge', () => {
  it('counts change requests from 1, has no URL, and makes no store by looking', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'writ-plain-'))
    const store = await openStore({ path: join(dir, 'state', 'writ.db'), clock: { now: () => Date.now() }, process: 'host/1' })
    try {
      const forge = openForge(LOCAL, { rows: store.changeRequests, secret })
      expect(forge.name).to.equal('local')
      expect(await forge.find(REPOSITORY, 'writ/a', 'main')).to.equal(null)
      expect(await readdir(dir)).to.deep.equal([])
      const text = { change: 'c', base: 'main', head: 'a', title: 't', body: 'b' }
      expect(await forge.put(REPOSITORY, null, { ...text, branch: 'writ/a' })).to.deep.include({ id: '1', url: null })
      expect(await forge.put(REPOSITORY, null, { ...text, branch: 'writ/b' })).to.deep.include({ id: '2', url: null })
    } finally {
      await store.close()
      await rm(dir, { recursive: true })
    }
  })
})
