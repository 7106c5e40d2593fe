import { expect } from 'chai'
import { parentReverts } from '../../../src/flow/steer/parent.ts'
import type { World } from '../../../src/flow/world.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Claim } from '../../../src/model/owner.ts'
import type { OwnerLook } from '../../../src/model/steering.ts'
import { proofWorld } from '../../support/proof-world.ts'

const PARENT: Claim = { owner: { tool: 'flux', kind: 'Kustomization', cluster: 'c', namespace: 'flux-system', name: 'all' }, proof: true, exists: true, evidence: [{ sentence: 'status.inventory lists it' }] }
const SUSPEND = { path: ['spec', 'suspend'], paused: true, before: null }

function world(claims: readonly Claim[]): World {
  const unused = (): never => { throw new Error('not part of this test') }
  const base = proofWorld({ repository: { url: '', reader: unused as never, commit: unused, dispose: unused }, owners: [] })
  return { ...base, tools: base.tools.map(tool => ({ ...tool, claims: () => Promise.resolve(claims) })) }
}

function look(metadata: JsonObject, more: Partial<OwnerLook> = {}): OwnerLook {
  return {
    ref: { tool: 'flux', kind: 'Kustomization', cluster: 'c', namespace: 'flux-system', name: 'shop' }, kind: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization' },
    object: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'shop', namespace: 'flux-system', ...metadata }, spec: {} },
    uid: 'u', resourceVersion: '1', source: null, destination: { cluster: 'c', namespace: null }, deploys: [], pause: SUSPEND, paused: false, maker: null,
    busy: null, delivered: { state: 'done', revision: null, sentence: '' }, taken: true, wake: {}, syncOf: null, window: null, history: [], ...more,
  }
}

const managed = (manager: string, operation: string, spec: JsonObject): JsonObject => ({ managedFields: [{ manager, operation, fieldsV1: { 'f:spec': spec } }] })

describe('a parent that would put a pause back', () => {
  const cases: readonly { readonly what: string, readonly look: OwnerLook, readonly claims: readonly Claim[], readonly code: string | null }[] = [
    { what: 'states the field, by server-side apply', look: look(managed('kustomize-controller', 'Apply', { 'f:suspend': {} })), claims: [PARENT], code: 'PARENT_REVERTS' },
    { what: 'does not state it', look: look(managed('kustomize-controller', 'Apply', { 'f:path': {} })), claims: [PARENT], code: null },
    { what: 'is not there, although somebody applied the field', look: look(managed('kubectl', 'Apply', { 'f:suspend': {} })), claims: [], code: null },
    { what: 'states nothing: a person set the field by hand', look: look(managed('kubectl-edit', 'Update', { 'f:suspend': {} })), claims: [PARENT], code: null },
    { what: 'states nothing: Writ itself set the field', look: look(managed('writ', 'Update', { 'f:suspend': {} })), claims: [PARENT], code: null },
    { what: 'states it in what kubectl applied last', look: look({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"suspend":false}}' } }), claims: [PARENT], code: 'PARENT_REVERTS' },
    { what: 'left a record that nobody can read', look: look({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } }), claims: [PARENT], code: null },
    { what: 'only has a mark, and no list that names it', look: look(managed('kustomize-controller', 'Apply', { 'f:suspend': {} })), claims: [{ ...PARENT, proof: false }], code: null },
    { what: 'makes the whole spec', look: look({}, { maker: { sentence: 'ApplicationSet argocd/all makes it', at: 'ApplicationSet argocd/all' } }), claims: [], code: 'PARENT_REVERTS' },
  ]
  for (const one of cases) {
    it(one.what, async () => {
      expect((await parentReverts(world(one.claims), one.look, SUSPEND))?.refused ?? null).to.equal(one.code)
    })
  }

  it('states a policy that does not say whether it is enabled: that may be set beside it', async () => {
    const pause = { path: ['spec', 'syncPolicy', 'automated', 'enabled'], paused: false, before: null }
    const stating = (automated: JsonObject): OwnerLook => look(managed('argocd-controller', 'Update', { 'f:syncPolicy': { 'f:automated': automated } }))
    expect(await parentReverts(world([PARENT]), stating({ 'f:prune': {} }), pause)).to.equal(null)
    expect((await parentReverts(world([PARENT]), stating({ 'f:enabled': {} }), pause))?.message).to.contain('Kustomization flux-system/all deploys it and states spec.syncPolicy.automated.enabled')
    expect((await parentReverts(world([PARENT]), stating({ 'f:prune': {} }), { ...pause, path: pause.path.slice(0, 3) }))?.refused).to.equal('PARENT_REVERTS')
  })
})
