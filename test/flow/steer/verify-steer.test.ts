import { expect } from 'chai'
import { verifySteer } from '../../../src/flow/steer/verify-steer.ts'
import type { World } from '../../../src/flow/world.ts'
import type { Change, StepResult } from '../../../src/model/change.ts'
import { WritError } from '../../../src/model/error.ts'
import type { Delivered, OwnerLook } from '../../../src/model/steering.ts'
import { plan } from '../../fixtures/plan.ts'
import { proofWorld } from '../../support/proof-world.ts'

const BASE = 'b'.repeat(40)
const NOW = Date.parse('2026-01-01T01:00:00Z')

/** A sync of a HelmRelease that was asked for so many milliseconds ago, and what is seen of it. */
async function look(of: { readonly delivered: Delivered, readonly revision: string | null, readonly since?: number, readonly refused?: WritError }): Promise<StepResult> {
  const unused = (): never => { throw new Error('not part of this test') }
  const base = proofWorld({ repository: { url: '', reader: { contains: () => Promise.resolve(false) } as never, commit: unused, dispose: unused }, owners: [] })
  const owner = { ...plan().owner, tool: 'flux' as const, kind: 'HelmRelease' as const, uid: 'u' }
  const seen: OwnerLook = {
    ref: owner, kind: { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease' }, object: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'shop' } },
    uid: 'u', resourceVersion: '1', source: null, destination: { cluster: 'c', namespace: null }, deploys: [], pause: null, paused: false, maker: null,
    busy: null, delivered: of.delivered, taken: true, wake: {}, syncOf: null, window: null, history: [],
  }
  const world: World = {
    ...base, clock: { ...base.clock, now: () => NOW },
    steering: [{ tool: 'flux', paused: () => Promise.resolve([]), hubs: () => [], look: () => of.refused === undefined ? Promise.resolve(seen) : Promise.reject(of.refused) }],
    tools: base.tools.map(tool => ({
      ...tool, name: 'flux', refresh: () => Promise.resolve(),
      observe: () => Promise.resolve({ revision: of.revision, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [] }),
    })),
  }
  const change: Change = {
    id: 'abcdefgh', key: 'k', status: 'open', step: 'verify', createdAt: '', updatedAt: '', version: 1, waiting: null, ended: null,
    facts: { actedAt: new Date(NOW - (of.since ?? 1000)).toISOString() },
    plan: { ...plan(), owner, base: BASE, steer: { verb: 'sync', until: null, prune: false, pause: null, pauseOf: null, deploys: 1, environments: ['dev'], since: null, commits: [] } },
  }
  return verifySteer({ world, change, note: () => Promise.resolve(), progress: () => undefined })
}

describe('a sync that was carried out', () => {
  const done: Delivered = { state: 'done', revision: null, sentence: 'it is Ready' }

  it('of a HelmRelease is verified by the commit of what declares it, or of its chart', async () => {
    const result = await look({ delivered: done, revision: BASE })
    expect(result.kind === 'done' ? result.facts.verified?.revision : result).to.equal(BASE)
  })
  it('of a HelmRelease is not verified while those are not there', async () => {
    const result = await look({ delivered: done, revision: null })
    expect(result.kind === 'waiting' ? result.waiting.sentence : result).to.include('has synced no commit that it names')
  })
  it('waits where it may not be looked at, and its time runs out all the same', async () => {
    const refused = new WritError('cluster/unauthorized', 'Cluster c does not allow it')
    expect((await look({ delivered: done, revision: null, refused })).kind).to.equal('waiting')
    const ended = await look({ delivered: done, revision: null, refused, since: 86_400_000 })
    expect(ended.kind === 'ended' ? [ended.code, ended.message.includes('does not allow it')] : ended).to.deep.equal(['verify/timeout', true])
  })
})
