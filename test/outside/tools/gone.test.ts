import { expect } from 'chai'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import { isRefusal } from '../../../src/model/error.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { OwnerRef } from '../../../src/model/owner.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { COMMIT, ENTRY, TARGET, application, gitRepository, kustomization, live, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const APP: OwnerRef = { tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'shop' }
const KS: OwnerRef = { tool: 'flux', kind: 'Kustomization', cluster: 'one', namespace: 'flux-system', name: 'shop' }

describe('what becomes of an object that disappears from Git', () => {
  let fleet: Fleet
  let argocd: GitOpsTool
  let flux: GitOpsTool
  before(async () => {
    fleet = await startFleet(['one', 'hub'])
    argocd = argocdTool(toolsOf(fleet))
    flux = fluxTool(toolsOf(fleet))
  })
  after(() => fleet.close())

  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }
  async function keeps(tool: GitOpsTool, ref: OwnerRef): Promise<string | null | undefined> {
    const owner = await tool.read(ref, TARGET)
    return isRefusal(owner) ? owner.message : owner.delivery.keeps
  }

  const apps: readonly (readonly [string, JsonObject, string | null])[] = [
    ['is deleted by an Application that prunes by itself', { automated: { prune: true } }, null],
    ['stays where an Application does not prune', { automated: { selfHeal: true } }, 'spec.syncPolicy.automated.prune is not true'],
    ['stays where a person starts the sync', {}, 'it syncs only when a person starts it, and deletes only what that person prunes'],
    ['stays where the Application says so for all', { automated: { prune: true }, syncOptions: ['Prune=false'] }, 'spec.syncPolicy.syncOptions has Prune=false'],
    ['stays where the Application waits for a person to confirm', { automated: { prune: true }, syncOptions: ['Prune=confirm'] }, 'spec.syncPolicy.syncOptions has Prune=confirm'],
  ]
  for (const [name, syncPolicy, expected] of apps) {
    it(name, async () => {
      put(live(), application('shop', { spec: { syncPolicy } }))
      expect(await keeps(argocd, APP)).to.equal(expected)
    })
  }
  for (const [name, prune, expected] of [['is deleted by a Kustomization that prunes', true, null], ['stays where a Kustomization does not prune', false, 'spec.prune is not true']] as const) {
    it(name, async () => {
      put(live(), gitRepository(), kustomization('shop', { spec: { prune } }))
      expect(await keeps(flux, KS)).to.equal(expected)
    })
  }

  async function accepted(tool: GitOpsTool, ref: OwnerRef, object: KubernetesObject): Promise<readonly unknown[]> {
    put(live(), gitRepository(), tool === argocd ? application('shop') : kustomization('shop'))
    const owner = await tool.read(ref, TARGET)
    if (isRefusal(owner)) throw new Error(owner.message)
    put(object)
    const seen = await tool.observe(owner, TARGET, 'gone')
    return [seen.revision, seen.accepted, seen.listed, ...seen.unmet]
  }
  it('is waited for until the Application no longer lists it', async () => {
    const without = { resources: [{ kind: 'Service', name: 'x', namespace: 'shop', status: 'Synced' }] }
    expect(await accepted(argocd, APP, application('shop', { status: without }))).to.deep.equal([COMMIT, true, false])
    expect(await accepted(argocd, APP, application('shop', { status: { resources: [{ ...ENTRY, status: 'OutOfSync', requiresPruning: true }] } }))).to.deep.equal([COMMIT, false, true, 'status.resources still lists Deployment shop/web, to be pruned'])
  })
  it('is waited for until the Kustomization no longer lists it', async () => {
    expect(await accepted(flux, KS, kustomization('shop', { status: { inventory: { entries: [] } } }))).to.deep.equal([COMMIT, true, false])
    expect(await accepted(flux, KS, kustomization('shop'))).to.deep.equal([COMMIT, false, true, 'status.inventory still lists Deployment shop/web'])
  })
  it('lets owners be found by the namespaces that their own lists name', async () => {
    put(application('shop', { status: { resources: [ENTRY, { kind: 'Namespace', name: 'shop', status: 'Synced' }] } }), gitRepository(), kustomization('shop'))
    const found = async (tool: GitOpsTool): Promise<unknown> => (await tool.owners()).filter(owner => owner.ref.name === 'shop').map(owner => owner.namespaces)
    expect([await found(argocd), await found(flux)]).to.deep.equal([[['shop', '']], [['shop']]])
  })
})
