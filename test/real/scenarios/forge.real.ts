import type { ForgePeople, ForgeUnderTest } from '../../contracts/forge.ts'
import { forgeContract } from '../../contracts/forge.ts'
import { forgeCrowdContract } from '../../contracts/forge-extremes.ts'
import type { ForgeCrowd } from '../../contracts/forge-extremes.ts'
import { openForge } from '../../../src/outside/forges/index.ts'
import type { Forge } from '../../../src/flow/ports.ts'
import { makeRepository, openGitea } from '../gitea-people.ts'
import { realAddress, realRuns } from '../scene.ts'

describe('the real Gitea', () => {
  let people: Awaited<ReturnType<typeof openGitea>>

  before(async function () {
    const real = realRuns() ? realAddress() : null
    if (real === null) return this.skip()
    people = await openGitea(real)
  })

  after(() => realRuns() ? people.stop() : undefined)

  const make = async (): Promise<ForgeUnderTest & { readonly crowd: ForgeCrowd }> => {
    const one = await makeRepository(people)
    const elsewhere = await makeRepository(people)
    const open = (): Forge => openForge(
      { name: 'gitea', kind: 'gitea', host: new URL(people.url).host, credentials: { username: 'writ-bot', token: { env: 'UNUSED' } }, insecureAllow: ['http', 'loopback'] },
      { rows: { find: never, get: never, open: never, update: never, end: never }, secret: () => Promise.resolve(people.tokens['writ-bot']) },
    )
    const acts: ForgePeople = one.people
    return { one: open(), other: open(), repository: one.url, elsewhere: elsewhere.url, heads: one.heads, move: one.move, people: acts, crowd: one.crowd, dispose: () => Promise.resolve() }
  }

  forgeContract('the real Gitea', 'people review', make)
  forgeCrowdContract('the real Gitea', make)
})

function never(): Promise<never> {
  return Promise.reject(new Error('this forge keeps its change requests itself'))
}
