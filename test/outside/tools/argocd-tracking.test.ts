import { expect } from 'chai'
import type { JsonObject } from '../../../src/model/json.ts'
import { proofLevel } from '../../../src/model/owner.ts'
import type { Claim } from '../../../src/model/owner.ts'
import type { KubernetesObject, Target } from '../../../src/model/resource.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { ENTRY, TARGET, application, live, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const ID = 'argocd.argoproj.io/tracking-id'
const SELF = 'shop:apps/Deployment:shop/web'
const INSTALLATION = 'argocd.argoproj.io/installation-id'
const LABEL = 'app.kubernetes.io/instance'
const { status: _, ...UNCOMPARED } = ENTRY
const empty = { status: { resources: [], controllerNamespace: 'argocd' } }
const maker = { ownerReferences: [{ apiVersion: 'v1', kind: 'Widget', name: 'w', controller: true }] }

function settings(data: JsonObject, namespace = 'argocd'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace }, data }
}

/** `shop:proven`, `other:weak`, `gone:absent`. */
function told(claims: readonly Claim[]): readonly string[] {
  return claims.map(claim => `${claim.owner.name}:${claim.unseen === true ? 'unseen' : claim.weak === true ? 'weak' : !claim.exists ? 'absent' : proofLevel(claim)}`)
}

describe('what Argo CD says of an object', () => {
  let fleet: Fleet
  before(async () => { fleet = await startFleet(['one']) })
  after(() => fleet.close())

  async function claims(objects: readonly JsonObject[], metadata: JsonObject, target: Target = TARGET): Promise<readonly Claim[]> {
    const server = fleet.servers['one']
    server?.put(...objects)
    try {
      return await argocdTool(toolsOf(fleet)).claims(target, live(metadata))
    } finally {
      for (const object of objects) server?.remove(String(object['kind']), String((object['metadata'] as JsonObject)['name']))
    }
  }

  const rows: readonly [string, readonly JsonObject[], JsonObject, readonly string[]][] = [
    ['is proven by list and annotation', [application('shop')], { annotations: { [ID]: SELF } }, ['shop:proven']],
    ['is only listed without a mark', [application('shop')], {}, ['shop:listed']],
    ['is only listed where the annotation was copied from elsewhere', [application('shop')], { annotations: { [ID]: 'shop:apps/Deployment:shop/api' } }, ['shop:listed']],
    ['is nobody\'s where the entry has no status and the annotation is that of another object', [application('shop', { status: { resources: [UNCOMPARED] } })], { annotations: { [ID]: 'shop:apps/Deployment:shop/api' } }, ['shop:weak']],
    ['is nobody\'s where nothing could be compared and the annotation is that of another object', [application('shop', { status: { resources: [{ ...UNCOMPARED, status: 'Unknown' }] } })], { annotations: { [ID]: 'shop:apps/Deployment:shop/api' } }, ['shop:weak']],
    ['is listed without a status where the annotation is its own', [application('shop', { status: { resources: [UNCOMPARED] } })], { annotations: { [ID]: SELF } }, ['shop:proven']],
    ['is listed without a status as a hook, whatever the annotation says', [application('shop', { status: { resources: [{ ...UNCOMPARED, hook: true }] } })], { annotations: { [ID]: 'shop:apps/Deployment:shop/api' } }, ['shop:listed']],
    ['prefers the annotation where no method is set', [application('shop'), application('other', empty)], { annotations: { [ID]: SELF }, labels: { [LABEL]: 'other' } }, ['shop:proven']],
    ['takes the label where the method is label, and not the annotation', [settings({ 'application.resourceTrackingMethod': 'label' }), application('shop', empty), application('other')], { annotations: { [ID]: SELF }, labels: { [LABEL]: 'other' } }, ['other:proven']],
    ['lets the annotation count for nothing where the method is label', [settings({ 'application.resourceTrackingMethod': 'label' }), application('shop', empty)], { annotations: { [ID]: SELF } }, ['shop:weak']],
    ['is hinted by the label where the method is label', [settings({ 'application.resourceTrackingMethod': 'label' }), application('shop', empty)], { labels: { [LABEL]: 'shop' } }, ['shop:hinted']],
    ['does not take the label where the method is annotation', [settings({ 'application.resourceTrackingMethod': 'annotation' }), application('shop', empty)], { labels: { [LABEL]: 'shop' } }, ['shop:weak']],
    ['does not take the label where the method is annotation+label', [settings({ 'application.resourceTrackingMethod': 'annotation+label' }), application('shop', empty)], { labels: { [LABEL]: 'shop' } }, ['shop:weak']],
    ['is hinted by a label of a key of its own', [settings({ 'application.instanceLabelKey': 'argo/app' }), application('shop', empty)], { labels: { 'argo/app': 'shop', [LABEL]: 'chart' } }, ['shop:hinted']],
    ['finds an Application of another namespace by its instance name', [application('shop', { metadata: { namespace: 'team-a' } })], { annotations: { [ID]: `team-a_${SELF}` } }, ['shop:proven']],
    ['finds it by the label, too', [settings({ 'application.resourceTrackingMethod': 'label' }), application('shop', { metadata: { namespace: 'team-a' } })], { labels: { [LABEL]: 'team-a_shop' } }, ['shop:proven']],
    ['takes an instance name as one of the namespace that its controller names', [application('shop', { metadata: { namespace: 'gitops' }, status: { controllerNamespace: 'gitops', resources: [ENTRY] } })], { annotations: { [ID]: SELF } }, ['shop:proven']],
    ['does not believe a mark on what another object makes', [application('shop', empty)], { annotations: { [ID]: SELF }, ...maker }, ['shop:weak']],
    ['believes the list of what another object makes', [application('shop')], { annotations: { [ID]: SELF }, ...maker }, ['shop:listed']],
    ['says that the object is another installation\'s', [settings({ installationID: 'blue' }), application('shop', empty)], { annotations: { [ID]: SELF, [INSTALLATION]: 'green' } }, ['unknown:hinted']],
    ['has a rival where it lists what says that it is another installation\'s', [settings({ installationID: 'blue' }), application('shop')], { annotations: { [ID]: SELF, [INSTALLATION]: 'green' } }, ['shop:listed', 'unknown:hinted']],
    ['takes its own installation id', [settings({ installationID: 'blue' }), application('shop')], { annotations: { [ID]: SELF, [INSTALLATION]: 'blue' } }, ['shop:proven']],
    ['has a rival where it has no installation id itself and lists what has one', [application('shop')], { annotations: { [ID]: SELF, [INSTALLATION]: 'green' } }, ['shop:listed', 'unknown:hinted']],
    ['believes a label whatever the installation id, which tracking by labels does not know', [settings({ 'application.resourceTrackingMethod': 'label', installationID: 'blue' }), application('shop')], { labels: { [LABEL]: 'shop' } }, ['shop:proven']],
    ['takes the tracking method of the controller that the Application has', [settings({}), settings({ 'application.resourceTrackingMethod': 'label' }, 'gitops'), application('shop', { metadata: { namespace: 'gitops' }, status: { controllerNamespace: 'gitops', resources: [ENTRY] } })], { labels: { [LABEL]: 'shop' } }, ['shop:proven']],
    ['takes the label key of the controller that the Application has', [settings({ 'application.resourceTrackingMethod': 'label' }), settings({ 'application.resourceTrackingMethod': 'label', 'application.instanceLabelKey': 'argo/app' }, 'gitops'), application('shop', { metadata: { namespace: 'gitops' }, status: { controllerNamespace: 'gitops', resources: [ENTRY] } })], { labels: { [LABEL]: 'chart', 'argo/app': 'shop' } }, ['shop:proven']],
    ['lets a label of another controller\'s method count for nothing', [settings({ 'application.resourceTrackingMethod': 'label' }), settings({ 'application.resourceTrackingMethod': 'annotation' }, 'gitops'), application('shop', { metadata: { namespace: 'gitops' }, status: { controllerNamespace: 'gitops', resources: [] } })], { labels: { [LABEL]: 'shop' } }, ['shop:weak']],
    ['reads the settings of the controller that the Application has', [settings({ installationID: 'blue' }), settings({ installationID: 'green' }, 'gitops'), application('shop', { metadata: { namespace: 'gitops' }, status: { controllerNamespace: 'gitops', resources: [ENTRY] } })], { annotations: { [ID]: SELF, [INSTALLATION]: 'green' } }, ['shop:proven']],
    ['is not told of by a warning about one of the name in another namespace', [application('shop', { status: { resources: [ENTRY, { ...ENTRY, namespace: 'far' }], conditions: [{ type: 'SharedResourceWarning', message: 'Deployment/web is part of applications argocd/shop and other' }] } })], {}, ['shop:listed']],
  ]
  for (const [name, objects, metadata, expected] of rows) {
    it(name, async () => { expect(told(await claims(objects, metadata))).to.have.members([...expected]) })
  }

  it('skips the namespace of an id on an object that has none', async () => {
    const target: Target = { cluster: 'one', group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', namespace: null, name: 'reader' }
    const entry = { group: target.group, version: 'v1', kind: 'ClusterRole', name: 'reader', status: 'Synced' }
    expect(told(await claims([application('shop', { status: { resources: [entry] } })], { annotations: { [ID]: 'shop:rbac.authorization.k8s.io/ClusterRole:shop/reader' } }, target))).to.deep.equal(['shop:proven'])
  })
  it('says that a list is old where the status is too large to be written', async () => {
    const conditions = [{ type: 'UnknownError', message: 'Application status exceeds the Kubernetes resource size limit (1.5MB), keeping the old one' }]
    const [listed] = await claims([application('shop', { status: { resources: [ENTRY], conditions } })], {})
    expect(listed?.evidence.map(one => one.sentence).join()).to.include('may be old')
    const [missing] = await claims([application('shop', { status: { resources: [], controllerNamespace: 'argocd', conditions } })], { annotations: { [ID]: SELF } })
    expect(missing?.evidence.map(one => one.sentence).join()).to.include('means nothing')
  })
  const windows: readonly [string, JsonObject, JsonObject, boolean][] = [
    ['made after the last comparison', { reconciledAt: '2026-01-01T00:00:00Z' }, { creationTimestamp: '2026-01-01T00:00:05Z' }, true],
    ['made before the last comparison', { reconciledAt: '2026-01-01T00:00:10Z' }, { creationTimestamp: '2026-01-01T00:00:05Z' }, false],
    ['in the middle of a sync', { reconciledAt: '2026-01-01T00:00:10Z', operationState: { phase: 'Running' } }, { creationTimestamp: '2026-01-01T00:00:05Z' }, true],
    ['being deleted', { reconciledAt: '2026-01-01T00:00:10Z' }, { creationTimestamp: '2026-01-01T00:00:05Z', deletionTimestamp: '2026-01-01T00:00:06Z' }, true],
  ]
  for (const [name, status, metadata, early] of windows) {
    it(`${early ? 'is worth a second look' : 'is final'} for an object ${name}`, async () => {
      const [found] = await claims([application('shop', { status: { resources: [], controllerNamespace: 'argocd', operationState: { phase: 'Succeeded' }, ...status } })], { annotations: { [ID]: SELF }, ...metadata })
      expect(found?.early === true).to.equal(early)
    })
  }
  it('is unseen where Applications may not be listed at all', async () => {
    fleet.servers['one']?.intercept(request => request.url?.includes('/applications') === true ? { status: 403, body: { message: 'forbidden' } } : null)
    const found = await claims([application('shop')], {})
    fleet.servers['one']?.intercept(null)
    expect(told(found)).to.deep.equal(['*:unseen'])
    expect(found[0]?.evidence[0]?.sentence).to.include('Applications in cluster one cannot be looked at')
  })
  it('says that only one namespace was looked at', async () => {
    fleet.servers['one']?.intercept(request => request.url?.startsWith('/apis/argoproj.io/v1alpha1/applications') === true ? { status: 403, body: { message: 'forbidden' } } : null)
    const [found] = await claims([application('shop')], {})
    fleet.servers['one']?.intercept(null)
    expect([found?.proof, JSON.stringify(found?.evidence)]).to.satisfy(([proof, text]: [boolean, string]) => proof && text.includes('only Applications of namespace argocd'))
  })
})
