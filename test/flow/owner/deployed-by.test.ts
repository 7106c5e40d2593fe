import { expect } from 'chai'
import { deployedBy } from '../../../src/flow/owner/deployed-by.ts'
import type { World } from '../../../src/flow/world.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { ObjectChange } from '../../../src/model/plan.ts'
import type { ObjectRef } from '../../../src/model/resource.ts'
import { environment, plan } from '../../fixtures/plan.ts'

const [DEV, PROD] = [environment('dev', { name: 'shop-dev' }), environment('prod', { name: 'unknown' })]
const APP: ObjectRef = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'a' }
const KUSTOMIZATION: ObjectRef = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', namespace: 'dev', name: 'k' }
const RELEASE: ObjectRef = { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'dev', name: 'r' }
const other = (group: string, kind: string): ObjectRef => ({ group, version: 'v1', kind, namespace: 'dev', name: 'o' })

/** A world whose owners deploy into the namespace `dev`, and into others that are named. */
function world(deploys: readonly string[] | null): World {
  const look = () => Promise.resolve(deploys === null ? null : { destination: { cluster: 'c', namespace: 'dev' }, deploys: deploys.map(namespace => ({ ...other('', 'ConfigMap'), namespace })) })
  return {
    environments: { all: [DEV], of: (_cluster: string, namespace: string | null) => namespace === 'dev' ? DEV : PROD },
    clusters: { named: () => ({ served: () => Promise.resolve(null) }) },
    steering: [{ tool: 'argocd', look }, { tool: 'flux', look }],
  } as unknown as World
}

async function reached(object: ObjectRef, path: FieldPath, of: { readonly deploys?: readonly string[] | null, readonly kind?: ObjectChange['kind'], readonly blast?: true | 'carrier', readonly through?: true, readonly target?: ObjectRef, readonly value?: Json } = {}): Promise<readonly string[]> {
  const change: ObjectChange = { object, kind: of.kind ?? 'changed', fields: [{ path, before: 'a', after: of.value ?? 'b' }], reordered: [] }
  const made = plan()
  const entry = { path: 'x', owners: [], environments: [], changes: [change], error: null, ...of.blast === 'carrier' ? { carrier: true as const } : {} }
  const proven = { ...made, target: { ...made.target, ...of.target }, proof: { ...made.proof, changes: of.blast ? [] : [change] }, blast: of.blast ? [entry] : [], ...of.through ? { through: [{}] as never } : {} }
  const found = await deployedBy(world(of.deploys === undefined ? ['dev'] : of.deploys), proven)
  expect(found.notes.length > 0).to.equal(found.environments.length > 0)
  return [...new Set(found.environments.map(one => one.name))].sort()
}

describe('what a change of an owner reaches', () => {
  it('is what the owner deploys, where its source stays the same', async () => {
    expect(await reached(KUSTOMIZATION, ['spec', 'interval'])).to.deep.equal(['shop-dev'])
    expect(await reached(KUSTOMIZATION, ['spec', 'images'], { deploys: ['dev', 'pay-prod'] })).to.deep.equal(['shop-dev', 'unknown'])
    expect(await reached(RELEASE, ['spec', 'values', 'image', 'tag'], { deploys: ['dev'] })).to.deep.equal(['shop-dev'])
    expect(await reached(RELEASE, ['spec', 'values', 'image', 'tag'], { deploys: ['pay-prod'] })).to.deep.equal(['shop-dev', 'unknown'])
    expect(await reached(RELEASE, ['spec', 'values', 'image'], { value: { tag: '2' } })).to.deep.equal(['shop-dev'])
    expect(await reached(APP, ['spec', 'sources', '0', 'kustomize', 'images'])).to.deep.equal(['shop-dev'])
    expect(await reached(APP, ['metadata', 'annotations', 'x'])).to.deep.equal(['shop-dev'])
  })

  it('counts as prod where another source, path or destination is named, whatever it deploys now', async () => {
    for (const [object, path] of [
      [KUSTOMIZATION, ['spec', 'path']], [KUSTOMIZATION, ['spec', 'targetNamespace']], [KUSTOMIZATION, ['spec', 'sourceRef', 'name']], [KUSTOMIZATION, ['spec', 'kubeConfig']], [KUSTOMIZATION, ['spec', 'pathology']], [KUSTOMIZATION, []],
      [RELEASE, ['spec', 'chart', 'spec', 'version']], [RELEASE, ['spec', 'targetNamespace']], [RELEASE, ['spec', 'valuesFrom']], [RELEASE, ['spec', 'postRenderers']],
      [APP, ['spec', 'source', 'path']], [APP, ['spec', 'source', 'targetRevision']], [APP, ['spec', 'destination', 'namespace']], [APP, ['spec', 'project']], [APP, ['spec', 'source', 'helmet']],
      [KUSTOMIZATION, ['spec', 'patches']], [KUSTOMIZATION, ['spec', 'postBuild', 'substitute', 'NS']], [KUSTOMIZATION, ['spec', 'commonMetadata', 'labels', 'x']],
      [APP, ['spec', 'source', 'kustomize', 'namespace']], [APP, ['spec', 'source', 'kustomize', 'patches']], [APP, ['spec', 'source', 'helm', 'parameters']], [APP, ['spec', 'source', 'directory', 'recurse']],
      [RELEASE, ['spec', 'values', 'targetNamespace']], [RELEASE, ['spec', 'valuesFiles']],
    ] as const) expect(await reached(object, path), path.join('.')).to.include('unknown')
  })

  it('counts as prod for what makes or feeds owners, and for an owner that nobody sees', async () => {
    for (const object of [other('argoproj.io', 'ApplicationSet'), other('argoproj.io', 'AppProject'), other('fluxcd.controlplane.io', 'ResourceSet'), other('source.toolkit.fluxcd.io', 'GitRepository'), other('image.toolkit.fluxcd.io', 'ImageUpdateAutomation')]) {
      expect(await reached(object, ['spec', 'x']), object.kind).to.deep.equal(['unknown'])
    }
    expect(await reached(KUSTOMIZATION, ['spec', 'interval'], { deploys: null })).to.deep.equal(['unknown'])
    expect(await reached(KUSTOMIZATION, [], { kind: 'added' })).to.include('unknown')
    expect(await reached(KUSTOMIZATION, [], { kind: 'removed', deploys: ['dev', 'pay-prod'] })).to.deep.equal(['shop-dev', 'unknown'])
  })

  it('counts values that put objects somewhere as prod, also where a whole map of them is new', async () => {
    expect(await reached(RELEASE, ['spec', 'values', 'job'], { value: { namespaceOverride: 'pay' } })).to.include('unknown')
  })

  it('counts what other deliveries bring of owners as prod, also beside an effect that is proven, and not the manifest that only carries the change', async () => {
    for (const through of [{}, { through: true as const }]) expect(await reached(KUSTOMIZATION, ['spec', 'interval'], { blast: true, ...through })).to.deep.equal(['unknown'])
    expect(await reached(KUSTOMIZATION, ['spec', 'path'], { blast: 'carrier' })).to.deep.equal([])
  })

  it('is known of an owner whose manifest leaves the namespace to whoever deploys it', async () => {
    const bare = { ...KUSTOMIZATION, namespace: null }
    expect(await reached(bare, ['spec', 'interval'], { target: KUSTOMIZATION })).to.deep.equal(['shop-dev'])
    expect(await reached(bare, ['spec', 'interval'], { target: { ...KUSTOMIZATION, name: 'other' } })).to.deep.equal(['unknown'])
  })

  it('is nothing for objects that deploy nothing, and where the effect itself is proven', async () => {
    expect(await reached(other('apps', 'Deployment'), ['spec', 'replicas'])).to.deep.equal([])
    expect(await reached(other('argoproj.io', 'Rollout'), ['spec', 'replicas'])).to.deep.equal([])
    expect(await reached(other('argoproj.io', 'ApplicationSet'), ['spec', 'x'], { through: true })).to.deep.equal([])
  })
})
