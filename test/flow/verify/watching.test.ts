import { expect } from 'chai'
import { Watching } from '../../../src/flow/verify/watching.ts'
import type { Cluster } from '../../../src/flow/ports.ts'
import type { World } from '../../../src/flow/world.ts'
import type { Change } from '../../../src/model/change.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { change as changeOf } from '../../fixtures/plan.ts'

describe('watching what a change waits for', () => {
  interface Watch { readonly what: string, readonly changed: () => void, stopped: boolean }
  let watches: Watch[] = []
  let refused = false
  const unused = (): never => { throw new Error('not part of this test') }
  const cluster: Cluster = {
    name: 'c', defaultNamespace: 'd', resolve: unused, get: unused, list: unused, annotate: unused, replace: unused,
    served: (group, kind) => Promise.resolve(kind === 'Absent' ? null : { group, version: 'v1', kind, plural: kind.toLowerCase(), namespaced: true }),
    watch: (...[kind, namespace, name, changed]) => {
      if (refused) return Promise.reject(new Error('forbidden'))
      const watch: Watch = { what: `${kind.kind} ${namespace ?? ''}/${name}`, changed, stopped: false }
      watches.push(watch)
      return Promise.resolve(() => { watch.stopped = true })
    },
  }
  const world = { clock: systemClock(), clusters: { all: [cluster], choose: () => cluster, named: () => cluster } } as unknown as World
  const verifying = (id: string, more: Partial<Change> = {}): Change => ({ ...changeOf({ step: 'verify' }), id, ...more })
  const calm = new AbortController().signal
  let watching: Watching
  beforeEach(() => { watches = []; refused = false; watching = new Watching(world) })
  afterEach(() => { watching.close() })
  async function opened(...changes: readonly Change[]): Promise<void> {
    watching.follow(changes)
    await watching.sleep(1000, calm)
  }

  it('follows the owner and the object, and looks again at once, because nobody watched before', async () => {
    const began = Date.now()
    watching.follow([verifying('a')])
    expect([...await watching.sleep(5000, calm)]).to.deep.equal(['a'])
    expect(Date.now() - began).to.be.lessThan(1000)
    expect(watches.map(({ what }) => what)).to.have.members(['Deployment shop/web', 'Application argocd/shop'])
  })
  it('wakes the change that something happened to, long before the time is over', async () => {
    await opened(verifying('a'), verifying('b'))
    const sleeping = watching.sleep(5000, calm)
    watches.at(-1)?.changed()
    expect([...await sleeping]).to.deep.equal(['b'])
  })
  it('does not lose what happens while nobody sleeps', async () => {
    await opened(verifying('a'))
    watches[0]?.changed()
    expect([...await watching.sleep(5000, calm)]).to.deep.equal(['a'])
  })
  it('sleeps its whole time where nothing happens, where nothing may be watched, and where the kind is absent', async () => {
    await opened(verifying('a'))
    expect([...await watching.sleep(20, calm)]).to.deep.equal([])
    refused = true
    watching.follow([verifying('c')])
    expect([...await watching.sleep(20, calm)]).to.deep.equal([])
  })
  it('follows nothing for a change that waits for people to approve it, or has ended', async () => {
    watching.follow([verifying('a', { step: 'approve' }), verifying('b', { status: 'verified' })])
    expect([...await watching.sleep(20, calm)]).to.deep.equal([])
    expect(watches).to.deep.equal([])
  })
  it('stops what is no longer followed, and everything at its end', async () => {
    await opened(verifying('a'), verifying('b'))
    watching.follow([verifying('a')])
    await watching.sleep(20, calm)
    expect(watches.map(({ stopped }) => stopped)).to.deep.equal([false, false, true, true])
    watching.close()
    await new Promise(resolve => { setTimeout(resolve, 10) })
    expect(watches.every(({ stopped }) => stopped)).to.equal(true)
  })
  it('watches no more than forty changes at once', async () => {
    await opened(...Array.from({ length: 60 }, (_, i) => verifying(`change-${i}`)))
    expect(watches).to.have.length(80)
  })
  it('ends with the person who has had enough', async () => {
    await opened(verifying('a'))
    const stop = new AbortController()
    const sleeping = watching.sleep(5000, stop.signal).then(() => 'slept', () => 'interrupted')
    stop.abort(new Error('enough'))
    expect(await sleeping).to.equal('interrupted')
  })
})
