import { expect } from 'chai'
import { findSteered } from '../../../src/flow/steer/find-steered.ts'
import { isRefusal, WritError } from '../../../src/model/error.ts'
import { argocdSteering } from '../../../src/outside/tools/argocd/argocd-steering.ts'
import { application, ONE, startFleet } from '../../outside/tools/fixtures.ts'
import type { ClusterConfig } from '../../../src/model/config.ts'
import type { Fleet } from '../../outside/tools/fixtures.ts'
import { KINDS } from '../../support/object-server.ts'
import { proofWorld } from '../../support/proof-world.ts'

const HUBBED: readonly ClusterConfig[] = [{ name: 'one', context: 'one', argocd: { context: 'hub', namespace: 'argocd', destinations: ['https://one.example:6443'] } }]

describe('an owner that is named by its own kind', () => {
  let fleet: Fleet
  // As a member of a hub mostly is: nothing of Argo CD is installed there.
  let bare: Fleet
  before(async () => { [fleet, bare] = [await startFleet(['one', 'hub']), await startFleet(['one'], KINDS)] })
  after(async () => { await fleet.close(); await bare.close() })
  afterEach(() => { for (const server of Object.values(fleet.servers)) for (const name of ['shop', 'tools']) server.remove('Application', name) })

  async function find(name: string, of: { readonly namespace?: string, readonly hubs?: boolean, readonly bare?: boolean, readonly type?: string } = {}): Promise<string> {
    const named = (cluster: string) => (of.bare === true && cluster === 'one' ? bare : fleet).clusters.named(cluster)
    const clusters = { all: [named('one')], choose: () => named('one'), named }
    const world = { ...proofWorld({ repository: { reader: null } as never, owners: [] }), clusters, steering: [argocdSteering({ clusters, config: of.hubs === false ? ONE : HUBBED, kinds: fleet.kinds })] }
    const found = await findSteered(world, { cluster: null, namespace: of.namespace ?? null, type: of.type ?? 'application', name }).catch((error: unknown) => { if (error instanceof WritError) return error; throw error })
    if (found instanceof WritError) return `${found.code} ${found.message}`
    return isRefusal(found) ? `refused ${found.message}` : `${found.look.ref.cluster} ${found.look.ref.namespace}/${found.look.ref.name}`
  }
  const onHub = (): void => { fleet.servers['hub']?.put(application('shop', { spec: { destination: { server: 'https://one.example:6443' } } })) }

  it('is found on the hub that deploys to the cluster, with and without its namespace, also where the cluster knows no such kind', async () => {
    onHub()
    for (const of of [{}, { namespace: 'argocd' }, { bare: true }, { bare: true, namespace: 'argocd' }]) expect(await find('shop', of), JSON.stringify(of)).to.equal('hub argocd/shop')
  })
  it('is the one in the cluster itself before one of the hub', async () => {
    onHub()
    fleet.servers['one']?.put(application('shop'))
    expect(await find('shop')).to.equal('one argocd/shop')
  })
  it('is not looked for anywhere else: neither on other clusters, nor by a kind of the hub that steers nothing', async () => {
    onHub()
    expect(await find('shop', { hubs: false })).to.match(/^cluster\/not-found There is no Application shop in cluster one: /)
    expect(await find('shop', { hubs: false, bare: true })).to.match(/^cluster\/unknown-kind /)
    expect(await find('shop', { bare: true, type: 'appproject' })).to.match(/^cluster\/unknown-kind /)
    expect(await find('shop', { namespace: 'other' })).to.match(/^cluster\/not-found /)
  })
  it('is said to be in neither of them where nobody has it', async () => {
    expect(await find('shop')).to.equal('cluster/not-found Application shop is not in cluster one, nor on its hub hub.')
    expect(await find('shop', { bare: true, namespace: 'argocd' })).to.equal('cluster/not-found Application argocd/shop is not in cluster one, nor on its hub hub.')
  })
})
